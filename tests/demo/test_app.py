"""What only the demo site's server can be asked: waits, refusals, what a test may look at."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from proxy.demo import API_SECRET, TOKEN, Site, generate, make_app

NOW = 1_792_885_600_000
READER = {"api-secret": TOKEN}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
def site() -> Site:
    return generate("app", NOW, days=2)


async def start(
    aiohttp_client: AiohttpClient, site: Site, now: Callable[[], int] = lambda: NOW, delay: float = 0.0
) -> Client:
    return await aiohttp_client(make_app(site, now=now, delay=delay))


async def test_the_page_says_that_nobody_is_behind_it(aiohttp_client: AiohttpClient, site: Site) -> None:
    client = await start(aiohttp_client, site)
    assert "Invented data.</strong> This person does not exist." in await (await client.get("/")).text()


async def test_the_status_says_invented_data(aiohttp_client: AiohttpClient, site: Site) -> None:
    client = await start(aiohttp_client, site)
    told = await (await client.get("/api/v1/status.json", headers=READER)).json()
    assert told["settings"]["customTitle"].startswith("Invented data")


async def test_a_wrong_credential_slows_its_address_down_and_a_right_one_ends_that(
    aiohttp_client: AiohttpClient, site: Site
) -> None:
    client = await start(aiohttp_client, site, delay=0.2)
    wrong = await client.get("/api/v1/entries.json", headers={"api-secret": "wrong"})
    assert wrong.status == 401
    began = time.monotonic()
    elsewhere = await client.get("/api/v1/entries.json", headers=READER | {"X-Forwarded-For": "192.0.2.7"})
    assert (elsewhere.status, time.monotonic() - began < 0.15) == (200, True)
    began = time.monotonic()
    assert (await client.get("/api/v1/entries.json", headers=READER)).status == 200
    assert time.monotonic() - began > 0.1
    began = time.monotonic()
    assert (await client.get("/api/v1/entries.json", headers=READER)).status == 200
    assert time.monotonic() - began < 0.15
    notified = await (await client.get("/api/v1/adminnotifies")).json()
    assert notified["message"] == {"notifies": [], "notifyCount": 1}


async def test_the_secret_of_a_query_outranks_the_header(aiohttp_client: AiohttpClient, site: Site) -> None:
    client = await start(aiohttp_client, site)
    assert (await client.get("/api/v1/entries.json?secret=wrong", headers=READER)).status == 401


async def test_a_jwt_dies_after_eight_hours(aiohttp_client: AiohttpClient, site: Site) -> None:
    clock = [NOW]
    client = await start(aiohttp_client, site, now=lambda: clock[0])
    jwt = (await (await client.get(f"/api/v2/authorization/request/{TOKEN}")).json())["token"]
    bearer = {"Authorization": f"Bearer {jwt}"}
    assert (await client.get("/api/v3/status", headers=bearer)).status == 200
    clock[0] += 8 * 3_600_000
    assert (await client.get("/api/v3/status", headers=bearer)).status == 401


async def test_the_api_secret_is_an_admins_as_its_hash_only(
    aiohttp_client: AiohttpClient, site: Site
) -> None:
    client = await start(aiohttp_client, site)
    hashed = {"api-secret": hashlib.sha1(API_SECRET.encode()).hexdigest()}
    told = await (await client.get("/api/v1/verifyauth", headers=hashed)).json()
    assert told["message"]["isAdmin"] is True
    assert (await client.get("/api/v1/entries.json", headers={"api-secret": API_SECRET})).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_written(aiohttp_client: AiohttpClient, site: Site, method: str) -> None:
    client = await start(aiohttp_client, site)
    rows = len(site.collections["entries"])
    assert (await client.request(method, "/api/v1/entries.json", headers=READER, json=[{}])).status == 401
    assert (await client.request(method, "/api/v3/entries", json={})).status == 401
    assert len(site.collections["entries"]) == rows


@pytest.mark.parametrize(
    "query",
    [
        "find[$where]=1",
        "find[$or][0][notes]=x",
        "find[notes][$regex]=x",
        "find[notes][$exists]=true",
        "find[date][$mod]=2",
    ],
)
async def test_what_the_demo_site_does_not_speak_it_says_so(
    aiohttp_client: AiohttpClient, site: Site, query: str
) -> None:
    client = await start(aiohttp_client, site)
    assert (await client.get(f"/api/v1/treatments.json?{query}", headers=READER)).status == 501


async def test_every_request_is_shown_as_it_arrived(aiohttp_client: AiohttpClient, site: Site) -> None:
    seen: list[str] = []
    app = make_app(site, now=lambda: NOW, on_request=lambda request: seen.append(request.path_qs))
    client = await aiohttp_client(app)
    await client.get("/api/v1/food.json?a=1")
    assert seen == ["/api/v1/food.json?a=1"]


async def test_changed_rows_are_served(aiohttp_client: AiohttpClient, site: Site) -> None:
    client = await start(aiohttp_client, site)
    site.collections["food"].clear()
    for row in site.collections["entries"]:
        row["sgv"] = 111
    site.change_devicestatus = lambda _row: None
    assert await (await client.get("/api/v1/food.json", headers=READER)).json() == []
    assert (await (await client.get("/api/v1/entries.json?count=1", headers=READER)).json())[0]["sgv"] == 111
    assert await (await client.get("/api/v1/devicestatus.json", headers=READER)).json() == []


async def test_without_device_status_insulin_and_carbs_come_with_whole_treatments(
    aiohttp_client: AiohttpClient, site: Site
) -> None:
    site.change_devicestatus = lambda _row: None
    treatment = {
        "_id": "a" * 24,
        "eventType": "Meal Bolus",
        "created_at": "2026-10-24T23:46:39.000Z",
        "insulin": 3,
        "carbs": 30,
        "notes": "here",
    }
    site.collections["treatments"][:] = [treatment]
    client = await start(aiohttp_client, site)
    told = await (await client.get("/api/v2/properties/iob,cob,bwp", headers=READER)).json()
    assert told["iob"]["lastBolus"]["notes"] == "here"
    assert told["cob"]["lastCarbs"]["notes"] == "here"
    assert told["bwp"]["recentCarbs"]["notes"] == "here"


async def test_an_empty_site_answers(aiohttp_client: AiohttpClient, site: Site) -> None:
    for rows in site.collections.values():
        rows.clear()
    site.change_devicestatus = lambda _row: None
    client = await start(aiohttp_client, site)
    for door in ("entries.json", "treatments", "devicestatus", "profile", "profiles", "food", "activity"):
        assert await (await client.get(f"/api/v1/{door}", headers=READER)).json() == []
    assert await (await client.get("/api/v1/profile/current", headers=READER)).json() is None
    assert "bgnow" not in await (await client.get("/api/v2/properties", headers=READER)).json()


async def test_odd_rows_are_served_as_they_are(aiohttp_client: AiohttpClient, site: Site) -> None:
    odd: list[dict[str, Any]] = [
        {"_id": "1" * 24},
        {"_id": "2" * 24, "created_at": "2026-10-24Tnonsense", "insulin": "3", "duration": "x"},
    ]
    odd += [
        {"_id": "3" * 24, "date": "soon", "type": ["sgv"]},
        {"_id": "4" * 24, "created_at": "2026-10-24T23:00:00Z", "carbs": {}},
    ]
    for rows in site.collections.values():
        rows.extend(odd)
    client = await start(aiohttp_client, site)
    served = await (await client.get("/api/v1/treatments.json?count=900", headers=READER)).json()
    assert {"2" * 24, "4" * 24} <= {row["_id"] for row in served}
    jwt = (await (await client.get(f"/api/v2/authorization/request/{TOKEN}")).json())["token"]
    for path in (
        "/api/v1/entries.json",
        "/api/v1/devicestatus",
        "/api/v2/properties",
        "/api/v1/profile",
        "/api/v1/food",
        "/api/v1/activity",
    ):
        assert (await client.get(path, headers=READER)).status == 200
    for name in ("entries", "treatments", "devicestatus", "profile", "food"):
        answer = await client.get(
            f"/api/v3/{name}?sort$desc=created_at", headers={"Authorization": f"Bearer {jwt}"}
        )
        assert answer.status == 200


async def test_head_answers_without_a_body_and_gzip_when_asked(
    aiohttp_client: AiohttpClient, site: Site
) -> None:
    client = await start(aiohttp_client, site)
    head = await client.head("/api/v1/entries.json", headers=READER)
    assert (head.status, await head.read()) == (200, b"")
    packed = await client.get("/api/v1/treatments.json", headers=READER | {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(await packed.json()) == 100
