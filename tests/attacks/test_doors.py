"""Ways around the table of doors: spellings of paths, methods, bodies, hosts, and bytes that are no clean request."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.attacks.raw import request, send, statuses
from tests.living import Access, Living, living
from tests.promises.still import still

GOOD = "/api/v1/entries.json"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[Living]:
    async with living(still(days=1)) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def access(house: Living) -> AsyncIterator[Access]:
    yield await house.mint()
    await house.json(GOOD, await house.mint())  # after the attack, the house stands


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/../v1/entries.json",
        "/api/v1/./entries.json",
        "/api/v1/entries/../treatments.json",
        "/visit/../api/v1/entries.json",
        "/visit/%2e%2e/api/v1/entries.json",
        "/visit/style.css/../../api/v1/treatments.json",
        "/visit//..//api/v1/entries.json",
        "//api/v1/entries.json",
        "/api//v1/entries.json",
        "/api/v1//entries.json",
        "/api/v1/entries.json//",
        "/api%2fv1%2fentries.json",
        "/api/v1%2fentries.json",
        "/api/v1/entries%2ejson",
        "/api/v1/%65ntries.json",
        "/api/v1/entries%00.json",
        "/api/v1/entries.json%20",
        "/api/v1/entries;x=1.json",
        "/api/v1/entries.json;",
        "/api/v1/entries.json;jsessionid=1",
        "/API/v1/entries.json",
        "/api/V1/entries.json",
        "/api/v1/Entries.json",
        "/api/v1/entries.JSON",
        "/api/v1/entries.",
        "/api/v1/entries..json",
        "/api/v1/entries.json.",
        "/api/v1/entries.json.csv",
        "/api/v1/entries.html",
        "/api/v1/entries.php",
        "/api/v1/entries.json/x",
        "/api/v1/entries\\treatments.json",
        "/api/v1/entries.json%3Fcount=1",
        "/api/v1/entri\u0435s.json",
        "/api/v3/entries/..%2f..%2fsettings",
        "/api/v3/settings",
        "/api/v3/settings/aaps",
        "/api/v1/slice/treatments/notes",
        "/api/v1/count/treatments/where",
        "/api/v1/echo/treatments",
        "/api/v2/ddata/at/2026-11-23",
        "/api/v2/summary",
        "/api/v1/notifications/ack?level=1",
        "/pebble",
        "/.git/config",
        "/.well-known/../api/v1/entries.json",
        "/.well-known/jwks.json/../../api/v1/entries.json",
    ],
)
async def test_a_path_that_is_not_spelt_as_in_the_table_opens_nothing(
    house: Living, access: Access, path: str
) -> None:
    answer = await send(house, request(house, path, access))
    assert statuses(answer)[0] in (303, 302, 400, 403, 404)
    assert b'"sgv"' not in answer
    assert b'"date"' not in answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1{port}/api/v1/entries.json",
        "http://evil.example/api/v1/entries.json",
        "https://nightscout.example/api/v1/entries.json",
        "http://user:pass@127.0.0.1{port}/api/v1/entries.json",
        "file:///etc/passwd",
        "*",
        "evil.example:443",
        "api/v1/entries.json",
        "?count=1",
        "#x",
    ],
)
@pytest.mark.parametrize("method", ["GET", "CONNECT", "OPTIONS"])
async def test_a_target_that_is_no_path_of_ours_opens_nothing(
    house: Living, access: Access, target: str, method: str
) -> None:
    answer = await send(
        house, request(house, target.replace("{port}", f":{house.url.port}"), access, method=method)
    )
    assert statuses(answer)[0] in (400, 403, 404, 405)
    assert b'"sgv"' not in answer


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE", "QUERY", "get", "FOO"]
)
@pytest.mark.parametrize("path", [GOOD, "/api/v1/treatments/", "/api/v3/treatments", "/api/v1/status.json"])
async def test_only_reading_is_possible(house: Living, access: Access, method: str, path: str) -> None:
    answer = await send(house, request(house, path, access, "Content-Length: 0", method=method))
    assert statuses(answer)[0] in (400, 405)
    assert b'"sgv"' not in answer


@pytest.mark.parametrize(
    "line",
    ["X-HTTP-Method-Override: DELETE", "X-HTTP-Method: POST", "X-Method-Override: PUT", "_method: DELETE"],
)
async def test_headers_that_override_the_method_override_nothing(
    house: Living, access: Access, line: str
) -> None:
    name, value = line.split(": ")
    assert await house.json(f"{GOOD}?count=3", access)
    async with house.get(f"{GOOD}?count=3", access, headers={name: value}) as response:
        assert response.status == 200
        assert len(await response.json()) == 3
    async with house.get(GOOD, access, method="POST", headers={"X-HTTP-Method-Override": "GET"}) as response:
        assert response.status == 405
    async with house.get(f"{GOOD}?_method=DELETE", access) as response:
        assert response.status == 400


@pytest.mark.parametrize("body", [b'{"token":"x"}', b"secret=x", b"[]", b"x" * 100_000])
async def test_a_body_on_a_question_is_refused(house: Living, access: Access, body: bytes) -> None:
    async with house.get(GOOD, access, data=body) as response:
        assert response.status == 400
        assert (await response.json())["reason"] == "body_not_allowed"


async def test_a_body_holds_no_credential(house: Living, access: Access) -> None:
    async with house.get(GOOD, None, json={"token": access.token, "secret": access.token}) as response:
        assert response.status == 401


def smuggled(house: Living, access: Access) -> bytes:
    return request(house, "/api/v1/treatments.json?count=1", access)


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 5"),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: identity, chunked",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding:\x0bchunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: +5",),
        ("Content-Length: -1",),
        ("Content-Length: 0x5",),
        ("Content-Length: 5, 5",),
        ("Content-Length: 99999999999999999999",),
        ("Content-Length: 5 ", " folded: x"),
        ("X: a", " Transfer-Encoding: chunked"),
        ("X: a\n", "Transfer-Encoding: chunked"),
        ("Host: evil.example", "Host: 127.0.0.1"),
        ("X\x00: a",),
        ("X: a\rb",),
        (": novalue",),
        ("no colon here",),
    ],
)
async def test_no_second_request_is_smuggled_in_behind_a_first(
    house: Living, access: Access, lines: tuple[str, ...]
) -> None:
    inner = smuggled(house, access)
    for body in (b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"hello", b"\r\n"):
        answer = await send(
            house, request(house, GOOD, access, *lines, close=False) + body + inner, seconds=0.4
        )
        # Where the first is unclear, all is refused: no treatment comes out of what was hidden in its body.
        assert b"eventType" not in answer
        assert b"Traceback" not in answer
    assert all(b'"door":"/api/{v}/treatments"' not in body for body in await house.log(access))


@pytest.mark.parametrize(
    "lines",
    [
        ("X-Long: " + "x" * 20_000,),
        tuple(f"X-{number}: {'y' * 500}" for number in range(2_000)),
        ("Cookie: " + "a=b; " * 4_000,),
        ("Authorization: Bearer " + "x" * 7_000,),
        ("Accept: " + "text/html," * 700,),
        ("If-None-Match: " + '"x",' * 1_500,),
    ],
)
async def test_oversize_headers_are_refused(house: Living, access: Access, lines: tuple[str, ...]) -> None:
    answer = await send(house, request(house, GOOD, None, *lines))
    assert statuses(answer) in ([400], [401], [431], [])
    assert b"sgv" not in answer


async def test_an_oversize_target_is_refused(house: Living, access: Access) -> None:
    for target in ("/" + "a" * 20_000, GOOD + "?" + "a=b&" * 5_000, GOOD + "?count=" + "9" * 7_000):
        answer = await send(house, request(house, target, access))
        assert statuses(answer)[0] in (400, 401, 404, 414)
        assert b'"sgv"' not in answer


@pytest.mark.parametrize(
    "line",
    [
        "Host: evil.example",
        "Host: 127.0.0.1",
        "Host: localhost:{port}",
        "Host: 127.0.0.1:{port}.",
        "Host: 127.0.0.1:{port}@evil.example",
        "Host: evil.example#127.0.0.1:{port}",
        "Host: ",
        "Host: [::1]:{port}",
    ],
)
async def test_a_foreign_host_is_not_served(house: Living, access: Access, line: str) -> None:
    answer = await send(house, request(house, GOOD, access, line.replace("{port}", str(house.url.port))))
    assert statuses(answer)[0] in (400, 421)
    assert b'"sgv"' not in answer
    assert b"evil" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "gopher"},
        {"X-Forwarded-For": "8.8.8.8"},
        {"Forwarded": "for=8.8.8.8;host=evil.example"},
        {"X-Real-IP": "8.8.8.8"},
        {"X-Original-URL": "/api/v1/treatments.json"},
        {"X-Rewrite-URL": "/api/v3/settings"},
        {"X-Forwarded-Prefix": "/evil"},
        {"Range": "bytes=0-3"},
        {"If-Modified-Since": "Mon, 23 Nov 2026 12:00:00 GMT"},
        {"Accept-Encoding": "br, zstd, identity;q=0"},
        {"Connection": "Authorization, X"},
        {"Upgrade": "h2c", "Connection": "Upgrade"},
        {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "x",
            "Sec-WebSocket-Version": "13",
        },
    ],
)
async def test_headers_that_name_another_place_change_nothing(
    house: Living, access: Access, headers: dict[str, str]
) -> None:
    async with house.get(f"{GOOD}?count=2", access) as response:
        plain = await response.read()
        expected = set(response.headers)
    async with house.get(f"{GOOD}?count=2", access, headers=headers) as response:
        assert response.status == 200
        assert await response.read() == plain
        assert set(response.headers) - {"Connection"} <= expected
        assert "evil" not in repr(response.headers)
    assert all(b"8.8.8.0" not in body and b"evil" not in body for body in await house.log(access))


async def test_a_foreign_origin_reads_with_its_own_token_and_never_with_a_cookie(
    house: Living, access: Access
) -> None:
    origin = {"Origin": "https://evil.example"}
    async with house.get(GOOD, access, headers=origin) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
    async with house.get(GOOD, access, headers=origin | {"Cookie": "x=y"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    async with house.get(GOOD, headers=origin) as response:
        assert response.status == 401
        assert "Access-Control-Allow-Origin" not in response.headers
    async with house.get("/visit", headers=origin) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("path", [GOOD, "/visit", "/", "/visit/whoami", "/.well-known/jwks.json"])
async def test_an_expectation_is_not_echoed(house: Living, access: Access, path: str) -> None:
    answer = await send(house, request(house, path, access, "Expect: <b>evil</b>"))
    assert statuses(answer)[0] in (200, 303)
    assert b"evil" not in answer


async def test_what_is_no_request_is_refused_and_the_connection_closed(house: Living, access: Access) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01\x00", b"evil\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100):
        answer = await send(house, data + request(house, GOOD, access))
        # What is quoted is the sender's own, as plain text; no later request on the connection is answered.
        assert statuses(answer) == [400]
        assert b"text/plain" in answer
        assert b"Traceback" not in answer
        assert b"sgv" not in answer
