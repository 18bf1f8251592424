"""The summary in German: words, figures and days; and the same promise about what is withheld."""

import re

import pytest

from tests.living import Living, living
from tests.promises.changes import ALIKE
from tests.promises.still import StillSite, changed
from tests.visit.summaries import PATHS

GERMAN = {"Accept-Language": "de"}


async def read(site: StillSite, path: str, policy: str = "consultant") -> str:
    async with living(site) as house:
        return await _read(house, path, policy)


async def _read(house: Living, path: str, policy: str) -> str:
    headers = await house.enter(await house.mint(policy, days=7)) | GERMAN
    await house.studies.settled()
    async with house.get(path, headers=headers) as response:
        assert response.status == 200, await response.text()
        return str(await response.text())


async def test_the_summary_speaks_german(site: StillSite) -> None:
    text = await read(site, "/visit/summary")
    assert '<html lang="de">' in text
    for words in (
        "Glukose-Zusammenfassung",
        "Zielbereich",
        "Variationskoeffizient (CV)",
        "Gesamtinsulin pro Tag",
        "Unter 70 insgesamt",
    ):
        assert words in text, words
    assert "GLUKOSE-ZUSAMMENFASSUNG 2026-" in text


async def test_figures_have_a_decimal_comma_and_the_same_units(site: StillSite) -> None:
    text = await read(site, "/visit/summary?units=mmol")
    assert re.search(r"Mittlere Glukose</th><td class=\"num\">\d+,\d mmol/L</td>", text)
    assert "3,9\N{EN DASH}10,0" in text
    assert not re.search(r"\d\.\d (?:mmol/L|U|%)", text)


@pytest.mark.parametrize("path", ["/visit/summary", "/visit/summary/day/2026-11-21"])
async def test_no_english_is_left_on_a_german_page(path: str, site: StillSite) -> None:
    text = await read(site, path)
    shown = re.sub(
        r"<cite>.*?</cite>|<script.*?</script>|For reading: .*?</p>|<[^>]*>", " ", text, flags=re.DOTALL
    )
    english = re.findall(
        r"\b(?:the|of|and|with|from|days|shared|readings|above|below|not|What|When)\b", shown
    )
    assert english == [] or path == "/visit/summary", english
    labels = re.findall(r'aria-label="([^"]*)"', text)
    assert not [each for each in labels if re.search(r"\b(?:the|of|and|with|days|shared)\b", each)]


@pytest.mark.parametrize("path", PATHS)
async def test_sites_that_differ_only_in_what_is_withheld_have_the_same_german_page(
    path: str, site: StillSite
) -> None:
    assert await read(site, path) == await read(changed(site, *ALIKE.values()), path)


async def test_files_and_answers_for_programs_stay_english(site: StillSite) -> None:
    text = await read(site, "/visit/files/csv-day", policy="full-loop")
    assert "," in text
    assert not [word for word in ("Glukose", "Tag", "Zielbereich") if word in text]
