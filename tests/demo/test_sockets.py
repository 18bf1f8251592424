"""The live feed of the invented site as it lives on: deltas, storage, alarms, who comes and goes, and the transports."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy.demo import SOCKETS, TOKEN, Site, Sockets, generate, make_app
from proxy.demo.moment import HOUR, MINUTE, iso
from tests.demo.contract.client import Reader
from tests.demo.contract.listener import Listener, listening
from tests.demo.contract.shapes import by_group, shape

NOW = 1_795_435_200_000 + MINUTE
RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "contract" / "recordings" / "frames.json").read_text()
)


@dataclass
class Place:
    """A served site whose time a test moves."""

    reader: Reader
    site: Site
    feed: Sockets
    times: list[int]

    def pass_time(self, lasts: int) -> None:
        self.times[0] += lasts
        self.feed.beat()

    def treat(self, **row: Any) -> None:
        """Let somebody write a treatment, as if it had just been made up by the day's course."""
        at = self.times[0] + 1_000
        made = {"_id": f"{at:024x}", "created_at": iso(at), "eventType": "Note", **row}
        self.times[0] += 2_000
        feed = self.feed._feed
        feed.site.until = self.times[0] - 1
        arrived = {"treatments": [made]}
        feed.arrived = lambda: arrived  # type: ignore[method-assign]
        self.feed.beat()


@asynccontextmanager
async def place(every: float | None = None) -> AsyncIterator[Place]:
    times, site = [NOW], generate("sockets", NOW, days=3)
    app = make_app(site, now=lambda: times[0], delay=0, every=every)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        url = str(server.make_url("")).rstrip("/")
        yield Place(Reader(session, url, TOKEN, NOW), site, app[SOCKETS], times)


@asynccontextmanager
async def watched(*transports: str) -> AsyncIterator[tuple[Place, Listener]]:
    async with place() as here, listening(here.reader, *transports) as listener:
        await listener.authorize(await here.reader.jwt())
        yield here, listener


@pytest.mark.parametrize("transports", [("polling",), ("websocket",), ()], ids="+".join)
async def test_a_reading_comes_as_a_delta_of_the_recorded_shape(transports: tuple[str, ...]) -> None:
    async with watched(*transports) as (here, listener):
        here.pass_time(5_000)
        frame = await listener.until("dataUpdate", 2)
    assert frame.keys() == {"delta", "lastUpdated", "sgvs"}
    assert frame["lastUpdated"] == here.times[0] == frame["sgvs"][0]["mills"]
    recorded = [row for delta in RECORDED["deltas"] for row in delta.get("sgvs", ())]
    assert shape(frame["sgvs"]) == shape(recorded)


async def test_after_an_hour_the_delta_holds_all_that_came() -> None:
    # In `/` alone: six hours are more notices on `/alarm` than this client takes in one answer.
    async with place() as here, listening(here.reader, "polling", namespaces=("/",)) as listener:
        await listener.authorize(await here.reader.jwt())
        here.pass_time(6 * HOUR)
        frame = await listener.until("dataUpdate", 2)
    assert {"sgvs", "treatments", "devicestatus", "mbgs"} <= frame.keys()
    recorded = by_group([row for delta in RECORDED["deltas"] for row in delta.get("treatments", ())])
    ours = by_group(frame["treatments"])["Temp Basal"]
    assert {"mills", "endmills", "mgdl", "rate", "duration"} <= ours.keys() & recorded["Temp Basal"].keys()


async def test_while_nothing_comes_nothing_is_sent() -> None:
    async with watched("polling") as (here, listener):
        here.pass_time(0)
        here.pass_time(5_000)
        await listener.until("dataUpdate", 2)
        assert len(listener.named("dataUpdate")) == 2


async def test_who_is_not_authorized_is_told_of_no_reading_but_hears_every_alarm() -> None:
    async with place() as here, listening(here.reader, "polling") as stranger:
        here.treat(isAnnouncement=True, notes="CANARY-CHAT-1", enteredBy="school")
        assert (await stranger.until("announcement"))["message"] == "CANARY-CHAT-1"
        assert stranger.named("dataUpdate") == []


async def test_storage_tells_its_subscribers_of_what_came_through_api_v3() -> None:
    async with watched("polling") as (here, listener):
        said = {"accessToken": TOKEN, "collections": ["treatments"]}
        await listener.ask("subscribe", said, namespace="/storage")
        here.treat(notes="by v1")
        here.treat(notes="by v3", identifier="x-1", srvCreated=NOW, srvModified=NOW)
        told = await listener.until("create")
    assert told["colName"] == RECORDED["storage"][0]["colName"]
    assert (told["doc"]["identifier"], told["doc"]["notes"]) == ("x-1", "by v3")
    assert "_id" not in told["doc"]
    assert len(listener.named("create")) == 1


async def test_an_alarm_is_silenced_for_all_by_who_may() -> None:
    async with watched("polling") as (_, listener):
        await listener.client.emit("ack", (2, "default", 60_000), namespace="/alarm")
        await listener.ask("subscribe", {"accessToken": TOKEN}, namespace="/alarm")
        await listener.client.emit("ack", (2, "default", 60_000), namespace="/alarm")
        assert (await listener.until("clear_alarm"))["message"] == "default - Urgent was ack'd"
        assert len(listener.named("clear_alarm")) == 1


async def test_everybody_is_told_how_many_are_connected() -> None:
    async with place() as here, listening(here.reader, "polling") as first:
        await first.until("clients", 1)
        async with listening(here.reader, "websocket"):
            assert await first.until("clients", 2) == 2
        assert await first.until("clients", 3) == 1


async def test_with_a_pace_the_site_lives_by_itself() -> None:
    async with place(every=0.05) as here, listening(here.reader, "polling") as listener:
        await listener.authorize(await here.reader.jwt())
        here.times[0] += 5_000
        assert (await listener.until("dataUpdate", 2))["delta"] is True


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("transport=polling", 5),
        ("EIO=3&transport=polling", 5),
        ("EIO=4&transport=polling&j=0", 3),
        ("EIO=4&transport=polling&b64=1", 3),
        ("EIO=4&transport=websocket", 3),
    ],
)
async def test_older_and_other_framings_are_not_spoken(query: str, code: int) -> None:
    async with place() as here:
        answer = await here.reader.get(f"/socket.io/?{query}", auth=None)
        assert (answer.status, (await answer.json())["code"]) == (400, code)


@pytest.mark.parametrize(
    "packet", ["", "x", "4", "49", "42", "42[]", "42{", "42[5]", '420["authorize"]', '42["authorize",null]']
)
async def test_no_packet_of_a_client_breaks_the_site(packet: str) -> None:
    async with place() as here:
        opened = await here.reader.get("/socket.io/?EIO=4&transport=polling", auth=None)
        sid = json.loads((await opened.text())[1:])["sid"]
        address = f"{here.reader.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
        for said in ("40", packet):
            async with here.reader.session.post(address, data=said) as answer:
                assert answer.status == 200
        async with listening(here.reader, "polling") as listener:
            assert (await listener.authorize(await here.reader.jwt()))["read"] is True


async def test_a_server_that_stops_is_not_held_up_by_open_polls() -> None:
    async with asyncio.timeout(30):
        site = generate("stops", NOW, days=1)
        runner = web.AppRunner(make_app(site, now=lambda: NOW), shutdown_timeout=60)
        await runner.setup()
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/socket.io/?EIO=4&transport=polling"
        async with aiohttp.ClientSession() as session:
            async with session.get(address) as opened:
                sid = json.loads((await opened.text())[1:])["sid"]
            polled = asyncio.create_task(session.get(f"{address}&sid={sid}"))
            await asyncio.sleep(0)
            await runner.cleanup()
            polled.cancel()


async def test_pages_lie_where_nightscouts_do() -> None:
    async with place() as here:
        for path, kind in (
            ("/", "text/html; charset=UTF-8"),
            ("/report/", "text/html; charset=UTF-8"),
            ("/clock/clock-color", "text/html; charset=UTF-8"),
            ("/bundle/js/demo.page.js", "application/javascript; charset=UTF-8"),
            ("/css/demo.css", "text/css; charset=UTF-8"),
        ):
            answer = await here.reader.get(path, auth=None)
            assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
            text = (await answer.text()).replace("http://www.w3.org/2000/svg", "")
            assert "http" not in text, "nothing is loaded from elsewhere"
        moved = await here.reader.get("/report", auth=None)
        assert (moved.status, moved.headers["Location"]) == (301, "/report/")
