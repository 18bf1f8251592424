"""The console in the language that was chosen, or that the browser asks for."""

import re

import pytest

from tests.owner.place import console_place

GERMAN = {"Accept-Language": "de"}
PAGES = ("/share", "/access", "/notices", "/notes", "/about-me", "/inventory", "/settings", "/access/outside")


async def test_the_sign_in_page_speaks_german() -> None:
    async with console_place() as place:
        page = await place.browser().get("/sign-in", headers=GERMAN)
    assert '<html lang="de">' in page.text
    assert "Hier teilen Sie Ihr Nightscout" in page.text


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_opens_in_german(path: str) -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        page = await browser.get(path, headers=GERMAN)
        english = await browser.get(path)
    assert page.status == english.status == 200
    titles = [re.search(r"<title>(.*?)</title>", each.text) for each in (page, english)]
    assert titles[0] is not None
    assert titles[1] is not None
    assert titles[0][1] != titles[1][1]
    assert '<html lang="de">' in page.text
    assert ">Abmelden</button>" in page.text


async def test_a_choice_is_kept_apart_from_that_of_the_clinicians_pages() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        chosen = await browser.get("/language/de?back=/settings")
        assert (chosen.status, chosen.location) == (303, "/settings")
        assert browser.cookies["console-language"] == "de"
        assert "HttpOnly" in chosen.cookies["console-language"]
        assert '<html lang="de">' in (await browser.get("/settings")).text
        del browser.cookies["console-language"]
        browser.cookies["visit-language"] = "de"
        assert '<html lang="en">' in (await browser.get("/settings")).text


async def test_choosing_before_the_sign_in_keeps_the_page_that_waits() -> None:
    async with console_place() as place:
        page = await place.browser().get("/sign-in?next=%2Fpair%2Fab")
    assert (
        'href="/language/de?back=/sign-in%3Fnext%3D%252Fpair%252Fab"' in page.text
        or "back=/sign-in%3Fnext%3D/pair/ab" in page.text
    )


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", ""])
async def test_choosing_leads_to_no_other_site(back: str) -> None:
    async with console_place() as place:
        chosen = await place.browser().get(f"/language/de?back={back}")
    assert chosen.location == "/"


async def test_a_fault_of_a_form_is_told_in_german() -> None:
    async with console_place() as place:
        browser = place.browser()
        csrf = await browser.csrf("/set-up")
        form = {"csrf": csrf, "code": "AAAAA-AAAAA", "name": "Ada"}
        refused = await browser.post("/set-up", form, headers=GERMAN)
    assert "Dieser Einrichtungscode gilt nicht." in refused.text


async def test_an_owners_name_is_not_translated() -> None:
    async with console_place() as place:
        browser = place.browser()
        assert (await browser.set_up(await place.code(), name="Settings")).status == 303
        page = await browser.get("/settings", headers=GERMAN)
    assert "<strong>Settings</strong>" in page.text
