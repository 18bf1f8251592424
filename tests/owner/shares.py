"""Sharing in tests: the form as the page sends it, and what was shown once."""

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import msgspec

from proxy.core.grant import Grant
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.ports import Store
from tests.owner.place import Answer, Browser

POLICIES = [
    parse(file.read_text(encoding="utf-8"), file=file.name)
    for file in sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))
]


def policies() -> Sequence[Policy]:
    return POLICIES


async def filled(browser: Browser, **changed: str) -> dict[str, str]:
    """Give the form as the page comes, with some fields filled in."""
    page = await browser.get("/share")
    assert page.status == 200, page.text
    form = {
        "clinician": "Diabetes clinic",
        "policy": "consultant",
        "days": "14",
        "until": "today",
        "way": "room",
    }
    return {"csrf": page.hidden("csrf"), "once": page.hidden("once"), **form, **changed}


async def share(browser: Browser, **changed: str) -> Answer:
    """Open the page, fill it in and share."""
    return await browser.post("/share", await filled(browser, **changed))


def secrets(answer: Answer) -> tuple[str, str, str]:
    """Give link, code and PIN that a page shows; empty where it shows none."""
    link = re.search(r"https?://[^\s<]+/visit#[A-Za-z0-9_-]{22}", answer.text)
    code = re.search(r'"huge">([0-9A-Z]{5}-[0-9A-Z]{5})<', answer.text)
    pin = re.search(r"(\d{3})&#8239;(\d{3})", answer.text)
    return link.group() if link else "", code.group(1) if code else "", "".join(pin.groups()) if pin else ""


async def visits(store: Store) -> list[Grant]:
    """Give the grants that were given to somebody, the newest first."""
    return [grant for grant in await store.grants() if grant.kind == "visit"]


async def records(store: Store, grant: Grant) -> list[dict[str, Any]]:
    """Read a grant's chain."""
    return [msgspec.json.decode(record.body) async for record in store.records(grant.id)]


def plain(answer: Answer) -> str:
    """Give a page's text without its marks."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))
