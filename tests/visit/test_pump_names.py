"""Which pump: on page and files where the policy names it, and where it does not, another pump changes no byte."""

import io
import json
from collections.abc import Callable

import pikepdf
import pytest

from tests.promises.still import Rows, StillSite, changed, still
from tests.report.test_visitfile import opened as unlocked
from tests.visit.summaries import page, reading
from tests.visit.test_downloads import PLAIN, fetch, fetch_locked, pdf_words

WITHOUT_DEVICES = """
version: 1
name: no-devices
title: Without devices
window: 30
detail: full
timezone: site
live: true
exports: [csv, json, pdf]
show:
  entries:
    types: [sgv, mbg]
    classes: [glucose]
  treatments:
    event_types: [Meal Bolus, SMB, Temp Basal]
    classes: [insulin, carbs]
  devicestatus:
    classes: [insulin, carbs, loop]
"""
PUMP = "Insulet Omnipod DASH"
PATHS = ("/visit/summary", "/visit/summary.txt", "/visit/summary/day/2026-11-21")


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still(9)


def other_pump(maker: object, model: object) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in rows["devicestatus"]:
            if "pump" in row:
                row["pump"].update(manufacturer=maker, model=model)

    return change


async def everything(site: StillSite, policy: str) -> list[object]:
    async with reading(site, policy) as (house, _, headers):
        pages: list[object] = [await page(house, headers, path) for path in PATHS]
        return pages + [await fetch(house, headers, kind) for kind in PLAIN]


async def test_page_and_files_say_which_pump_and_which_system(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        shown = await page(house, headers)
        text = await page(house, headers, "/visit/summary.txt")
        found = json.loads((await fetch(house, headers, "json"))[1])
        printed = (await fetch(house, headers, "pdf"))[1]
        words, locked = await fetch_locked(house, headers, "html")
    assert f"Seen in uploads: pump {PUMP}; more than one system." in shown
    assert f"pump {PUMP}; more than one system" in text
    assert found["pumps"] == [PUMP]
    assert PUMP in pdf_words(printed)
    assert PUMP in unlocked(locked.decode(), words)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert b"Insulet" not in pdf.Root.Metadata.read_bytes()


async def test_another_pump_that_is_withheld_changes_no_byte(site: StillSite) -> None:
    other = changed(site, other_pump("Medtronic", "723"))
    ours, theirs = [await everything(each, WITHOUT_DEVICES) for each in (site, other)]
    assert ours == theirs
    assert "Insulet" not in str(ours[0])


@pytest.mark.parametrize("policy", ["unnamed", "cgm-only", "summary"])
async def test_where_devices_have_no_names_none_is_called_by_one(policy: str, site: StillSite) -> None:
    async with reading(site, policy) as (house, _, headers):
        shown = await page(house, headers) + await page(house, headers, "/visit/summary.txt")
    assert "Omnipod" not in shown


async def test_with_identifiers_removed_a_file_names_no_pump(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        _, printed = await fetch(house, headers, "pdf", "?identifiers=removed")
        _, body = await fetch(house, headers, "json", "?identifiers=removed")
    assert "Omnipod" not in pdf_words(printed)
    assert json.loads(body)["pumps"] == []


async def test_a_pump_that_nobody_knows_is_withheld_whatever_it_is_called(site: StillSite) -> None:
    named = other_pump("CANARY of Ines", "12 Elm Street"), other_pump(["Insulet"], {"Dash": "CANARY"})
    ours, theirs = [await everything(changed(site, each), "consultant") for each in named]
    assert ours == theirs
    assert "Elm" not in str(ours)
    assert "CANARY" not in str(ours)
