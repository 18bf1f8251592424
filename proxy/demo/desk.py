"""What every door of the demo site needs at hand."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from proxy.demo.doorkeeper import Access, Doorkeeper
from proxy.demo.site import Site


@dataclass(frozen=True, slots=True)
class Desk:
    """The data, the clock (epoch ms) and who checks credentials."""

    site: Site
    now: Callable[[], int]
    keeper: Doorkeeper

    async def access(self, request: web.Request) -> Access | None:
        """By ``?secret=`` or `api-secret`, Bearer or ``?token=``, in the order in which Nightscout looks."""
        secret = request.query.get("secret") or request.headers.get("api-secret")
        token = bearer(request) or self._exchanged(request.query.get("token"))
        return await self.keeper.access(secret=secret, token=token, address=address(request))

    def _exchanged(self, token: str | None) -> str | None:
        authorized = self.keeper.authorize(token) if token else None
        return authorized["token"] if authorized else None


def bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" and token else None


def address(request: web.Request) -> str:
    """Whom Nightscout takes the client for: the first address that the headers claim."""
    claimed = request.headers.get("X-Forwarded-For", "").split(",")[0].strip()
    return claimed or request.remote or ""


DESK = web.AppKey("DESK", Desk)
