"""Health, readiness and metrics: bare answers for the machines that look after this one."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from proxy.core.errors import ChaperoneError


def health_routes(
    *, ready: Callable[[], Awaitable[None]], registry: CollectorRegistry, metrics_token: str
) -> list[web.RouteDef]:
    """List the addresses for machines. `ready` raises if an answer could not be recorded now."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_: web.Request) -> web.Response:
        try:
            await ready()
        except ChaperoneError:
            return web.Response(status=503, text="not ready")
        return web.Response(text="ok")

    async def metrics(request: web.Request) -> web.Response:
        if not _may_measure(request, metrics_token):
            return web.Response(status=403, text="set CHAPERONE_METRICS_TOKEN and send it as a Bearer token")
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)]


def _may_measure(request: web.Request, token: str) -> bool:
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {token}")
    # Behind a front proxy every visitor looks like loopback, so a forwarded request is never taken for one.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    if not _is_loopback(request.url.host or ""):
        # A name that leads here from elsewhere: some page has made the browser ask.
        return False
    return _is_loopback(request.remote or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
