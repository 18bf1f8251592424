"""The sharing receipt: page, PDF, and the box that catches a copy of the log that is not what it was."""

import io
import re
from urllib.parse import urlencode

import msgspec
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader

from proxy.core.adjusted import identified
from proxy.core.identity import ABOUT_ME, ME, AboutMe
from proxy.core.policyfile import parse
from proxy.core.receipt import is_signed, sign, statement
from proxy.core.record import Draft, Value
from tests.owner.place import Answer, Browser, Place
from tests.owner.shares import plain
from tests.owner.visits import ON_A_PC, at_home, given, opened, told

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def signing(stated: str) -> tuple[str, str, str]:
    return sign(stated, KEY), "key-1", KEY.public_key().public_bytes_raw().hex()


async def visited(place: Place, clinician: str = "Diabetes clinic") -> tuple[str, list[str]]:
    """Let a visit go by; give the share's id and the lines of its log."""
    grant = await opened(place, await given(place, clinician))
    for _ in range(4):
        place.clock.now += 1000
        await told(place, grant, "answer", door="summary", query="text days=14", status=200, rows=1, bytes=9)
    await told(place, grant, "refusal", door="/pebble", status=403, reason="not_shared")
    await place.store.end(
        grant.id, "finished", Draft("ended", place.clock(), {**ON_A_PC, "ending": "finished"})
    )
    return grant.id, [record.body.decode() async for record in place.store.records(grant.id)]


async def sent(browser: Browser, path: str, form: dict[str, str], language: str = "en") -> Answer:
    """Send a form of any size."""
    headers = {
        "Origin": browser.place.console.origin,
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Language": language,
    }
    return await browser.ask("POST", path, data=io.BytesIO(urlencode(form).encode()), headers=headers)


async def checked(browser: Browser, grant: str, lines: list[str], language: str = "en", **form: str) -> str:
    csrf = await browser.csrf("/access")
    fields = {"csrf": csrf, "log": "\n".join(lines), **form}
    answer = await sent(browser, f"/access/{grant}/receipt", fields, language)
    assert answer.status == 200
    found = re.search(r'id="finding"><p>(.*?)</p>', answer.text, re.DOTALL)
    assert found, answer.text
    return re.sub(r"<[^>]+>", "", found.group(1))


async def test_it_says_what_with_whom_when_and_how_it_ended() -> None:
    async with at_home(signing=signing) as (browser, place):
        grant_id, lines = await visited(place)
        page = plain(await browser.get(f"/access/{grant_id}/receipt"))
        for words in (
            "Shared with Diabetes clinic",
            "“For a clinic visit”, days shown: 14",
            "Glucose readings",
            "First opened Mon 23 Nov 2026, 13:00 (Europe/Berlin)",
            "the summary as text (14 days)",
            "1 sign-in; 4 requests answered; 1 refused; 0 wrong PINs",
            "by the clinician, who was done",
            f"Lines of the log {len(lines)}",
        ):
            assert words in page
        assert {"did": "receipt", "grant_of": grant_id}.items() <= (await place.log())[-1].items()


async def test_it_says_whose_data_as_the_share_tells_it_and_what_was_ticked_at_the_end() -> None:
    async with at_home() as (browser, place):
        about = msgspec.json.encode(AboutMe(name="Ada Example", birth_date="1985-03-31"))
        await place.store.put(ABOUT_ME, ME, about, version=None)
        unnamed, named = await given(place), await given(place)
        told = identified(parse(named.policy_text, file="consultant"), "name and birth date")
        named = await place.store.reshape(
            named.id,
            policy_name=named.policy_name,
            policy_text=told,
            policy_hash="0" * 64,
            days=14,
            record=Draft("reshaped", place.clock(), {}),
        )
        ticked: dict[str, Value] = {"ending": "finished", "copies_filed": True, "copies_deleted": True}
        for grant, fields in ((named, ticked), (unnamed, {"ending": "finished"})):
            await place.store.end(grant.id, "finished", Draft("ended", place.clock(), fields))
        first = plain(await browser.get(f"/access/{named.id}/receipt"))
        second = plain(await browser.get(f"/access/{unnamed.id}/receipt"))
        assert "Said by the clinician at the end copies are deleted and copies are filed" in first
        assert "Said by the clinician at the end – " in second  # noqa: RUF001 - a dash for nothing
        assert "Data of not told in this share" in second
        assert "Data of Ada Example, born 31 March 1985 Shared with" in first


async def test_page_and_pdf_come_in_the_language_of_who_looks() -> None:
    async with at_home() as (browser, place):
        grant_id, lines = await visited(place)
        german = {"Accept-Language": "de"}
        page = plain(await browser.get(f"/access/{grant_id}/receipt", headers=german))
        for words in (
            "Geteilt mit Diabetes clinic",
            "Glukosewerte",
            "die Zusammenfassung als Text (14 Tage)",
            "durch das Behandlungsteam, das fertig war",
        ):
            assert words in page
        for english in ("Glucose readings", "the summary", "Shown", "Check number"):
            assert english not in page
        assert "Alle 9 Zeilen sind, wie sie waren" in await checked(browser, grant_id, lines, language="de")
        body = await pdf(place, browser, grant_id, **german)
        with pikepdf.open(io.BytesIO(body)) as opened_pdf:
            assert str(opened_pdf.Root.Lang) == "de"
        assert "Prüfnummer" in PdfReader(io.BytesIO(body)).pages[0].extract_text()


async def test_what_is_signed_can_be_checked_by_anybody_with_the_public_key() -> None:
    async with at_home(signing=signing) as (browser, place):
        grant_id, _ = await visited(place)
        grant = await place.store.grant(grant_id)
        assert grant is not None
        text = (await browser.get(f"/access/{grant_id}/receipt")).text
        signature = re.search(r"signature ([\w-]{86})", text)
        assert signature
        assert is_signed(statement(grant), signature.group(1), KEY.public_key())
        assert grant.head in text


async def test_the_copy_that_was_saved_is_right() -> None:
    async with at_home() as (browser, place):
        grant_id, lines = await visited(place)
        saved = (await browser.get(f"/access/{grant_id}/log.jsonl")).text
        assert "All 9 lines are as they were" in await checked(browser, grant_id, saved.split("\n"))
        assert "All 9 lines are as they were" in await checked(browser, grant_id, lines, number="")


async def test_each_way_of_tampering_is_named() -> None:
    async with at_home() as (browser, place):
        grant_id, lines = await visited(place)
        other, foreign = await visited(place, "Somebody else")
        edited = [*lines[:4], lines[4].replace("days=14", "days=90"), *lines[5:]]
        for copy, words in (
            (edited, "Line 5 was changed."),
            ([*lines[:3], *lines[4:]], "Line 4 is missing."),
            ([*lines[:3], lines[4], lines[3], *lines[5:]], "Lines 4 and 5 have changed places."),
            (lines[:-2], "The end is cut off: lines 8 to 9 are missing."),
            (foreign, "This is the log of another share."),
            (["nonsense"], "Line 1 is not a record"),
            ([], "There is no line in it."),
        ):
            assert words in await checked(browser, grant_id, copy)
        assert "All 9 lines" in await checked(browser, other, foreign)


async def test_a_receipt_from_before_the_end_still_fits_its_lines() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place))
        early = [record.body.decode() async for record in place.store.records(grant.id)]
        await told(place, grant, "answer", door="summary", query="page days=7")
        assert "All 3 lines" in await checked(browser, grant.id, early, number=f" {grant.head.upper()} ")
        whole = [record.body.decode() async for record in place.store.records(grant.id)]
        assert "1 came later" in await checked(browser, grant.id, whole, number=grant.head)
        assert "The end is cut off" in await checked(browser, grant.id, early)


@pytest.mark.parametrize("number", ["0" * 64, "<b>", "x" * 5000, "%"])
async def test_a_number_that_was_never_this_logs_is_told(number: str) -> None:
    async with at_home() as (browser, place):
        grant_id, lines = await visited(place)
        assert "was never that of this log" in await checked(browser, grant_id, lines, number=number)


async def test_a_copy_larger_than_other_forms_is_taken_and_other_forms_stay_small() -> None:
    async with at_home() as (browser, place):
        grant_id, lines = await visited(place)
        assert "is not a record" in await checked(browser, grant_id, [*lines, "x" * 900_000])
        csrf = await browser.csrf("/access")
        large = {"csrf": csrf, "log": "x" * 900_000}
        assert (await sent(browser, "/access/outside", large)).status == 413
        too_large = {**large, "log": "x" * 8_000_001}
        assert (await sent(browser, f"/access/{grant_id}/receipt", too_large)).status == 413


async def test_the_pdf_is_tagged_small_the_same_each_time_and_says_the_same() -> None:
    async with at_home(signing=signing) as (browser, place):
        grant_id, _ = await visited(place, "Dr #eval(1) [x] <b>$y$ Žofie")
        first, second = await pdf(place, browser, grant_id), await pdf(place, browser, grant_id)
        assert first == second
        assert len(first) < 200_000
        with pikepdf.open(io.BytesIO(first)) as opened_pdf:
            assert opened_pdf.Root.MarkInfo.Marked
            assert str(opened_pdf.Root.Lang) == "en"
            assert "/CreationDate" not in opened_pdf.docinfo
        text = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages).split())
        grant = await place.store.grant(grant_id)
        assert grant is not None
        assert grant.head in text
        assert "Dr#eval(1)[x]<b>$y$Žofie" in text


async def test_a_name_in_any_script_still_gives_a_pdf() -> None:
    async with at_home() as (browser, place):
        grant_id, _ = await visited(place, "糖尿病 عيادة")
        assert (await pdf(place, browser, grant_id)).startswith(b"%PDF-")


async def test_an_erased_share_has_no_receipt_to_look_at() -> None:
    async with at_home() as (browser, place):
        grant_id, lines = await visited(place)
        await place.store.erase(grant_id, day="2026-11-24")
        for path in ("receipt", "receipt.pdf"):
            assert (await browser.get(f"/access/{grant_id}/{path}")).status == 404
        csrf = await browser.csrf("/access")
        form = {"csrf": csrf, "log": "\n".join(lines)}
        assert (await browser.post(f"/access/{grant_id}/receipt", form)).status == 404


async def test_texts_of_others_stay_texts() -> None:
    async with at_home(signing=signing) as (browser, place):
        evil = "<img src=x onerror=alert(1)> %(x)s"
        grant_id, _ = await visited(place, evil)
        answer: Answer = await browser.get(f"/access/{grant_id}/receipt")
        assert answer.status == 200
        assert "<img src=x" not in answer.text
        csrf = await browser.csrf("/access")
        form = {"csrf": csrf, "log": evil, "number": f'"{evil}'}
        answer = await browser.post(f"/access/{grant_id}/receipt", form)
        assert "<img src=x" not in answer.text


async def pdf(place: Place, browser: Browser, grant_id: str, **more: str) -> bytes:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Host": place.host, "Cookie": cookies, **more}
    async with place.http.get(f"{place.server}/access/{grant_id}/receipt.pdf", headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "application/pdf"
        return await response.read()
