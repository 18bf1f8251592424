"""Nightscout's own pages through the gate: for signed-in browsers whose policy has pages, and for nobody else."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from aiohttp import web

from proxy.core.session import new_session
from proxy.core.ticket import LIFE
from proxy.gate.statics import Shelf
from tests.living import Access, Living, living

INDEX = (
    "<html><head><title>Jane</title></head><body>{}<script>navigator.serviceWorker.x</script>"
    '<script src="/bundle/js/bundle.app.js"></script><script src="/js/gone.js"></script></body></html>'
)
FILES = {
    "/bundle/js/bundle.app.js": ("// ü" + " " * 5000, "application/javascript"),
    "/css/main.css": ("@import url('https://f.example/x');a{}", "text/css"),
    "/images/large.png": ("<script>", "text/html"),
}


@dataclass
class Site:
    """A small Nightscout: pages and files, and what it was asked with."""

    version: str = "15.0.7"
    asked: list[web.Request] | None = None

    def __call__(self) -> web.Application:
        self.asked = []
        app = web.Application()
        app.router.add_get("/{path:.*}", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.Response:
        assert self.asked is not None
        self.asked.append(request)
        return self.found(request.path)

    def found(self, path: str) -> web.Response:
        if path in ("/", "/report/", "/clock/clock-color"):
            return web.Response(text=INDEX.format(path), content_type="text/html")
        if path == "/api/v3/version":
            return web.json_response({"status": 200, "result": {"version": self.version}})
        if path.startswith("/api/v1/"):
            return web.json_response([])
        text, content_type = FILES.get(path, ("", ""))
        return web.Response(text=text, content_type=content_type) if text else web.Response(status=404)

    def paths(self) -> list[str]:
        return [request.path for request in self.asked or []]


@dataclass
class Browser:
    """A signed-in browser: it sends its cookie."""

    house: Living
    access: Access
    cookie: str

    def get(self, path: str, **options: Any) -> Any:
        headers = {"Cookie": f"chaperone={self.cookie}"} | options.pop("headers", {})
        return self.house.get(path, headers=headers, **options)

    async def status(self, path: str, **options: Any) -> int:
        async with self.get(path, **options) as response:
            return int(response.status)

    async def json(self, path: str, **options: Any) -> Any:
        async with self.get(path, **options) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def ticket(self) -> str:
        return str((await self.json("/api/v1/status.json"))["authorized"]["token"])


async def signed_in(house: Living, policy: str = "consultant") -> Browser:
    access = await house.mint(policy)
    value, session = new_session(access.id, now=house.clock(), random=house.dice)
    await house.store.add_session(session)
    browser = Browser(house, access, value)
    await browser.json("/api/v1/status.json")
    return browser


@asynccontextmanager
async def browsing(
    policy: str = "consultant", *, version: str = "15.0.7"
) -> AsyncIterator[tuple[Browser, Site]]:
    site = Site(version)
    async with living(upstream=site) as house:
        yield await signed_in(house, policy), site


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


async def test_status_gives_a_ticket_neutral_settings_and_no_writing() -> None:
    async with browsing() as (browser, _):
        async with browser.get("/api/v1/status.json", headers={"Accept-Encoding": "gzip"}) as response:
            assert "Content-Encoding" not in response.headers
            status = await response.json()
        assert status["authorized"]["sub"] == "clinician"
        assert status["authorized"]["permissionGroups"] == [["*:*:read"]]
        settings = status["settings"]
        assert (settings["units"], settings["editMode"], settings["customTitle"]) == (
            "mg/dl",
            False,
            "Nightscout",
        )
        assert "careportal" not in settings["showPlugins"]
        async with browser.get("/api/v1/status.js") as response:
            assert (await response.text()).startswith("this.serverSettings = {")


async def test_a_ticket_works_with_its_own_session_and_with_nothing_else() -> None:
    async with browsing() as (browser, _):
        other = await signed_in(browser.house)
        bearer = {"Authorization": f"Bearer {await browser.ticket()}"}
        path = "/api/v1/entries.json"
        assert await browser.status(path, headers=bearer) == 200
        assert await other.status(path, headers=bearer) == 401
        async with browser.house.get(path, headers=bearer) as response:
            assert response.status == 401
        async with browser.house.get(f"{path}?token={bearer['Authorization'][7:]}") as response:
            assert response.status == 401
        browser.house.clock.now += LIFE
        assert await browser.status(path, headers=bearer) == 401


async def test_a_ticket_is_renewed_by_its_session_alone() -> None:
    async with browsing() as (browser, _):
        first = await browser.ticket()
        browser.house.clock.now += 60_000
        path = f"/api/v2/authorization/request/{first}"
        second = (await browser.json(path))["token"]
        assert second != first
        assert (
            await browser.status("/api/v1/entries.json", headers={"Authorization": f"Bearer {second}"}) == 200
        )
        async with browser.house.get(path) as response:
            assert response.status == 401


async def test_the_reader_chooses_the_units() -> None:
    async with browsing() as (browser, _):
        headers = {"Cookie": f"chaperone={browser.cookie}; units=mmol"}
        async with browser.get("/api/v1/status.json", headers=headers) as response:
            assert (await response.json())["settings"]["units"] == "mmol"


@pytest.mark.parametrize(
    "path", ["profile", "profiles?find[startDate][$gte]=2026-11-01&count=1000", "profile.json"]
)
async def test_pages_get_a_profile_of_zeros_where_none_is_shared_and_tools_a_refusal(path: str) -> None:
    async with browsing() as (browser, site):
        (profile,) = await browser.json(f"/api/v1/{path}")
        assert profile["defaultProfile"] in profile["store"]
        assert not re.search(r"[1-9]", str(profile["store"]).replace("mg/dl", ""))
        assert (await browser.json("/api/v1/profile/current")) == profile
        async with browser.house.get(f"/api/v1/{path}", browser.access) as response:
            assert response.status == 403
        assert site.paths() == []


async def test_questions_that_pages_ask_whatever_is_shared_are_answered_without_rows() -> None:
    async with browsing("cgm-only") as (browser, site):
        for path in ("treatments.json?count=1000", "devicestatus.json?count=10000", "food/regular.json"):
            assert await browser.json(f"/api/v1/{path}") == []
        assert site.paths() == []


async def test_the_search_for_profile_switches_is_answered_and_other_hidden_types_are_refused() -> None:
    async with browsing() as (browser, site):
        asked = "/api/v1/treatments.json?find[eventType]={}&find[created_at][$lte]=2026-11-20T00:00:00.000Z&count=1"
        assert await browser.json(asked.format("Profile%20Switch")) == []
        assert site.paths() == []
        assert await browser.status(asked.format("Announcement")) == 400
        assert await browser.status("/api/v1/treatments.json?find[notes]=/pizza/i") == 400
        async with browser.house.get(asked.format("Profile%20Switch"), browser.access) as response:
            assert response.status == 400


async def test_a_clock_without_a_reading_is_told_so_in_the_form_that_it_reads() -> None:
    async with browsing() as (browser, _):
        assert (await browser.json("/api/v2/properties"))["bgnow"] == {"sgvs": []}


async def test_a_clock_shows_the_units_that_were_chosen() -> None:
    async with living() as house:
        browser = await signed_in(house)
        plain = (await browser.json("/api/v2/properties"))["bgnow"]["sgvs"][0]
        headers = {"Cookie": f"chaperone={browser.cookie}; units=mmol"}
        chosen = (await browser.json("/api/v2/properties", headers=headers))["bgnow"]["sgvs"][0]
        assert plain["scaled"] == plain["mgdl"] == chosen["mgdl"]
        assert chosen["scaled"] == round(plain["mgdl"] / 18.01559, 1)


async def test_what_an_open_page_asks_by_itself_does_not_keep_a_session_awake() -> None:
    async with browsing() as (browser, _):
        for _ in range(2):
            browser.house.clock.now += 14 * 60_000
            assert await browser.status("/api/v2/properties") == 200
        browser.house.clock.now += 3 * 60_000
        assert await browser.status("/api/v2/properties") == 401


async def test_what_a_person_asks_keeps_it_awake() -> None:
    async with browsing() as (browser, _):
        for path in ("/api/v1/entries.json", "/", "/api/v1/entries.json"):
            browser.house.clock.now += 20 * 60_000
            assert await browser.status(path, headers={"Sec-Fetch-Mode": "navigate"}) == 200


async def test_after_the_end_nothing_is_served_not_even_files() -> None:
    async with browsing() as (browser, _):
        assert await browser.status("/bundle/js/bundle.app.js") == 200
        browser.house.clock.now += 5 * 3_600_000
        assert await browser.status("/bundle/js/bundle.app.js") == 401
        assert await browser.status("/report/") == 401


async def test_a_shared_profile_names_its_default_by_the_new_name() -> None:
    async with living() as house:
        browser = await signed_in(house, "full-loop")
        profiles = await browser.json("/api/v1/profiles")
        assert profiles
        for profile in profiles:
            assert profile["defaultProfile"] == next(iter(profile["store"])) == "Profile 1"
        assert "CANARY" not in str(profiles)
