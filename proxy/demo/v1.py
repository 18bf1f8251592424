"""API v1, which answers once more under /api/v2."""

from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

import msgspec
from aiohttp import web

from proxy.demo import answer
from proxy.demo.desk import Desk
from proxy.demo.find import Query, bounds, chosen, ordered, parse
from proxy.demo.formats import entries_as, wanted_by
from proxy.demo.moment import DAY, HOUR, MINUTE, moment_of
from proxy.demo.status import VERSIONS, status

Row = dict[str, Any]
Door = Callable[[web.Request, Desk, list[str], str | None], Awaitable[web.StreamResponse]]
_MEMORY = {"entries": 2 * DAY, "treatments": 60 * HOUR, "devicestatus": DAY}  # what the server keeps at hand


async def entries(
    request: web.Request, desk: Desk, rest: list[str], extension: str | None
) -> web.StreamResponse:
    """Entries by query, by type, by id, or the newest one."""
    query = parse(request.query_string)
    spec = rest[0] if rest else None
    if spec == "current":
        query, spec = Query({}, {}, "1", frozenset()), None
    elif spec and len(spec) == 24 and not set(spec) - set("0123456789abcdef"):
        found = [row for row in desk.site.collections["entries"] if row["_id"] == spec]
        return (
            _entries(request, found, extension)
            if found
            else answer.mongo_error(request, f"No such id: '{spec}'")
        )
    if spec:
        query = Query(query.find | {"type": spec}, query.sort, query.count, query.names)
    return _entries(request, _find_entries(desk, query), extension)


def _found(desk: Desk, query: Query, rows: list[Row], field: str) -> list[Row]:
    """Rows that the query asks for, ordered; `field` holds the collection's date."""
    return ordered(chosen(rows, query, field=field, now_ms=desk.now()), query.sort, field)


def _find_entries(desk: Desk, query: Query) -> list[Row]:
    rows = desk.site.collections["entries"]
    count = query.at_most(10)
    found = _found(desk, query, rows, "date")
    if not query.find.keys() - {"type"} and count is not None:
        floor = desk.now() - _MEMORY["entries"]
        at_hand = [row for row in found if row["date"] >= floor]
        if count <= len(at_hand):
            return [row | {"mills": row["date"]} for row in at_hand[:count]]
    # Whatever the order asked for, the page comes newest first.
    return sorted(found[:count], key=lambda row: row["date"], reverse=True)


def _newest(rows: list[Row], field: str) -> int | None:
    return max((at for row in rows if (at := moment_of(row.get(field))) is not None), default=None)


def _entries(request: web.Request, rows: list[Row], extension: str | None) -> web.Response:
    kind, body = entries_as(wanted_by(request, extension), rows)
    modified = _newest(rows, "date")
    return answer.reply(request, body, kind=kind, modified=modified, vary="Accept, Accept-Encoding")


async def treatments(
    request: web.Request, desk: Desk, _rest: list[str], _extension: str | None
) -> web.StreamResponse:
    query = parse(request.query_string)
    count = query.at_most(1000 if "find" in query.names else 100)
    found = _found(desk, query, desk.site.collections["treatments"], "created_at")
    rows = found[:count]
    if _at_hand(query, rows, count, desk.now() - _MEMORY["treatments"]):
        rows = [row | _runtime(row) for row in rows]
    modified = _newest(rows, "created_at")
    return answer.as_json(request, [row | _doses(row) for row in rows], modified=modified)


def _at_hand(query: Query, rows: list[Row], count: int | None, floor: int) -> bool:
    """Whether the server answers from memory, with fields that are in no database."""
    return (
        query.names <= {"count"} and count == len(rows) and (moment_of(rows[-1]["created_at"]) or 0) >= floor
    )


def _runtime(row: Row) -> Row:
    at = moment_of(row["created_at"])
    if at is None:
        return {}
    if "durationInMilliseconds" in row:
        length = row["durationInMilliseconds"]
        return {"mills": at, "endmills": at + length} if length else {"mills": at}
    return {"mills": at, "endmills": at + row["duration"] * MINUTE} if "duration" in row else {"mills": at}


def _doses(row: Row) -> Row:
    return {name: _number(row[name]) if name in row else None for name in ("carbs", "insulin")}


def _number(value: Any) -> float | int | None:
    """JavaScript's Number(), whose NaN is written as null."""
    if value is None:
        return 0
    if isinstance(value, int | float):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


async def devicestatus(
    request: web.Request, desk: Desk, _rest: list[str], _extension: str | None
) -> web.StreamResponse:
    query = parse(request.query_string)
    count = query.at_most(10)
    made = desk.site.devicestatus(*bounds(query, now_ms=desk.now()))
    rows = chosen(made, query, field="created_at", now_ms=desk.now())
    if query.sort:
        return answer.as_json(request, ordered(rows, query.sort, "created_at")[:count])
    page = islice(rows, count)
    if query.names <= {"count"} and count is not None:
        near = list(page)
        if _at_hand(query, near, count, desk.now() - _MEMORY["devicestatus"]):
            near = [row | {"mills": moment_of(row["created_at"])} for row in near]
        return answer.as_json(request, near)
    # Written row by row: three months of them are too many to hold as objects.
    return answer.reply(request, b"[" + b",".join(map(msgspec.json.encode, page)) + b"]")


async def profile(
    request: web.Request, desk: Desk, rest: list[str], _extension: str | None
) -> web.StreamResponse:
    rows = ordered(desk.site.collections["profile"], {}, "startDate")
    if rest:
        return answer.as_json(request, rows[0] if rows else None)
    return answer.as_json(request, rows[: parse(request.query_string).at_most(10)])


async def profiles(
    request: web.Request, desk: Desk, _rest: list[str], _extension: str | None
) -> web.StreamResponse:
    query = parse(request.query_string)
    rows = _found(desk, query, desk.site.collections["profile"], "startDate")
    return answer.as_json(request, rows[: query.at_most(10)])


async def food(
    request: web.Request, desk: Desk, rest: list[str], _extension: str | None
) -> web.StreamResponse:
    rows = desk.site.collections["food"]
    if rest == ["quickpicks"]:
        rows = [row for row in rows if row.get("type") == "quickpick" and row.get("hidden") == "false"]
        rows.sort(key=lambda row: int(row["position"]))
    elif rest == ["regular"]:
        rows = [row for row in rows if row.get("type") == "food"]
    return answer.as_json(request, rows)


async def activity(
    request: web.Request, desk: Desk, _rest: list[str], _extension: str | None
) -> web.StreamResponse:
    query = parse(request.query_string)
    rows = _found(desk, query, desk.site.collections["activity"], "created_at")[: query.at_most(None)]
    modified = _newest(rows, "created_at")
    return answer.as_json(request, rows, modified=modified)


_BADGE = "http://img.shields.io/badge/Nightscout-OK-green"


async def site_status(
    request: web.Request, desk: Desk, _rest: list[str], extension: str | None
) -> web.StreamResponse:
    credential = request.query.get("token") or request.query.get("secret") or ""
    shown = desk.site.settings | {"customTitle": desk.site.title}
    told = status(shown, now_ms=desk.now(), authorized=desk.keeper.authorize(credential))
    wanted = wanted_by(request, extension, default="html")
    if wanted in ("png", "svg"):
        headers = {
            "Location": f"{_BADGE}.{wanted}",
            "Content-Type": f"image/{wanted}{'+xml' if wanted == 'svg' else ''}",
        }
        return web.Response(status=302, headers=headers)
    written = {
        "json": (answer.JSON, msgspec.json.encode(told)),
        "js": (
            "application/javascript; charset=utf-8",
            b"this.serverSettings = " + msgspec.json.encode(told) + b" ;",
        ),
        "html": ("text/html; charset=utf-8", b"<h1>STATUS OK</h1>"),
        "txt": ("text/plain; charset=utf-8", b"STATUS OK"),
    }
    if wanted not in written:
        return answer.reply(request, b"Error: Not Acceptable\n", status=406, kind="text/plain; charset=utf-8")
    kind, body = written[wanted]
    return answer.reply(request, body, kind=kind, vary="Accept, Accept-Encoding")


async def verifyauth(
    request: web.Request, desk: Desk, _rest: list[str], _extension: str | None
) -> web.StreamResponse:
    access = await desk.access(request)
    may = {} if access is None else {name: access.may(f"*:*:{word}") for name, word in _RIGHTS}
    reads = may.get("canRead", False) and access is not None and not access.default
    message = {
        "canRead": False,
        "canWrite": False,
        "isAdmin": False,
        **may,
        "message": "OK" if reads else "UNAUTHORIZED",
        "rolefound": "FOUND" if access is not None and access.subject else "NOTFOUND",
        "permissions": "DEFAULT" if access is not None and access.default else "ROLE",
    }
    return answer.as_json(request, {"status": 200, "message": message})


_RIGHTS = (("canRead", "read"), ("canWrite", "write"), ("isAdmin", "admin"))


async def adminnotifies(
    request: web.Request, desk: Desk, _rest: list[str], _extension: str | None
) -> web.StreamResponse:
    message = {"notifies": [], "notifyCount": desk.keeper.failures}
    return answer.as_json(request, {"status": 200, "message": message})


async def versions(request: web.Request) -> web.StreamResponse:
    return answer.as_json(request, VERSIONS)
