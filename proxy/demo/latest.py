"""What Nightscout's server holds in memory, from which it computes its figures."""

from dataclasses import dataclass
from typing import Any, TypeGuard

from proxy.demo.moment import DAY, HOUR, MINUTE, iso, moment_of, offset_minutes, parse_iso
from proxy.demo.site import Site

Row = dict[str, Any]
_SGV = ("device", "direction", "filtered", "unfiltered", "noise", "rssi", "type")
_LASTING = {"Site Change", "Sensor Start", "Sensor Change", "Insulin Change", "Pump Battery Change"}


@dataclass(frozen=True, slots=True)
class Latest:
    """The last hours of a site, newest first, every row with its `mills` (epoch ms)."""

    now: int
    sgvs: list[Row]
    cals: list[Row]
    statuses: list[Row]
    treatments: list[Row]
    profile: Row | None

    def statuses_with(self, part: str, hours: float) -> list[Row]:
        floor = self.now - int(hours * HOUR)
        return [row for row in self.statuses if part in row and row["mills"] >= floor]

    def doses(self, field: str, hours: float) -> list[Row]:
        """Treatments of the last hours with a number other than nought in `field`: insulin or carbs."""
        floor = self.now - int(hours * HOUR)
        return [
            row
            for row in self.treatments
            if row["mills"] > floor and _is_number(row.get(field)) and row[field]
        ]

    def newest(self, event: str) -> Row | None:
        return next((row for row in self.treatments if row.get("eventType") == event), None)

    @property
    def store(self) -> Row:
        """The default profile of the newest profile document; empty if there is none."""
        stores = self.profile.get("store", {}) if self.profile else {}
        found: Row = stores.get(self.profile["defaultProfile"], {}) if self.profile and stores else {}
        return found

    def setting(self, name: str) -> float | None:
        """Look up what the default profile says now: `sens`, `carbratio`, `basal`, `target_low` or `target_high`."""
        store = self.store
        if not store.get(name):
            return None
        second = (self.now + offset_minutes(self.now) * MINUTE) % DAY // 1000
        past = [row["value"] for row in store[name] if row["timeAsSeconds"] <= second]
        return float(past[-1])


def latest(site: Site, now: int) -> Latest:
    entries = [
        row
        for row in site.collections["entries"]
        if now - 2 * DAY <= (moment_of(row.get("date")) or 0) <= now
    ]
    profiles = sorted(site.collections["profile"], key=lambda row: str(row.get("startDate", "")))
    return Latest(
        now,
        _newest_first(
            [reading(row) for row in entries if row.get("type") == "sgv" and _is_number(row.get("sgv"))]
        ),
        _newest_first([calibration(row) for row in entries if row.get("type") == "cal"]),
        [status(row) for row in site.devicestatus(now - 6 * HOUR, now)],
        _newest_first(_treatments(site, now)),
        profiles[-1] if profiles else None,
    )


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["mills"]), reverse=True)


def reading(row: Row) -> Row:
    """Give a sensor reading as the server holds it."""
    kept = {name: row[name] for name in _SGV if name in row}
    return {"_id": row["_id"], "mgdl": row["sgv"], "mills": row["date"], **kept, "scaled": row["sgv"]}


def calibration(row: Row) -> Row:
    """Give a calibration as the server holds it."""
    kept = {name: row[name] for name in ("scale", "intercept", "slope", "type")}
    return {"_id": row["_id"], "mills": row["date"], **kept}


def _treatments(site: Site, now: int) -> list[Row]:
    """Two and a half days of them, and of changes of site, sensor and battery two months."""
    recent, lasting, until = iso(now - 60 * HOUR), iso(now - 62 * DAY), iso(now)
    rows = [row for row in site.collections["treatments"] if lasting <= str(row.get("created_at")) <= until]
    kept = [row for row in rows if row["created_at"] >= recent or row.get("eventType") in _LASTING]
    return [row | runtime(row) for row in kept if moment_of(row["created_at"]) is not None]


def runtime(row: Row) -> Row:
    """Give the moments that the server adds to a treatment, in epoch ms."""
    at, lasts = parse_iso(row["created_at"]), row.get("duration")
    return {"mills": at, "endmills": at + int(lasts * MINUTE)} if _is_number(lasts) else {"mills": at}


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def status(row: Row) -> Row:
    """As the server's plugins leave a status behind: they write dates into the objects that all share."""
    row = row | {"mills": parse_iso(row["created_at"])}
    if "openaps" in row:
        said = {name: _dated(part) for name, part in row["openaps"].items()}
        row["openaps"] = said | {"moment": said.get("suggested", {}).get("moment")}
    if "loop" in row:
        row["loop"] = _dated(row["loop"]) | {"enacted": _dated(row["loop"].get("enacted", {}))}
    if "override" in row:
        row["override"] = _dated(row["override"])
    return row


def _dated(said: Row) -> Row:
    moment = said.get("timestamp") or said.get("time")
    dated = said | {"moment": moment}
    if "time" in said:
        dated["timestamp"] = moment
    if "predBGs" in said:
        dated["predBGs"] = said["predBGs"] | {"moment": moment}
    return dated
