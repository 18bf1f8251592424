"""What pages say about asking for more: which buttons there are, and how the last question stands.

Nothing here looks at data, or at an answer that was no.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from proxy.core.ask import ASK, WORDS, Ask, Told, decode, mark, told
from proxy.core.grant import Grant
from proxy.core.ports import Document
from proxy.visit import pages
from proxy.visit.visit import Visit


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page prints."""

    offered: tuple[str, ...]
    """What has a button."""
    told: Told
    words: Mapping[str, str]
    mark: str
    """Differs as soon as there is something new to show."""
    back: str
    """The page to come back to."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Give the headers of a page that looks by itself whether the answer has come."""
        return pages.POLLING if self.told.state == "asked" else {}


async def asking_of(visit: Visit, grant: Grant, back: str) -> Asking:
    """Say how it stands under a grant. Raises StoreUnavailable."""
    known = await last_ask(visit, grant)
    how = told(known[1] if known else None, visit.clock())
    offered = visit.describe(grant).asks if how.may_ask else ()
    return Asking(offered, how, WORDS, mark(grant, how), back)


async def last_ask(visit: Visit, grant: Grant) -> tuple[Document, Ask] | None:
    """Read what was asked last under a grant. Raises StoreUnavailable."""
    document = await visit.store.document(ASK, grant.id)
    return None if document is None else (document, decode(document.body))
