"""One turn: a request that a holder of an open grant makes, with everything that was found out about it."""

from dataclasses import dataclass

from aiohttp import web

from proxy.core.doors import Entrance
from proxy.core.grant import Grant
from proxy.core.ports import Session
from proxy.core.view import View
from proxy.gate.asking import Asking
from proxy.gate.gate import Gate


@dataclass(frozen=True, slots=True)
class Turn:
    """Passed from step to step once door and method have been allowed."""

    gate: Gate
    request: web.Request
    asked: Asking
    grant: Grant
    view: View
    entrance: Entrance
    session: Session | None = None
    """The browser session that asks, if its view has pages: what Nightscout's own pages need is answered to it."""

    @property
    def door(self) -> str:
        """The door's name in the record."""
        return self.entrance.door.name
