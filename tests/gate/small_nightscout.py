"""A small Nightscout with pages and files, and a browser that has signed in before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from proxy.core.session import new_session
from tests.living import Access, Living, living

INDEX = (
    "<html><head><title>Jane</title></head><body>{}<script>navigator.serviceWorker.x</script>"
    '<script src="/bundle/js/bundle.app.js"></script><script src="/js/gone.js"></script></body></html>'
)


FILES = {
    "/bundle/js/bundle.app.js": ("// ü" + " " * 5000, "application/javascript"),
    "/css/main.css": ("@import url('https://f.example/x');a{}", "text/css"),
    "/images/large.png": ("<script>", "text/html"),
}


@dataclass
class Site:
    """A small Nightscout: pages and files, and what it was asked with."""

    version: str = "15.0.7"
    asked: list[web.Request] | None = None

    def __call__(self) -> web.Application:
        self.asked = []
        app = web.Application()
        app.router.add_get("/{path:.*}", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.Response:
        assert self.asked is not None
        self.asked.append(request)
        return self.found(request.path)

    def found(self, path: str) -> web.Response:
        if path in ("/", "/report/", "/clock/clock-color"):
            return web.Response(text=INDEX.format(path), content_type="text/html")
        if path == "/api/v3/version":
            return web.json_response({"status": 200, "result": {"version": self.version}})
        if path.startswith("/api/v1/"):
            return web.json_response([])
        text, content_type = FILES.get(path, ("", ""))
        return web.Response(text=text, content_type=content_type) if text else web.Response(status=404)

    def paths(self) -> list[str]:
        return [request.path for request in self.asked or []]


@dataclass
class Browser:
    """A signed-in browser: it sends its cookie."""

    house: Living
    access: Access
    cookie: str

    def get(self, path: str, **options: Any) -> Any:
        headers = {"Cookie": f"chaperone={self.cookie}"} | options.pop("headers", {})
        return self.house.get(path, headers=headers, **options)

    async def status(self, path: str, **options: Any) -> int:
        async with self.get(path, **options) as response:
            return int(response.status)

    async def json(self, path: str, **options: Any) -> Any:
        async with self.get(path, **options) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def ticket(self) -> str:
        return str((await self.json("/api/v1/status.json"))["authorized"]["token"])


async def signed_in(house: Living, policy: str = "consultant") -> Browser:
    access = await house.mint(policy)
    value, session = new_session(access.id, now=house.clock(), random=house.dice)
    await house.store.add_session(session)
    browser = Browser(house, access, value)
    await browser.json("/api/v1/status.json")
    return browser


@asynccontextmanager
async def browsing(
    policy: str = "consultant", *, version: str = "15.0.7"
) -> AsyncIterator[tuple[Browser, Site]]:
    site = Site(version)
    async with living(upstream=site) as house:
        yield await signed_in(house, policy), site
