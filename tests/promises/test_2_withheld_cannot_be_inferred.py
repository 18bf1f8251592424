"""Promise 2: two sites that differ only in what is withheld answer alike, byte for byte."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import pytest

from proxy.core.doors import DOORS
from tests.living import Access, Living, living
from tests.promises.changes import ALIKE, SETTINGS, Change, other_names_of_profiles, wrong_kinds
from tests.promises.questions import all_questions
from tests.promises.still import Rows, StillSite, changed, still

Answer = tuple[str, str, int, tuple[tuple[str, str], ...], bytes]
POLICIES = ("consultant", "cgm-only", "unnamed", "full-loop", "summary")
SHOWS_SETTINGS = ("unnamed", "full-loop")
COARSE = """
version: 1
name: coarse
title: In bins
window: 30
detail: {detail}
show:
  entries:
    types: [sgv, mbg]
    classes: [glucose]
  treatments:
    event_types: [SMB, Meal Bolus, Correction Bolus, Temp Basal]
    classes: [insulin, carbs]
"""


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still()


async def ask(house: Living, access: Access, question: str, **options: object) -> Answer:
    house.clock.now += 25  # so that no limit is met
    async with house.get(question, access, **options) as response:
        body = await response.read()
        headers = sorted((name, value) for name, value in response.headers.items() if name != "Date")
        return question, str(options), response.status, tuple(headers), body


async def ids_of(house: Living, access: Access) -> dict[str, Sequence[str]]:
    """The pseudonyms of two visible rows of each collection."""
    found: dict[str, Sequence[str]] = {}
    for name in ("entries", "treatments", "devicestatus", "profile"):
        async with house.get(f"/api/v1/{name}.json?count=2", access) as response:
            rows = await response.json() if response.status == 200 else []
            found[name] = [row["_id"] for row in rows if "_id" in row]
    return found


async def answers(site: StillSite, policy: str, *, few: int = 1, begin: int = 0) -> list[Answer]:
    """Put every question (or every n-th, beginning with one of them) to a house in front of a site."""
    async with living(site) as house:
        access = await house.mint(policy, days=2)
        ids = await ids_of(house, access)
        heard = [await ask(house, access, question) for question in all_questions(ids)[begin::few]]
        for options in ({"method": "HEAD"}, {"headers": {"Accept-Encoding": "gzip"}}, {"method": "POST"}):
            heard += [await ask(house, access, question, **options) for question in plain_questions()]
        heard += [
            await ask(house, access, path, headers={"Accept": "text/html"}) for path in ("/api/v3/food", "/x")
        ]
    return heard


def plain_questions() -> list[str]:
    return [
        door.name.replace("{v}", "v1") + "?count=70"
        for door in DOORS
        if door.collection and "{arg}" not in door.name
    ]


def first_difference(left: Sequence[Answer], right: Sequence[Answer]) -> str:
    for one, other in zip(left, right, strict=True):
        if one != other:
            at = next((n for n, (a, b) in enumerate(zip(one[4], other[4], strict=False)) if a != b), -1)
            return (
                f"{one[0]} {one[1]}: {one[2]} {other[2]} {set(one[3]) ^ set(other[3])} "
                f"lengths {len(one[4])} {len(other[4])}: {one[4][max(0, at - 80) : at + 120]!r} "
                f"… {other[4][max(0, at - 80) : at + 120]!r}"
            )
    return ""


def everything(policy: str) -> list[Change]:
    return [*ALIKE.values(), *(() if policy in SHOWS_SETTINGS else SETTINGS.values())]


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_site_with_other_withheld_data_of_every_sort_answers_alike(
    policy: str, site: StillSite
) -> None:
    other, begin = changed(site, *everything(policy)), POLICIES.index(policy)
    ours, theirs = [await answers(each, policy, few=5, begin=begin) for each in (site, other)]
    assert first_difference(ours, theirs) == ""


@pytest.mark.parametrize("detail", ["15min", "hourly", "daily"])
async def test_in_bins_other_withheld_data_answers_alike(detail: str, site: StillSite) -> None:
    policy = COARSE.format(detail=detail)
    other = changed(site, *ALIKE.values(), *SETTINGS.values())
    assert first_difference(await answers(site, policy, few=11), await answers(other, policy, few=11)) == ""


@pytest.fixture(scope="module")
def heard(site: StillSite) -> list[Answer]:
    return asyncio.run(answers(site, "consultant", few=9))


@pytest.mark.parametrize("name", [*ALIKE, *SETTINGS])
async def test_each_change_alone_changes_no_answer(name: str, site: StillSite, heard: list[Answer]) -> None:
    other = changed(site, (ALIKE | SETTINGS)[name])
    assert first_difference(heard, await answers(other, "consultant", few=9)) == ""


@pytest.mark.parametrize("policy", ["consultant", "full-loop"])
async def test_a_value_of_the_wrong_kind_is_withheld_whatever_it_is(policy: str, site: StillSite) -> None:
    one, other = changed(site, wrong_kinds("a")), changed(site, wrong_kinds("12 Elm Street " * 9))
    assert first_difference(await answers(one, policy, few=9), await answers(other, policy, few=9)) == ""


async def test_names_of_profiles_do_not_show_in_the_order_of_what_they_hold(site: StillSite) -> None:
    other = changed(site, other_names_of_profiles)
    async with AsyncExitStack() as stack:
        found = []
        for each in (site, other):
            house = await stack.enter_async_context(living(each))
            access = await house.mint("full-loop", days=2)
            found.append(
                [await ask(house, access, path) for path in ("/api/v1/profile?count=9", "/api/v3/profile")]
            )
    assert len(found[0][0][4]) > 1000
    assert first_difference(*found) == ""


def nudge(name: str, **fields: object) -> Callable[[Rows], None]:
    """Change one visible value of the newest row of a collection."""

    def change(rows: Rows) -> None:
        key = "date" if name == "entries" else "created_at"
        shown = [row for row in rows[name] if row.get("type") == "sgv" or row.get("insulin") or "pump" in row]
        max(shown, key=lambda row: row[key]).update(fields)

    return change


@pytest.mark.parametrize(
    "change",
    [nudge("entries", sgv=301), nudge("treatments", insulin=0.77), nudge("devicestatus", uploaderBattery=3)],
)
async def test_a_difference_in_what_is_shown_does_show(
    change: Callable[[Rows], None], site: StillSite, heard: list[Answer]
) -> None:
    assert first_difference(heard, await answers(changed(site, change), "consultant", few=9)) != ""


def in_zone(name: str) -> Change:
    """Give a change that moves the family to another part of the world."""

    def change(rows: Rows) -> None:
        for row in rows["profile"]:
            row["timezone"] = name
            for settings in row["store"].values():
                settings["timezone"] = name

    return change


@pytest.mark.parametrize(("policy", "alike"), [("unnamed", True), ("consultant", False)])
async def test_where_a_family_lives_shows_at_no_edge_unless_the_policy_names_the_zone(
    policy: str, alike: bool, site: StillSite
) -> None:
    heard = []
    for zone in ("Asia/Kathmandu", "America/St_Johns"):
        async with living(changed(site, in_zone(zone)), zone="") as house:
            access = await house.mint(policy, days=1)
            question = "/api/v1/entries.json?find[date][$gte]=1&count=3000"
            heard.append([await ask(house, access, path) for path in (question, "/api/v3/treatments")])
    assert (first_difference(*heard) == "") is alike
