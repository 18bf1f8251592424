"""Which form an answer takes: by the path's extension, else by the Accept header."""

import json
from typing import Any

import msgspec
from aiohttp import web

Row = dict[str, Any]
_COLUMNS = ("dateString", "date", "sgv", "direction", "device")
_KINDS = {
    "text/plain": "txt",
    "text/tab-separated-values": "tsv",
    "text/csv": "csv",
    "application/json": "json",
    "text/html": "html",
    "application/javascript": "js",
    "image/png": "png",
    "image/svg+xml": "svg",
}


def wanted_by(request: web.Request, extension: str | None, *, default: str = "txt") -> str:
    """Give the extension that names the form; without one, and with anything accepted, the `default`."""
    if extension:
        return extension
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "*/*").split(",")]
    if accepted[0] in ("*/*", ""):
        return default
    return next((_KINDS[part] for part in accepted if part in _KINDS), "json")


def entries_as(form: str, rows: list[Row]) -> tuple[str, bytes]:
    """Content type and body; what has no form of its own (html, png, svg) is JSON."""
    if form == "csv":
        return "text/csv; charset=utf-8", _separated(rows, ",")
    if form == "tsv":
        return "text/tab-separated-values; charset=utf-8", _separated(rows, "\t")
    if form == "txt":
        return "text/plain; charset=utf-8", _separated(rows, "\t")
    return "application/json; charset=utf-8", msgspec.json.encode(rows)


def _separated(rows: list[Row], mark: str) -> bytes:
    """Five columns without a header, each value as JSON, nothing where there is none; CRLF between rows."""
    return "\r\n".join(mark.join(_cell(row, name) for name in _COLUMNS) for row in rows).encode()


def _cell(row: Row, name: str) -> str:
    if name not in row:
        return ""
    return json.dumps(row[name], ensure_ascii=False) if row[name] is not None else '""'
