"""How Nightscout is asked: packed where the way is long, plain where it is near."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy.gate.upstream import Nightscout, is_near


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "nightscout", "host.docker.internal"]
)
def test_this_machine_and_the_containers_on_it_are_near(host: str) -> None:
    assert is_near(host)


@pytest.mark.parametrize(
    "host", ["ns.example.org", "192.168.1.5", "10.0.0.1", "2001:db8::1", "8.8.8.8", "", None]
)
def test_whatever_may_have_a_slow_line_between_is_not_near(host: str | None) -> None:
    assert not is_near(host)


async def test_a_near_nightscout_is_asked_not_to_pack_its_answers() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers["Accept-Encoding"])
        return web.json_response([])

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        near = Nightscout(session, f"http://127.0.0.1:{server.port}", "read-token")
        assert await near.get("/api/v1/entries.json") == b"[]"
        assert await near.file("/bundle.json", ["application/json"]) == b"[]"
    assert asked == ["identity", "identity"]
