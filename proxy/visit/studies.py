"""What the summary asks of the gate: types only."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.policy import Policy
from proxy.core.study import Study
from proxy.core.view import Window


class Studies(Protocol):
    """Reads filtered rows for a summary, and puts what was made of them on record."""

    def policy(self, grant: Grant) -> Policy:
        """Give the policy of a grant. Raises PolicyError."""
        ...

    def window(self, grant: Grant) -> Window:
        """Give the window of an opened grant."""
        ...

    def zone(self, grant: Grant) -> str:
        """Give the zone in which its days begin."""
        ...

    async def admits(self, request: web.Request, grant: Grant) -> bool:
        """Count a question; False if there are too many, and then that is on record."""
        ...

    def prepare(
        self, grant: Grant, then: Callable[[Study], Awaitable[None]], days: int | None = None
    ) -> None:
        """Begin to read what the first page, or one of so many days, will need; `then` is given it, unless a page asks first."""
        ...

    async def study(self, grant: Grant, days: int) -> Study:
        """Read the rows of the last so many days, as far as they come in time."""
        ...

    async def day(self, grant: Grant, start: int, end: int) -> Study:
        """Read the rows of one local day."""
        ...

    async def record(
        self, request: web.Request, grant: Grant, study: Study, content: bytes, query: str
    ) -> None:
        """Put a page on record before it leaves. Raises GrantEnded or StoreUnavailable: then it must not leave."""
        ...
