"""Files to take home: which there are under each policy, that they agree, and that each is on record before it leaves."""

import csv
import hashlib
import io
import json
import re
from typing import Any

import msgspec
import pikepdf
import pypdf
import pytest

from proxy.core.record import Draft
from proxy.report.passwords import WORDS
from tests.living import NOW, Living
from tests.memory_store import MemoryStore
from tests.promises.changes import ALIKE, SETTINGS
from tests.promises.still import StillSite, changed
from tests.report.test_jsonfile import CHECK
from tests.report.test_visitfile import opened as unlocked
from tests.visit.summaries import COARSE, POLICIES, SHOWS_SETTINGS, page, reading, section

FILES = "/visit/files"
PLAIN = ("pdf", "png", "json", "csv-5min", "csv-15min", "csv-hour", "csv-day")
ALL = (*PLAIN[:2], "pdf-locked", "html", *PLAIN[2:])


async def fetch(house: Living, headers: dict[str, str], kind: str, query: str = "") -> tuple[str, bytes]:
    """Take a file; give its name and what is in it."""
    async with house.get(f"{FILES}/{kind}{query}", headers=headers) as response:
        body = await response.read()
        assert response.status == 200, body
        name = re.fullmatch(r'attachment; filename="([\w.-]+)"', response.headers["Content-Disposition"])
        assert name
        assert response.headers["Cache-Control"] == "private, no-store"
        return name[1], body


async def fetch_locked(
    house: Living, headers: dict[str, str], kind: str, query: str = ""
) -> tuple[str, bytes]:
    """Take a locked file; give its words and what is in it."""
    text = await page(house, headers, f"{FILES}/{kind}{query}")
    words = re.sub("<wbr>", "", re.findall(r'id="words">([^\n]*)</p>', text)[0])
    address = re.findall(r'href="([^"]*once=[^"]*)"', text)[0].replace("&amp;", "&")
    _, body = await fetch(house, headers, address.removeprefix(f"{FILES}/"))
    return words, body


def pdf_words(body: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages).split())


@pytest.mark.parametrize(
    ("policy", "kinds"),
    [("consultant", ALL), ("full-loop", ALL), ("cgm-only", ALL), ("unnamed", ALL), ("summary", ALL[:4])],
)
async def test_the_policy_decides_which_files_there_are(
    policy: str, kinds: tuple[str, ...], site: StillSite
) -> None:
    async with reading(site, policy) as (house, _, headers):
        text = section(await page(house, headers), "files")
        for kind in ALL:
            assert (f'href="{FILES}/{kind}?' in text) == (kind in kinds), kind
            async with house.get(f"{FILES}/{kind}", headers=headers) as response:
                assert response.status == (200 if kind in kinds else 404), kind


async def test_no_export_no_file(site: StillSite) -> None:
    async with reading(site, COARSE.format(detail="full")) as (house, _, headers):
        assert "Take it with you" not in await page(house, headers)
        for kind in ALL:
            async with house.get(f"{FILES}/{kind}", headers=headers) as response:
                assert response.status == 404


async def test_files_agree_with_one_another_and_with_the_page(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        shown = await page(house, headers)
        text = await page(house, headers, "/visit/summary.txt")
        name, body = await fetch(house, headers, "json")
        found = json.loads(body)
        _, printed = await fetch(house, headers, "pdf")
        _, table = await fetch(house, headers, "csv-day")
        words, locked = await fetch_locked(house, headers, "html")
    assert name == "glucose-2026-11-23.json"
    CHECK.validate(found)
    paper, inside = pdf_words(printed), unlocked(locked.decode(), words)
    mean, gmi = f"{found['metrics']['mean_mgdl']:.0f} mg/dL", f"{found['metrics']['gmi_percent']:.1f} %"
    total = f"{found['metrics']['insulin']['total_per_day'] or 0:.1f} U"
    for told in (mean, gmi):
        assert all(told in each for each in (shown, text, paper, inside)), told
    if found["metrics"]["insulin"]["total_per_day"] is not None:
        assert all(total in each for each in (shown, paper, inside))
    rows = list(csv.DictReader(io.StringIO(table.decode(), newline="")))
    for row, day in zip(rows, found["days"], strict=True):
        assert float(row["glucose_mean_mg_dL"]) == pytest.approx(day["mean_mgdl"], abs=1e-4)
        assert float(row["bolus_U"]) == pytest.approx(day["insulin_bolus"], abs=1e-4)
    for label in found["about"]["not_shared"]:
        assert all(label in each for each in (shown, text, paper, inside)), label


async def test_each_file_is_on_record_with_the_check_sum_of_what_left(site: StillSite) -> None:
    async with reading(site) as (house, access, headers):
        for kind in PLAIN:
            _, body = await fetch(house, headers, kind)
            last = msgspec.json.decode((await house.log(access))[-1])
            assert (last["kind"], last["door"], last["status"]) == ("answer", "summary", 200)
            assert last["query"].startswith(f"file {kind} days=7 ")
            assert last["sha256"] == hashlib.sha256(body).hexdigest()
            assert last["bytes"] == len(body)


async def test_without_a_record_no_file_leaves(site: StillSite) -> None:
    store = MemoryStore()
    async with reading(site, store=store) as (house, _, headers):
        store.fails = {"append"}
        for kind in PLAIN[:4]:
            async with house.get(f"{FILES}/{kind}", headers=headers) as response:
                assert response.status == 503
                assert "Content-Disposition" not in response.headers


async def test_an_ended_grant_gives_no_file_and_nobody_else_gets_one(site: StillSite) -> None:
    async with reading(site) as (house, access, headers):
        async with house.get(f"{FILES}/pdf") as response:
            assert (response.status, response.headers["Location"]) == (303, "/visit")
        await house.store.end(access.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
        async with house.get(f"{FILES}/pdf", headers=headers) as response:
            assert response.status == 401


async def test_locked_files_open_with_the_words_that_were_shown_and_no_others(site: StillSite) -> None:
    async with reading(site) as (house, access, headers):
        words, body = await fetch_locked(house, headers, "pdf-locked")
        other, _ = await fetch_locked(house, headers, "pdf-locked")
        log = b"\n".join(await house.log(access))
    assert len(words.split("-")) == WORDS
    assert words != other
    with pikepdf.open(io.BytesIO(body), password=words) as pdf:
        assert "/StructTreeRoot" in pdf.Root
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(body), password=other)
    assert words.encode() not in log


async def test_the_address_of_a_locked_file_gives_no_words_and_is_worthless_to_another_grant(
    site: StillSite,
) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers, f"{FILES}/pdf-locked")
        words = re.sub("<wbr>", "", re.findall(r'id="words">([^\n]*)</p>', text)[0])
        once = re.findall(r"once=([0-9a-f]{32})", text)[0]
        theirs = await house.enter(await house.mint("consultant", days=7))
        _, body = await fetch(house, theirs, "pdf-locked", f"?once={once}")
        again = await page(house, headers, f"{FILES}/pdf-locked")
    assert once not in again
    assert words not in again
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(body), password=words)


@pytest.mark.parametrize("policy", POLICIES)
async def test_sites_that_differ_only_in_what_is_withheld_give_the_same_files(
    policy: str, site: StillSite
) -> None:
    kinds = ALL[:2] if policy == "summary" else PLAIN
    changes = [*ALIKE.values(), *(() if policy in SHOWS_SETTINGS else SETTINGS.values())]
    files = []
    for each in (site, changed(site, *changes)):
        async with reading(each, policy) as (house, _, headers):
            files.append([await fetch(house, headers, kind) for kind in kinds])
    assert files[0] == files[1]
    assert b"CANARY" not in b"".join(body for _, body in files[0])
    with pikepdf.open(io.BytesIO(files[0][0][1])) as pdf:
        assert b"CANARY" not in pdf.Root.Metadata.read_bytes()
    assert "CANARY" not in pdf_words(files[0][0][1])


@pytest.mark.parametrize(
    ("detail", "kinds"),
    [("15min", PLAIN[4:]), ("hourly", PLAIN[5:]), ("daily", PLAIN[6:])],
)
async def test_nothing_is_finer_than_the_bins_of_the_policy(
    detail: str, kinds: tuple[str, ...], site: StillSite
) -> None:
    text = COARSE.format(detail=detail) + "exports: [csv, json, pdf]\n"
    async with reading(site, text) as (house, _, headers):
        for kind in PLAIN[3:]:
            async with house.get(f"{FILES}/{kind}", headers=headers) as response:
                assert response.status == (200 if kind in kinds else 404), kind
        found = json.loads((await fetch(house, headers, "json"))[1])
        CHECK.validate(found)
        # Left out on request, days would have other edges, and the difference of two files would be finer.
        asked = await fetch(house, headers, "json", "?identifiers=removed")
        assert json.loads(asked[1]) == found
    assert not found["events"]
    assert not found["modes"]


@pytest.mark.parametrize("days", ["1", "8", "13", "0", "x"])
async def test_whole_period_figures_come_for_whole_windows_only(days: str, site: StillSite) -> None:
    async with reading(site, "summary") as (house, _, headers):
        first = await fetch(house, headers, "pdf")
        assert await fetch(house, headers, "pdf", f"?days={days}") == first


async def test_identifiers_are_removed_on_request_and_the_file_says_what_that_is(site: StillSite) -> None:
    async with reading(site, _WITH_WORDS) as (house, access, headers):
        shown = (await fetch(house, headers, "json"))[1].decode()
        _, body = await fetch(house, headers, "json", "?identifiers=removed")
        _, table = await fetch(house, headers, "csv-day", "?identifiers=removed")
        printed = pdf_words((await fetch(house, headers, "pdf", "?identifiers=removed"))[1])
        last = msgspec.json.decode((await house.log(access))[-1])
    assert "CANARY" in shown
    assert "Europe/Berlin" in shown
    found: Any = json.loads(body)
    CHECK.validate(found)
    assert found["time_zone"] == {"name": "+01:00", "known": True, "shared": False}
    assert "HIPAA" in " ".join(found["about"]["identifiers_removed"])
    for told in (body.decode(), table.decode(), printed):
        assert "CANARY" not in told
        assert "Berlin" not in told
    assert "not anonymous" in printed
    assert last["query"].endswith("identifiers removed")


_WITH_WORDS = """
version: 1
name: with-words
title: With notes
window: 30
detail: full
timezone: site
exports: [csv, json, pdf]
show:
  entries:
    types: [sgv, mbg]
    classes: [glucose]
  treatments:
    event_types: [Note, Exercise, Meal Bolus]
    classes: [insulin, carbs]
    fields: [notes]
"""


async def test_many_files_in_a_short_time_are_refused(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        answers = []
        for _ in range(62):
            async with house.get(f"{FILES}/csv-day", headers=headers) as response:
                answers.append(response.status)
    assert answers[:60] == [200] * 60
    assert answers[-1] == 429


async def test_files_for_people_are_in_the_readers_language_and_those_for_programs_are_not(
    site: StillSite,
) -> None:
    async with reading(site) as (house, _, headers):
        german = headers | {"Accept-Language": "de"}
        _, paper = await fetch(house, german, "pdf", "?units=mmol")
        words, locked = await fetch_locked(house, german, "html")
        tables = [await fetch(house, each, "csv-day") for each in (headers, german)]
        figures = [await fetch(house, each, "json") for each in (headers, german)]
    told = pdf_words(paper)
    assert "Glukose-Zusammenfassung" in told
    assert "Erstellt für" in told
    assert re.search(r"\d,\d mmol/L", told)
    assert '<html lang="de-DE">' in locked.decode()
    assert "Wie jede Zahl berechnet ist" in unlocked(locked.decode(), words)
    assert tables[0] == tables[1]
    assert figures[0] == figures[1]


async def test_a_report_is_set_on_us_letter_if_that_is_asked_for_locked_ones_too(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        offered = section(await page(house, headers), "files")
        _, plain = await fetch(house, headers, "pdf", "?paper=letter")
        words, locked = await fetch_locked(house, headers, "pdf-locked", "?paper=letter")
    assert "paper=letter" in offered
    with pikepdf.open(io.BytesIO(plain)) as one, pikepdf.open(io.BytesIO(locked), password=words) as other:
        assert [float(edge) for edge in one.pages[0].mediabox] == [0, 0, 612, 792]
        assert [float(edge) for edge in other.pages[0].mediabox] == [0, 0, 612, 792]
