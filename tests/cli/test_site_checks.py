"""What doctor finds on a site."""

import hashlib
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import respx

from proxy.cli.finding import Finding
from proxy.cli.site_checks import check_site

URL, TOKEN = "https://ns.example.org", "reader-0123456789abcdef"
SHA1 = hashlib.sha1(TOKEN.encode()).hexdigest()
NOW = 1_795_435_200_000


class Site:
    """A Nightscout as it should be; tests change what they are about."""

    def __init__(self) -> None:
        self.headers = {"Date": formatdate(NOW / 1000, usegmt=True)}
        self.versions = httpx.Response(
            200, json=[{"version": "1.0.0", "url": "/api/v1"}], headers=self.headers
        )
        self.stranger = httpx.Response(401)
        self.rights: dict[str, Any] = {
            "canRead": False,
            "canWrite": False,
            "isAdmin": False,
            "rolefound": "FOUND",
        }
        self.groups = [["api:*:read"], []]
        self.version = "15.0.7"
        self.unreadable: set[str] = set()

    async def findings(self) -> dict[str, Finding]:
        with respx.mock(base_url=URL, assert_all_called=False) as routes:
            routes.get("/api/versions").mock(return_value=self.versions)
            routes.get("/api/v1/entries.json", headers={"api-secret": SHA1}).mock(side_effect=self._read)
            routes.get("/api/v1/entries.json").mock(return_value=self.stranger)
            for name in ("treatments", "devicestatus", "profile"):
                routes.get(f"/api/v1/{name}.json", headers={"api-secret": SHA1}).mock(side_effect=self._read)
            routes.get("/api/v1/verifyauth").respond(json={"status": 200, "message": self.rights})
            routes.get(f"/api/v2/authorization/request/{SHA1}").respond(
                json={"token": "eyJ", "sub": "x", "permissionGroups": self.groups, "iat": 1, "exp": 2}
            )
            routes.get("/api/v1/status.json").respond(json={"status": "ok", "version": self.version})
            async with httpx.AsyncClient() as client:
                found = [each async for each in check_site(client, URL, TOKEN, lambda: NOW)]
        assert len({each.check for each in found}) == len(found)
        assert all(each.advice for each in found if each.level != "ok")
        assert TOKEN not in str(found)
        assert SHA1 not in str(found)
        return {each.check: each for each in found}

    def _read(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.split("/")[-1].removesuffix(".json")
        return httpx.Response(401 if name in self.unreadable else 200, json=[])


async def test_a_site_as_it_should_be_has_no_faults() -> None:
    found = await Site().findings()
    assert {each.level for each in found.values()} == {"ok"}
    assert set(found) == {"reachable", "clock", "private", "token", "readable", "version"}


async def test_a_site_that_is_away_is_a_fault() -> None:
    with respx.mock:
        respx.get(f"{URL}/api/versions").mock(side_effect=httpx.ConnectError("no"))
        async with httpx.AsyncClient() as client:
            (found,) = [each async for each in check_site(client, URL, TOKEN, lambda: NOW)]
    assert (found.check, found.level) == ("reachable", "fault")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(301, headers={"location": "https://elsewhere.example/?token=x"}),
        httpx.Response(200, text="<html>Welcome</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(500),
    ],
)
async def test_what_is_no_nightscout_gets_no_credential(answer: httpx.Response) -> None:
    site = Site()
    site.versions = answer
    found = await site.findings()
    assert set(found) == {"reachable"}
    assert found["reachable"].level == "fault"
    assert "token=x" not in found["reachable"].advice


async def test_a_site_that_strangers_can_read_is_a_fault() -> None:
    site = Site()
    site.stranger = httpx.Response(200, json=[])
    found = (await site.findings())["private"]
    assert found.level == "fault"
    assert "AUTH_DEFAULT_ROLES=denied" in found.advice


async def test_the_api_secret_in_place_of_a_token_is_a_fault() -> None:
    site = Site()
    site.rights = {"canRead": True, "canWrite": True, "isAdmin": True, "rolefound": "NOTFOUND"}
    found = await site.findings()
    assert "API secret" in found["token"].message
    assert "readable" not in found


async def test_a_token_that_nightscout_does_not_know_is_a_fault_and_is_not_sent_again() -> None:
    site = Site()
    site.rights = {"rolefound": "NOTFOUND"}
    found = await site.findings()
    assert found["token"].level == "fault"
    assert "readable" not in found


@pytest.mark.parametrize(
    "groups",
    [
        [["*"]],
        [["api:*:read", "api:treatments:create"]],
        [["api:*:*"]],
        [["api:*:read,create"]],
        [["api:*:read"], ["careportal:*"]],
        [["admin:api:*"]],
    ],
)
async def test_a_token_that_may_more_than_read_is_a_fault(groups: list[list[str]]) -> None:
    site = Site()
    site.groups = groups
    assert (await site.findings())["token"].level == "fault"


@pytest.mark.parametrize("right", ["canWrite", "isAdmin"])
async def test_a_token_that_may_write_everything_is_a_fault(right: str) -> None:
    site = Site()
    site.rights[right] = True
    assert (await site.findings())["token"].level == "fault"


async def test_a_token_that_can_not_read_what_is_shared_is_a_fault() -> None:
    site = Site()
    site.unreadable = {"devicestatus"}
    assert (await site.findings())["readable"].message == "The token can't read: devicestatus."


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("15.0.7", "ok"),
        ("15.0.12", "ok"),
        ("15.1.0", "warning"),
        ("14.2.6", "warning"),
        ("", "warning"),
        ("<b>", "warning"),
    ],
)
async def test_only_tested_versions_pass(version: str, level: str) -> None:
    site = Site()
    site.version = version
    found = (await site.findings())["version"]
    assert found.level == level
    assert "<b>" not in found.message


@pytest.mark.parametrize(("seconds", "level"), [(0, "ok"), (59, "ok"), (60, "fault"), (-3600, "fault")])
async def test_clocks_a_minute_apart_are_a_fault(seconds: int, level: str) -> None:
    site = Site()
    site.headers["Date"] = formatdate(NOW / 1000 + seconds, usegmt=True)
    site.versions = httpx.Response(200, json=[{}], headers=site.headers)
    assert (await site.findings())["clock"].level == level


async def test_a_site_that_does_not_tell_its_time_is_a_warning() -> None:
    site = Site()
    site.versions = httpx.Response(200, json=[{}])
    assert (await site.findings())["clock"].level == "warning"
