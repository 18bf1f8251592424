"""“Prepare for the visit”: both files at once, the words once, all of it on record, and nothing for an ended share."""

import re
from base64 import b64decode
from hashlib import sha256

import msgspec
import pytest

from proxy.core.errors import UpstreamError
from proxy.core.grant import Grant
from proxy.core.identity import ABOUT_ME, ME, AboutMe
from proxy.core.prepared import Paper, Prepare, Prepared, PreparedFile
from proxy.owner.prepare import LATE, NONE
from tests.owner.place import Answer, Browser, console_place
from tests.owner.shares import plain, policies, records, share, visits

WORDS = "acorn-badge-cabin-dawn-eagle-fabric"
FILES = (
    PreparedFile(
        "pdf-locked", "glucose-2026-11-23.pdf", "application/pdf", "file pdf-locked days=14", b"%PDF"
    ),
    PreparedFile("html", "glucose-2026-11-23.html", "text/html", "file html days=14", b"<!DOCTYPE html>"),
)


async def both(_grant: Grant, _paper: Paper) -> Prepared:
    return Prepared(WORDS, FILES)


async def none(_grant: Grant, _paper: Paper) -> Prepared:
    return Prepared("", ())


async def late(_grant: Grant, _paper: Paper) -> Prepared:
    raise UpstreamError("upstream_unreachable", "…")


async def a_grant(browser: Browser) -> Grant:
    await share(browser)
    return (await visits(browser.place.store))[0]


async def prepared(browser: Browser, grant: Grant, **fields: str) -> Answer:
    page = await browser.get(f"/share/{grant.id}/prepare")
    assert page.status == 200
    return await browser.post(f"/share/{grant.id}/prepare", {"csrf": page.hidden("csrf")} | fields)


async def test_both_files_and_the_words_are_there_at_once_and_only_once() -> None:
    async with console_place(policies=policies, prepare=both) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        answer = await prepared(browser, grant)
        again = await browser.get(f"/share/{grant.id}/prepare")
    assert WORDS in plain(answer)
    found = re.findall(r'href="data:([^;]+);base64,([^"]+)" download="([^"]+)"', answer.text)
    assert [(kind, b64decode(body), name) for kind, body, name in found] == [
        (one.media, one.body, one.name) for one in FILES
    ]
    assert WORDS not in again.text
    assert "data:" not in again.text


async def test_the_report_is_for_the_paper_that_the_owner_prints_on() -> None:
    asked: list[Paper] = []

    async def noted(grant: Grant, paper: Paper) -> Prepared:
        asked.append(paper)
        return await both(grant, paper)

    async with console_place(policies=policies, prepare=noted) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        for fields in ({}, {"paper": "us-letter"}, {"paper": "papyrus"}):
            await prepared(browser, grant, **fields)
    assert asked == ["a4", "us-letter", "a4"]


@pytest.mark.parametrize(("paper", "ticked"), [("a4", False), ("us-letter", True)])
async def test_the_tick_for_us_letter_is_as_the_owner_said_of_themselves(paper: Paper, ticked: bool) -> None:
    async with console_place(policies=policies, prepare=both) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        said = msgspec.json.encode(AboutMe(paper=paper))
        await place.store.put(ABOUT_ME, ME, said, version=None)
        page = await browser.get(f"/share/{grant.id}/prepare")
    assert ('value="us-letter" checked' in page.text) is ticked


async def test_files_that_the_owner_made_are_not_among_those_that_the_clinician_took() -> None:
    async with console_place(policies=policies, prepare=both) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        await prepared(browser, grant)
        pages = [plain(await browser.get(f"/access/{grant.id}{more}")) for more in ("", "/receipt")]
    for page in pages:
        assert "Files made by you a file (locked PDF) (14 days); a file (locked visit file) (14 days)" in page
    assert "Files taken none" in pages[0]
    assert "0 requests answered" in pages[1]


async def test_each_file_is_on_both_chains_with_its_digest_before_it_is_shown() -> None:
    async with console_place(policies=policies, prepare=both) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        await prepared(browser, grant)
        told = [one for one in await records(place.store, grant) if one["kind"] == "answer"]
        own = [one for one in await place.log() if one.get("did") == "file"]
    digests = [sha256(one.body).hexdigest() for one in FILES]
    assert [one["sha256"] for one in told] == [one["sha256"] for one in own] == digests
    assert {one["by"] for one in told} == {"owner"}
    assert [one["query"] for one in told] == [one.query for one in FILES]
    assert WORDS not in repr(told) + repr(own)


@pytest.mark.parametrize(("prepare", "status", "words"), [(none, 409, NONE), (late, 503, LATE)])
async def test_where_no_file_can_be_made_the_page_says_why_and_nothing_is_on_record(
    prepare: Prepare, status: int, words: str
) -> None:
    async with console_place(policies=policies, prepare=prepare) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        answer = await prepared(browser, grant)
        told = [one for one in await records(place.store, grant) if one["kind"] == "answer"]
    assert answer.status == status
    assert words in plain(answer)
    assert told == []


async def test_of_a_share_that_has_ended_nothing_is_made() -> None:
    async with console_place(policies=policies, prepare=both) as place:
        browser = await place.signed_in()
        grant = await a_grant(browser)
        csrf = (await browser.get(f"/share/{grant.id}/prepare")).hidden("csrf")
        place.clock.now = grant.expires_at + 1
        other = await browser.sign_in()
        page = await browser.get(f"/share/{grant.id}/prepare")
        answer = await browser.post(f"/share/{grant.id}/prepare", {"csrf": csrf})
    assert other.status in (200, 303)
    assert page.status in (303, 404)
    assert WORDS not in answer.text
