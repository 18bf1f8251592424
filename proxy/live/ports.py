"""What the socket edge asks of the rest of the house: types only."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.record import Value
from proxy.core.view import View


class Desk(Protocol):
    """Knows who asks, what they may see, and how much they have asked for. The gate's `Desk` is one."""

    async def holder(self, request: web.Request) -> Grant | None:
        """Give the open grant of a request's cookie or token; None if it carries neither.

        Raises TokenError for what is dead or of two grants, StoreUnavailable, and UpstreamError at a first opening.
        A page that polls by itself is no input: the session's idle time is not touched.
        """
        ...

    async def owner_of(self, request: web.Request, token: str) -> Grant:
        """Give the grant of a ticket or token that stands in an event, together with the request's own credentials.

        Raises as `holder`, and TokenError if the two are of different grants.
        """
        ...

    def view(self, grant: Grant) -> View: ...

    def seen(self, request: web.Request) -> Mapping[str, Value]:
        """Give what is recorded of whoever asks: request_id, device, address; new at each call."""
        ...

    async def admits(self, grant: Grant, seen: Mapping[str, Value]) -> bool:
        """Count a question of a grant; False if there are too many, and then that is on record."""
        ...

    def carries(self, grant: Grant, transport: asyncio.Transport | None, *, under_way: bool) -> None:
        """Note a connection on which something of a grant goes out, so that it can be cut when the grant ends."""
        ...

    def abort(self, transport: asyncio.Transport) -> None:
        """Close a connection at once, so that what is queued is never sent."""
        ...

    async def spent(self, grant: Grant) -> None:
        """Count a record against the day's limit."""
        ...
