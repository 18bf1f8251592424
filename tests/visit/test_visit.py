from dataclasses import replace

import pytest
from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.session import Cookie
from proxy.visit import Visit
from tests.living import Clock
from tests.memory_store import MemoryStore
from tests.visit.place import SHARED


def visit_at(url: str) -> Visit:
    async def zone() -> str:
        return "UTC"

    def describe(_grant: Grant) -> object:
        return SHARED

    def seen(_request: web.Request) -> dict[str, str]:
        return {}

    return Visit(MemoryStore(), b"k" * 32, Clock(), url, zone, describe, seen)  # type: ignore[arg-type]  # a looser fake


def test_on_https_the_cookie_is_bound_to_the_host() -> None:
    visit = visit_at("https://share.example.org/")
    assert visit.cookie == Cookie("__Host-chaperone", secure=True)
    assert visit.origin == "https://share.example.org"


def test_plain_http_off_this_machine_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="https"):
        visit_at("http://share.example.org")


def test_what_one_installation_remembers_is_not_shared_with_another() -> None:
    first, second = visit_at("https://a.example"), visit_at("https://a.example")
    assert first.codes is not second.codes
    assert first.turns is not second.turns
    assert replace(SHARED, zone="UTC") != SHARED
