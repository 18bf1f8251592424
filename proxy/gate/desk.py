"""The gate's desk for the socket edge: who asks, what they may see, and how much they have asked for."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from proxy.core.errors import TokenError
from proxy.core.grant import Grant
from proxy.core.record import Draft, Value
from proxy.core.session import cookie_name
from proxy.core.view import View
from proxy.gate.asking import Asking, asking
from proxy.gate.gate import Gate
from proxy.gate.holder import holder
from proxy.gate.streams import abort


class Desk:
    """Meets what the socket edge asks for in its ports."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def holder(self, request: web.Request) -> Grant | None:
        """Give the open grant of a request's cookie or token; None if it carries neither. Raises TokenError."""
        has_header = "Authorization" in request.headers or "api-secret" in request.headers
        has_cookie = cookie_name(self._gate.public_url) in request.cookies
        if not has_header and not has_cookie and "token" not in request.query:
            return None
        return await holder(self._gate, request, self._asked(request))

    async def owner_of(self, request: web.Request, token: str) -> Grant:
        """Give the grant of a ticket or token in an event, beside the request's own. Raises TokenError."""
        # As a header of the same request: so it is read by the same rules, and those of two grants are refused.
        if not token.isascii() or not token.isprintable():
            raise TokenError("no token")
        headers = request.headers.copy()
        headers["api-secret"] = token
        told = request.clone(headers=headers)
        return await holder(self._gate, told, self._asked(told))

    def view(self, grant: Grant) -> View:
        """Give the view of an opened grant."""
        return self._gate.view(grant)

    def seen(self, request: web.Request) -> Mapping[str, Value]:
        """Give what is recorded of whoever asks."""
        asked = self._asked(request)
        return {"request_id": asked.request_id, "device": asked.device, "address": asked.address}

    async def admits(self, grant: Grant, seen: Mapping[str, Value]) -> bool:
        """Count a question; False if there are too many, and then that is on record."""
        gate = self._gate
        pause = gate.limits.check(grant.id, gate.clock())
        if pause is None:
            return True
        if pause.new:
            fields = {
                **seen,
                "door": "socket",
                "status": 429,
                "reason": "too_many_requests",
                "until": pause.until,
            }
            await gate.store.append(grant.id, Draft("refusal", gate.clock(), fields))
        return False

    def carries(self, grant: Grant, transport: asyncio.Transport | None, *, under_way: bool) -> None:
        """Note a connection on which something of a grant goes out."""
        self._gate.streams.carry(grant, transport, under_way=under_way)

    def abort(self, transport: asyncio.Transport) -> None:
        """Close a connection at once, so that what is queued is never sent."""
        abort(transport)

    async def spent(self, grant: Grant) -> None:
        """Count a record against the day's limit."""
        await self._gate.limits.spend(grant.id, self._gate.clock(), upstream=0)

    def _asked(self, request: web.Request) -> Asking:
        gate = self._gate
        return asking(request, now=gate.clock(), request_id=gate.request_id(), trusted=gate.trusted)
