"""Visits in tests: a share, a clinician who opens it, and what they are said to have asked."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from proxy.core.grant import HOUR, Grant
from proxy.core.mint import Times, new_grant
from proxy.core.record import Draft
from tests.owner.place import ENTRY_KEY, Browser, Place, console_place
from tests.owner.shares import POLICIES, policies

ON_A_PC = {"device": "Windows PC", "address": "10.1.2.0/24"}


@asynccontextmanager
async def at_home(**ports: Any) -> AsyncIterator[tuple[Browser, Place]]:
    """Open a console in which Ada has signed in."""
    async with console_place(policies=policies, **ports) as place:
        yield await place.signed_in(), place


async def given(
    place: Place,
    clinician: str = "Diabetes clinic",
    *,
    policy: str = "consultant",
    words: str = "",
    lasts: int | None = 4 * HOUR,
) -> Grant:
    """Share with a clinician, as the page does."""
    chosen = next(each for each in POLICIES if each.name == policy)
    now = place.clock()
    minted = await asyncio.to_thread(
        new_grant,
        chosen,
        site="site-1",
        clinician=clinician,
        days=14,
        times=Times(now, lasts, now + 28 * HOUR),
        now=now,
        random=place.dice,
        entry_key=ENTRY_KEY,
        public_url=place.console.public_url,
        words=words,
    )
    return await place.store.add_grant(minted.grant, minted.consent)


async def told(place: Place, grant: Grant, kind: Any, **fields: Any) -> Grant:
    """Put on a share's record what somebody did, on a PC unless said otherwise."""
    return await place.store.append(grant.id, Draft(kind, place.clock(), {**ON_A_PC, **fields}))


async def opened(place: Place, grant: Grant, *, by: str = "link", **seen: Any) -> Grant:
    """Let the clinician in."""
    who: Mapping[str, Any] = {**ON_A_PC, **seen}
    await told(place, grant, "sign_in", by=by, outcome="entered", **seen)
    draft = Draft("opened", place.clock(), {**who, "by": by, "zone": "Europe/Berlin"})
    return await place.store.open(grant.id, place.clock(), zone="Europe/Berlin", record=draft)


async def post(browser: Browser, path: str, *, at: str = "/access", **form: str) -> Any:
    """Send a form of the page `at`."""
    return await browser.post(path, {"csrf": await browser.csrf(at), **form})
