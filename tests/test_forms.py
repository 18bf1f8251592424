"""The reader of forms that both sides share: what it takes, and what it does not."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from proxy.forms import STATUS, NotTaken, read_pairs

ORIGIN = "https://clinic.example"
LARGEST, MOST = 64, 4
FORM = "application/x-www-form-urlencoded"


async def _told(request: web.Request) -> web.Response:
    patience = {"seconds": 0.1} if request.path == "/hasty" else {}
    found = await read_pairs(request, origin=ORIGIN, largest=LARGEST, most=MOST, **patience)
    return web.json_response(
        [found.status, found.reason] if isinstance(found, NotTaken) else {"pairs": found}
    )


@pytest.fixture
async def address() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{path:.*}", _told)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def _post(
    address: str, body: bytes, *origins: str, kind: str = FORM, encoding: str = "", query: str = ""
) -> object:
    headers = [("Content-Type", kind), *(("Origin", origin) for origin in origins)]
    headers += [("Content-Encoding", encoding)] if encoding else []
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{address}{query}", data=body, headers=headers) as response,
    ):
        return await response.json()


async def test_fields_come_in_their_order_with_repeated_and_empty_ones(address: str) -> None:
    told = await _post(address, b"b=2&a=%C3%BC+x&b=&b=1", ORIGIN)
    assert told == {"pairs": [["b", "2"], ["a", "ü x"], ["b", ""], ["b", "1"]]}


async def test_what_stands_in_the_address_is_no_part_of_the_form(address: str) -> None:
    assert await _post(address, b"a=1", ORIGIN, query="?b=2") == {"pairs": [["a", "1"]]}


@pytest.mark.parametrize(
    "origins", [(), ("null",), ("https://evil.example",), (f"{ORIGIN}.evil.example",), (ORIGIN, ORIGIN)]
)
async def test_a_form_of_another_page_or_of_no_known_one_is_not_taken(
    address: str, origins: tuple[str, ...]
) -> None:
    assert await _post(address, b"a=1", *origins) == [403, "foreign_origin"]


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x"])
async def test_only_plain_forms_are_read(address: str, kind: str) -> None:
    assert await _post(address, b"a=1", ORIGIN, kind=kind) == [415, "not_a_form"]


async def test_a_form_may_be_as_large_as_is_allowed_and_not_a_byte_larger(address: str) -> None:
    whole = b"a=" + b"x" * (LARGEST - 2)
    assert await _post(address, whole, ORIGIN) == {"pairs": [["a", "x" * (LARGEST - 2)]]}
    assert await _post(address, whole + b"x", ORIGIN) == [413, "too_large"]


async def test_the_size_counts_after_any_content_encoding(address: str) -> None:
    packed = gzip.compress(b"a=" + b"x" * 100_000)
    assert await _post(address, packed, ORIGIN, encoding="gzip") == [413, "too_large"]


@pytest.mark.parametrize("body", [b"", b"a", b"a=1&&b", b"a=%FF", "a=ü".encode(), b"a=1&b=2&c=3&d=4&e=5"])
async def test_what_is_no_form_or_has_too_many_fields_is_not_guessed_at(address: str, body: bytes) -> None:
    told = await _post(address, body, ORIGIN)
    assert told == ({"pairs": []} if not body else [400, "unreadable"])


async def test_a_sender_who_stops_in_the_middle_is_not_waited_for(address: str) -> None:
    url = URL(address)
    assert url.host is not None
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(url.host, url.port)
        head = f"POST /hasty HTTP/1.1\r\nHost: x\r\nOrigin: {ORIGIN}\r\nContent-Type: {FORM}\r\nContent-Length: 9\r\n\r\n"
        writer.write(head.encode() + b"a=1")
        answer = b""
        while b"too_slow" not in answer:
            answer += await reader.read(1000)
        writer.close()
    assert b"[408, " in answer


def test_each_reason_has_a_status_of_its_own() -> None:
    assert len(set(STATUS.values())) == len(STATUS)
    assert all(NotTaken(reason).status == status for reason, status in STATUS.items())
