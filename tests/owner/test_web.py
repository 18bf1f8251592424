"""The owner's application: what every answer has, and two sides at one port."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from proxy.owner.web import FOR_ANY_HOST, on_one_port
from tests.owner.place import console_place


async def test_when_the_store_can_not_answer_nothing_is_done_and_that_is_said() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        place.store.fails.add("*")  # type: ignore[attr-defined]  # it is the one in memory
        answer = await browser.get("/settings")
        assert answer.status == 503
        assert answer.headers["Retry-After"]


async def test_without_a_record_nobody_signs_in() -> None:
    async with console_place() as place:
        await place.signed_in()
        browser = place.browser()
        form = {"csrf": await browser.csrf(), "name": "Ada", "passphrase": "correct horse battery staple"}
        place.store.fails.add("append")  # type: ignore[attr-defined]  # it is the one in memory
        assert (await browser.post("/sign-in", form)).status == 503
        assert place.console.cookie.name not in browser.cookies


async def test_a_fault_of_ours_tells_nothing() -> None:
    async def broken(_: web.Request) -> web.Response:
        raise KeyError("secret")

    async with console_place(more=lambda _: [web.get("/broken", broken)]) as place:
        answer = await place.browser().get("/broken")
        assert answer.status == 500
        assert "secret" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_files_hold_nothing_of_anybody_and_may_be_kept() -> None:
    async with console_place() as place:
        for name in ("console.css", "console.js", "icon.svg", "icon-192.png", "console.webmanifest"):
            answer = await place.browser().ask("HEAD", f"/files/{name}")
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "public, max-age=300"


def side(name: str) -> web.Application:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=name)

    app = web.Application()
    app.router.add_get("/", answer)
    for path in FOR_ANY_HOST:
        app.router.add_get(path, answer)
    return app


@pytest.mark.parametrize(
    ("host", "path", "status", "text"),
    [
        ("console.example", "/", 200, "owner"),
        ("CONSOLE.example", "/", 200, "owner"),
        ("visit.example", "/", 200, "clinician"),
        ("other.example", "/", 421, None),
        ("other.example", "/healthz", 200, "owner"),
        ("visit.example", "/healthz", 200, "owner"),
        ("visit.example", "/nothing", 404, None),
    ],
)
async def test_on_one_port_the_host_name_decides(host: str, path: str, status: int, text: str | None) -> None:
    both = on_one_port(side("owner"), "https://console.example", side("clinician"), "https://visit.example")
    async with TestClient(TestServer(both)) as client:
        answer = await client.get(path, headers={"Host": host})
        assert answer.status == status
        assert text in (None, await answer.text())
