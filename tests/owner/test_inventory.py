"""What is in my Nightscout: shown to the owner, to nobody else, and kept nowhere."""

import asyncio
import re

import msgspec

from proxy.core.catalog import COLLECTIONS
from proxy.core.errors import UpstreamError
from proxy.core.grant import DAY
from proxy.core.instants import written
from proxy.core.plan import Fetch
from proxy.owner.inventory_reading import empty, gather
from tests.living import NOW
from tests.owner.place import Answer, Browser, console_place
from tests.owner.shares import plain

EVIL = "<script>alert(1)</script>"


class Site:
    """Rows as Nightscout would send them, by the questions of the planner."""

    def __init__(self, **rows: list[dict[str, object]]) -> None:
        self.rows = rows
        self.asked: list[Fetch] = []
        self.failing = ""
        self.waits: asyncio.Event | None = None
        self.is_asked = asyncio.Event()

    async def __call__(self, fetch: Fetch) -> bytes:
        self.asked.append(fetch)
        self.is_asked.set()
        if self.waits:
            await self.waits.wait()
        if fetch.collection == self.failing:
            raise UpstreamError("upstream_refused", "Nightscout did not answer this question.")
        there = [
            row
            for row in self.rows.get(fetch.collection, [])
            if written(fetch.since) <= str(row.get("created_at", written(fetch.since))) < written(fetch.until)
        ]
        return msgspec.json.encode(there[: fetch.count])


def treatment(days_ago: float, **fields: object) -> dict[str, object]:
    return {"created_at": written(NOW - int(days_ago * DAY)), "eventType": "Note", **fields}


async def look(browser: Browser, days: str = "14") -> Answer:
    csrf = (await browser.get("/inventory")).hidden("csrf")
    return await browser.post("/inventory", {"csrf": csrf, "days": days})


async def test_the_page_tells_what_there_is_and_masks_what_could_tell_who_it_is() -> None:
    site = Site(
        treatments=[treatment(1, enteredBy="Emma", notes="call +49 30 1234567", novel=5), treatment(300)]
    )
    async with console_place(rows=site) as place:
        browser = await place.signed_in()
        assert 'href="/inventory"' in (await browser.get("/settings")).text
        page = await look(browser)
        assert page.status == 200
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "Everything was read." in page.text
        text = plain(page)
        assert "1 documents" in text
        assert "a phone number" in text
        masked = re.findall(r'<details class="masked">.*?</details>', page.text, re.DOTALL)
        outside = re.sub(r'<details class="masked">.*?</details>', "", page.text, flags=re.DOTALL)
        assert any("1234567" in each for each in masked)
        assert "1234567" not in outside
        assert "Emma" not in outside
        assert "treatments novel number 1" in text
        assert page.text.rstrip().endswith("</html>")


async def test_since_when_is_found_also_before_the_days_that_were_read() -> None:
    site = Site(treatments=[treatment(1), treatment(300)])
    found = empty()
    steps = [step async for step in gather(site, found, now=NOW, days=14)]
    since = found["treatments"].since
    assert since is not None
    assert abs(since - (NOW - 300 * DAY)) <= 2 * DAY
    assert found["treatments"].documents == 1
    assert found["entries"].since is None
    assert (steps[-1].done, steps[-1].collection) == (steps[-1].of, "")
    assert {fetch.collection for fetch in site.asked} == set(COLLECTIONS)
    assert (
        max(
            fetch.until - fetch.since
            for fetch in site.asked
            if fetch.collection == "devicestatus" and fetch.count > 1
        )
        <= DAY
    )


async def test_names_and_values_of_uploaders_are_harmless_on_the_page() -> None:
    rows = [
        treatment(1, **{EVIL: EVIL, "enteredBy": EVIL, "notes": f"{EVIL} jane@example.org"}, a={EVIL: 1}),
        treatment(1, **{"x</pre><script>": 1, "javascript:alert(1)": "{{ 7*7 }}", "on": "\"onmouseover='x'"}),
    ]
    async with console_place(rows=Site(treatments=rows, profile=[{"store": {EVIL: {"dia": 5}}}])) as place:
        page = await look(await place.signed_in())
        assert "<script>alert" not in page.text
        assert "</pre><script" not in page.text
        assert page.text.count("<script") == (await place.browser().get("/sign-in")).text.count("<script") + 1
        assert "&lt;script&gt;alert(1)" in page.text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


async def test_nothing_of_it_is_kept_and_the_owners_chain_tells_only_that_it_was_read() -> None:
    site = Site(treatments=[treatment(1, enteredBy="Emma", notes="jane@example.org")])
    async with console_place(rows=site) as place:
        browser = await place.signed_in()
        await look(browser)
        kept = [
            document.body
            for kind in place.store._documents  # type: ignore[attr-defined]  # the store of the tests
            for document in await place.store.documents(kind[0] if isinstance(kind, tuple) else kind)
        ]
        assert kept
        assert not [body for body in kept if b"jane" in body or b"Emma" in body]
        log = await place.log()
        assert [(each["did"], each["days"]) for each in log if each["did"] == "inventory read"] == [
            ("inventory read", 14)
        ]
        assert "jane" not in str(log)
        assert "jane" not in (await browser.get("/inventory")).text


async def test_a_part_that_fails_is_told_and_the_rest_is_shown() -> None:
    site = Site(treatments=[treatment(1)])
    site.failing = "devicestatus"
    async with console_place(rows=site) as place:
        page = await look(await place.signed_in())
        assert "parts could not be read" in page.text
        assert "1 documents" in plain(page)


async def test_one_reading_at_a_time() -> None:
    site = Site()
    site.waits = asyncio.Event()
    async with console_place(rows=site) as place:
        browser = await place.signed_in()
        first = asyncio.create_task(look(browser))
        async with asyncio.timeout(30):
            await site.is_asked.wait()
        assert (await look(browser)).status == 429
        site.waits.set()
        assert (await first).status == 200
        assert (await look(browser)).status == 200


async def test_only_an_owner_and_only_by_our_own_form() -> None:
    site = Site(treatments=[treatment(1)])
    async with console_place(rows=site) as place:
        browser = await place.signed_in()
        csrf = (await browser.get("/inventory")).hidden("csrf")
        assert (await place.browser().get("/inventory")).status == 303
        assert (await place.browser().post("/inventory", {"csrf": csrf})).status == 303
        assert (await browser.post("/inventory", {"csrf": "x"})).status == 403
        foreign = await browser.post("/inventory", {"csrf": csrf}, headers={"Origin": "https://evil.example"})
        assert foreign.status == 403
        assert not site.asked


async def test_a_number_of_days_that_was_not_offered_is_the_smallest() -> None:
    site = Site()
    async with console_place(rows=site) as place:
        await look(await place.signed_in(), days="99999")
        asked = [fetch for fetch in site.asked if fetch.collection == "activity" and fetch.count > 1]
        assert min(fetch.since for fetch in asked) >= NOW - 15 * DAY


async def test_in_german_the_words_for_what_was_found_are_german_too() -> None:
    site = Site(treatments=[treatment(1, enteredBy="Emma", notes="call +49 30 1234567", uuid="a", glucose=5)])
    async with console_place(rows=site) as place:
        browser = await place.signed_in()
        csrf = (await browser.get("/inventory")).hidden("csrf")
        answer = await browser.post(
            "/inventory", {"csrf": csrf, "days": "14"}, headers={"Accept-Language": "de"}
        )
        page = plain(answer)
        for words in ("Behandlungen (treatments)", "eine Telefonnummer", "nur, wenn eine Vorlage", "Zahl"):
            assert words in page
        for words in ("a phone number", "only if a policy", "Glucose readings"):
            assert words not in page
