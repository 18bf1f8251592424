"""Answers as Express writes them: weak ETag, Last-Modified, 304, gzip, and the shapes of refusals."""

import base64
import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import msgspec
from aiohttp import web

JSON = "application/json; charset=utf-8"
_COMPRESS_FROM = 1024  # bytes


def weak_etag(body: bytes) -> str:
    """Express's: length in hex, and a SHA-1 of the body."""
    digest = base64.b64encode(hashlib.sha1(body).digest())[:27].decode()  # noqa: S324
    return f'W/"{len(body):x}-{digest}"'


def _http_date(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC), usegmt=True)


def reply(
    request: web.Request,
    body: bytes,
    *,
    status: int = 200,
    kind: str = JSON,
    modified: int | None = None,
    vary: str = "Accept-Encoding",
) -> web.Response:
    """Answer for API v1 or v2; `modified` (epoch ms) is the newest row's time."""
    headers = {
        "X-Powered-By": "Express",
        "Access-Control-Allow-Origin": "*",
        "Content-Type": kind,
        "Vary": vary,
    }
    if modified is not None:
        headers["Last-Modified"] = _http_date(modified)
    if status < 500 and body:
        headers["ETag"] = weak_etag(body)
    if status == 200 and _is_fresh(request, headers, modified):
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, status=status, headers=headers)
    if len(body) >= _COMPRESS_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _is_fresh(request: web.Request, headers: dict[str, str], modified: int | None) -> bool:
    if request.headers.get("If-None-Match") == headers.get("ETag", ""):
        return True
    since = request.headers.get("If-Modified-Since")
    if since is None or modified is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since).timestamp() * 1000
    except ValueError:
        return False


def as_json(
    request: web.Request, value: Any, *, status: int = 200, modified: int | None = None
) -> web.Response:
    return reply(request, msgspec.json.encode(value), status=status, modified=modified)


def unauthorized(request: web.Request) -> web.Response:
    body = {"status": 401, "message": "Unauthorized", "description": "Invalid/Missing"}
    return as_json(request, body, status=401)


def mongo_error(request: web.Request, text: str) -> web.Response:
    return as_json(request, {"status": 500, "message": "Mongo Error", "description": text}, status=500)


def no_such_page(request: web.Request) -> web.Response:
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n'
        f"<pre>Cannot {request.method} {_escape(request.path)}</pre>\n</body>\n</html>\n"
    )
    return reply(request, page.encode(), status=404, kind="text/html; charset=utf-8")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def v3_reply(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer for API v3: no ETag of its own, never compressed."""
    given = {"Access-Control-Allow-Origin": "*", "Content-Type": JSON, "Vary": "Accept, Accept-Encoding"}
    return web.Response(body=msgspec.json.encode(value), status=status, headers=given | (headers or {}))


def v3_refusal(status: int, message: str | None = None) -> web.Response:
    body: dict[str, Any] = {"status": status}
    return v3_reply(body if message is None else body | {"message": message}, status=status)


def http_date(at: int) -> str:
    """Epoch ms as HTTP writes it."""
    return _http_date(at)
