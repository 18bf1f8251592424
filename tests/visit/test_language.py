"""The clinicians' pages in the language that was chosen, or that the browser asks for."""

import pytest

from proxy.core.grant import DAY, HOUR
from proxy.core.mint import Times
from tests.visit.place import Place, wrong

GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}
CHOSEN = {"Cookie": "visit-language=de"}


@pytest.mark.parametrize("headers", [GERMAN, CHOSEN])
async def test_the_entry_page_speaks_german(place: Place, headers: dict[str, str]) -> None:
    page = await place.get("/visit", headers=headers)
    assert '<html lang="de">' in page.text
    assert "Öffnen, was mit Ihnen geteilt wurde" in page.text
    assert "Open what was shared" not in page.text


async def test_without_a_wish_the_pages_are_english(place: Place) -> None:
    page = await place.get("/visit")
    assert '<html lang="en">' in page.text
    assert 'href="/visit/language/de?back=/visit"' in page.text


async def test_a_choice_is_kept_in_a_cookie_that_holds_a_word(place: Place) -> None:
    chosen = await place.get("/visit/language/de?back=/visit/closed")
    assert (chosen.status, chosen.headers["Location"]) == (303, "/visit/closed")
    assert chosen.cookies == {"visit-language": "de"}
    assert "Auf diesem Computer geschlossen" in (await place.get("/visit/closed", headers=CHOSEN)).text


async def test_another_language_shows_the_same_choice_and_nothing_else_of_the_address(place: Place) -> None:
    page = await place.get("/visit?units=mmol&days=14&code=7KQ2M-XD4WT&targets=%22%3E%3Cb%3E")
    assert 'href="/visit/language/de?back=/visit%3Fdays%3D14%26units%3Dmmol"' in page.text
    assert "7KQ2M" not in page.text
    back = await place.get("/visit/language/de?back=/visit/summary%3Fdays%3D14%26units%3Dmmol")
    assert back.headers["Location"] == "/visit/summary?days=14&units=mmol"


async def test_english_can_be_chosen_in_a_german_browser(place: Place) -> None:
    page = await place.get("/visit", headers=GERMAN | {"Cookie": "visit-language=en"})
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/%5Cevil.example", ""])
async def test_choosing_leads_to_no_other_site(place: Place, back: str) -> None:
    assert (await place.get(f"/visit/language/de?back={back}")).headers["Location"] == "/"


async def test_a_language_that_is_not_there_is_no_page(place: Place) -> None:
    assert (await place.get("/visit/language/xx")).status == 404


async def test_what_is_shared_is_told_in_german_and_names_stay_as_they_are(place: Place) -> None:
    minted = await place.mint(clinician="Closed <Nothing.>")
    cookie = await place.enter(minted)
    page = await place.get("/visit/home", headers={"Cookie": f"chaperone={cookie}; visit-language=de"})
    assert "Es endet in 4 Stunden" in page.text
    assert '<h2 id="withheld">Was nicht geteilt ist</h2>' in page.text
    assert "<li>Pumpen- und Loop-Einstellungen</li>" in page.text
    assert "<dd>Closed &lt;Nothing.&gt;</dd>" in page.text


async def test_moments_are_written_in_german(place: Place) -> None:
    opens = place.clock() + DAY
    minted = await place.mint(times=Times(opens, 4 * HOUR, opens + DAY))
    form = {"link": minted.link.partition("#")[2], "passcode": minted.passcode}
    headers = {"Origin": place.url} | CHOSEN
    page = await place.ask("POST", "/visit", data=form, headers=headers)
    assert page.status == 403
    assert "<strong>Das öffnet sich am <time" in page.text
    assert 'data-local="Zeit dieses Computers"' in page.text


async def test_a_page_that_answers_a_form_offers_no_other_language(place: Place) -> None:
    minted = await place.mint()
    refused = await place.try_pin(minted, wrong(minted))
    assert "9 tries are left" in refused.text
    assert "/visit/language/" not in refused.text


async def test_the_check_number_that_is_shown_once_stands_beside_no_way_elsewhere(place: Place) -> None:
    minted = await place.mint(times=Times(place.clock(), HOUR // 3, place.clock() + DAY))
    cookie = await place.enter(minted)
    place.clock.now += HOUR * 5 // 12
    ended = await place.get("/visit/home", headers={"Cookie": f"chaperone={cookie}; visit-language=de"})
    assert "Prüfnummer" in ended.text
    assert "/visit/language/" not in ended.text


async def test_what_a_program_reads_stays_english(place: Place) -> None:
    told = (await place.get("/visit/whoami", headers=GERMAN)).json
    assert told["message"] == "No access, or it has ended."


async def test_the_language_of_one_request_is_not_that_of_the_next(place: Place) -> None:
    for headers, language in ((GERMAN, "de"), ({}, "en"), (CHOSEN, "de"), ({}, "en")):
        assert f'<html lang="{language}">' in (await place.get("/visit", headers=headers)).text
