"""API v3: a Bearer JWT, an envelope, and queries by ``field$operator``."""

import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from proxy.demo.answer import http_date, v3_refusal, v3_reply
from proxy.demo.desk import DESK, Desk, address, bearer
from proxy.demo.doorkeeper import Access
from proxy.demo.moment import moment_of, parse_iso
from proxy.demo.search import Refused, Row, found_in, parse_search
from proxy.demo.status import API_VERSION, VERSION

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
COLLECTIONS = ("devicestatus", "entries", "food", "profile", "settings", "treatments")
_STAMPS = {"entries": "date", "settings": None}  # what srvModified falls back on, where not created_at
_STORAGE = {"storage": "mongodb", "version": "6.0.0"}


async def answer_v3(request: web.Request) -> web.StreamResponse:
    desk = request.app[DESK]
    parts, form = _taken_apart(request.match_info["rest"])
    if parts == ["version"]:
        return v3_reply({"status": 200, "result": _version(desk)})
    if parts not in (["status"], ["lastModified"]) and not _is_door(parts):
        return v3_refusal(404, "Bad operation or collection")
    access = await _access(request, desk)
    if isinstance(access, str):
        return v3_refusal(401, access)
    if request.method not in ("GET", "HEAD"):
        return v3_refusal(403, f"Missing permission api:{parts[0]}:create")
    read = _read(request, desk, access, parts)
    if read.status == 200 and form != "json":
        return v3_refusal(406, "Unsupported output format requested")
    return read


def _taken_apart(path: str) -> tuple[list[str], str]:
    base, _, extension = path.partition(".")
    return base.removesuffix("/").split("/"), extension or "json"


def _is_door(parts: list[str]) -> bool:
    return parts[0] in COLLECTIONS and (len(parts) < 3 or (len(parts) == 3 and parts[1] == "history"))


async def _access(request: web.Request, desk: Desk) -> Access | str:
    token = bearer(request)
    if token is None:
        return "Missing or bad access token or JWT"
    access = await desk.keeper.access(secret=None, token=token, address=address(request))
    return access if access is not None else "Bad access token or JWT"


def _read(request: web.Request, desk: Desk, access: Access, parts: list[str]) -> web.StreamResponse:
    name = parts[0]
    if name == "status":
        rights = {col: "r" for col in COLLECTIONS if access.may(f"api:{col}:read")}
        return v3_reply({"status": 200, "result": _version(desk) | {"apiPermissions": rights}})
    if name == "lastModified":
        return v3_reply({"status": 200, "result": _last_modified(desk)})
    right = "admin" if name == "settings" and (len(parts) == 1 or parts[1] == "history") else "read"
    if not access.may(f"api:{name}:{right}"):
        return v3_refusal(403, f"Missing permission api:{name}:{right}")
    try:
        return _collection(request, desk, parts)
    except Refused as refused:
        return v3_refusal(refused.status, str(refused))


def _version(desk: Desk) -> Row:
    return {"version": VERSION, "apiVersion": API_VERSION, "srvDate": desk.now(), "storage": _STORAGE}


def _collection(request: web.Request, desk: Desk, parts: list[str]) -> web.StreamResponse:
    pairs = parse_qsl(request.query_string, keep_blank_values=True)
    if len(parts) == 1:
        search = parse_search(pairs)
        rows = found_in(_rows(desk, parts[0], search.span), search)
        return v3_reply(
            {"status": 200, "result": [_projected(as_document(parts[0], row), search.fields) for row in rows]}
        )
    if parts[1] == "history":
        return _history(request, desk, parts)
    return _one(desk, parts[0], parts[1], dict(pairs).get("fields"))


def _rows(desk: Desk, name: str, span: tuple[int, int]) -> Iterable[Row]:
    return desk.site.devicestatus(*span) if name == "devicestatus" else desk.site.collections[name]


def as_document(name: str, row: Row) -> Row:
    """As v3 shows a document: no _id, an identifier always, and the server's stamps filled in."""
    stamp = row.get("srvModified") or _stamp(name, row)
    shown = {key: value for key, value in row.items() if key != "_id"}
    shown.setdefault("identifier", row["_id"])
    if stamp is not None:
        shown |= {"srvModified": stamp, "srvCreated": row.get("srvCreated", stamp)}
    return shown


def _stamp(name: str, row: Row) -> int | None:
    field = _STAMPS.get(name, "created_at")
    return moment_of(row.get(field)) if field else None


def _projected(row: Row, fields: frozenset[str] | None) -> Row:
    return row if fields is None else {key: value for key, value in row.items() if key in fields}


def _one(desk: Desk, name: str, identifier: str, fields: str | None) -> web.StreamResponse:
    rows = _rows(desk, name, (0, desk.now() * 2))
    found = next((row for row in rows if identifier in (row.get("identifier"), row["_id"])), None)
    if found is None:
        return v3_refusal(404)
    if found.get("isValid") is False:
        return v3_refusal(410)
    shown = as_document(name, found)
    headers = {"Last-Modified": http_date(shown["srvModified"])} if "srvModified" in shown else {}
    wanted = frozenset(fields.split(",")) if fields and fields != "_all" else None
    return v3_reply({"status": 200, "result": _projected(shown, wanted)}, headers=headers)


def _history(request: web.Request, desk: Desk, parts: list[str]) -> web.StreamResponse:
    """Documents whose own srvModified is newer, deleted ones too: what only API v1 wrote has none."""
    search = parse_search(
        [pair for pair in parse_qsl(request.query_string) if pair[0] in ("limit", "fields")]
    )
    floor = _since(request, parts)
    # Made-up device status has no srvModified, so that only what a test has added can show up.
    rows = desk.site.collections[parts[0]]
    newer = [row for row in rows if row.get("srvModified") and row["srvModified"] > floor]
    newer.sort(key=lambda row: row["srvModified"])
    shown = [as_document(parts[0], row) for row in newer[: search.limit]]
    if not shown:
        return v3_reply({"status": 200, "result": []})
    newest = shown[-1]["srvModified"]
    headers = {"Last-Modified": http_date(newest), "ETag": f'W/"{newest}"'}
    return v3_reply(
        {"status": 200, "result": [_projected(row, search.fields) for row in shown]}, headers=headers
    )


def _since(request: web.Request, parts: list[str]) -> int:
    """Epoch ms after which a change counts: from the path, else from the header Last-Modified (to the second)."""
    try:
        if len(parts) == 3:
            return int(parts[2]) if re.fullmatch(r"\d+", parts[2]) else parse_iso(parts[2])
        sent = parsedate_to_datetime(request.headers["Last-Modified"]).astimezone(UTC)
        return int(sent.timestamp()) * 1000 - 1
    except (KeyError, ValueError) as error:
        raise Refused(400, "Bad or missing Last-Modified header/parameter") from error


def _last_modified(desk: Desk) -> Row:
    collections = {name: max(map(_moment, _newest(desk, name)), default=0) for name in COLLECTIONS}
    return {"srvDate": desk.now(), "collections": {name: at for name, at in collections.items() if at}}


def _newest(desk: Desk, name: str) -> Iterable[tuple[str, Row]]:
    span = (desk.site.until - 3_600_000, desk.now() * 2)
    return ((name, row) for row in _rows(desk, name, span))


def _moment(named: tuple[str, Row]) -> int:
    name, row = named
    stamps: list[Any] = [row.get("srvModified"), _stamp(name, row)]
    return int(max((stamp for stamp in stamps if stamp), default=0))
