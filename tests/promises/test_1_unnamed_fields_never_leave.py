"""Promise 1: a field that the policy does not name never leaves, by any door, in any form.

The demo site says CANARY- in every private text wherever real uploaders put one, and its therapy settings are
figures that stand nowhere else. With NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN set, the same questions go to a real
Nightscout that was seeded with such texts.
"""

import base64
import os
import re
import time
from collections.abc import AsyncIterator, Iterable

import pytest

from proxy.core.doors import DOORS, Door, find_door
from proxy.core.policyfile import parse
from proxy.demo import generate, manifest
from proxy.gate.upstream import Nightscout
from tests.living import HOUR, NOW, POLICIES, Access, Living, living
from tests.promises.questions import args_of, paths
from tests.promises.still import still

BUNDLED = sorted(path.stem for path in POLICIES.glob("*.yaml"))
COLLECTIONS = ("entries", "treatments", "devicestatus", "profile", "food", "activity")
COARSE = ("15min", "hourly", "daily")
WIDE = {
    "v1": "?find[{date}][$gte]=2001-01-01T00:00:00.000Z&count=50000",
    "v3": "?limit=1000&date$gte=1",
}
DATE = {"entries": "date", "profile": "startDate"}

# What reference/nightscout-source.md §1 lists, each spelt once; {v} is v1 and v2.
ROUTES = """
/api/{v}/entries /api/{v}/entries.json /api/{v}/entries.csv /api/{v}/entries/current /api/{v}/entries/current.json
/api/{v}/entries/sgv /api/{v}/entries/mbg.json /api/{v}/entries/5f5f5f5f5f5f5f5f5f5f5f5f
/api/{v}/slice/entries/dateString/sgv/2026-11 /api/{v}/times /api/{v}/times/2026-11/T10 /api/{v}/times/echo/2026
/api/{v}/echo/entries/sgv /api/{v}/count/treatments/where /api/{v}/entries/preview
/api/{v}/treatments /api/{v}/treatments.json /api/{v}/profile /api/{v}/profile.json /api/{v}/profile/current
/api/{v}/profiles /api/{v}/profiles.json /api/{v}/devicestatus /api/{v}/devicestatus.json
/api/{v}/food /api/{v}/food.json /api/{v}/food/quickpicks /api/{v}/food/regular.json
/api/{v}/activity /api/{v}/activity.json
/api/{v}/status /api/{v}/status.json /api/{v}/status.js /api/{v}/status.html /api/{v}/status.txt
/api/{v}/verifyauth /api/{v}/adminnotifies /api/{v}/notifications/ack /api/{v}/notifications/pushovercallback
/api/{v}/experiments/test /api/{v}/alexa /api/{v}/googlehome /api/versions
/api/v2/properties /api/v2/properties/iob,cob /api/v2/ddata /api/v2/ddata/at /api/v2/ddata/at/2026-11-01
/api/v2/summary /api/v2/notifications/loop /api/v2/authorization/request/name-0123456789abcdef
/api/v2/authorization/permissions /api/v2/authorization/permissions/trie /api/v2/authorization/subjects
/api/v2/authorization/subjects/5f5f5f5f5f5f5f5f5f5f5f5f /api/v2/authorization/roles /api/v2/authorization/roles/x
/api/v2/authorization/debug/check/api:entries:read
/api/v3/version /api/v3/status /api/v3/lastModified /api/v3/test
/api/v3/{c} /api/v3/{c}.json /api/v3/{c}/5f5f5f5f5f5f5f5f5f5f5f5f /api/v3/{c}/history /api/v3/{c}/history/1795000000000
/api/v3/settings /api/v3/settings/aaps /api/v3/settings/history /api/v3/settings/history/1
/pebble /report /report/ /profile /food /admin /split /clock/bgclock /clock/clock-color
/api-docs /api3-docs /swagger.json /report-violation
"""
# Nothing is shown in these forms, at no door: there they are no way in at all.
NO_DOOR = """
/api/v1/entries.tsv /api/v1/entries.txt /api/v1/entries.html /api/v1/status.png /api/v1/status.svg /api/v3/entries.csv
/api/v3/entries.xml /API/v1/entries /api/v1/Entries /api/v1/entries.JSON /api/v1/entries.json.json /api/v1//entries
/api/v3/subjects /api/v3/auth_subjects /api/v4/entries /api/v1/entries/sgv/x /api/v1/treatments/5f5f5f5f5f5f5f5f5f5f5f5f
/api/v1/%65ntries /api/v1/entries; /api /api/v1 /api/v2 /sw.js /socket.io/ /translations/en/en.json
"""


def spelt(text: str) -> list[str]:
    return [
        route.replace("{v}", version).replace("{c}", collection)
        for route in text.split()
        for version in (("v1", "v2") if "{v}" in route else ("",))
        for collection in (COLLECTIONS[:5] if "{c}" in route else ("",))
    ]


@pytest.mark.parametrize("path", spelt(ROUTES))
def test_every_route_of_nightscout_finds_its_line_in_the_table(path: str) -> None:
    assert find_door(path) is not None


@pytest.mark.parametrize("path", spelt(NO_DOOR))
def test_what_is_in_no_line_of_the_table_is_no_door(path: str) -> None:
    assert find_door(path) is None


def test_every_line_of_the_table_is_open_authored_or_closed_and_can_be_found() -> None:
    for door in DOORS:
        assert door.use in ("rows", "current", "one", "properties", "authored", "closed")
        assert (door.collection in COLLECTIONS) is (door.use in ("rows", "current", "one"))
        for path in paths(door, (*args_of(door), "x")):
            if "{" not in path:
                assert find_door(path) is not None, path


def test_writing_and_administration_are_at_no_open_door() -> None:
    opened = {door.name for door in DOORS if door.use != "closed"}
    assert not [
        name
        for name in opened
        if re.search("settings|subjects|roles|ack|notifications|admin(?!notifies)", name)
    ]


def policy(name: str) -> str:
    """A bundled policy, or a coarse one that otherwise shows all that a coarse one can."""
    if name not in COARSE:
        return (POLICIES / f"{name}.yaml").read_text()
    text = (POLICIES / "full-loop.yaml").read_text().replace("detail: full", f"detail: {name}")
    text = text.replace("pages: true", "pages: false").replace("live: true", "live: false")
    return text[: text.index("  devicestatus:")] + text[text.index("  profile:") :]


def names_settings(text: str) -> bool:
    return any("sens" in path or "ISF" in path or "isf" in path for path in _paths(text))


def _paths(text: str) -> Iterable[str]:
    return (path for shown in parse(text, file="policy").collections.values() for path in shown.fields)


def _markers() -> Iterable[str]:
    """The canary's word as it is, and as it might come out encoded."""
    word = manifest()["marker"].encode()
    yield from ("canary", word.hex(), word[::-1].decode().lower())
    yield from (base64.b64encode(b"x" * shift + word)[4:-4].decode().lower() for shift in range(3))


WORDS = tuple(_markers())
FIGURES = tuple(repr(figure) for figures in manifest()["numbers"].values() for figure in figures)


def leaks(text: str, *, with_numbers: bool) -> set[str]:
    """Say which private texts, and which figures of the therapy settings, stand in an answer."""
    small = text.lower()
    figures = {figure for figure in FIGURES if figure in text} if with_numbers else set()
    return {word for word in WORDS if word in small} | {
        figure for figure in figures if re.search(rf"(?<![0-9.]){re.escape(figure)}(?![0-9])", text)
    }


def wide(door: Door) -> str:
    if door.use != "rows" or not door.collection:
        return ""
    return WIDE[door.api].replace("{date}", DATE.get(door.collection, "created_at"))


async def visible_ids(house: Living, access: Access) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for name in COLLECTIONS:
        async with house.get(f"/api/v1/{name}.json?count=3", access) as response:
            rows = await response.json() if response.status == 200 else []
            ids[name] = [row["_id"] for row in rows if "_id" in row]
    return ids


async def everything(house: Living, access: Access) -> AsyncIterator[tuple[str, int, str]]:
    """Ask for all there is, by every door, spelling and form: (question, status, headers and body)."""
    ids = await visible_ids(house, access)
    for door in DOORS:
        for number, path in enumerate(
            paths(door, (*args_of(door, ids.get(door.collection, [])), access.token))
        ):
            for method in ("GET", "HEAD") if number == 0 else ("GET",):
                house.clock.now += 25
                question = path + wide(door)
                accept = {"Accept": "text/html"} if door.use == "closed" else {}
                async with house.get(question, access, method=method, headers=accept) as response:
                    body = (await response.read()).decode()
                    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
                    yield f"{method} {question}", response.status, f"{headers}\n\n{body}"


async def leaked(house: Living, name: str, *, days: int) -> tuple[dict[str, set[str]], str]:
    text = policy(name)
    with_numbers = not names_settings(text)
    access = await house.mint(text, days=days if name != "summary" else 7)
    found, seen = {}, ""
    async for question, status, answer in everything(house, access):
        assert status < 500, (question, status, answer[-300:])
        seen += answer if status == 200 and "entries" in question else ""
        if wrong := leaks(answer.replace(access.token, ""), with_numbers=with_numbers):
            found[question] = wrong
    return found, seen


@pytest.mark.parametrize("name", [*BUNDLED, *COARSE])
async def test_no_canary_comes_out_by_any_door(name: str) -> None:
    async with living(still()) as house:
        found, seen = await leaked(house, name, days=2)
    assert found == {}
    assert ("sgv" in seen) is (name != "summary")


async def test_canaries_of_all_classes_are_there_and_none_comes_out_of_three_weeks() -> None:
    site = generate("tests", NOW, days=21)
    held = repr(site.collections) + repr(list(site.devicestatus(site.until - 48 * HOUR, site.until)))
    classes = set(re.findall("CANARY-([A-Z]+)-", held + repr((site.settings, site.title))))
    assert manifest()["classes"].keys() - classes <= {"FRAME"}
    async with living(site) as house:
        for name in ("full-loop", "unnamed"):
            access = await house.mint(name, days=21)
            for door in DOORS:
                if (
                    door.name.startswith("/api/{v}/")
                    and door.use == "rows"
                    and door.collection != "devicestatus"
                ):
                    path = door.name.replace("{v}", "v1") + wide(door)
                    async with house.get(path, access) as response:
                        assert not leaks(await response.text(), with_numbers=False)


def test_the_search_would_find_canaries_and_figures() -> None:
    site = still()
    for name, rows in site.collections.items():
        assert leaks(repr(rows), with_numbers=False), name
    assert leaks(repr(site.collections["profile"]).replace("CANARY", ""), with_numbers=True)
    assert leaks("Q0FOQVJZLU5PVEUtMQ==", with_numbers=False)
    assert not leaks('[{"sgv":145,"value":47.3190001}]', with_numbers=True)
    classes = {
        found for rows in site.collections.values() for found in re.findall("CANARY-([A-Z]+)-", repr(rows))
    }
    assert len(classes) > len(manifest()["classes"]) / 2


if "NIGHTSCOUT_URL" in os.environ:

    @pytest.mark.nightscout
    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("name", BUNDLED)
    async def test_no_canary_comes_out_of_a_real_nightscout(name: str) -> None:
        async with living(still(days=1)) as house:
            house.gate.nightscout = Nightscout(
                house.session, os.environ["NIGHTSCOUT_URL"], os.environ["NIGHTSCOUT_TOKEN"]
            )
            house.clock.now = time.time_ns() // 1_000_000
            found, seen = await leaked(house, name, days=14)
        assert {
            question: wrong for question, wrong in found.items() if any("canary" in one for one in wrong)
        } == {}
        assert ("sgv" in seen) is (name != "summary")
