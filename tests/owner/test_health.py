"""Health, readiness and metrics."""

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry, Counter

from proxy.core.errors import StoreUnavailable
from proxy.owner.health import health_routes


def owner_app(**parts: Any) -> web.Application:
    app = web.Application()
    app.router.add_routes(health_routes(**parts))
    return app


async def fine() -> None:
    return


async def broken() -> None:
    raise StoreUnavailable("the disk is full")


async def test_readiness_follows_the_store_and_says_nothing_else() -> None:
    for ready, status in ((fine, 200), (broken, 503)):
        app = owner_app(ready=ready, registry=CollectorRegistry(), metrics_token="")
        async with TestClient(TestServer(app)) as client:
            answer = await client.get("/readyz", headers={"Host": "any.example"})
            assert answer.status == status
            assert "disk" not in await answer.text()
            assert (await client.get("/healthz")).status == 200


async def test_metrics_are_for_this_machine_or_for_the_token() -> None:
    registry = CollectorRegistry()
    Counter("looks", "Looks.", registry=registry).inc()
    async with TestClient(TestServer(owner_app(ready=fine, registry=registry, metrics_token=""))) as client:
        assert "looks_total 1.0" in await (await client.get("/metrics")).text()
        for foreign in ({"X-Forwarded-For": "203.0.113.9"}, {"Host": "rebound.example"}):
            assert (await client.get("/metrics", headers=foreign)).status == 403
    async with TestClient(
        TestServer(owner_app(ready=fine, registry=registry, metrics_token="t" * 20))
    ) as client:
        assert (await client.get("/metrics")).status == 403
        right = {"Authorization": "Bearer " + "t" * 20}
        assert (await client.get("/metrics", headers=right)).status == 200
