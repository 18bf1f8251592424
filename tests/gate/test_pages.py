"""Nightscout's own pages through the gate: for signed-in browsers whose policy has pages, and for nobody else."""

import asyncio
import re
from collections.abc import Sequence

import msgspec
import pytest

from proxy.gate.statics import Shelf
from proxy.gate.upstream import Nightscout
from tests.gate.small_nightscout import browsing, signed_in


@pytest.mark.parametrize("path", ["/", "/report/", "/clock/clock-color"])
async def test_a_signed_in_browser_gets_the_page_rewritten(path: str) -> None:
    async with browsing() as (browser, _), browser.get(path) as response:
        text = await response.text()
        assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "/visit/strip.js" in text
        assert "serviceWorker" not in text
        assert "Jane" not in text
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert "no-store" in response.headers["Cache-Control"]


async def test_a_page_is_fetched_once_without_our_credential_and_is_the_same_for_all() -> None:
    async with browsing() as (browser, site):
        other = await signed_in(browser.house, "full-loop")
        texts = []
        for each in (browser, other, browser):
            async with each.get("/") as response:
                texts.append(await response.text())
        assert len(set(texts)) == 1
        assert site.paths().count("/") == 1
        for request in site.asked or []:
            assert "api-secret" not in request.headers
            assert not request.query_string


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This page needs scripts"), ("de-CH, de;q=0.9", "Diese Seite braucht Skripte")],
)
async def test_who_has_scripts_off_is_told_first_and_in_their_language(language: str, words: str) -> None:
    async with browsing() as (browser, _):
        async with browser.get("/", headers={"Accept-Language": language}) as response:
            first, _, after = (
                (await response.text()).partition("<body>\n<noscript>")[2].partition("</noscript>")
            )
            assert words in first
            assert '<a href="/visit/summary">' in first
            assert "/bundle/js/bundle.app.js" in after
        async with browser.get("/", headers={"Accept-Language": "fr"}) as response:
            assert "This page needs scripts" in await response.text()


async def test_without_a_session_the_front_is_the_entry_page_and_other_pages_are_closed() -> None:
    async with browsing() as (browser, site):
        async with browser.house.get("/") as response:
            assert "PIN" in await response.text()
        for path in ("/report/", "/clock/clock-color", "/bundle/js/bundle.app.js"):
            async with browser.house.get(path) as response:
                assert response.status == 401
        assert site.paths() == []


async def test_a_policy_without_pages_has_none_and_a_token_opens_none() -> None:
    async with browsing("unnamed") as (browser, site):
        async with browser.get("/") as response:
            assert (response.status, response.headers["Location"]) == (303, "/visit/summary")
        assert await browser.status("/report/") == 403
        assert await browser.status("/bundle/js/bundle.app.js") == 404
        async with browser.house.get("/report/", await browser.house.mint()) as response:
            assert response.status == 403
        assert not {"/", "/report/", "/bundle/js/bundle.app.js"} & set(site.paths())


@pytest.mark.parametrize("path", ["/profile", "/food", "/admin", "/split", "/clock/config", "/api-docs"])
async def test_every_other_page_says_in_words_that_it_is_not_shared(path: str) -> None:
    async with browsing() as (browser, site):
        async with browser.get(path, headers={"Accept": "text/html"}) as response:
            assert response.status == 403
            assert "not shared" in await response.text()
        assert path not in site.paths()


async def test_the_service_worker_is_not_there_and_the_report_has_one_address() -> None:
    async with browsing() as (browser, _):
        assert await browser.status("/sw.js") == 404
        async with browser.get("/report") as response:
            assert (response.status, response.headers["Location"]) == (301, "/report/")


async def test_a_version_that_was_never_tried_shows_no_pages() -> None:
    async with browsing(version="16.0.0") as (browser, site):
        assert await browser.status("/") == 503
        assert "/" not in site.paths()
        assert await browser.status("/api/v1/entries.json") == 200
        async with browser.get("/", headers={"Accept": "text/html"}) as response:
            assert "CHAPERONE_ALLOW_VERSION" in await response.text()


@pytest.mark.parametrize(("allowed", "status"), [("15.1.0", 200), ("15.1", 503), ("15.1.00", 503)])
async def test_the_owners_word_shows_the_pages_of_that_one_version(allowed: str, status: int) -> None:
    async with browsing(version="15.1.0") as (browser, site):
        shelf = Shelf(browser.house.gate.nightscout, allowed=allowed)
        browser.house.gate.shelf = shelf
        await shelf.look()
        assert ("/" in site.paths()) is (status == 200)
        assert await browser.status("/") == status


async def test_another_version_under_a_running_chaperone_is_noticed() -> None:
    async with browsing() as (browser, site):
        assert await browser.status("/") == 200
        site.version = "16.0.0"
        await browser.house.gate.shelf.look()
        assert await browser.status("/") == 503
        site.version = "15.0.9"
        await browser.house.gate.shelf.look()
        assert await browser.status("/") == 200
        assert site.paths().count("/") == 2


class Hanging(Nightscout):
    """Tells its version, and never sends a page."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.given_up: list[str] = []

    async def file(self, path: str, types: Sequence[str]) -> bytes:
        if types == ("application/json",):
            return b'{"result": {"version": "15.0.7"}}'
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up.append(path)
        return b""


async def test_a_server_that_ends_leaves_no_fetch_behind() -> None:
    site = Hanging()
    looking = asyncio.create_task(Shelf(site).run())
    await site.asked.wait()
    looking.cancel()
    await asyncio.wait([looking])
    assert site.given_up == ["/"]


@pytest.mark.parametrize("version", ["", "15", "15.0.7 <b>", "x" * 200])
async def test_a_version_that_is_none_shows_no_pages(version: str) -> None:
    async with browsing(version=version) as (browser, _):
        assert await browser.status("/") == 503


async def test_a_file_asked_for_by_its_content_is_kept_for_good_and_by_another_name_for_an_hour() -> None:
    async with browsing() as (browser, _):
        async with browser.get("/") as response:
            found = re.search(r'"(/bundle/js/bundle.app.js)\?v=([0-9a-f]{32})"', await response.text())
        assert found is not None
        for asked, lasts in (
            (f"v={found[2]}", "private, max-age=31536000, immutable"),
            (f"v={found[2]}&x", "private, max-age=3600"),
            ("v=" + "0" * 32, "private, max-age=3600"),
        ):
            async with browser.get(f"{found[1]}?{asked}") as response:
                assert response.headers["Cache-Control"] == lasts
                assert response.headers["ETag"] == f'"{found[2]}"'


async def test_a_file_is_kept_compressed_private_and_not_recorded() -> None:
    path, zipped = "/bundle/js/bundle.app.js", {"Accept-Encoding": "gzip"}
    async with browsing() as (browser, site):
        before = len(await browser.house.log(browser.access))
        assert await browser.status(path) == 200
        async with browser.get(path, headers=zipped) as response:
            assert response.headers["Content-Encoding"] == "gzip"
            assert response.headers["Cache-Control"] == "private, max-age=3600"
            assert (await response.text()).startswith("// ü")
            etag = response.headers["ETag"]
        assert await browser.status(path, headers={"If-None-Match": etag}) == 304
        assert site.paths().count(path) == 1
        assert len(await browser.house.log(browser.access)) == before


async def test_a_file_of_another_type_or_with_a_foreign_import_does_not_come_through() -> None:
    async with browsing() as (browser, _):
        assert await browser.status("/images/large.png") == 503
        async with browser.get("/css/main.css") as response:
            assert await response.text() == "a{}"


async def test_a_page_is_on_record_under_its_name() -> None:
    async with browsing() as (browser, _):
        assert await browser.status("/clock/clock-color") == 200
        last = msgspec.json.decode((await browser.house.log(browser.access))[-1])
        assert (last["door"], last["rows"]) == ("/clock/{face}", 0)
