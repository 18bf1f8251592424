"""Notes in tests: a Nightscout that has some, and the pages of “My notes for this visit” as a browser uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.core.remarks import DRAFT, NEXT, REMARKS, Remarks, read_remarks
from tests.owner.place import Answer, Browser, Place
from tests.owner.shares import share

WRITTEN = {
    "question-0": "Is my basal right?",
    "words-0": "flu",
    "first-0": "2026-03-03",
    "last-0": "2026-03-06",
    "words-1": "open loop: travel",
}
ATTACK = "<img src=x onerror=alert(1)>\u202e{{ 7*7 }}%(name)s"


@dataclass
class Nightscout:
    """A site with notes, which can be changed and be away."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Fetch] = field(default_factory=list)
    away: bool = False

    async def __call__(self, fetch: Fetch) -> bytes:
        self.asked.append(fetch)
        if self.away:
            raise UpstreamError("upstream_unreachable", "Not just now.")
        return msgspec.json.encode(self.rows)


def row(at: str, text: str, **more: Any) -> dict[str, Any]:
    base = {"_id": f"id-{text}", "created_at": at, "notes": text, "insulin": 4.25, "enteredBy": "Mum"}
    return {**base, "eventType": "Meal Bolus", **more}


async def write(browser: Browser, path: str = "/notes", **said: str) -> Answer:
    page = await browser.get(path)
    form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **said}
    return await browser.post(path, form)


async def draft(place: Place) -> Remarks:
    return read_remarks(await place.store.document(DRAFT, NEXT))


async def of_grant(place: Place, grant: str) -> Remarks:
    return read_remarks(await place.store.document(REMARKS, grant))


async def pick(browser: Browser, notes: Sequence[str], path: str = "/notes", days: str = "14") -> Answer:
    page = await browser.get(f"{path}/nightscout?days={days}")
    form = [("csrf", page.hidden("csrf")), ("version", page.hidden("version")), ("days", days)]
    return await browser.post(f"{path}/nightscout", [*form, *(("note", key) for key in notes)])


def offered(page: Answer) -> Mapping[str, str]:
    """Give the keys of the notes that can be ticked, by their text."""
    parts = page.text.split('<input type="checkbox" name="note" value="')[1:]
    return {part.split("<bdi>")[1].split("</bdi>")[0]: part.split('"')[0] for part in parts}


async def along(browser: Browser, **changed: str) -> Answer:
    """Share with the tick left as it is."""
    page = await browser.get("/share")
    mark = page.hidden("notes_shown") and page.text.split('name="notes" value="')[1].split('"')[0]
    return await share(browser, notes_shown="yes", notes=mark, **changed)
