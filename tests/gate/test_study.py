"""Studies: what is read for a summary, how much of it is asked again, and what happens when Nightscout is slow."""

import asyncio
import hashlib
from dataclasses import replace

import pytest
from aiohttp.test_utils import make_mocked_request

from proxy.core.errors import GrantEnded
from proxy.core.grant import DAY
from proxy.core.record import Draft
from proxy.core.study import Study
from proxy.gate.study import MOST_AHEAD, Studies
from tests.gate.asked_site import Asked, studying
from tests.living import HOUR, NOW, living

POLICIES = ("consultant", "cgm-only", "unnamed", "full-loop", "summary")


async def test_a_study_holds_the_rows_of_the_period_and_of_the_one_before() -> None:
    async with studying(Asked()) as (_, grant, studies):
        await studies.study(grant, 14)
        await studies.settled()
        study = await studies.study(grant, 14)
    dates = [row.date for row in study.rows["entries"]]
    assert min(dates) <= study.span.start - 14 * DAY
    assert max(dates) < study.span.end == NOW + 1
    assert study.late == study.failed == frozenset()


@pytest.mark.parametrize("policy", POLICIES)
async def test_only_collections_that_are_shown_are_asked_for(policy: str) -> None:
    asked = Asked()
    async with studying(asked, policy) as (house, grant, studies):
        asked.questions.clear()
        await studies.study(grant, 14)
        await studies.settled()
        shown = set(house.gate.policy(grant).collections) - {"activity", "food"}
    assert {"profile" if name == "profiles" else name for name, _ in asked.questions} == shown


async def test_rows_hold_no_more_than_figures_are_made_of() -> None:
    async with studying(Asked()) as (_, grant, studies):
        study = await studies.study(grant, 14)
    assert set(study.rows["entries"][0].__struct_fields__) == {"type", "date", "sgv", "mbg", "isValid"}


async def test_what_was_just_read_is_not_asked_for_again() -> None:
    asked = Asked()
    async with studying(asked) as (house, grant, studies):
        await studies.study(grant, 14)
        await studies.settled()
        await studies.study(grant, 14)
        before = len(asked.questions)
        house.clock.now += 4_000
        again = await studies.study(grant, 14)
        assert len(asked.questions) == before
        assert again.fetched == 0
        await studies.study(grant, 7)
        await studies.settled()
        fewer = [name for name, _ in asked.questions[before:]]
    assert "devicestatus" not in fewer  # its days are pieces of their own, and all are there


async def test_two_who_ask_at_once_share_the_fetches() -> None:
    asked = Asked()
    async with studying(asked, "cgm-only") as (_, grant, studies):
        one, other = await asyncio.gather(studies.study(grant, 14), studies.study(grant, 14))
    assert len(one.rows["entries"]) == len(other.rows["entries"])
    questions = [tuple(sorted(query.items())) for query in asked.asked("entries")]
    assert len(questions) == len(set(questions))


async def test_preparing_reads_ahead_what_the_first_page_needs() -> None:
    asked = Asked()
    async with studying(asked, "cgm-only") as (_, grant, studies):
        studies.prepare(grant)
        await studies.settled()
        before = len(asked.questions)
        await studies.study(grant, 14)
    assert len(asked.questions) == before > 0


async def test_what_is_read_when_a_grant_is_made_serves_its_opening() -> None:
    asked = Asked()
    async with living(upstream=asked.site) as house:
        access = await house.mint("cgm-only", days=90)
        waiting = await house.store.grant(access.id)
        assert waiting is not None
        house.studies.prepare(waiting)
        await house.studies.settled()
        before = len(asked.questions)
        grant = await house.store.open(
            access.id, house.clock(), zone="Europe/Berlin", record=Draft("opened", NOW, {})
        )
        study = await house.studies.study(grant, 14)
    assert len(asked.questions) == before > 0
    assert study.rows["entries"]
    assert study.fetched > 0


async def test_nothing_is_read_for_a_visit_that_is_not_yet_near() -> None:
    asked = Asked()
    async with studying(asked, "cgm-only") as (_, grant, studies):
        asked.questions.clear()
        studies.prepare(replace(grant, opened_at=None, opens_at=NOW + DAY))
        await studies.settled()
    assert asked.questions == []


async def test_what_was_prepared_is_given_whole_and_its_bytes_are_counted_for_who_is_shown_it() -> None:
    given: list[Study] = []

    async def take(study: Study) -> None:
        given.append(study)

    async with studying(Asked()) as (_, grant, studies):
        studies.prepare(grant, take)
        await studies.settled()
        study = await studies.study(grant, 14)
    assert [one.mark for one in given] == [study.mark]
    assert given[0].fetched == 0
    assert study.fetched > 0


async def test_a_page_that_is_asked_for_meanwhile_is_not_computed_twice() -> None:
    given: list[Study] = []

    async def take(study: Study) -> None:
        given.append(study)

    asked = Asked(slow={"devicestatus": asyncio.Event()})
    async with studying(asked) as (house, grant, _):
        studies = Studies(house.gate, patience=0.05)
        studies.prepare(grant, take)
        await studies.study(grant, 14)
        asked.slow["devicestatus"].set()
        await studies.settled()
        await studies.stop()
    assert given == []


async def test_the_parts_of_a_study_are_its_rows_and_old_ones_stay_the_same() -> None:
    async with studying(Asked()) as (house, grant, studies):
        await studies.study(grant, 14)
        await studies.settled()
        first = await studies.study(grant, 14)
        for piece, kept in studies._stock._kept.items():  # as if five seconds had passed
            kept.good_until = 0 if piece.until > NOW - 2 * DAY else kept.good_until
        house.clock.now += 6_000
        later = await studies.study(grant, 14)
    for name, rows in first.rows.items():
        assert [row for part in first.parts if part.collection == name for row in part.rows] == rows
    editions = [{part.edition for part in study.parts} for study in (first, later)]
    assert editions[0] & editions[1]
    assert editions[1] - editions[0]


async def test_rows_that_no_page_may_show_any_more_are_let_go() -> None:
    async with studying(Asked()) as (_, grant, studies):
        await studies.study(grant, 14)
        await studies.settled()
        studies.forget_old()
        assert studies._stock._kept
        for kept in studies._stock._kept.values():  # as if an hour had passed
            kept.good_until -= 3600
        studies.forget_old()
        assert (studies._stock._kept, studies._stock._rows) == ({}, 0)


async def test_a_page_of_other_days_can_be_prepared_too() -> None:
    asked = Asked()
    async with studying(asked, "cgm-only") as (_, grant, studies):
        studies.prepare(grant, days=30)
        await studies.settled()
        before = len(asked.questions)
        await studies.study(grant, 30)
    assert len(asked.questions) == before > 0


async def test_what_nightscout_refuses_is_named_and_the_rest_is_there() -> None:
    asked = Asked(dead={"treatments"})
    async with studying(asked) as (_, grant, studies):
        study = await studies.study(grant, 14)
        assert study.failed == {"treatments"}
        assert study.rows["entries"]
        asked.dead.clear()
        assert not (await studies.study(grant, 14)).failed  # a failure is not remembered


async def test_a_page_is_on_record_with_its_check_sum_and_counts_what_was_fetched() -> None:
    async with studying(Asked()) as (house, grant, studies):
        study = await studies.study(grant, 14)
        request = make_mocked_request("GET", "/visit/summary", headers={"User-Agent": "Windows"})
        await studies.record(request, grant, study, b"a page", "page days=14")
        last = [record.body async for record in house.store.records(grant.id)][-1].decode()
    for part in ('"door":"summary"', '"query":"page days=14"', f'"rows":{study.count}', '"bytes":6'):
        assert part in last
    assert hashlib.sha256(b"a page").hexdigest() in last
    assert "mgdl" not in last


async def test_after_the_end_nothing_can_be_put_on_record() -> None:
    async with studying(Asked()) as (house, grant, studies):
        study = await studies.study(grant, 14)
        await house.store.end(grant.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
        request = make_mocked_request("GET", "/visit/summary")
        with pytest.raises(GrantEnded):
            await studies.record(request, grant, study, b"a page", "page days=14")


async def test_too_many_questions_are_refused_and_that_is_on_record_once() -> None:
    async with studying(Asked()) as (house, grant, studies):
        request = make_mocked_request("GET", "/visit/summary")
        admitted = [await studies.admits(request, grant) for _ in range(600)]
        assert admitted.count(True) == 500
        log = [record.body async for record in house.store.records(grant.id)]
    assert sum(b"too_many_requests" in body for body in log) == 1


async def test_a_day_is_read_with_the_day_before_it() -> None:
    async with studying(Asked(), "cgm-only") as (_, grant, studies):
        study = await studies.day(grant, NOW - 5 * DAY, NOW - 4 * DAY)
    dates = [row.date for row in study.rows["entries"]]
    assert min(dates) <= NOW - 6 * DAY + HOUR
    assert study.span.end == NOW - 4 * DAY


async def test_a_hundred_grants_made_at_once_do_not_start_a_hundred_readings() -> None:
    asked = Asked(slow={"entries": asyncio.Event()})
    given: list[Study] = []

    async def take(study: Study) -> None:
        given.append(study)

    async with studying(asked, "cgm-only") as (house, grant, _):
        studies = Studies(house.gate)
        for days in range(1, 101):
            studies.prepare(replace(grant, days=14 + days), take)
        asked.slow["entries"].set()
        await studies.settled()
        assert len(given) == MOST_AHEAD
        studies.prepare(replace(grant, days=14), take)  # the next one has its turn again
        await studies.settled()
        assert len(given) == MOST_AHEAD + 1
        await studies.stop()
