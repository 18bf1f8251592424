"""Grids for tests, and readings and doses to put on them."""

from datetime import UTC, datetime
from typing import Any

from proxy.core.detail import Grid, grid_of
from proxy.core.policy import Detail
from tests.core.looking import DAY, HOUR

GRIDS: tuple[Detail, ...] = ("15min", "hourly", "daily")
SPRING, AUTUMN = "2026-03-29", "2026-10-25"
LENGTHS: dict[Detail, int] = {"15min": HOUR // 4, "hourly": HOUR, "daily": DAY}


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def grid(detail: Detail, zone: str = "UTC") -> Grid:
    found = grid_of(detail, zone)
    assert found is not None
    return found


def entry(at: int, sgv: Any, kind: str = "sgv") -> dict[str, Any]:
    return {
        "_id": f"{at % 16**24:024x}",
        "type": kind,
        "date": at,
        kind: sgv,
        "direction": "Flat",
        "noise": 1,
    }


def dose(at: int, kind: str = "SMB", **values: Any) -> dict[str, Any]:
    text = datetime.fromtimestamp(at / 1000, UTC).isoformat()
    return {
        "_id": f"{at % 16**24:024x}",
        "eventType": kind,
        "created_at": text,
        "notes": "secret words",
    } | values
