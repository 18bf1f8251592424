"""A Nightscout that has gone wrong, or has been taken over: a clear refusal, and the process lives."""

import asyncio
import gzip
import json
import resource
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from tests.living import NOW, Access, Living, living

PATHS = (
    "/api/v1/entries.json",
    "/api/v1/treatments.json?count=5",
    "/api/v3/devicestatus",
    "/api/v2/properties",
)
READING = {"_id": "6b0187c091c2cbed4e446ad0", "type": "sgv", "sgv": 123, "date": NOW - 60_000}
JSON = "application/json"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """A Nightscout that answers well until it is told otherwise."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.asked: list[str] = []

    def __call__(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._any)
        return app

    async def _any(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        return await self.answer(request) if self.answer else web.json_response([READING])


async def ask(house: Living, access: Access, path: str) -> tuple[int, dict[str, Any]]:
    async with house.get(path, access) as response:
        answer = await response.json()
        return response.status, answer if isinstance(answer, dict) else {"rows": answer}


async def refused(answer: Answer, *reasons: str, deadline: float = 5) -> None:
    """Every door refuses with one of the reasons, puts it on record, and works when Nightscout does again."""
    site = Site()
    async with living(upstream=site) as house:
        house.gate.nightscout._deadline = deadline
        access = await house.mint()
        site.answer = answer
        for path in PATHS:
            status, body = await ask(house, access, path)
            assert (status, body["reason"] in reasons) == (503, True), (path, status, body)
            assert body.keys() - {"status"} == {"reason", "message", "request_id"}
        refusals = [body for body in await house.log(access) if b'"kind":"refusal"' in body]
        assert len(refusals) == len(PATHS)
        site.answer = None
        status, body = await ask(house, access, "/api/v1/entries.json?count=7")
        assert (status, body["rows"][0]["sgv"]) == (200, 123)
        assert all(asked.startswith("GET /api/v1/") for asked in site.asked)


def saying(
    body: bytes | str, *, status: int = 200, content_type: str = JSON, headers: dict[str, str] | None = None
) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=raw, headers={"Content-Type": content_type} | (headers or {}))

    return answer


def writing(
    *parts: bytes, headers: dict[str, str], then: Callable[[web.Request], Awaitable[None]] | None = None
) -> Answer:
    """Give an answer that writes bytes as they are, and then does something that it should not."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": JSON} | headers)
        await response.prepare(request)
        for part in parts:
            await response.write(part)
        if then is not None:
            await then(request)
        return response

    return answer


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirecting_nightscout_is_not_followed(status: int) -> None:
    site = Site()
    await refused(saying("", status=status, headers={"Location": "/api/v1/elsewhere"}), "upstream_refused")
    assert not any("elsewhere" in asked for asked in site.asked)


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 418, 429, 500, 502, 503])
async def test_an_answer_that_is_no_200_is_refused_and_not_quoted(status: int) -> None:
    await refused(
        saying("" if status in (204, 304) else '[{"error":"CANARY"}]', status=status), "upstream_refused"
    )


async def test_a_slow_nightscout_is_given_up() -> None:
    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(2)
        return web.json_response([])

    await refused(answer, "upstream_slow", deadline=0.1)


async def test_a_nightscout_that_drips_is_given_up() -> None:
    async def drip(request: web.Request) -> None:
        for _ in range(50):
            await asyncio.sleep(0.05)

    await refused(writing(b"[", headers={}, then=drip), "upstream_slow", deadline=0.1)


async def test_an_endless_answer_is_cut_off() -> None:
    site = Site()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": JSON})
        await response.prepare(request)
        while True:
            await response.write(b" " * 1_000_000)

    async with living(upstream=site) as house:
        access = await house.mint()
        site.answer = answer
        status, body = await ask(house, access, PATHS[0])
        assert (status, body["reason"]) == (503, "upstream_too_large")
        site.answer = None
        assert (await ask(house, access, PATHS[0]))[0] == 200


async def test_a_promise_of_ten_gigabytes_is_refused_at_once() -> None:
    async def hang_up(request: web.Request) -> None:
        assert request.transport is not None
        request.transport.abort()

    await refused(
        writing(b"[", headers={"Content-Length": "10000000000"}, then=hang_up),
        "upstream_too_large",
        "upstream_unreachable",
    )


async def test_a_truncated_answer_is_refused() -> None:
    async def hang_up(request: web.Request) -> None:
        assert request.transport is not None
        request.transport.close()

    whole = json.dumps([READING] * 50).encode()
    await refused(
        writing(whole[:900], headers={"Content-Length": str(len(whole))}, then=hang_up),
        "upstream_unreachable",
    )
    await refused(saying(whole[:900]), "upstream_unreadable")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_a_wrongly_compressed_answer_is_refused(coding: str) -> None:
    plain = json.dumps([READING]).encode()
    for body in (plain, gzip.compress(plain)[:-9], b"\x1f\x8b", zlib.compress(plain)[2:-4] + b"x"):
        site = Site()
        async with living(upstream=site) as house:
            access = await house.mint()
            site.answer = saying(body, headers={"Content-Encoding": coding})
            status, answer = await ask(house, access, PATHS[0])
            assert status == 503 or answer["rows"][0]["sgv"] == 123
            site.answer = None
            assert (await ask(house, access, PATHS[1]))[0] == 200


async def test_a_gzip_bomb_costs_a_bounded_amount_of_memory() -> None:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezed.compress(b" " * 1_000_000) for _ in range(300)) + squeezed.flush()
    assert len(bomb) < 1_100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await refused(
        saying(bomb, headers={"Content-Encoding": "gzip"}), "upstream_too_large", "upstream_unreachable"
    )
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 220_000  # kilobytes; unpacked, the bomb has 300 megabytes


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<html>CANARY</html>", "text/html"),
        ("[]", "text/html"),
        ("[]", "text/plain"),
        ("<html>CANARY</html>", JSON),
        ("", JSON),
        ("{", JSON),
        ("[{]", JSON),
        ("[{}", JSON),
        ("[] []", JSON),
        ("[01]", JSON),
        ("{}", JSON),
        ('{"status":200,"result":[]}', JSON),
        ("null", JSON),
        ("7", JSON),
        ('"text"', JSON),
        ('[{"sgv":NaN}]', JSON),
        ('[{"sgv":Infinity}]', JSON),
        ("[{'sgv':1}]", JSON),
        (b"\xef\xbb\xbf[]", JSON),
        (b"\xff\xfe[\x00]\x00", JSON),
        ("[" * 100_000, JSON),
        ("[" * 100_000 + "]" * 100_000, JSON),
        ('[{"a":' * 50_000 + "1" + "}]" * 50_000, JSON),
    ],
    ids=repr,
)
async def test_what_is_no_array_of_json_is_refused(body: bytes | str, content_type: str) -> None:
    await refused(saying(body, content_type=content_type), "upstream_unreadable")


@pytest.mark.parametrize(
    "odd",
    [
        '"text"',
        "7",
        "null",
        "[]",
        '[{"sgv":1}]',
        "{}",
        '{"sgv":1e999}',
        '{"type":"sgv","date":1e999,"sgv":1}',
        '{"type":"sgv","date":99999999999999999999999999,"sgv":1}',
        '{"type":"sgv","date":-1,"sgv":1}',
        '{"type":"sgv","date":"","sgv":1}',
        '{"type":{"$ne":1},"date":1,"sgv":1}',
        '{"type":"\\ud800","date":1}',
        '{"type":"\\udc00\\ud800","notes":"\\ud83d"}',
        '{"notes":"\\ud83d"}',
        '{"\\ud83d":1}',
        '{"type":"sgv","type":"note","notes":"CANARY"}',
        '{"notes":' + "9" * 5_000 + "}",
        '{"sgv":' + "9" * 5_000 + "}",
        '{"notes":' + "[" * 400 + "]" * 400 + "}",
        '{"sgv":' + "[" * 400 + "]" * 400 + "}",
        '{"_id":"' + "a" * 100_000 + '"}',
        '{"_id":"6b0187c091c2cbed4e446ad0\\n6b0187c091c2cbed4e446ad0","type":"sgv","sgv":1,"date":1}',
        f'{{"isValid":"no","type":"sgv","sgv":55,"date":{NOW - 5}}}',
        b'{"notes":"\xff\xfe"}',
        b'{"type":"\xff","date":"\xff"}',
        b'{"\xff":1,"sgv":"x"}',
    ],
    ids=lambda odd: repr(odd)[:50],
)
@pytest.mark.parametrize("broken", ["", ',{"type":"sgv","date":1,"sgv":"so-so"}'])
async def test_one_odd_row_does_not_take_the_others_with_it(odd: bytes | str, broken: str) -> None:
    raw = odd if isinstance(odd, bytes) else odd.encode()
    good = json.dumps(READING).encode()
    site = Site()
    site.answer = saying(b"[" + raw + b"," + good + broken.encode() + b"]")
    async with living(upstream=site) as house:
        status, body = await ask(house, await house.mint(), "/api/v1/entries.json")
        assert status == 200, body
        assert [row["sgv"] for row in body["rows"]] == [123]
        assert "CANARY" not in repr(body)


async def test_a_named_text_of_broken_letters_leaves_harmless() -> None:
    policy = """
version: 1
name: words
title: With notes
window: 7
detail: full
show:
  treatments:
    event_types: [Note]
    classes: [insulin]
    fields: [notes]
"""
    row = b'{"_id":"6b0187c091c2cbed4e446ad0","eventType":"Note","created_at":"2026-11-23T11:00:00.000Z","notes":"a\xffb"}'
    half = row.replace(b"a\xffb", rb"<script>\ud83d&\"'`\u202e\u0000x")
    for raw in (row, half):
        site = Site()
        site.answer = saying(b"[" + raw + b"]")
        async with living(upstream=site) as house:
            (found,) = (await ask(house, await house.mint(policy, days=7), "/api/v1/treatments.json"))[1][
                "rows"
            ]
            assert not set(found["notes"]) & set("<>&\"'`\u202e\u0000\xff")


async def test_cookies_and_headers_of_nightscout_are_neither_kept_nor_passed_on() -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie", ""))
        headers = {
            "Set-Cookie": "evil=1",
            "X-Evil": "1",
            "ETag": '"evil"',
            "Last-Modified": "evil",
            "Link": "</evil>",
        }
        return web.json_response([READING], headers=headers)

    site = Site()
    site.answer = answer
    async with living(upstream=site) as house:
        access = await house.mint()
        for path in (*PATHS, "/api/v1/entries.csv"):
            async with house.get(path, access) as response:
                assert response.status == 200
                assert "evil" not in repr(response.headers).lower()
    assert set(seen) == {""}


async def test_the_zone_is_found_in_whatever_stands_in_the_profile() -> None:
    for body in (
        "[]",
        "{}",
        "null",
        "[7]",
        '[{"store":7}]',
        '[{"store":{"x":7},"defaultProfile":null}]',
        '[{"timezone":["x"]}]',
    ):
        site = Site()
        async with living(upstream=site, zone="") as house:
            site.answer = saying(body)
            access = await house.mint()
            async with house.get("/api/v1/status.json", access) as response:
                assert response.status == 200
            grant = await house.store.grant(access.id)
            assert grant is not None
            assert grant.zone == "UTC"
