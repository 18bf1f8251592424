"""Who gets in, how, and what the others are told."""

import base64
import json

import pytest

from tests.demo.contract.client import Reader

REFUSED = {"status": 401, "message": "Unauthorized", "description": "Invalid/Missing"}
GUARDED = [
    "entries.json",
    "treatments",
    "devicestatus",
    "profile",
    "profiles",
    "profile/current",
    "food",
    "activity",
    "status.json",
]


@pytest.mark.parametrize("door", GUARDED)
async def test_without_a_credential_no_door_opens(reader: Reader, door: str) -> None:
    for version in ("v1", "v2"):
        answer = await reader.get(f"/api/{version}/{door}", auth=None)
        assert (answer.status, await answer.json()) == (401, REFUSED)


@pytest.mark.parametrize("auth", ["header", "secrethdr", "query", "bearer"])
async def test_a_token_opens_v1_in_four_ways(reader: Reader, auth: str) -> None:
    assert (await reader.get("/api/v1/entries.json?count=1", auth=auth)).status == 200


async def test_only_a_bearer_opens_v3(reader: Reader) -> None:
    for auth in ("header", "secrethdr", "query", None):
        answer = await reader.get("/api/v3/entries?limit=1", auth=auth)
        assert (answer.status, await answer.json()) == (
            401,
            {"status": 401, "message": "Missing or bad access token or JWT"},
        )
    assert (await reader.get("/api/v3/entries?limit=1", auth="bearer")).status == 200
    assert (await reader.get("/api/v3/version", auth=None)).status == 200


async def test_a_jwt_holds_the_token_for_eight_hours(reader: Reader) -> None:
    granted = await reader.json(f"/api/v2/authorization/request/{reader.token}", auth=None)
    assert granted.keys() == {"token", "sub", "permissionGroups", "iat", "exp"}
    claims = json.loads(base64.urlsafe_b64decode(granted["token"].split(".")[1] + "=="))
    assert claims["accessToken"].endswith(reader.token.rpartition("-")[2])
    assert claims["exp"] - claims["iat"] == 8 * 3600
    again = await reader.json(f"/api/v2/authorization/request/{granted['token']}", auth=None)
    assert again["sub"] == granted["sub"]


async def test_an_unknown_token_gets_no_jwt_and_a_bad_query_token_counts_as_none(reader: Reader) -> None:
    answer = await reader.get("/api/v2/authorization/request/nobody-0123456789abcdef", auth=None)
    assert (answer.status, await answer.json()) == (401, REFUSED)
    answer = await reader.get("/api/v1/entries.json?token=nobody-0123456789abcdef", auth=None)
    assert (answer.status, await answer.json()) == (401, REFUSED)


async def test_verifyauth_tells_a_reader_from_nobody(reader: Reader) -> None:
    reading = (await reader.json("/api/v1/verifyauth"))["message"]
    assert (reading["rolefound"], reading["permissions"], reading["isAdmin"]) == ("FOUND", "ROLE", False)
    nobody = (await reader.json("/api/v1/verifyauth", auth=None))["message"]
    assert nobody == {
        "canRead": False,
        "canWrite": False,
        "isAdmin": False,
        "message": "UNAUTHORIZED",
        "rolefound": "NOTFOUND",
        "permissions": "DEFAULT",
    }


async def test_a_token_in_the_query_brings_a_jwt_into_the_status(reader: Reader) -> None:
    assert (await reader.json("/api/v1/status.json"))["authorized"] is None
    authorized = (await reader.json("/api/v1/status.json", auth="query"))["authorized"]
    assert authorized["token"].count(".") == 2


async def test_the_settings_collection_is_an_admins(reader: Reader) -> None:
    answer = await reader.get("/api/v3/settings", auth="bearer")
    assert (answer.status, await answer.json()) == (
        403,
        {"status": 403, "message": "Missing permission api:settings:admin"},
    )
