"""What was done here: the owners' own log on a page, whose check number fits its lines."""

import re

import pytest

from proxy.core.logcheck import heads_of
from proxy.owner.chain import note
from tests.owner.place import console_place
from tests.owner.shares import plain
from tests.owner.visits import at_home, given, post

EVIL = "<img src=x onerror=alert(1)> %(x)s"


async def test_it_tells_what_was_done_by_whom_and_for_which_share() -> None:
    async with at_home() as (ada, place):
        grant = await given(place, EVIL)
        assert (await post(ada, f"/access/{grant.id}/end")).status == 303
        page = await ada.get("/console-log")
        words = plain(page)
        assert "Ada ended access:" in words
        assert "Ada came in as a new owner" in words
        assert words.index("Ada read what was done here") < words.index("Ada ended access")
        assert f'<a href="/access/{grant.id}">&lt;img' in page.text
        assert "<img src=x" not in page.text
        await place.store.erase(grant.id, day="2026-11-24")
        assert grant.id in plain(await ada.get("/console-log"))


async def test_its_check_number_belongs_to_the_lines_of_the_file() -> None:
    async with at_home() as (ada, place):
        shown = re.search(r'<code class="block">([0-9a-f]{64})</code>', (await ada.get("/console-log")).text)
        assert shown
        saved = await ada.get("/console-log.jsonl")
        lines = saved.text.encode().splitlines()
        assert shown[1] in heads_of(lines)
        assert heads_of(lines)[-1] == (await place.store.grants())[0].head
        assert "attachment" in saved.headers["Content-Disposition"]


@pytest.mark.parametrize("page", ["0", "9999", "-1", "x", "%D9%A3", ""])
async def test_long_logs_come_in_pages_and_odd_pages_lead_nowhere_else(page: str) -> None:
    async with at_home() as (ada, place):
        for number in range(150):
            await note(place.store, site="site-1", now=place.clock(), did="backup", who=f"Nr {number}")
        first, second = await ada.get("/console-log"), await ada.get("/console-log?page=2")
        assert first.text.count("<li><span>") == 100
        assert "Nr 149 " in first.text
        assert "Nr 0 " in second.text
        assert "Nr 149 " not in second.text
        assert (await ada.get(f"/console-log?page={page}")).status == 200


async def test_it_speaks_german() -> None:
    async with at_home() as (ada, place):
        await note(place.store, site="site-1", now=place.clock(), did="backup")
        words = plain(await ada.get("/console-log", headers={"Accept-Language": "de"}))
        assert "Sie haben eine Sicherung erstellt" in words
        assert "Ada hat gelesen, was hier getan wurde" in words


async def test_nobody_else_sees_it() -> None:
    async with console_place() as place:
        for path in ("/console-log", "/console-log.jsonl"):
            assert (await place.browser().get(path)).location.startswith("/sign-in")
