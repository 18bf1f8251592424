"""Promise 5: Nightscout's credential never comes out: no body, header, log line, error, record or repr."""

import base64
import hashlib
import json
import logging
import re
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, MutableMapping
from typing import Any

import pytest
import structlog
from aiohttp import web

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.demo.app import API_SECRET
from proxy.demo.doorkeeper import Doorkeeper
from proxy.gate.upstream import Nightscout
from tests.living import ENTRY_KEY, NOW, SITE_KEY, UPSTREAM_TOKEN, Living, living
from tests.promises.questions import UNKNOWN_ID, all_questions
from tests.promises.still import still

TOKEN_DIGITS = UPSTREAM_TOKEN.rpartition("-")[2]
_JWT = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")


def disguises(credential: str) -> Iterable[str]:
    """A credential as it might be written: itself, its hashes (and their beginnings), and encoded."""
    raw = credential.encode()
    sha1, sha512 = hashlib.sha1(raw).hexdigest(), hashlib.sha512(raw).hexdigest()
    yield from (credential, sha1[:16], sha512[:16], hashlib.sha256(raw).hexdigest()[:16])
    for text in (raw, sha1.encode(), sha512.encode()):
        yield text.hex()
        yield from (base64.b64encode(b"x" * shift + text)[4:-4].decode() for shift in range(3))
    yield repr(credential[::-1])[1:-1]


def found_in(text: str) -> list[str]:
    """Say what of the credentials stands in a text, in a JWT too."""
    inside = text + "".join(opened(token) for token in _JWT.findall(text))
    secrets = (UPSTREAM_TOKEN, TOKEN_DIGITS, API_SECRET)
    return [one for secret in secrets for one in disguises(secret) if one.lower() in inside.lower()]


def opened(token: str) -> str:
    parts = token.split(".")
    return "".join(
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode(errors="replace") for part in parts[:2]
    )


class Heard:
    """Everything that was said while the tests of this module ran."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def log(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
        text = repr(event)
        if "exc_info" in event:
            fault = event["exc_info"]
            text += "".join(traceback.format_exception(fault)) + "".join(chain(fault))
        self.texts.append(text)
        return text


def chain(fault: BaseException | None) -> Iterable[str]:
    while fault is not None:
        yield f"{fault!r} {fault} {getattr(fault, '__dict__', '')!r}"
        fault = fault.__cause__ or fault.__context__


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterable[Heard]:
    caplog.set_level(logging.DEBUG)
    said = Heard()
    before = structlog.get_config()
    structlog.configure(
        processors=[said.log], logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False
    )
    yield said
    structlog.configure(**before)


@pytest.fixture
async def house() -> AsyncIterator[Living]:
    async with living(still(days=1)) as made:
        yield made


async def everything_said(house: Living, heard: Heard, questions: Iterable[str], **options: Any) -> str:
    """Ask, and give all that came back, was logged and was recorded, as one text."""
    access = await house.mint("full-loop", days=2)
    texts = []
    for question in questions:
        house.clock.now += 25
        async with house.get(question, access, **options) as response:
            texts += [repr(response.headers), (await response.read()).decode(errors="replace")]
    texts += [body.decode() for body in await house.log(access)]
    return "\n".join(texts + heard.texts)


def test_the_search_would_find_a_credential() -> None:
    keeper = Doorkeeper(token=UPSTREAM_TOKEN, api_secret=API_SECRET, now=lambda: NOW, delay=0)
    issued = keeper.authorize(UPSTREAM_TOKEN)
    assert issued is not None
    assert UPSTREAM_TOKEN not in json.dumps(issued)
    assert found_in(json.dumps(issued))
    assert found_in(f"…{hashlib.sha1(UPSTREAM_TOKEN.encode()).hexdigest()}…")
    assert found_in(base64.b64encode(b"ab" + UPSTREAM_TOKEN.encode() + b"cd").decode())
    assert not found_in("nothing of the sort")


async def test_no_answer_record_or_log_line_holds_it(
    house: Living, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    said = await everything_said(house, heard, all_questions({"entries": [UNKNOWN_ID]})[::9])
    assert "sgv" in said
    assert found_in(said + caplog.text) == []


async def test_asking_for_it_in_nightscouts_own_ways_gives_nothing(house: Living, heard: Heard) -> None:
    sha1 = hashlib.sha1(UPSTREAM_TOKEN.encode()).hexdigest()
    ways = [
        "/api/v1/status.json",
        "/api/v1/status.js",
        "/api/v1/verifyauth",
        "/api/v2/authorization/subjects",
    ]
    ways += [
        "/api/v2/authorization/request/x",
        "/api/v1/adminnotifies",
        "/api/v1/echo/entries/sgv",
        "/api/v3/lastModified",
    ]
    said = await everything_said(house, heard, ways)
    # Whoever knows the credential and sends it along gets no echo of it, and no access by it.
    for headers in (
        {"api-secret": UPSTREAM_TOKEN},
        {"api-secret": sha1},
        {"Authorization": f"Bearer {UPSTREAM_TOKEN}"},
    ):
        async with house.get("/api/v1/entries.json", headers=headers) as response:
            assert response.status == 401
            said += repr(response.headers) + await response.text()
    for path in (
        f"/api/v1/entries.json?token={UPSTREAM_TOKEN}",
        f"/api/v2/authorization/request/{UPSTREAM_TOKEN}",
    ):
        async with house.get(path) as response:
            assert response.status == 401
            said += repr(response.headers) + await response.text()
    assert found_in(said) == []


def echoing(status: int, content_type: str) -> Callable[[], web.Application]:
    """A Nightscout that says back whatever it was sent, credentials first."""

    async def answer(request: web.Request) -> web.Response:
        sent = json.dumps([dict(request.headers), str(request.url)])
        headers = {
            "Location": f"/?token={UPSTREAM_TOKEN}",
            "Set-Cookie": f"t={UPSTREAM_TOKEN}",
            "X-Sent": sent,
        }
        return web.Response(
            status=status, text=f'[{{"_id": {sent}}}]', headers=headers, content_type=content_type
        )

    def make() -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        return app

    return make


@pytest.mark.parametrize(
    ("status", "content_type"),
    [(200, "application/json"), (200, "text/html"), (302, "text/html"), (500, "text/plain")],
)
async def test_a_nightscout_that_says_it_back_is_not_passed_on(
    status: int, content_type: str, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    questions = [
        "/api/v1/entries.json",
        "/api/v3/treatments",
        "/api/v1/profile",
        "/api/v2/properties",
        "/api/v1/entries.csv",
    ]
    async with living(upstream=echoing(status, content_type)) as house:
        said = await everything_said(house, heard, questions)
        said += await everything_said(house, heard, questions, headers={"Accept": "text/html"})
    assert found_in(said + caplog.text) == []


async def test_no_error_and_no_repr_holds_it(house: Living) -> None:
    texts = [repr(house.gate), str(house.gate.nightscout), repr(house.gate.nightscout.get)]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = Nightscout(house.session, f"http://127.0.0.1:{nobody.getsockname()[1]}", UPSTREAM_TOKEN)
        for site, path in ((gone, "/api/v1/entries.json"), (house.gate.nightscout, "/api/v1/none")):
            with pytest.raises(UpstreamError) as caught:
                await site.get(path, [("count", "1")])
            texts += ["".join(traceback.format_exception(caught.value)), *chain(caught.value)]
    assert found_in("\n".join(texts)) == []


async def test_a_gate_shows_no_key_when_it_is_printed(house: Living) -> None:
    assert repr(SITE_KEY)[2:-1] not in repr(house.gate)
    assert repr(ENTRY_KEY)[2:-1] not in repr(house.gate)


async def test_a_bug_shows_nothing_of_it(
    house: Living, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = await house.mint()

    async def faulty(self: object, fetch: Fetch) -> bytes:
        headers = house.gate.nightscout._headers
        raise AssertionError(f"a bug, and beside it {len(headers)} headers")

    monkeypatch.setattr("proxy.gate.upstream.Nightscout.rows", faulty)
    async with house.get("/api/v1/entries.json", access) as response:
        body = await response.text()
        assert response.status == 500
    assert json.loads(body).keys() == {"reason", "message", "request_id"}
    assert any("bug" in text for text in heard.texts)
    assert found_in(body + repr(response.headers) + "\n".join(heard.texts)) == []
