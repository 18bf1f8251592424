"""The clinicians' server: one host name, our own headers, and every path that is no page of ours to the pipeline."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from proxy.core.errors import ClockError
from proxy.core.token import jwks
from proxy.gate.gate import Gate
from proxy.gate.pipeline import serve
from proxy.gate.refusals import refuse
from proxy.locale.marked import _

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_FORM = 4096
_CORS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, Api-Secret, If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
    "Access-Control-Max-Age": "600",
}
_NOT_POSSIBLE = _("This request is not possible.")
_FAULT = _("Something went wrong here.")
_WRONG_HOST = _("This address is not served here.")
log = structlog.get_logger("web")


def clinicians_app(gate: Gate, pages: Iterable[web.RouteDef]) -> web.Application:
    """Build the application: `pages` are the clinician's own pages, the rest is Nightscout's."""
    app = web.Application(
        client_max_size=LARGEST_FORM,
        middlewares=[_guard(gate), _right_host(gate), _preflight],
    )
    app.router.add_routes(
        web.RouteDef(page.method, page.path, page.handler, page.kwargs | {"expect_handler": _expect_nothing})
        for page in pages
    )

    async def keys(_request: web.Request) -> web.Response:
        return web.json_response(jwks(gate.public_keys()), headers={"Cache-Control": "public, max-age=300"})

    async def anything(request: web.Request) -> web.StreamResponse:
        return await serve(gate, request)

    app.router.add_get("/.well-known/jwks.json", keys, expect_handler=_expect_nothing)
    app.router.add_route("*", "/{path:.*}", anything, expect_handler=_expect_nothing)
    app.on_response_prepare.append(_sign)
    return app


async def _expect_nothing(_request: web.Request) -> None:
    """Overlook `Expect`: aiohttp would write an unknown one into its answer."""


async def _sign(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "chaperone"
    if request.body_exists and (request.method in ("GET", "HEAD") or response.status >= 400):  # noqa: PLR2004
        # Where a body was not wanted, a proxy before us may see its end elsewhere: nothing is read after it.
        response.force_close()
        response.headers["Connection"] = "close"
    if _is_of_another_origin(request) and (
        "Authorization" in request.headers or "Api-Secret" in request.headers
    ):
        response.headers.update(_CORS)


def _is_of_another_origin(request: web.Request) -> bool:
    return (
        request.path.startswith("/api/") and "Origin" in request.headers and "Cookie" not in request.headers
    )


def _guard(gate: Gate) -> Any:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn what was not foreseen into a bare answer with a reference: bugs tell nothing to anyone."""
        try:
            gate.now()
            return await handler(request)
        except ClockError as error:
            return refuse(request, error.status, error.reason, str(error), request_id=gate.request_id())
        except web.HTTPException as error:
            if error.status < 400:  # noqa: PLR2004 - redirects of our own pages
                raise
            return refuse(request, error.status, "not_possible", _NOT_POSSIBLE, request_id=gate.request_id())
        except ConnectionError:
            raise
        except Exception as error:  # the outermost net: a bug must not become a stack trace on a page
            request_id = gate.request_id()
            log.exception("bug", request_id=request_id, exc_info=error)
            return refuse(request, 500, "fault", _FAULT, request_id=request_id)

    return guard


def _right_host(gate: Gate) -> Any:
    expected = urlsplit(gate.public_url).netloc.lower()

    @web.middleware
    async def right_host(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer only to our own name."""
        if request.headers.get("Host", "").lower() != expected:
            return refuse(request, 421, "wrong_host", _WRONG_HOST, request_id=gate.request_id())
        return await handler(request)

    return right_host


@web.middleware
async def _preflight(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let pages of other origins read with a token that they carry themselves; never with our cookie."""
    if request.method == "OPTIONS" and _is_of_another_origin(request):
        return web.Response(status=204, headers=_CORS)
    return await handler(request)
