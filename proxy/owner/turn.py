"""One request of an owner who is signed in, with everything that was found out about it."""

import re
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from proxy.core.owners import Owner, OwnerSession, is_confirmed
from proxy.core.record import Value
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.forms import Form
from proxy.owner.kept import Kept
from proxy.owner.passkeys import get_options

_PATH: Final = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9][A-Za-z0-9_-]*)*)?", re.ASCII)
_LONGEST_PATH: Final = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """Passed to every page behind the sign-in."""

    console: Console
    request: web.Request
    owner: Owner
    kept: Kept[OwnerSession]
    now: int
    form: Form = field(default_factory=Form)
    """What was sent; empty for a page that is only looked at."""

    @property
    def session(self) -> OwnerSession:
        """The browser's session."""
        return self.kept.value

    @property
    def is_confirmed(self) -> bool:
        """Whether a form that needs confirming can be sent as it is."""
        return is_confirmed(self.session, self.now) and not self.needs_second_factor

    @property
    def needs_second_factor(self) -> bool:
        """Whether a passphrase is not enough here: the owner has more, but has not shown it in this browser."""
        return not self.console.is_local and self.owner.has_second_factor and not self.session.strong

    def confirm_options(self) -> str:
        """Give what the script needs to confirm a form by passkey as it is sent: JSON; empty if it need not be."""
        if self.is_confirmed or not self.owner.passkeys or not self.console.takes_passkeys:
            return ""
        return get_options(self.console, "confirm", self.kept.key, self.owner.passkeys)

    def page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Render a page for this owner."""
        return pages.page(self.request, template, status=status, headers=None, turn=self, **values)

    async def note(self, did: str, **fields: Value) -> None:
        """Put on the owner's chain what is about to be done, and by whom. Raises StoreUnavailable."""
        await self.console.note(self.request, did, who=self.owner.name, **fields)


def safe_path(text: str) -> str:
    """Give a path of ours to go on to: `/` for anything that a browser could read as another site."""
    return text if len(text) <= _LONGEST_PATH and _PATH.fullmatch(text) else "/"
