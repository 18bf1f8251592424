"""The owner's application: one host name, our own headers, health for any host, and nothing else."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from proxy.core.errors import ChaperoneError, Conflict
from proxy.owner import (
    about_me,
    access_pages,
    app_page,
    asks,
    chain_page,
    first_steps,
    inventory,
    language,
    pages,
    prepare,
    preview,
    remarks,
    settings_page,
    share,
    sign_in,
)
from proxy.owner.console import Console
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FOR_ANY_HOST: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_LATER: Final = Said(_("This can't be done just now. Wait a moment and try again; nothing was lost."))
_MEANWHILE: Final = Said(
    _("Somebody changed this in the meantime, perhaps you in another window. Load the page again.")
)
_NOTHING: Final = Said(_("There is nothing at this address."))
_FAULT: Final = Said(_("Something went wrong here. The log of this machine says more."))
log = structlog.get_logger("owner")


def console_app(
    console: Console, health: Iterable[web.RouteDef], more: Iterable[web.RouteDef] = ()
) -> web.Application:
    """Build the application. `more` are pages of other rooms of the console."""
    app = web.Application(client_max_size=1024, middlewares=[_signed, _guard, _right_host(console)])
    app.router.add_routes(health)
    app.router.add_routes(routes(console))
    app.router.add_routes(more)
    return app


def routes(console: Console) -> list[web.RouteDef]:
    """List all pages of the console."""
    return [
        web.get("/", signed_in(console, _home)),
        *sign_in.routes(console),
        *first_steps.routes(console),
        *settings_page.routes(console),
        *chain_page.routes(console),
        *share.routes(console),
        *prepare.routes(console),
        *preview.routes(console),
        *access_pages.routes(console),
        *asks.routes(console),
        *inventory.routes(console),
        *about_me.routes(console),
        *remarks.routes(console),
        *app_page.routes(console),
        *language.routes(console),
        *pages.files(),
    ]


async def _home(turn: Turn) -> web.Response:
    served = [path for path, *_labels in pages.NAVIGATION if path in pages.served(turn.request)]
    return pages.see_other(served[0])


@web.middleware
async def _signed(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers["Server"] = "chaperone"
    if request.body_exists and response.status >= 400:  # noqa: PLR2004
        # Where a body was not read, a proxy before us may see its end elsewhere: nothing is read after it.
        response.force_close()
        response.headers["Connection"] = "close"
    return response


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what was not foreseen into a bare page: bugs tell nothing to anyone."""
    language.begin(request)
    try:
        return await handler(request)
    except web.HTTPException as error:
        return pages.message(request, _("Not found"), _NOTHING, status=error.status)
    except Conflict as error:
        return pages.message(request, _("Changed meanwhile"), _MEANWHILE, status=error.status)
    except ChaperoneError as error:
        log.warning("owner_unavailable", reason=error.reason)
        return pages.message(request, _("One moment"), _LATER, status=error.status)
    except ConnectionError:
        raise
    except Exception as error:  # the outermost net: a bug must not become a stack trace on a page
        log.exception("bug", exc_info=error)
        return pages.message(request, _("Something went wrong"), _FAULT, status=500)


def _right_host(console: Console) -> Any:
    expected = urlsplit(console.origin).netloc.lower()

    @web.middleware
    async def right_host(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer only to our own name: else a page elsewhere could have its name lead here."""
        if request.headers.get("Host", "").lower() != expected and request.path not in FOR_ANY_HOST:
            return _not_here()
        return await handler(request)

    return right_host


def on_one_port(
    owner: web.Application, owner_url: str, other: web.Application, other_url: str
) -> web.Application:
    """Serve two sides at one place: the host name decides. Health is answered for any."""
    sides = {urlsplit(owner_url).netloc.lower(): owner, urlsplit(other_url).netloc.lower(): other}
    health = {
        route.resource.canonical: route.handler
        for route in owner.router.routes()
        if route.resource is not None and route.resource.canonical in FOR_ANY_HOST
    }

    @web.middleware
    async def either(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in health and request.method in ("GET", "HEAD"):
            return await health[request.path](request)
        if request.headers.get("Host", "").lower() not in sides:
            return _not_here()
        return await handler(request)

    both = web.Application(client_max_size=4096, middlewares=[either])
    for host, side in sides.items():
        both.add_domain(host, side)
    return both


def _not_here() -> web.Response:
    return web.Response(status=421, text="This address is not served here.", headers=dict(pages.HEADERS))
