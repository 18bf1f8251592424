"""Asking in tests: a clinician who is in, an owner at the console, and what each of them sends."""

import re
from dataclasses import dataclass

from proxy.core.grant import Grant
from tests.owner.both import Both, Clinic
from tests.owner.place import Answer, Browser
from tests.owner.shares import secrets, share, visits


@dataclass(frozen=True)
class Visit:
    """Both of them, in the middle of a visit."""

    both: Both
    owner: Browser
    clinic: Clinic
    id: str

    async def grant(self) -> Grant:
        grant = await self.both.house.store.grant(self.id)
        assert grant is not None
        return grant

    async def csrf(self) -> str:
        return (await self.clinic.get("/visit/home")).hidden("csrf")

    async def ask(self, wish: str, **form: str) -> Answer:
        """Press a button of the clinician's page."""
        return await self.clinic.post(
            "/visit/ask", {"csrf": await self.csrf(), "ask": wish, "back": "/visit/home", **form}
        )

    async def form(self) -> dict[str, str]:
        """Give the owner's form for the question that waits, as the page comes."""
        page = await self.owner.get("/asks")
        return {name: page.hidden(name) for name in ("csrf", "question", "was")}

    async def give(self, form: dict[str, str], **chosen: str) -> Answer:
        return await self.owner.post(f"/asks/{self.id}/give", form | chosen)

    async def not_now(self, form: dict[str, str]) -> Answer:
        return await self.owner.post(f"/asks/{self.id}/not-now", form)


async def visit_of(both: Both, **changed: str) -> Visit:
    """Share, and let the clinician in."""
    owner, clinic = await both.place.signed_in(), both.clinic()
    _link, code, pin = secrets(await share(owner, **changed))
    await clinic.post("/visit", {"code": code, "passcode": pin})
    assert await clinic.is_in()
    [grant] = await visits(both.house.store)
    return Visit(both, owner, clinic, grant.id)


def neutral(text: str) -> str:
    """Give a page without what differs between two houses whatever happens: chance, and the port of the test."""
    text = re.sub(r'name="csrf" value="[^"]*"|"csrf":"[^"]*"|"grant_id":"[^"]*"', "", text)
    return re.sub(r"127\.0\.0\.1:\d+", "", text)
