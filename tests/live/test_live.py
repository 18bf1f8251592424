"""The whole way: Nightscout rings, rows are read and filtered, clinicians are sent what changed, and it ends."""

import asyncio
from typing import Any

import pytest

from proxy.core.record import Draft
from tests.live.place import Place, opened, reading
from tests.living import HOUR, NOW, POLICIES, UPSTREAM_TOKEN
from tests.memory_store import MemoryStore

QUIET = 0.7
"""Seconds in which a frame would have come."""


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_a_clinician_gets_the_state_then_what_changes_and_is_cut_when_it_ends(
    place: Place, transport: str
) -> None:
    access, browser = await place.watch(transport=transport)
    state = browser.named("dataUpdate")[0]
    assert set(state) == {"devicestatus", "sgvs", "cals", "profiles", "mbgs", "food", "treatments"}
    assert len(state["sgvs"]) > 150
    assert state["sgvs"] == sorted(state["sgvs"], key=lambda row: row["mills"])

    await place.change(reading(NOW - 60_000, 111))
    update = await browser.until("dataUpdate", 2)
    assert update["delta"] is True
    assert [row["mgdl"] for row in update["sgvs"]] == [111]
    assert update["lastUpdated"] == NOW - 60_000

    await place.life.store.end(access.id, "revoked", Draft("ended", NOW, {}))
    await browser.until("disconnect", seconds=1)
    assert len(place.live) == 0


@pytest.mark.parametrize("policy", ["consultant", "cgm-only", "unnamed", "full-loop"])
async def test_no_frame_holds_what_the_policy_does_not_name(place: Place, policy: str) -> None:
    _, browser = await place.watch(policy)
    await browser.ask("loadRetro", {"loadedMills": 0})
    await place.change(reading(NOW - 60_000, notes="CANARY-NOTE", mgdl=99, data={"x": "CANARY"}))
    if policy != "unnamed":  # it ends at its opening
        await browser.until("dataUpdate", 2)
    assert "CANARY" not in str(browser.heard)
    assert UPSTREAM_TOKEN not in str(browser.heard)


async def test_a_frame_gives_the_readings_that_the_api_gives(place: Place) -> None:
    access, browser = await place.watch()
    path = f"/api/v1/entries/sgv.json?count=1000&find[date][$gt]={NOW - 48 * HOUR}"
    rows = await place.life.json(path, access)
    assert [(row["_id"], row["mgdl"], row["mills"]) for row in browser.named("dataUpdate")[0]["sgvs"]] == [
        (row["_id"], row["sgv"], row["date"]) for row in reversed(rows)
    ]


async def test_where_no_settings_are_shown_the_neutral_profile_stands_in(place: Place) -> None:
    _, without = await place.watch("consultant")
    _, with_them = await place.watch("full-loop")
    assert without.named("dataUpdate")[0]["profiles"][0]["defaultProfile"] == "-"
    shown = with_them.named("dataUpdate")[0]["profiles"]
    assert len(shown) == 1
    assert "Profile 1" in shown[0]["store"]


async def test_a_device_that_is_not_shared_is_labelled(place: Place) -> None:
    _, browser = await place.watch()
    state = browser.named("dataUpdate")[0]
    assert {row["device"] for row in [*state["sgvs"], *state["devicestatus"]]} == {"not shared"}


async def test_a_change_of_profiles_whose_name_is_not_shared_is_labelled(place: Place) -> None:
    switch = {
        "_id": "d" * 24,
        "eventType": "Profile Switch",
        "created_at": "2026-11-23T11:50:00.000Z",
        "profile": "CANARY-PROFILE",
    }
    place.site.collections["treatments"].append(switch)
    _, browser = await place.watch("full-loop")
    rows = browser.named("dataUpdate")[0]["treatments"]
    assert {row["profile"] for row in rows if row["eventType"] == "Profile Switch"} == {"not shared"}
    assert all("profile" not in row for row in rows if row["eventType"] != "Profile Switch")


async def test_what_changes_unseen_is_not_told(place: Place) -> None:
    access, browser = await place.watch("cgm-only")
    note = {"_id": "a" * 24, "eventType": "Note", "created_at": "2026-11-23T11:50:00.000Z", "notes": "hush"}
    await place.change(note, collection="treatments")
    await place.change({"_id": "b" * 24, "created_at": "2026-11-23T11:50:00.000Z"}, collection="devicestatus")
    await place.change({**reading(NOW - 1000), "isValid": False})
    await asyncio.sleep(QUIET)
    assert len(browser.named("dataUpdate")) == 1
    assert len(await place.pushes(access)) == 1


async def test_an_edited_treatment_is_an_update_and_one_that_was_hidden_is_removed(place: Place) -> None:
    _, browser = await place.watch()
    bolus = {
        "_id": "c" * 24,
        "eventType": "Meal Bolus",
        "created_at": "2026-11-23T11:50:00.000Z",
        "insulin": 2.5,
        "duration": 30,
    }
    await place.change(bolus, collection="treatments")
    new = (await browser.until("dataUpdate", 2))["treatments"][0]
    assert "action" not in new
    assert (new["mills"], new["endmills"]) == (NOW - 600_000, NOW + 1_200_000)
    bolus["insulin"] = 3.5
    await place.ring()
    edited = (await browser.until("dataUpdate", 3))["treatments"][0]
    assert (edited["action"], edited["insulin"], edited["_id"]) == ("update", 3.5, new["_id"])
    bolus["eventType"] = "Announcement"
    await place.ring()
    gone = (await browser.until("dataUpdate", 4))["treatments"]
    assert gone == [{"_id": new["_id"], "mills": new["mills"], "action": "remove"}]


async def test_the_last_site_change_counts_however_old_it_is_and_is_replaced_by_the_next(
    place: Place,
) -> None:
    rows = [row for row in place.site.collections["treatments"] if row["eventType"] != "Site Change"]
    changes = [
        {"_id": f"{day:024x}", "eventType": "Site Change", "created_at": f"2026-11-{day}T08:00:00.000Z"}
        for day in (15, 18, 23)
    ]
    place.site.collections["treatments"] = rows + changes[:2]
    _, browser = await place.watch()
    state = browser.named("dataUpdate")[0]
    old = [row for row in state["treatments"] if row["eventType"] == "Site Change"]
    assert [row["created_at"][:10] for row in old] == ["2026-11-18"]
    await place.change(changes[2], collection="treatments")
    update = (await browser.until("dataUpdate", 2))["treatments"]
    assert [row.get("action") for row in update] == [None, "remove"]
    assert update[1]["_id"] == old[0]["_id"]


async def test_the_window_holds_for_old_events_too(place: Place) -> None:
    old = {"_id": "e" * 24, "eventType": "Site Change", "created_at": "2026-11-10T08:00:00.000Z"}
    place.site.collections["treatments"] = [old]
    access = await place.life.mint(days=7)
    browser = await place.watch_as(access)
    assert browser.named("dataUpdate")[0]["treatments"] == []


async def test_a_reading_that_is_no_more_is_forgotten_with_a_full_frame(place: Place) -> None:
    _, browser = await place.watch()
    await place.change(reading(NOW - 60_000, 111))
    await browser.until("dataUpdate", 2)
    place.site.collections["entries"].pop()
    await place.ring()
    update = await browser.until("dataUpdate", 3)
    assert "delta" not in update
    assert update["sgvs"] == browser.named("dataUpdate")[0]["sgvs"]


async def test_all_who_watch_one_view_share_what_is_fetched_and_one_connection(place: Place) -> None:
    first = await place.life.mint()
    browsers = [await place.watch_as(first) for _ in range(3)]
    browsers += [(await place.watch())[1] for _ in range(5)]
    whole = min(asked.since for asked in place.fetched if asked.collection == "entries")
    read = [asked.since for asked in place.fetched if asked.collection == "entries"]
    assert read.count(whole) <= 2  # for the first of them, and when Nightscout's greeting has rung
    await place.change(reading(NOW - 60_000))
    for browser in browsers:
        await browser.until("dataUpdate", 2)
    assert place.bell.present == 1
    assert sum(fetch.collection == "entries" for fetch in place.fetched) <= 6


async def test_each_push_is_on_record_once_per_grant_before_it_is_sent(place: Place) -> None:
    access = await place.life.mint()
    tabs = [await place.watch_as(access), await place.watch_as(access)]
    await place.change(reading(NOW - 60_000))
    for tab in tabs:
        await tab.until("dataUpdate", 2)
    pushed = await place.pushes(access)
    assert [row["door"] for row in pushed] == ["socket /dataUpdate"] * 3
    assert pushed[-1]["kind"] == "answer"
    assert pushed[-1]["rows"] == 1
    assert pushed[-1]["bytes"] > 100
    assert {"device", "address", "request_id", "view", "status"} <= pushed[-1].keys()


async def test_what_cannot_be_recorded_is_not_sent() -> None:
    store = MemoryStore()
    async with opened(store=store) as place:
        _, browser = await place.watch()
        store.fails.add("append")
        await place.change(reading(NOW - 60_000))
        await browser.until("disconnect")
        assert len(browser.named("dataUpdate")) == 1


async def test_an_access_whose_time_is_over_is_cut_within_a_second(place: Place) -> None:
    _, polling = await place.watch()
    _, websocket = await place.watch(transport="websocket")
    place.life.clock.now += 4 * HOUR
    await polling.until("disconnect", seconds=1)
    await websocket.until("disconnect", seconds=1)
    assert len(place.live) == 0


async def test_an_extended_access_goes_on(place: Place) -> None:
    access, browser = await place.watch()
    later = place.life.clock() + 8 * HOUR
    await place.life.store.extend(access.id, later, Draft("extended", NOW, {}))
    place.life.clock.now += 5 * HOUR
    await asyncio.sleep(0.6)
    assert not browser.named("disconnect")
    assert len(place.live) == 1


async def test_a_clock_that_was_set_back_cuts_all(place: Place) -> None:
    _, browser = await place.watch()
    place.life.clock.now -= HOUR
    await browser.until("disconnect", seconds=1)
    await place.empty()


async def test_when_the_store_is_lost_all_are_cut(place: Place) -> None:
    _, browser = await place.watch()
    place.live.cut_all()
    await browser.until("disconnect", seconds=1)
    assert len(place.live) == 0


async def test_retro_gives_a_day_of_device_status_to_whoever_is_authorized(place: Place) -> None:
    access = await place.life.mint()
    browser = await place.connect(access.bearer)
    assert await browser.ask("loadRetro", {"loadedMills": 0}) == {"result": "Not authorized"}
    await browser.authorize()
    assert await browser.ask("loadRetro", {"loadedMills": 0}) == {"result": "success"}
    body = await browser.until("retroUpdate")
    assert len(body["devicestatus"]) > 20
    assert min(row["mills"] for row in body["devicestatus"]) >= NOW - 24 * HOUR
    assert (await place.pushes(access))[-1]["door"] == "socket /retroUpdate"


@pytest.mark.parametrize("name", ["dbAdd", "dbUpdate", "dbUpdateUnset", "dbRemove"])
async def test_whoever_writes_gets_nightscouts_own_refusal_on_record(place: Place, name: str) -> None:
    access, browser = await place.watch()
    said: dict[str, Any] = {"collection": "treatments", "data": {"notes": "CANARY"}}
    assert await browser.ask(name, said) == {"result": "Not permitted"}
    assert await browser.ask(name, None) == {"result": "Not permitted"}
    refused = (await place.records(access))[-1]
    assert (refused["kind"], refused["reason"], refused["door"]) == ("refusal", "read_only", f"socket {name}")
    assert "CANARY" not in str(refused)


async def test_alarms_and_storage_acknowledge_and_never_send(place: Place) -> None:
    access, browser = await place.watch()
    subscribed = {"success": True, "message": "Subscribed for alarms"}
    said = {"secret": None, "jwtToken": access.token}
    assert await browser.ask("subscribe", said, namespace="/alarm") == {
        **subscribed,
        "read": True,
        "ack": False,
    }
    said = {"accessToken": access.token}
    assert await browser.ask("subscribe", said, namespace="/alarm") == subscribed
    said = {"accessToken": "someone-0123456789abcdef"}
    assert (await browser.ask("subscribe", said, namespace="/alarm"))["success"] is False
    assert (await browser.ask("subscribe", said, namespace="/storage"))["success"] is False
    await browser.client.emit("ack", (2, "default", 1000), namespace="/alarm")
    await place.bell.server.emit("urgent_alarm", {"message": "CANARY"}, namespace="/alarm")
    await place.change(reading(NOW - 60_000))
    await browser.until("dataUpdate", 2)
    assert not [name for name, _ in browser.heard if name.startswith("unforeseen")]


async def test_nightscout_hears_nothing_but_one_authorize_of_ours(place: Place) -> None:
    _, browser = await place.watch()
    for name in ("dbAdd", "loadRetro", "authorize", "nonsense"):
        await browser.client.emit(name, {"collection": "treatments", "status": True})
    await place.change(reading(NOW - 60_000))
    await browser.until("dataUpdate", 2)
    assert [sorted(said) for said in place.bell.said] == [["client", "history", "secret"]]
    assert not place.bell.events
    assert UPSTREAM_TOKEN not in str(place.bell.said)


async def test_a_tool_may_say_its_token_with_authorize_only(place: Place) -> None:
    access = await place.life.mint()
    browser = await place.connect()
    assert await browser.ask("loadRetro", {}) == {"result": "Not authorized"}
    assert (await browser.authorize(access.token))["read"] is True
    await browser.until("dataUpdate")
    await place.change(reading(NOW - 60_000))
    await browser.until("dataUpdate", 2)


async def test_a_wrong_token_is_disconnected_without_an_answer(place: Place) -> None:
    browser = await place.connect()
    await browser.client.emit("authorize", {"client": "web", "token": "someone-0123456789abcdef"})
    await browser.until("disconnect")
    assert not browser.named("connected")


async def test_a_token_of_another_visit_does_not_go_with_a_cookie(place: Place) -> None:
    mine, other = await place.life.mint(), await place.life.mint()
    browser = await place.connect({"Cookie": await place.cookie(mine)}, transport="websocket")
    await browser.client.emit("authorize", {"client": "web", "token": other.token})
    await browser.until("disconnect")
    assert not browser.named("dataUpdate")


async def test_what_has_no_single_readings_has_nothing_live(place: Place) -> None:
    text = (POLICIES / "cgm-only.yaml").read_text().replace("detail: full", "detail: hourly")
    text = text.replace(", insulin, carbs]", "]")
    access = await place.life.mint(
        text.replace("live: true", "live: false").replace("pages: true", "pages: false")
    )
    async with place.life.get("/socket.io/?EIO=4&transport=polling", access) as response:
        assert response.status == 403
        assert (await response.json())["reason"] == "not_shared"
    assert (await place.records(access))[-1]["reason"] == "not_shared"


async def test_without_nightscouts_socket_rows_are_still_read_now_and_then() -> None:
    async with opened(ringing=False) as place:
        _, browser = await place.watch()
        place.site.collections["entries"].append(reading(NOW - 60_000, 111))
        update = await browser.until("dataUpdate", 2, seconds=6)
        assert [row["mgdl"] for row in update["sgvs"]] == [111]


async def test_a_site_that_comes_back_brings_the_state_later(place: Place) -> None:
    entries = place.site.collections.pop("entries")
    access = await place.life.mint("cgm-only")
    browser = await place.connect(access.bearer)
    assert (await browser.authorize())["read"] is True
    assert not browser.named("dataUpdate")
    place.site.collections["entries"] = entries
    await place.ring()
    assert "delta" not in await browser.until("dataUpdate")


async def test_when_nobody_watches_any_more_nightscout_is_let_go(place: Place) -> None:
    _, browser = await place.watch()
    await browser.client.disconnect()
    await place.empty()
    assert not place.live.hub.wanted.is_set()
