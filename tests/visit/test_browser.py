from aiohttp import web

from proxy.core.grant import Grant
from proxy.visit import Shared, Visit
from proxy.visit.browser import with_cookie, without_cookie
from tests.living import Clock
from tests.memory_store import MemoryStore
from tests.visit.place import SHARED


def on_https() -> Visit:
    async def zone() -> str:
        return "UTC"

    def describe(_grant: Grant) -> Shared:
        return SHARED

    return Visit(MemoryStore(), b"k" * 32, Clock(), "https://share.example.org", zone, describe, lambda _: {})


def attributes(response: web.Response) -> set[str]:
    (morsel,) = response.cookies.values()
    return {part.strip() for part in morsel.OutputString().split(";")}


def test_on_https_the_cookie_is_for_this_host_only_and_never_sent_in_the_clear() -> None:
    given = attributes(with_cookie(on_https(), web.Response(), "v1"))
    assert given == {"__Host-chaperone=v1", "HttpOnly", "Path=/", "SameSite=Lax", "Secure"}


def test_it_is_taken_back_with_the_same_attributes_or_browsers_would_keep_it() -> None:
    response = without_cookie(on_https(), web.Response())
    session, zone = [set(morsel.OutputString().split("; ")) for morsel in response.cookies.values()]
    assert {'__Host-chaperone=""', "HttpOnly", "Path=/", "SameSite=Lax", "Secure", "Max-Age=0"} <= session
    assert {'zone=""', "Path=/visit", "SameSite=Lax", "Secure", "Max-Age=0"} <= zone
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
