"""Refusals: a page in the reader's language for a person, the same English words for every program."""

import pytest

from tests.gate.small_nightscout import browsing

HTML = {"Accept": "text/html"}
GERMAN = {**HTML, "Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "title", "words"),
    [
        ("/profile", 403, "Nicht geteilt", "Das ist nicht geteilt."),
        ("/nonsense", 404, "Hier ist nichts", "Unter dieser Adresse gibt es nichts."),
        ("/api/v1/entries.json?find[x]=1", 400, "Nicht verfügbar", "Dieser Filter steht hier nicht zur"),
        ("/api/v1/entries.json?count=50001", 400, "Nicht verfügbar", "Höchstens 50.000 Zeilen"),
        ("/api/v3/entries?limit=1001", 400, "Nicht verfügbar", "Höchstens 1.000 Zeilen"),
    ],
)
async def test_a_page_is_in_the_language_of_who_reads_it(
    path: str, status: int, title: str, words: str
) -> None:
    async with browsing() as (browser, _), browser.get(path, headers=GERMAN) as response:
        text = await response.text()
        assert (response.status, response.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert '<html lang="de">' in text
        assert f"<h1>{title}</h1>" in text
        assert words in text
        assert "Zur Startseite" in text
        assert response.headers["X-Request-Id"] in text


async def test_what_was_chosen_on_a_page_comes_before_what_the_browser_asks_for() -> None:
    async with browsing() as (browser, _):
        kept = {**GERMAN, "Cookie": f"chaperone={browser.cookie}; visit-language=en"}
        async with browser.house.get("/profile", headers=kept) as response:
            text = await response.text()
        assert '<html lang="en">' in text
        assert "This is not shared." in text
        assert 'href="/visit/language/de?back=/profile"' in text


async def test_no_page_writes_out_what_a_program_asked() -> None:
    path = "/api/v2/authorization/subjects"
    async with browsing() as (browser, _), browser.get(path, headers=GERMAN) as response:
        assert response.status == 403
        assert "/api/" not in await response.text()


@pytest.mark.parametrize("path", ["/profile", "/api/v1/food.json", "/api/v3/settings", "/api/v1/entries?a=b"])
async def test_what_a_program_reads_is_english_whatever_its_headers_say(path: str) -> None:
    async with browsing() as (browser, _):
        told = []
        for language in ("de", "en"):
            async with browser.get(path, headers={"Accept-Language": language}) as response:
                body = await response.json()
                told.append({name: value for name, value in body.items() if name != "request_id"})
        assert told[0] == told[1]
        assert "Dieser" not in str(told)
        assert {"reason", "message"} <= told[0].keys()


async def test_a_site_that_does_not_answer_is_told_of_in_german() -> None:
    async with browsing() as (browser, _), browser.get("/clock/bgclock", headers=GERMAN) as response:
        text = await response.text()
        assert response.status == 503
        assert "Gerade nicht verfügbar" in text
        assert "Nightscout hat auf diese Frage nicht geantwortet." in text


async def test_a_wrong_clock_and_a_wrong_name_have_pages_too() -> None:
    async with browsing() as (browser, _):
        async with browser.get("/", headers={**GERMAN, "Host": "elsewhere.example"}) as response:
            assert (response.status, response.content_type) == (421, "text/html")
            assert "Diese Adresse wird hier nicht bedient." in await response.text()
        browser.house.clock.now -= 3_600_000
        async with browser.get("/visit", headers=GERMAN) as response:
            assert (response.status, response.content_type) == (503, "text/html")
            assert "Die Uhr dieses Servers geht falsch." in await response.text()
