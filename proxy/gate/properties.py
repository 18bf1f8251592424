"""/api/v2/properties, computed here from rows that the view shows: so no property has a hidden input.

Nightscout computes these from everything that it holds, and puts whole documents into them.
"""

from typing import Any

import msgspec

from proxy.core.errors import QueryError
from proxy.core.grant import HOUR
from proxy.core.lens import Dated, Lens
from proxy.core.query import Query
from proxy.gate.body import Body
from proxy.gate.rows import pages
from proxy.gate.turn import Turn
from proxy.gate.units import scaled, units_of
from proxy.gate.upstream import Reading
from proxy.locale.marked import _

RECENT = 15 * 60_000
"""Nightscout calls a reading current for 15 minutes (its bgnow plugin)."""
_ARROWS = {
    "NONE": "⇼",
    "TripleUp": "⤊",
    "DoubleUp": "⇈",
    "SingleUp": "↑",
    "FortyFiveUp": "↗",
    "Flat": "→",
    "FortyFiveDown": "↘",
    "SingleDown": "↓",
    "DoubleDown": "⇊",
    "TripleDown": "⤋",
}


async def properties(turn: Turn) -> Body:
    """Answer with the properties that were asked for, as far as they are shown. Raises QueryError."""
    if any(name not in ("token", "t", "_", "pretty", "now") for name, _ in turn.asked.parameters()):
        raise QueryError(_("This filter is not available here."))
    # A clock of Nightscout's asks again and again, and stops at an answer without a place for readings.
    key = (turn.view.id, turn.asked.path, units_of(turn), turn.session is not None)
    return await turn.gate.memory.answer(key, lambda: _computed(turn))


async def _computed(turn: Turn) -> Body:
    found: dict[str, Any] = {}
    rows = 0
    reading = Reading(turn.gate.nightscout, turn.gate.metrics.upstream_seconds)
    if turn.view.policy.live:
        readings = await _recent(turn, reading, "entries", ("sgv",))
        statuses = await _recent(turn, reading, "devicestatus", None)
        rows = len(readings) + len(statuses)
        found = _glucose(readings, units_of(turn)) | _doses(statuses)
    if turn.session is not None:
        found = {"bgnow": {"sgvs": []}} | found
    wanted = turn.entrance.arg
    if wanted:
        found = {name: value for name, value in found.items() if name in wanted.split(",")}
    return Body("application/json", msgspec.json.encode(found), rows, "properties", fetched=reading.bytes)


async def _recent(
    turn: Turn, reading: Reading, collection: str, types: tuple[str, ...] | None
) -> list[Dated]:
    view = turn.view
    lens: Lens | None = view.lenses.get(collection)
    if lens is None or (types is not None and not set(types) <= (lens.types or set())):
        return []
    until = view.window.close(turn.asked.at)
    query = Query(collection, max(view.window.since, until - HOUR), until, types, 50)
    found: list[Dated] = []
    async for page in pages(view, query, reading.rows, now=turn.asked.at):
        found += page
    return found


def _glucose(readings: list[Dated], units: str) -> dict[str, Any]:
    buckets = [_bucket(at, row, units) for at, row in readings if getattr(row, "sgv", None) is not None]
    if not buckets:
        return {}
    now = buckets[0]
    found: dict[str, Any] = {"bgnow": now, "buckets": buckets[:4]}
    word = now["sgvs"][0].get("direction")
    if word is not None:
        found["direction"] = {"value": word, "label": _ARROWS.get(word, "-")}
    before = next((bucket for bucket in buckets[1:] if now["mills"] - bucket["mills"] >= 4 * 60_000), None)
    if before is not None and now["mills"] - before["mills"] <= RECENT:
        found["delta"] = _delta(now, before, units)
    return found


def _bucket(at: int, row: Any, units: str) -> dict[str, Any]:
    reading = {"mgdl": row.sgv, "scaled": scaled(row.sgv, units), "mills": at, "type": "sgv"}
    for name in ("_id", "direction", "noise"):
        if getattr(row, name, None) is not None:
            reading[name] = getattr(row, name)
    return {"mean": row.sgv, "last": row.sgv, "mills": at, "sgvs": [reading]}


def _delta(now: dict[str, Any], before: dict[str, Any], units: str) -> dict[str, Any]:
    minutes = (now["mills"] - before["mills"]) / 60_000
    change = now["last"] - before["last"]
    shown = round(change / minutes * 5) if minutes > 9 else change  # noqa: PLR2004 - Nightscout's bgnow plugin
    told = (
        round(scaled(now["last"], units) - scaled(now["last"] - shown, units), 1)
        if units == "mmol"
        else shown
    )
    return {
        "absolute": change,
        "elapsedMins": minutes,
        "mgdl": shown,
        "scaled": told,
        "display": f"{told:+g}" if told else "+0",
        "times": {"recent": now["mills"], "previous": before["mills"]},
        "previous": before,
    }


def _doses(statuses: list[Dated]) -> dict[str, Any]:
    """Insulin and carbs on board as the newest status states them: stored figures, named by the policy."""
    found: dict[str, Any] = {}
    for at, row in statuses:
        status = msgspec.to_builtins(row)
        loop, openaps = status.get("loop", {}), status.get("openaps", {})
        own = openaps.get("iob") or {}
        own = own[0] if isinstance(own, list) else own
        iob = loop.get("iob", {}).get("iob", own.get("iob"))
        cob = loop.get("cob", {}).get("cob", openaps.get("suggested", {}).get("COB"))
        if iob is not None and "iob" not in found:
            found["iob"] = {"iob": iob, "mills": at, "display": f"{iob:.2f}"}
        if cob is not None and "cob" not in found:
            found["cob"] = {"cob": cob, "mills": at, "display": round(cob, 1)}
        if "pump" in status and "pump" not in found:
            found["pump"] = {"pump": status["pump"], "mills": at}
    return found
