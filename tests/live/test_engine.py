"""The wire itself: what is served of Engine.IO, and all that is not."""

import asyncio

import aiohttp
import pytest

from proxy.core.record import Draft
from proxy.live.engine import LARGEST
from proxy.live.live import MOST_A_GRANT, MOST_STRANGERS
from proxy.live.parcel import Parcel
from proxy.live.wire import MOST_PACKETS, Wire
from tests.live.place import Place, reading
from tests.live.polling import OPENING, Polling, answered, as_browser
from tests.living import NOW


async def test_a_browser_polls_with_a_connection_for_each_request(place: Place) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    facts = await browser.open()
    assert facts["upgrades"] == []
    assert facts["maxPayload"] == LARGEST
    assert await browser.post("40\x1e40/alarm,\x1e40/nonsense,") == (200, "ok")
    packets = (await browser.get())[1].split("\x1e")
    assert [packet[:9] for packet in packets] == ['40{"sid":', "40/alarm,", "44/nonsen"]
    await browser.post('420["authorize",{"client":"web","secret":null,"token":null,"history":48}]')
    packets = (await browser.get())[1].split("\x1e")
    assert packets[0] == '42["connected"]'
    assert packets[1].startswith('42["dataUpdate",{"devicestatus":[')
    assert packets[2] == '430[{"read":true,"write":false,"write_treatment":false}]'
    waiting = asyncio.ensure_future(browser.get())
    await place.change(reading(NOW - 60_000, 111))
    assert '"mgdl":111' in (await waiting)[1]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("EIO=3&transport=polling", 5),
        ("transport=polling", 5),
        ("EIO=4&EIO=3&transport=polling", 5),
        ("EIO=4&EIO=4&transport=polling", 3),
        ("EIO=4&transport=polling&j=0", 3),
        ("EIO=4&transport=polling&b64=1", 3),
        ("EIO=4&transport=polling&secret=a", 3),
        ("EIO=4&transport=polling&secret[]=a", 3),
        ("EIO=4&transport=jsonp", 3),
        ("EIO=4", 3),
        ("EIO=4&transport=websocket", 3),
        ("EIO=4&transport=polling&sid=forged", 1),
        ("EIO=4&transport=polling&sid=", 1),
        ("EIO=4&transport=polling&x", 3),
        ("EIO=4&transport=polling&t=%ff", 3),
    ],
)
async def test_what_is_no_request_of_this_protocol_is_refused(place: Place, query: str, code: int) -> None:
    access = await place.life.mint()
    async with place.life.get(f"/socket.io/?{query}", access) as response:
        assert response.status == 400
        body = await response.json()
    assert body["code"] == code
    assert {"message", "reason", "request_id"} <= body.keys()
    assert len(place.live) == 0


async def test_a_dead_token_or_cookie_does_not_connect(place: Place) -> None:
    access = await place.life.mint()
    for headers in (
        {"Authorization": "Bearer x.y.z"},
        {"Cookie": "chaperone=unknown"},
        {"api-secret": "a" * 40},
    ):
        assert (await Polling(place, headers).get(OPENING))[0] == 401
    await place.life.store.end(access.id, "revoked", Draft("ended", NOW, {}))
    assert (await Polling(place, access.bearer).get(OPENING))[0] == 401


async def test_a_token_in_the_address_counts_only_if_it_was_allowed(place: Place) -> None:
    not_allowed, allowed = await place.life.mint(), await place.life.mint(url_token=True)
    assert (await Polling(place, {}).get(f"{OPENING}&token={not_allowed.token}"))[0] == 401
    assert (await Polling(place, {}).get(f"{OPENING}&token={allowed.token}"))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_pages_of_others_do_not_connect(place: Place, headers: dict[str, str]) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    browser.headers |= headers
    assert (await browser.get(OPENING))[0] == 403


async def test_a_foreign_page_does_not_open_a_websocket(place: Place) -> None:
    access = await place.life.mint()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await place.life.session.ws_connect(
            f"{place.url}/socket.io/?EIO=4&transport=websocket",
            headers={"Cookie": await place.cookie(access)},
            origin="https://evil.example",
        )


async def test_another_visits_cookie_does_not_go_with_a_connection(place: Place) -> None:
    mine, other = await place.life.mint(), await place.life.mint()
    browser = await as_browser(place, mine)
    await browser.start()
    thief = await as_browser(place, other)
    thief.sid = browser.sid
    assert (await thief.get())[0] == 401
    assert (await thief.post("2"))[0] == 401
    thief.headers = {}
    assert (await thief.get())[0] == 401
    assert (await browser.post("3"))[0] == 200


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "0",
        "2",
        "2probe",
        "5",
        "6",
        "9",
        "x",
        "bAAAA",
        "45",
        "4",
        "49",
        "4x",
        "42",
        "42{}",
        "42[]",
        "42[1]",
        '42["authorize"',
        '42["authorize",5]',
        '42["authorize",null]',
        '451-["authorize",{"_placeholder":true,"num":0}]',
        '461-["authorize"]',
        '42/elsewhere,["authorize",{}]',
        '42/alarm,["subscribe",{}]',
        '429999999999["authorize",{}]',
        "42" + "[" * 2000,
        '42["' + "x" * LARGEST,
        "d=42[]",
        "40/" + "n" * 100,
    ],
    ids=lambda packet: packet[:12],
)
async def test_a_packet_that_is_none_ends_the_connection(place: Place, packet: str) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    await browser.open()
    await browser.post("40")
    await browser.get()
    assert (await browser.post(packet))[0] == 400
    assert (await browser.get())[0] == 400
    assert len(place.live) == 0


@pytest.mark.parametrize("body", [b"\xff\xfe", b"4\xed\xa0\x80", b"\x04\x00"])
async def test_bytes_that_are_no_text_end_the_connection(place: Place, body: bytes) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.open()
    assert (await browser.post(body))[0] == 400
    assert len(place.live) == 0


@pytest.mark.parametrize(
    "name", ["nonsense", "connect", "disconnect", "authorize_", "__proto__", "dataUpdate"]
)
async def test_an_unknown_event_is_not_heard(place: Place, name: str) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.start()
    assert await browser.post(f'425["{name}",{{}}]') == (200, "ok")
    await browser.post('426["dbAdd",{}]')
    assert (await browser.get())[1] == '436[{"result":"Not permitted"}]'


async def test_binary_and_oversize_messages_end_a_websocket(place: Place) -> None:
    access = await place.life.mint()
    for message in (b"\x04abc", "4" + "x" * LARGEST):
        async with place.life.session.ws_connect(
            f"{place.url}/socket.io/?EIO=4&transport=websocket", headers=access.bearer
        ) as socket:
            assert (await socket.receive_str())[0] == "0"
            await (socket.send_bytes(message) if isinstance(message, bytes) else socket.send_str(message))
            received = await socket.receive(timeout=2)
            assert received.type in (
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            )
        await place.empty()


async def test_two_polls_at_once_end_the_connection(place: Place) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.start()
    first = asyncio.ensure_future(browser.get())
    await asyncio.sleep(0.2)
    assert (await browser.get())[0] == 400
    assert await answered(first) in (0, 400)
    assert len(place.live) == 0


async def test_one_access_does_not_take_all_connections(place: Place) -> None:
    access, other = await place.life.mint(), await place.life.mint()
    statuses = [(await Polling(place, access.bearer).get(OPENING))[0] for _ in range(MOST_A_GRANT + 5)]
    assert statuses == [200] * MOST_A_GRANT + [429] * 5
    assert (await Polling(place, other.bearer).get(OPENING))[0] == 200
    assert (await place.records(access))[-1]["reason"] == "too_many_connections"


async def test_who_does_not_say_whose_they_are_takes_few_connections(place: Place) -> None:
    statuses = [(await Polling(place, {}).get(OPENING))[0] for _ in range(MOST_STRANGERS + 2)]
    assert statuses == [200] * MOST_STRANGERS + [429] * 2
    access = await place.life.mint()
    assert (await Polling(place, access.bearer).get(OPENING))[0] == 200


async def test_a_waiting_poll_is_cut_when_the_access_ends(place: Place) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    await browser.start()
    waiting = asyncio.ensure_future(browser.get())
    await asyncio.sleep(0.2)
    await place.life.store.end(access.id, "revoked", Draft("ended", NOW, {}))
    async with asyncio.timeout(1):
        assert await answered(waiting) in (0, 400, 401)
    assert (await browser.get())[0] == 400
    assert (await browser.get(OPENING))[0] == 401


async def test_what_was_not_fetched_when_the_access_ended_is_never_given(place: Place) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    await browser.start()
    await place.change(reading(NOW - 60_000, 111))
    async with asyncio.timeout(3):
        while len(await place.pushes(access)) < 2:  # noqa: ASYNC110 - the record is looked at from outside
            await asyncio.sleep(0.05)
    await place.life.store.end(access.id, "revoked", Draft("ended", NOW, {}))
    assert (await browser.get())[0] == 400


async def test_a_grant_that_asks_without_end_is_stopped_with_one_record(place: Place) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    await browser.start()
    event = '4277["nonsense"]'
    statuses = [(await browser.post("\x1e".join([event] * 300)))[0] for _ in range(2)]
    assert statuses == [200, 401]
    assert [row["reason"] for row in await place.records(access) if row["kind"] == "refusal"] == [
        "too_many_requests"
    ]


def test_who_never_answers_a_ping_is_let_go() -> None:
    wire = Wire("a", now=0, abort=lambda _: None)
    wire.tick(24)
    wire.tick(26)
    wire.tick(85)
    assert not wire.closed
    wire.tick(87)
    assert wire.closed


def test_who_answers_pings_stays() -> None:
    wire = Wire("a", now=0, abort=lambda _: None)
    for at in range(26, 1000, 30):
        wire.tick(at)
        wire.ponged(at + 1)
    assert not wire.closed


def test_who_does_not_read_is_let_go() -> None:
    wire = Wire("a", now=0, abort=lambda _: None)
    for _ in range(MOST_PACKETS):
        wire.send(Parcel("4x"))
    assert not wire.closed
    wire.send(Parcel("4x"))
    assert wire.closed


def test_who_does_not_read_large_frames_is_let_go_sooner() -> None:
    wire = Wire("a", now=0, abort=lambda _: None)
    for _ in range(9):
        wire.send(Parcel("4" * 1_000_000))
    assert wire.closed


async def test_a_page_that_is_left_gets_its_open_question_answered_and_nothing_after_it(place: Place) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.open()
    assert await browser.post("40") == (200, "ok")
    assert (await browser.get())[1].startswith("40")
    waiting = asyncio.ensure_future(browser.get())
    await asyncio.wait([waiting], timeout=0.1)  # let it reach the server before the goodbye does
    assert await browser.post("1") == (200, "ok")
    assert await waiting == (200, "6")
    assert (await browser.get())[0] == 400
