"""The page of treatments that one day fills, and the two hands that write into it."""

from random import Random
from typing import Any

from proxy.demo import canary
from proxy.demo.moment import DAY, iso, object_id, offset_minutes, uuid_like

Row = dict[str, Any]
AAPS = "openaps://AndroidAPS"
PUMP = {"pumpType": "OMNIPOD_DASH", "pumpSerial": canary.PUMP_SERIAL}


class Diary:
    """Treatments of one UTC day, written in any order; `pages` gives them oldest first."""

    def __init__(self, seed: str, day: int) -> None:
        self.seed, self.day, self.start = seed, day, day * DAY
        self.rng = Random(f"{seed}-diary-{day}")
        self.rows: list[Row] = []
        self._marks = 0

    def mark(self, kind: str) -> str:
        """Make a private text that stands nowhere else on the site."""
        self._marks += 1
        return canary.mark(kind, f"{self.day}-{self._marks}")

    def chance(self, of: float) -> bool:
        return self.rng.random() < of

    def sometime(self) -> int:
        """Pick a whole second of the day."""
        return self.start + self.rng.randrange(DAY // 1000) * 1000

    def add(self, at: int, event: str, *, by: str = AAPS, **fields: Any) -> Row:
        """As the old API stores it: created_at, enteredBy, and what the uploader sent."""
        key = (event, at, len(self.rows))
        row = {
            "_id": object_id(self.seed, at, key),
            "eventType": event,
            "created_at": iso(at),
            "enteredBy": by,
            "utcOffset": 0,
            **fields,
        }
        self.rows.append(row)
        return row

    def add_v3(self, at: int, event: str, **fields: Any) -> Row:
        """As AAPS writes through API v3: identifier, date, app, subject, and the server's own stamps."""
        key = (event, at, len(self.rows))
        row = {
            "_id": object_id(self.seed, at, key),
            "identifier": uuid_like(self.seed, key),
            "app": "AAPS",
            "date": at,
            "utcOffset": offset_minutes(at),
            "eventType": event,
            "isValid": True,
            "isReadOnly": False,
            "device": canary.ANDROID,
            "pumpSerial": canary.PUMP_SERIAL,
            "created_at": iso(at),
            "srvCreated": at + 3000,
            "srvModified": at + 3000,
            "subject": canary.SUBJECT,
            **fields,
        }
        self.rows.append(row)
        return row

    def strike_out(self, row: Row) -> None:
        """Delete softly, as API v3 does: the document stays, marked."""
        row["isValid"] = False
        if "srvModified" in row:
            row["srvModified"] += 600_000
            row["modifiedBy"] = canary.SUBJECT

    def pages(self) -> list[Row]:
        return sorted(self.rows, key=lambda row: (row["created_at"], row["_id"]))
