"""The access log of one share: live, in plain words, exact on demand, and its reading on record."""

import json
import re

from proxy.core.record import Draft, verify
from tests.owner.shares import plain
from tests.owner.visits import ON_A_PC, at_home, given, opened, told


async def test_the_log_is_told_in_plain_words_in_the_zone_of_the_site() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place, words="Please look at the nights."))
        place.clock.now += 120_000
        await told(place, grant, "answer", door="summary", query="page days=14", status=200, rows=9, bytes=99)
        await told(place, grant, "refusal", door="/pebble", status=403, reason="not_shared")
        page = plain(await browser.get(f"/access/{grant.id}"))
        assert "Times in Europe/Berlin." in page
        assert "13:00 Opened for the first time on a Windows PC, with the link" in page
        assert "13:02 Looked at the summary (14 days) on a Windows PC (1 request); 1 request refused" in page
        assert "Please look at the nights." in page


async def test_the_log_is_told_in_the_readers_language_also_where_it_follows() -> None:
    async with at_home() as (browser, place):
        german = {"Accept-Language": "de"}
        grant = await opened(place, await given(place))
        await told(place, grant, "closed")
        answer = await browser.get(f"/access/{grant.id}", headers=german)
        page = plain(answer)
        assert "Montag, 23. November 2026" in page
        assert "Zum ersten Mal geöffnet auf einem Windows-PC, mit dem Link" in page
        assert "Geschlossen auf einem Windows-PC; der Zugang besteht weiter" in page
        opening = re.search(r'data-opening="(\w+)"', answer.text)
        assert opening
        path = f"/access/{grant.id}/log?length=0&opening={opening.group(1)}"
        assert "Zum ersten Mal" in (await browser.get(path, headers=german)).text
        assert "Zum ersten Mal" not in (await browser.get(path)).text


async def test_opening_the_log_is_on_the_owners_chain_once_and_following_it_is_not() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        page = await browser.get(f"/access/{grant.id}")
        opening = re.search(r'data-opening="(\w+)"', page.text)
        assert opening
        for _ in range(3):
            answer = await browser.get(f"/access/{grant.id}/log?length=0&opening={opening.group(1)}")
            assert answer.status == 200
        read = [each for each in await place.log() if each["did"] == "log"]
        assert [(each["grant_of"], each["who"]) for each in read] == [(grant.id, "Ada")]


async def test_the_log_can_not_be_followed_without_having_been_opened_here() -> None:
    async with at_home() as (browser, place):
        grant, other = await given(place), await given(place, "Somebody else")
        page = await browser.get(f"/access/{grant.id}")
        opening = re.search(r'data-opening="(\w+)"', page.text)
        assert opening
        for query in ("", "?opening=", "?opening=00", "?opening=%ff"):
            assert (await browser.get(f"/access/{grant.id}/log{query}")).status == 404
        assert (await browser.get(f"/access/{other.id}/log?opening={opening.group(1)}")).status == 404
        stranger = place.browser()
        answer = await stranger.get(f"/access/{grant.id}/log?opening={opening.group(1)}")
        assert answer.location.startswith("/sign-in")


async def test_following_gives_only_what_is_new() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        page = await browser.get(f"/access/{grant.id}")
        path = re.search(r'data-path="([^"]+)" data-opening="(\w+)" data-length="(\d+)"', page.text)
        assert path
        asked = f"{path.group(1)}?length={path.group(3)}&opening={path.group(2)}"
        same = json.loads((await browser.get(asked)).text)
        assert "days" not in same
        await opened(place, grant)
        now = json.loads((await browser.get(asked)).text)
        assert now["state"] == "open"
        assert now["days"][-1]["lines"][-1]["words"].startswith("Opened for the first time")


async def test_the_page_does_without_the_owners_chain_for_nothing() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        await browser.get("/access")
        place.store.fails.add("append")  # type: ignore[attr-defined]  # the store in memory
        assert (await browser.get(f"/access/{grant.id}")).status == 503
        assert (await browser.get(f"/access/{grant.id}/log.jsonl")).status == 503


async def test_the_saved_file_is_the_exact_chain() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place))
        answer = await browser.get(f"/access/{grant.id}/log.jsonl")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        found = verify(answer.text.encode().splitlines(), head=grant.head, grant=grant.id)
        assert found.ok
        assert found.length == grant.length
        assert (await place.log())[-1]["did"] == "export"


async def test_what_ran_out_is_sealed_when_it_is_looked_at() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        place.clock.now = grant.expires_at + 1
        await browser.sign_in()
        assert "its time was over" in plain(await browser.get(f"/access/{grant.id}"))
        sealed = await place.store.grant(grant.id)
        assert sealed is not None
        assert sealed.ending == "expired"


async def test_no_text_of_others_becomes_part_of_the_page() -> None:
    evil = "<img src=x onerror=alert(1)>"
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place, f"Dr {evil}", words=f"</script>{evil}"), device=evil)
        for fields in (
            {"door": evil, "query": evil, "reason": evil, "request_id": evil},
            {"door": "summary", "query": f"text days={evil}", "file": f"{evil}.pdf"},
        ):
            await told(place, grant, "answer", **fields, device=evil, address=evil)
            await told(place, grant, "refusal", **fields, device=evil, address=evil)
        page = await browser.get(f"/access/{grant.id}")
        assert evil not in page.text
        assert "<img src=x" not in page.text
        assert "%(name)s" not in page.text
        assert page.text.count("&lt;img src=x onerror=alert(1)&gt;") > 5
        listed = await browser.get("/access")
        assert evil not in listed.text


async def test_percent_signs_of_others_break_no_sentence() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place, "100 %(name)s %d %"), device="%s%n")
        page = await browser.get(f"/access/{grant.id}")
        assert page.status == 200
        assert "100 %(name)s %d %" in plain(page)
        ended = await place.store.end(grant.id, "revoked", Draft("ended", place.clock(), ON_A_PC))
        assert "100 %(name)s %d %" in plain(await browser.get(f"/access?ended={ended.id}"))


async def test_what_was_shared_is_told_from_the_shares_own_policy() -> None:
    async with at_home() as (browser, place):
        grant = await given(place, policy="cgm-only")
        page = plain(await browser.get(f"/access/{grant.id}"))
        assert "Glucose readings" in page
        withheld = page[page.index("Not shared") :]
        assert "Insulin: doses" in withheld
