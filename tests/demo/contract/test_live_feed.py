"""The live feed answers as Nightscout's does: who is let in where, what is sent, in which shape."""

import json
from pathlib import Path
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]  # it has no types
from yarl import URL

from tests.demo.contract.client import Reader
from tests.demo.contract.listener import listening
from tests.demo.contract.shapes import Shape, by_group, shape

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recordings" / "frames.json").read_text())
READS = {"read": True, "write": False, "write_treatment": False}
NOTHING = {"read": False, "write": False, "write_treatment": False}
NO_TOKEN = {"success": False, "message": "Missing or bad accessToken"}


def same_kinds(theirs: Shape, ours: Shape) -> list[str]:
    """List the paths at which two shapes have different kinds of value."""
    return [
        path
        for path in ours.keys() & theirs.keys()
        if not (ours[path] & theirs[path] or "nothing" in ours[path] | theirs[path])
    ]


async def test_the_greeting_is_the_recorded_one(reader: Reader) -> None:
    answer = await reader.get("/socket.io/?EIO=4&transport=polling", auth=None)
    text = await answer.text()
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    greeting = json.loads(text.removeprefix("0"))
    assert {**greeting, "sid": ""} == {**RECORDED["open"], "sid": ""}


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("EIO=4&transport=carrier-pigeon", 0, "Transport unknown"),
        ("EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown"),
    ],
)
async def test_what_is_no_connection_is_refused_in_the_recorded_words(
    reader: Reader, query: str, code: int, message: str
) -> None:
    answer = await reader.get(f"/socket.io/?{query}", auth=None)
    assert (answer.status, await answer.json()) == (400, {"code": code, "message": message})


async def test_a_connection_does_not_begin_by_a_post(reader: Reader) -> None:
    url = URL(f"{reader.url}/socket.io/?EIO=4&transport=polling")
    answer = await reader.session.post(url, data="40")
    assert (answer.status, await answer.json()) == (400, {"code": 2, "message": "Bad handshake method"})


@pytest.mark.parametrize("transports", [("polling",), ("websocket",), ()], ids="+".join)
async def test_every_transport_brings_the_first_frame(reader: Reader, transports: tuple[str, ...]) -> None:
    async with listening(reader, *transports) as listener:
        assert await listener.authorize(await reader.jwt()) == READS
        assert listener.named("clients")[-1] >= 1
        names = [name for namespace, name, _ in listener.heard if namespace == "/" and name != "clients"]
        assert names[:2] == ["connected", "dataUpdate"]


async def test_the_first_frame_has_the_recorded_shape(reader: Reader) -> None:
    async with listening(reader, "polling") as listener:
        await listener.authorize(await reader.jwt())
        frame, recorded = await listener.until("dataUpdate"), RECORDED["full"]
    assert frame.keys() == recorded.keys()
    assert [row["mills"] for row in frame["sgvs"]] == sorted(row["mills"] for row in frame["sgvs"])
    for name in ("sgvs", "mbgs", "cals", "treatments", "devicestatus", "food"):
        theirs, ours = by_group(recorded[name]), by_group(frame[name])
        for group in theirs.keys() & ours.keys():
            assert same_kinds(theirs[group], ours[group]) == [], (name, group)
    for name in ("sgvs", "mbgs", "cals"):
        assert shape(recorded[name]).keys() - {"scaled"} <= shape(frame[name]).keys(), name
    assert {"mills", "mgdl", "eventType", "_id"} <= shape(frame["treatments"]).keys()
    assert same_kinds(shape(recorded["profiles"]), shape(frame["profiles"])) == []


async def test_the_first_frame_spans_two_days(reader: Reader) -> None:
    async with listening(reader, "polling") as listener:
        await listener.authorize(await reader.jwt())
        frame = await listener.until("dataUpdate")
    assert min(row["mills"] for row in frame["sgvs"]) >= reader.since(2.01)
    assert min(row["mills"] for row in frame["sgvs"]) <= reader.since(1.5)
    assert len(frame["profiles"]) == 1


async def test_retro_data_is_given_to_anybody(reader: Reader) -> None:
    async with listening(reader, "polling") as listener:
        assert await listener.ask("loadRetro", {"loadedMills": 0}) == {"result": "success"}
        rows = (await listener.until("retroUpdate"))["devicestatus"]
    assert same_kinds(shape(RECORDED["retro"]["devicestatus"]), shape(rows)) == []
    assert len(rows) > 100


async def test_status_is_told_with_secrets_to_who_asks_for_it(reader: Reader) -> None:
    async with listening(reader, "polling") as listener:
        await listener.authorize(await reader.jwt(), status=True)
        told = (await listener.until("dataUpdate"))["status"]
    assert (
        told["settings"].keys()
        <= RECORDED["status"]["settings"].keys() | {"bridge"} | told["settings"].keys()
    )
    assert {"versionNum", "serverTime", "settings", "extendedSettings"} <= told.keys()
    assert same_kinds(shape([RECORDED["status"]]), shape([told])) == []


async def test_without_a_credential_one_is_connected_and_told_nothing(reader: Reader) -> None:
    async with listening(reader, "polling") as listener:
        assert await listener.authorize(None) == NOTHING
        assert listener.named("connected") == [None]
        assert listener.named("dataUpdate") == []


async def test_a_wrong_credential_ends_the_namespace(reader: Reader) -> None:
    async with listening(reader, "polling", namespaces=("/",)) as listener:
        await listener.client.emit("authorize", {"client": "web", "token": "not.a.jwt"})
        await listener.until("disconnect")
        assert listener.named("dataUpdate") == []


@pytest.mark.parametrize("action", ["dbAdd", "dbUpdate", "dbUpdateUnset", "dbRemove"])
async def test_a_reader_writes_nothing(reader: Reader, action: str) -> None:
    said = {"collection": "treatments", "_id": "000000000000000000000000", "data": {"eventType": "Note"}}
    async with listening(reader, "polling") as listener:
        assert await listener.ask(action, said) == {"result": "Not authorized"}
        await listener.authorize(await reader.jwt())
        assert await listener.ask(action, said) == {"result": "Not permitted"}
        assert await listener.ask(action, said | {"collection": "secrets"}) == {"result": "Wrong collection"}


async def test_alarms_are_subscribed_to_with_jwt_token_or_nothing(reader: Reader) -> None:
    subscribed = {"success": True, "message": "Subscribed for alarms"}
    async with listening(reader, "polling") as listener:

        async def ask(said: Any) -> Any:
            return await listener.ask("subscribe", said, namespace="/alarm")

        jwt = await reader.jwt()
        assert await ask({"secret": None, "jwtToken": jwt}) == {**subscribed, "read": True, "ack": False}
        assert await ask({"accessToken": reader.token}) == subscribed
        assert await ask({"secret": None}) == {**subscribed, "read": False, "ack": False}
        assert await ask({"accessToken": "nobody-0123456789abcdef"}) == NO_TOKEN


async def test_storage_is_subscribed_to_with_an_access_token_only(reader: Reader) -> None:
    async with listening(reader, "polling") as listener:

        async def ask(said: Any) -> Any:
            return await listener.ask("subscribe", said, namespace="/storage")

        assert await ask({"accessToken": reader.token, "collections": ["entries", "settings"]}) == {
            "success": True,
            "collections": ["entries"],
        }
        assert "treatments" in (await ask({"accessToken": reader.token}))["collections"]
        assert await ask({}) == NO_TOKEN
        assert await ask({"accessToken": await reader.jwt()}) == NO_TOKEN
        assert await ask({"accessToken": reader.token, "collections": ["settings"]}) == {
            "success": False,
            "message": "Unauthorized to receive any collection",
        }


async def test_other_namespaces_are_not_there(reader: Reader) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError, match="failed to connect: /admin"):
        async with listening(reader, "polling", namespaces=("/admin",)):
            pytest.fail("it is there")
