"""Exports: what each form holds, that all of it is on record, that nothing is overwritten, and that a year streams."""

import asyncio
import hashlib
import io
import json
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest

from proxy.cli.export import make_files
from proxy.cli.export_files import Form, Written
from proxy.cli.export_source import Asked
from proxy.cli.export_spans import Wanted, parts_of
from proxy.cli.frame import Refused
from proxy.core.errors import StoreUnavailable
from proxy.core.grant import DAY
from proxy.core.identity import ABOUT_ME, ME, AboutMe
from proxy.core.policyfile import parse
from proxy.core.record import Draft
from proxy.core.view import Window, compile_view
from proxy.house import House
from proxy.report.targets import STANDARD
from proxy.settings import read_settings
from proxy.stores.keys import load_keys
from tests.cli.place import Place
from tests.living import NOW, POLICIES, Living, living
from tests.memory_store import MemoryStore
from tests.promises.still import StillSite, still
from tests.report.test_jsonfile import CHECK
from tests.visit.summaries import COARSE
from tests.visit.test_downloads import fetch

PLAIN = ("text", "pdf", "png", "csv", "json")


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still(9)


@asynccontextmanager
async def standing(
    site: StillSite, folder: Path, store: MemoryStore | None = None
) -> AsyncIterator[tuple[House, Living]]:
    async with living(site, store=store) as place:
        settings = read_settings({}, data=folder / "data")
        yield House(settings, place.store, load_keys(settings.data, random=os.urandom)), place


def asked(out: Path, **changed: Any) -> Asked:
    form = {"format": "pdf", "granularity": "day", "targets": STANDARD, "unnamed": False, "words": ""}
    wanted = {name: changed.pop(name) for name in ("days", "first", "last", "by_month") if name in changed}
    formed = {name: changed.pop(name) for name in tuple(form) if name in changed}
    source = {"grant": "", "policy": "", "units": None, **changed}
    return Asked(wanted=Wanted(**wanted), form=Form(**{**form, **formed}), out=out, **source)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def chain(house: House) -> list[dict[str, Any]]:
    """Read the owner's own chain."""
    found = next(grant for grant in await house.store.grants() if grant.kind == "owner")
    return [msgspec.json.decode(record.body) async for record in house.store.records(found.id)]


@pytest.mark.parametrize(
    ("paper", "width"), [(None, 612), ("a4", 595)], ids=["as the owner said", "as asked for"]
)
async def test_a_report_is_set_on_the_owners_paper_unless_another_is_asked_for(
    paper: Any, width: int, site: StillSite, tmp_path: Path
) -> None:
    async with standing(site, tmp_path) as (house, place):
        said = msgspec.json.encode(AboutMe(paper="us-letter"))
        await house.store.put(ABOUT_ME, ME, said, version=None)
        wish = asked(tmp_path, policy="consultant", days=7)
        wish = replace(wish, form=replace(wish.form, paper=paper))
        [one] = await make_files(house, place.gate, wish)
    with pikepdf.open(one.path) as pdf:
        assert round(float(pdf.pages[0].MediaBox[2])) == width


@pytest.mark.parametrize("form", PLAIN)
async def test_a_grants_export_is_on_both_records_before_it_has_a_name(
    form: str, site: StillSite, tmp_path: Path
) -> None:
    async with standing(site, tmp_path) as (house, place):
        access = await place.mint("consultant", days=7)
        await place.enter(access)
        made = await make_files(house, place.gate, asked(tmp_path, grant=access.id, format=form))
        records = [msgspec.json.decode(body) for body in await place.log(access)]
        owner = await chain(house)
    [one] = made
    digest = hashlib.sha256(one.path.read_bytes()).hexdigest()
    assert one.path.name.startswith("glucose-2026-11-23")
    assert one.path.stat().st_mode & 0o777 == 0o600
    assert (records[-1]["by"], records[-1]["sha256"], records[-1]["bytes"]) == ("owner", digest, one.size)
    assert (owner[-1]["did"], owner[-1]["grant_of"], owner[-1]["sha256"]) == ("file", access.id, digest)
    assert not [name for name in files_in(tmp_path) if name.endswith(".part")]


async def test_an_export_is_the_file_that_its_clinician_can_take(site: StillSite, tmp_path: Path) -> None:
    async with standing(site, tmp_path) as (house, place):
        access = await place.mint("consultant", days=7)
        headers = await place.enter(access)
        for form, kind in (("json", "json"), ("csv", "csv-day"), ("pdf", "pdf")):
            _, taken = await fetch(place, headers, kind, "?days=7")
            [one] = await make_files(house, place.gate, asked(tmp_path, grant=access.id, days=7, format=form))
            assert one.path.read_bytes() == taken, form


async def test_without_a_record_there_is_no_file(site: StillSite, tmp_path: Path) -> None:
    store = MemoryStore()
    async with standing(site, tmp_path, store) as (house, place):
        access = await place.mint("consultant", days=7)
        store.fails = {"append", "add_grant"}
        with pytest.raises(StoreUnavailable):
            await make_files(house, place.gate, asked(tmp_path, grant=access.id, format="json"))
    assert files_in(tmp_path) == ["data"]


async def test_nothing_is_made_through_an_access_that_has_ended(site: StillSite, tmp_path: Path) -> None:
    async with standing(site, tmp_path) as (house, place):
        access = await place.mint("consultant", days=7)
        await house.store.end(access.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
        with pytest.raises(Refused, match="has ended"):
            await make_files(house, place.gate, asked(tmp_path, grant=access.id))


async def test_a_policys_export_has_no_recipient_and_no_visit(site: StillSite, tmp_path: Path) -> None:
    async with standing(site, tmp_path) as (house, place):
        [one] = await make_files(
            house, place.gate, asked(tmp_path, policy="consultant", days=7, format="json")
        )
        grants = [grant.kind for grant in await house.store.grants()]
    found = json.loads(one.path.read_bytes())
    CHECK.validate(found)
    assert (found["about"]["made_for"], found["about"]["visit"]) == (None, None)
    assert grants == ["owner"]


async def test_a_file_that_is_there_already_is_left_alone(site: StillSite, tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text("mine")
    async with standing(site, tmp_path) as (house, place):
        with pytest.raises(Refused, match="exists already"):
            await make_files(house, place.gate, asked(mine, policy="consultant", days=7, format="json"))
    assert mine.read_text() == "mine"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a disk that is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("form", ["csv", "json", "pdf"])
async def test_a_full_disk_leaves_no_half_file(form: str, site: StillSite, tmp_path: Path) -> None:
    wish = asked(tmp_path, policy="consultant", days=7, format=form)
    async with standing(site, tmp_path) as (house, place):
        with files_of_at_most(500), pytest.raises(Refused, match="can't be written"):
            await make_files(house, place.gate, wish)
        assert not await house.store.grants()
    assert files_in(tmp_path) == ["data"]


async def test_who_interrupts_an_export_finds_no_half_file(site: StillSite, tmp_path: Path) -> None:
    wish = asked(tmp_path, policy="consultant", days=9, format="csv", granularity="5min")
    async with standing(site, tmp_path) as (house, place):
        work = asyncio.ensure_future(make_files(house, place.gate, wish))
        while files_in(tmp_path) == ["data"] and not work.done():  # noqa: ASYNC110 - a file that appears is no event
            await asyncio.sleep(0)
        assert not work.done()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert files_in(tmp_path) == ["data"]


async def test_what_has_its_name_is_told_even_if_a_later_month_fails(site: StillSite, tmp_path: Path) -> None:
    (tmp_path / "glucose-2026-11-day.csv").write_text("mine")
    wish = asked(tmp_path, policy="consultant", first=date(2026, 10, 25), format="csv", by_month=True)
    made: list[Written] = []
    async with standing(site, tmp_path) as (house, place):
        with pytest.raises(Refused, match="exists already"):
            await make_files(house, place.gate, wish, made)
    assert [one.path.name for one in made] == ["glucose-2026-10-day.csv"]
    assert files_in(tmp_path) == ["data", "glucose-2026-10-day.csv", "glucose-2026-11-day.csv"]


def test_a_place_that_cannot_be_is_refused_before_anything_is_read(place: Place, tmp_path: Path) -> None:
    taken = tmp_path / "mine.pdf"
    taken.write_text("mine")
    for out, said in (
        (taken, "exists already"),
        (tmp_path / "nowhere" / "x.pdf", "there is no folder"),
        (tmp_path / ("x" * 300), "can't be written"),
    ):
        found = place.run("export", "--policy", "consultant", "--out", str(out))
        assert found.code == 1
        assert said in found.err


async def test_months_have_a_file_each_and_together_hold_every_day_once(
    site: StillSite, tmp_path: Path
) -> None:
    async with standing(site, tmp_path) as (house, place):
        made = await make_files(
            house,
            place.gate,
            asked(tmp_path, policy="consultant", first=date(2026, 10, 25), format="csv", by_month=True),
        )
    assert [one.path.name for one in made] == ["glucose-2026-10-day.csv", "glucose-2026-11-day.csv"]
    days = [line.partition(",")[0] for one in made for line in one.path.read_text().splitlines()[1:]]
    assert days == sorted(set(days))
    assert (days[0], days[-1], len(days)) == ("2026-10-25", "2026-11-23", 30)


async def test_locked_it_opens_with_the_words(site: StillSite, tmp_path: Path) -> None:
    words = "acorn-badge-cabin-dawn-eagle-fabric"
    async with standing(site, tmp_path) as (house, place):
        [one] = await make_files(house, place.gate, asked(tmp_path, policy="consultant", days=7, words=words))
        told = json.dumps(await chain(house))
    with pikepdf.open(io.BytesIO(one.path.read_bytes()), password=words) as pdf:
        assert len(pdf.pages) > 1
    assert "file pdf-locked days=7" in told
    assert words not in told


@pytest.mark.parametrize(
    ("policy", "wish", "said"),
    [
        ("summary", {"format": "csv"}, "do not name csv"),
        ("summary", {"days": 8}, "whole periods only"),
        ("summary", {"first": date(2026, 11, 1)}, "whole periods only"),
        ("consultant", {"days": 400}, "days"),
        ("consultant", {"first": date(2025, 1, 1)}, "the days that are shown"),
        ("consultant", {"first": date(2026, 11, 20), "last": date(2026, 11, 19)}, "the days that are shown"),
    ],
)
async def test_what_a_policy_does_not_allow_is_refused_with_what_to_do(
    policy: str, wish: dict[str, Any], said: str, site: StillSite, tmp_path: Path
) -> None:
    async with standing(site, tmp_path) as (house, place):
        with pytest.raises(Exception, match=said):
            await make_files(house, place.gate, asked(tmp_path, policy=policy, **wish))
    assert files_in(tmp_path) == ["data"]


async def test_averages_have_no_finer_table_and_no_other_days(site: StillSite, tmp_path: Path) -> None:
    text = COARSE.format(detail="hourly") + "exports: [csv, json]\n"
    (tmp_path / "coarse.yaml").write_text(text)
    mine = str(tmp_path / "coarse.yaml")
    async with standing(site, tmp_path) as (house, place):
        for wish in ({"granularity": "5min"}, {"granularity": "15min"}, {"unnamed": True}):
            with pytest.raises(Refused, match=r"granularity|identifiers"):
                await make_files(
                    house, place.gate, asked(tmp_path, policy=mine, days=3, format="csv", **wish)
                )
        [one] = await make_files(
            house, place.gate, asked(tmp_path, policy=mine, days=3, format="csv", granularity="hour")
        )
    assert one.path.read_bytes().count(b"\r\n") > 40


def test_months_are_cut_at_local_midnight() -> None:
    policy = parse((POLICIES / "consultant.yaml").read_text(), file="consultant.yaml")
    view = compile_view(policy, Window(NOW - 60 * DAY, None), zone="Europe/Berlin", site_key=b"s" * 32)
    parts = parts_of(view, Wanted(days=60, by_month=True), 60, now=NOW, compared=False)
    assert [part.month for part in parts] == ["2026-09", "2026-10", "2026-11"]
    assert all(one.span.end == other.span.start for one, other in pairwise(parts))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "pdf"), "one of the two"),
        (("--policy", "consultant", "--grant", "x"), "one of the two"),
        (("--policy", "consultant", "--format", "docx"), "--format"),
        (("--policy", "consultant", "--format", "csv", "--encrypt"), "Only PDF and HTML"),
        (("--policy", "consultant", "--to", "2026-11-01"), "--to needs --from"),
        (("--policy", "consultant", "--from", "yesterday"), "2026-10-01"),
        (("--policy", "consultant", "--units", "stone"), "mmol/L"),
        (("--policy", "consultant", "--days", "0"), "at least 1"),
        (("--policy", "consultant", "--days", "7", "--from", "2026-11-01"), "--days, or --from"),
    ],
)
def test_a_wrong_command_says_what_to_write(arguments: tuple[str, ...], said: str, place: Place) -> None:
    found = place.run("export", *arguments)
    assert found.code == 2
    assert said in " ".join(found.err.split())


def test_what_was_written_can_be_taken_back_until_it_has_a_name(tmp_path: Path) -> None:
    beside = tmp_path / ".x.part"
    beside.write_text("x")
    one = Written(tmp_path / "x", beside, 1, "")
    one.drop()
    assert not beside.exists()
    beside.write_text("x")
    one.path.write_text("another")
    with pytest.raises(Refused):
        one.keep()
    assert not beside.exists()
    assert one.path.read_text() == "another"
