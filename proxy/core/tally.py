"""How much there is of what: counted for the owner's eyes, before something is shared. Never for clinicians.

Rules of this file: pure, and forgiving: an odd value counts as none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from proxy.core.adjusted import SWITCHES
from proxy.core.errors import UpstreamError
from proxy.core.repair import mended

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "glucose": ("readings", "checks"),
    "insulin": ("doses", "rates"),
    "carbs": ("meals",),
    "devices": ("changes",),
    "settings": ("targets", "profiles"),
}
"""What is counted for each switch."""
NEVER: Final = ("notes",)
"""What no switch shares."""

_TYPES: Final = {switch.key: switch.types for switch in SWITCHES}
_RATES: Final = frozenset({"Temp Basal", "Temp Basal Start", "Temp Basal End", "Suspend Pump", "Resume Pump"})


def read_rows(body: bytes) -> list[Mapping[str, Any]]:
    """Read what Nightscout sent. Raises UpstreamError."""
    try:
        rows = msgspec.json.decode(mended(body))
    except (msgspec.DecodeError, RecursionError) as error:
        raise UpstreamError("upstream_unreadable", "Nightscout sent something that can't be read.") from error
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def tally(collection: str, rows: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Count rows of a collection by the words of PARTS and NEVER. Deleted rows do not count."""
    counted: Counter[str] = Counter()
    for row in rows:
        if row.get("isValid") is False:
            continue
        counted.update(_entry(row) if collection == "entries" else _others(collection, row))
    return counted


def _entry(row: Mapping[str, Any]) -> list[str]:
    return ["readings"] if row.get("type") == "sgv" else ["checks"] if row.get("type") == "mbg" else []


def _others(collection: str, row: Mapping[str, Any]) -> list[str]:
    if collection == "profile":
        return ["profiles"]
    if collection != "treatments":
        return []
    kind = str(row.get("eventType", ""))
    told = {
        "checks": kind in _TYPES["glucose"] or _is_amount(row.get("glucose")),
        "doses": _is_amount(row.get("insulin")),
        "rates": kind in _RATES,
        "meals": _is_amount(row.get("carbs")),
        "changes": kind in _TYPES["devices"],
        "targets": kind in _TYPES["settings"],
        "notes": bool(str(row.get("notes") or "").strip()),
    }
    return [word for word, counts in told.items() if counts]


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
