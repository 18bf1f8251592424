"""Reads profile records into therapy settings: sorted by when they became valid, with oddities of real files.

Numbers may be text, times may lack their seconds, the default profile may be missing from the store (Trio), and old
records keep their settings at the top instead of in a store.
"""

import json
from collections.abc import Iterable
from typing import Any

from proxy.report.facts import Schedule, Therapy
from proxy.report.rows import MGDL_PER_MMOL, dig, first_instant, get, is_valid, number, text

_DAY_SECONDS = 86_400


def read_therapies(profiles: Iterable[Any]) -> tuple[Therapy, ...]:
    """Read records, oldest first; of two with the same start, the later one in the answer is older and goes."""
    found: dict[int, Therapy] = {}
    for row in profiles:
        therapy = _record(row) if is_valid(row) else None
        if therapy is not None:
            found.setdefault(therapy.since_ms, therapy)
    return tuple(found[at] for at in sorted(found))


def embedded(written: str, at_ms: int, name: str) -> Therapy | None:
    """Read a profile that a Profile Switch carries as JSON text; None if there is none that can be read."""
    try:
        read = json.loads(written) if written else None
    except (ValueError, RecursionError):
        return None
    return _therapy(read, at_ms, name, None, None) if isinstance(read, dict) else None


def _record(row: Any) -> Therapy | None:
    since = first_instant(row, "startDate", "mills", "date", "created_at")
    if since is None:
        return None
    store = get(row, "store")
    if not isinstance(store, dict) or not store:
        return _therapy(row, since, "", None, row)
    default = text(get(row, "defaultProfile"))
    name = default if default in store else next(iter(store))
    others = tuple(
        _therapy(other, since, key, get(row, "units"), None) for key, other in store.items() if key != name
    )
    return _therapy(store[name], since, name, get(row, "units"), row, others)


def _therapy(
    row: Any, since_ms: int, name: str, units: Any, record: Any, others: tuple[Therapy, ...] = ()
) -> Therapy:
    stated = text(get(row, "units")) or text(units)
    factor = MGDL_PER_MMOL if stated.casefold().startswith("mmol") else 1.0
    dosing = dig(record, "loopSettings", "dosingEnabled")
    return Therapy(
        since_ms=since_ms,
        name=name,
        zone=text(get(row, "timezone")),
        basal=_schedule(get(row, "basal")),
        carb_ratio=_schedule(get(row, "carbratio")),
        sensitivity=_schedule(get(row, "sens"), factor),
        target_low=_schedule(get(row, "target_low"), factor),
        target_high=_schedule(get(row, "target_high"), factor),
        insulin_hours=number(get(row, "dia")),
        dosing_enabled=dosing if isinstance(dosing, bool) else None,
        dosing_strategy=text(dig(record, "loopSettings", "dosingStrategy")),
        others=others,
    )


def _schedule(blocks: Any, factor: float = 1.0) -> Schedule:
    """Read a day's blocks; what is not covered before the first one is covered by the last."""
    if (flat := number(blocks)) is not None:
        return ((0, flat * factor),)
    if not isinstance(blocks, list):
        return ()
    found: dict[int, float] = {}
    for block in blocks:
        value, seconds = number(get(block, "value")), _seconds(block)
        if value is not None and seconds is not None and 0 <= seconds < _DAY_SECONDS:
            found[seconds] = value * factor
    if found and 0 not in found:
        found[0] = found[max(found)]
    return tuple(sorted(found.items()))


def _seconds(block: Any) -> int | None:
    """Read when a block begins: by its clock time, since its seconds may be missing or 0."""
    parts = text(get(block, "time")).split(":")
    if len(parts) >= 2 and all(part.strip().isdigit() for part in parts[:2]):  # noqa: PLR2004 - hours and minutes
        return (int(parts[0]) * 60 + int(parts[1])) * 60
    seconds = number(get(block, "timeAsSeconds"))
    return None if seconds is None else round(seconds)
