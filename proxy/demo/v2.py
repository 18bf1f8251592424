"""What API v2 has over v1: authorization and properties."""

from aiohttp import web

from proxy.demo import answer
from proxy.demo.desk import Desk
from proxy.demo.properties import all_properties


async def authorization(
    request: web.Request, desk: Desk, rest: list[str], _extension: str | None
) -> web.StreamResponse:
    """``authorization/request/<access token or JWT>``: a JWT for eight hours. The rest is an admin's."""
    granted = desk.keeper.authorize(rest[1]) if len(rest) == 2 and rest[0] == "request" else None
    return answer.unauthorized(request) if granted is None else answer.as_json(request, granted)


async def properties(
    request: web.Request, desk: Desk, rest: list[str], _extension: str | None
) -> web.StreamResponse:
    """All figures that the server computes, or those named in the path: ``properties/bgnow,delta``."""
    found = all_properties(desk.site, desk.now())
    named = rest[0].split(",") if rest and rest[0] else list(found)
    return answer.as_json(request, {name: found[name] for name in found if name in named})
