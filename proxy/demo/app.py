"""The demo site as a web application: one table of doors, and nothing that writes."""

import re
from collections.abc import Callable

from aiohttp import web

from proxy.demo import answer, v1, v2, v3
from proxy.demo.desk import DESK, Desk
from proxy.demo.doorkeeper import Doorkeeper
from proxy.demo.engine import PATH
from proxy.demo.find import BadDate, NotSpoken
from proxy.demo.pages import pages
from proxy.demo.site import Site
from proxy.demo.sockets import Sockets

TOKEN = "demo-5b1f0c77a2e94d36"  # noqa: S105  # opens invented data only
API_SECRET = "CANARY-SECRET-demo-api-secret"  # noqa: S105
_EXTENSION = re.compile(r"\.(json|svg|csv|txt|png|html|tsv|js)$")

# first part of the path: how it is answered, and what it needs (nothing: None)
_DOORS: dict[str, tuple[v1.Door, tuple[str, ...]]] = {
    "entries": (v1.entries, ("api:entries:read",)),
    "treatments": (v1.treatments, ("api:treatments:read",)),
    "devicestatus": (v1.devicestatus, ("api:devicestatus:read",)),
    "profile": (v1.profile, ("api:profile:read",)),
    "profiles": (v1.profiles, ("api:profile:read",)),
    "food": (v1.food, ("api:food:read",)),
    "activity": (v1.activity, ("api:activity:read",)),
    "status": (v1.site_status, ("api:status:read",)),
    "verifyauth": (v1.verifyauth, ()),
    "adminnotifies": (v1.adminnotifies, ()),
}
_DOORS_OF_V2 = _DOORS | {
    "properties": (v2.properties, ("api:entries:read", "api:treatments:read")),
    "authorization": (v2.authorization, ()),
}
_LONGEST = {"entries": 1, "food": 1, "profile": 1, "properties": 1, "authorization": 2}
_SUBPATHS = {"food": {"quickpicks", "regular"}, "profile": {"current"}}
SOCKETS = web.AppKey("SOCKETS", Sockets)
"""The live feed of a demo site: its `beat` lets time pass."""


def make_app(
    site: Site,
    *,
    now: Callable[[], int],
    token: str = TOKEN,
    api_secret: str = API_SECRET,
    delay: float = 5.0,
    every: float | None = None,
    on_request: Callable[[web.Request], None] | None = None,
) -> web.Application:
    """Build the demo site's server.

    `now` gives epoch ms; `token` is its reader's (``api:*:read``); `delay` is how many seconds a wrong
    credential costs its address; `every` so many seconds a new reading arrives, by the clock of `now` (None: time
    passes only when somebody calls `app[SOCKETS].beat`); `on_request` is shown every request as it arrived.
    """

    @web.middleware
    async def watch(request: web.Request, handler: v3.Handler) -> web.StreamResponse:
        if on_request is not None:
            on_request(request)
        return await handler(request)

    app = web.Application(middlewares=[watch])
    keeper = Doorkeeper(token=token, api_secret=api_secret, now=now, delay=delay)
    app[DESK] = Desk(site, now, keeper)
    app[SOCKETS] = Sockets(app[DESK], every)
    app.cleanup_ctx.extend((app[SOCKETS].run, app[SOCKETS].engine.run))
    app.on_shutdown.append(app[SOCKETS].engine.stop)
    app.router.add_routes(pages())
    app.router.add_route("*", PATH, app[SOCKETS].engine.serve)
    app.router.add_get("/api/versions", v1.versions)
    app.router.add_route("*", "/api/v3/{rest:.*}", v3.answer_v3)
    app.router.add_route("*", "/{api:(?i:api)}/{version:(?i:v[12])}/{rest:.*}", _answer)
    app.router.add_route("*", "/{rest:.*}", _nothing)
    return app


async def _nothing(request: web.Request) -> web.StreamResponse:
    return answer.no_such_page(request)


async def _answer(request: web.Request) -> web.StreamResponse:
    """Find the door, check what it needs, and read; whoever writes is refused as a reader is."""
    desk = request.app[DESK]
    doors = _DOORS_OF_V2 if request.match_info["version"].lower() == "v2" else _DOORS
    name, rest, extension = _taken_apart(request.match_info["rest"])
    if name not in doors or not _is_path(name, rest):
        return answer.no_such_page(request)
    door, needs = doors[name]
    access = await desk.access(request) if needs else None
    if needs and (access is None or not all(map(access.may, needs))):
        return answer.unauthorized(request)
    if request.method not in ("GET", "HEAD"):
        return answer.unauthorized(request)
    return await _read(request, desk, door, rest, extension)


async def _read(
    request: web.Request, desk: Desk, door: v1.Door, rest: list[str], extension: str | None
) -> web.StreamResponse:
    try:
        return await door(request, desk, rest, extension)
    except BadDate:
        return answer.as_json(request, None)
    except NotSpoken as unspoken:
        return answer.as_json(
            request, {"status": 501, "message": f"the demo site does not speak {unspoken}"}, status=501
        )


def _taken_apart(path: str) -> tuple[str, list[str], str | None]:
    """Door, further parts, extension: ``Entries/sgv.json`` is ``("entries", ["sgv"], "json")``."""
    found = _EXTENSION.search(path)
    parts = (path[: found.start()] if found else path).removesuffix("/").split("/")
    return parts[0].lower(), parts[1:], found[1] if found else None


def _is_path(name: str, rest: list[str]) -> bool:
    known = _SUBPATHS.get(name)
    return len(rest) <= _LONGEST.get(name, 0) and (known is None or set(rest) <= known)
