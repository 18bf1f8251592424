import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from proxy.core.codes import hash_pin
from proxy.core.grant import DAY, HOUR
from proxy.core.mint import Minted, Times
from proxy.core.record import Draft
from proxy.visit.turns import Pace, Turns
from tests.living import NOW
from tests.visit.place import KEY, Answer, Place, opened, secret, wrong

NOTHING = "Nothing was found under this link or visit code."


def outcomes(log: list[dict[str, object]]) -> list[object]:
    return [record.get("outcome", record["kind"]) for record in log]


async def by_code(place: Place, code: str, pin: str) -> Answer:
    return await place.post("/visit", {"code": code, "passcode": pin})


async def test_a_right_link_and_pin_open_the_grant(place: Place) -> None:
    minted = await place.mint()
    answer = await place.try_pin(minted, minted.passcode)
    assert (answer.status, answer.headers["Location"]) == (303, "/visit/welcome")
    grant = await place.grant(minted)
    assert (grant.opened_at, grant.zone, grant.expires_at) == (NOW, "Europe/Berlin", NOW + 4 * HOUR)
    assert outcomes(await place.log(minted)) == ["consent", "entered", "opened"]


async def test_a_right_code_and_pin_open_it_as_people_type_them(place: Place) -> None:
    minted = await place.mint()
    answer = await by_code(
        place, minted.code.replace("-", " ").lower(), f"{minted.passcode[:3]} {minted.passcode[3:]}"
    )
    assert answer.status == 303
    assert (await place.log(minted))[1]["by"] == "code"


async def test_a_whole_link_may_be_pasted_where_the_code_belongs(place: Place) -> None:
    minted = await place.mint()
    assert (await by_code(place, minted.link, minted.passcode)).status == 303


async def test_a_second_entry_does_not_open_again(place: Place) -> None:
    minted = await place.mint()
    await place.enter(minted)
    place.clock.now += HOUR
    await place.enter(minted)
    assert (await place.grant(minted)).opened_at == NOW
    assert outcomes(await place.log(minted)) == ["consent", "entered", "opened", "entered"]


async def test_a_wrong_pin_is_told_with_the_tries_that_are_left_and_recorded(place: Place) -> None:
    minted = await place.mint()
    answer = await place.try_pin(minted, wrong(minted))
    assert answer.status == 401
    assert "That PIN is not right." in answer.text
    assert "9 tries are left." in answer.text
    assert "chaperone" not in answer.cookies
    record = (await place.log(minted))[-1]
    assert (record["outcome"], record["tries_left"], record["address"]) == ("wrong_pin", 9, "127.0.0.0/24")
    assert minted.passcode not in str(record)


async def test_the_link_stays_in_the_form_after_a_wrong_pin_and_the_code_too(place: Place) -> None:
    minted = await place.mint()
    assert f'value="{secret(minted)}"' in (await place.try_pin(minted, wrong(minted))).text
    assert f'value="{minted.code}"' in (await by_code(place, minted.code.lower(), wrong(minted))).text


async def test_the_tenth_wrong_pin_closes_the_entry_even_for_the_right_one(place: Place) -> None:
    minted = await place.mint()
    for step in range(1, 10):
        assert (await place.try_pin(minted, wrong(minted, step))).status == 401
    tenth = await place.try_pin(minted, wrong(minted, 10))
    assert tenth.status == 403
    assert "No tries are left." in tenth.text
    eleventh = await place.try_pin(minted, minted.passcode)
    assert eleventh.status == 403
    assert "Ask the person who shared for a new PIN" in eleventh.text
    assert outcomes(await place.log(minted))[-3:] == ["wrong_pin", "entry_closed", "entry_closed"]
    assert Counter(record["kind"] for record in await place.log(minted))["entry_closed"] == 1


async def test_the_ninth_wrong_pin_says_that_one_try_is_left_and_a_right_one_gives_all_back(
    place: Place,
) -> None:
    minted = await place.mint()
    answers = [await place.try_pin(minted, wrong(minted, step)) for step in range(1, 10)]
    assert "One try is left." in answers[-1].text
    await place.enter(minted)
    assert (await place.grant(minted)).tries_left == 10


async def test_a_closed_entry_leaves_open_what_is_open(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    for step in range(1, 12):
        await place.try_pin(minted, wrong(minted, step))
    assert (await place.get("/visit/home", cookie=cookie)).status == 200


async def test_a_new_pin_opens_a_closed_entry_and_the_old_one_no_longer_does(place: Place) -> None:
    minted = await place.mint()
    for step in range(1, 11):
        await place.try_pin(minted, wrong(minted, step))
    stored = hash_pin(KEY, "830517", random=place.dice)
    await place.store.new_pin(minted.grant.id, stored, Draft("new_pin", NOW, {}))
    assert (await place.try_pin(minted, minted.passcode)).status == 401
    assert (await place.try_pin(minted, "830517")).status == 303


async def test_a_pin_of_the_wrong_shape_costs_no_try_and_is_recorded(place: Place) -> None:
    minted = await place.mint()
    for pin in ("", "12345", "1234567", "abcdef"):
        answer = await place.try_pin(minted, pin)
        assert answer.status == 401
        assert "A PIN has six digits." in answer.text
    assert (await place.grant(minted)).tries_left == 10
    assert outcomes(await place.log(minted)) == ["consent", *["not_a_pin"] * 4]


async def test_before_the_opening_the_truth_is_told_and_no_try_is_spent(place: Place) -> None:
    minted = await place.mint(times=Times(NOW + DAY, None, NOW + 3 * DAY))
    answer = await place.try_pin(minted, minted.passcode)
    assert answer.status == 403
    assert "Tuesday 24 November 2026, 12:00 (UTC)" in answer.text
    assert (await place.grant(minted)).tries_left == 10
    assert outcomes(await place.log(minted)) == ["consent", "not_yet"]
    place.clock.now = NOW + DAY
    assert (await place.try_pin(minted, minted.passcode)).status == 303


async def test_after_the_end_the_truth_is_told_without_the_check_number(place: Place) -> None:
    minted = await place.mint()
    place.clock.now = NOW + DAY
    for answer in (
        await place.try_pin(minted, minted.passcode),
        await by_code(place, minted.code, wrong(minted)),
    ):
        assert answer.status == 401
        assert "This access has ended" in answer.text
        assert "Tuesday 24 November 2026, 12:00 (UTC)" in answer.text
        assert (await place.grant(minted)).head not in answer.text
        assert not answer.cookies


async def test_an_ending_between_the_check_and_the_record_lets_nobody_in() -> None:
    async def zone() -> str:
        await place.store.end(minted.grant.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
        return "Europe/Berlin"

    async with opened(zone=zone) as place:
        minted = await place.mint()
        answer = await place.try_pin(minted, minted.passcode)
        assert answer.status == 401
        assert "The person who shared ended it" in answer.text
        assert not answer.cookies
        assert place.store.sessions_of(minted.grant.id) == []


async def test_a_wrong_code_gets_one_answer_whatever_the_cause(place: Place) -> None:
    minted = await place.mint()
    forms = [
        {"code": "AAAAA-AAAAA", "passcode": minted.passcode},
        {"code": "AAAAA-AAAAA", "passcode": ""},
        {"code": "not a code", "passcode": "123"},
        {"code": "", "passcode": minted.passcode},
        {"link": "A" * 22, "passcode": minted.passcode},
        {"link": "x", "passcode": minted.passcode},
        {"passcode": minted.passcode},
        {"code": minted.grant.id, "passcode": minted.passcode},
    ]
    answers = [await place.post("/visit", form) for form in forms]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.text.replace("AAAAA-AAAAA", "") for answer in answers}) == 1
    assert NOTHING in answers[0].text
    assert outcomes(await place.log(minted)) == ["consent"]


async def test_wrong_codes_are_limited_in_all_and_links_still_work() -> None:
    async with opened(codes=Pace(burst=3, per_second=0.5)) as place:
        minted = await place.mint()
        for _ in range(3):
            assert (await by_code(place, "AAAAA-AAAAA", "123123")).status == 401
        limited = await by_code(place, "AAAAA-AAAAA", "123123")
        assert (limited.status, limited.headers["Retry-After"]) == (429, "10")
        # A right code must not tell itself apart while guesses are refused.
        same = await by_code(place, minted.code, minted.passcode)
        assert same.text.replace(minted.code, "") == limited.text.replace("AAAAA-AAAAA", "")
        await place.enter(minted)
        place.clock.now += 2000
        assert (await by_code(place, minted.code, minted.passcode)).status == 303


async def test_right_codes_cost_nothing_of_that_limit() -> None:
    async with opened(codes=Pace(burst=1, per_second=0.0)) as place:
        minted = await place.mint()
        for _ in range(5):
            assert (await by_code(place, minted.code, wrong(minted))).status == 401


async def test_parallel_guesses_spend_at_most_ten_tries_in_all(place: Place) -> None:
    minted = await place.mint()
    guesses = [place.try_pin(minted, wrong(minted, step)) for step in range(1, 21)]
    answers = await asyncio.gather(*guesses)
    assert Counter(answer.status for answer in answers) == {401: 9, 403: 11}
    looked_at = [record for record in await place.log(minted) if record.get("outcome") == "wrong_pin"]
    assert sorted(record["tries_left"] for record in looked_at) == list(range(10))
    assert (await place.grant(minted)).tries_left == 0


async def test_a_full_queue_is_told_and_costs_no_try() -> None:
    async with opened(turns=Turns(queue=2)) as place:
        minted = await place.mint()
        answers = await asyncio.gather(*(place.try_pin(minted, wrong(minted, step)) for step in range(1, 9)))
        statuses = Counter(answer.status for answer in answers)
        assert statuses[429] > 0
        assert (await place.grant(minted)).tries_left == 10 - statuses[401]
        assert Counter(outcomes(await place.log(minted)))["busy"] == statuses[429]


async def test_attempts_on_one_grant_are_limited_so_that_its_log_cannot_be_flooded() -> None:
    async with opened(entries=Pace(burst=3, per_second=1)) as place:
        minted = await place.mint()
        other = await place.mint()
        for _ in range(3):
            assert (await place.try_pin(minted, "")).status == 401
        assert (await place.try_pin(minted, minted.passcode)).status == 429
        assert len(await place.log(minted)) == 4
        await place.enter(other)


@pytest.mark.parametrize(
    "method", ["append", "spend_try", "open", "restore_try", "add_session", "grant_by_link"]
)
async def test_without_a_durable_record_nobody_gets_in(place: Place, method: str) -> None:
    minted = await place.mint()
    place.store.fails = {method}
    answer = await place.try_pin(minted, minted.passcode)
    assert answer.status == 503
    assert not answer.cookies
    assert place.store.sessions_of(minted.grant.id) == []
    place.store.fails = set()
    await place.enter(minted)


async def test_a_wrong_pin_is_not_told_when_it_cannot_be_recorded(place: Place) -> None:
    minted = await place.mint()
    place.store.fails = {"append"}
    answer = await place.try_pin(minted, wrong(minted))
    assert answer.status == 503
    assert "PIN" not in answer.text


async def test_an_erased_grant_is_found_by_nothing(place: Place) -> None:
    minted = await place.mint()
    await place.store.erase(minted.grant.id, day="2026-11-23")
    assert NOTHING in (await place.try_pin(minted, minted.passcode)).text
    assert NOTHING in (await by_code(place, minted.code, minted.passcode)).text


async def test_a_grant_without_a_pin_that_can_be_read_lets_nobody_in(place: Place) -> None:
    minted = await place.mint()
    place.store._grants[minted.grant.id] = replace(minted.grant, pin_hash="")
    assert (await place.try_pin(minted, minted.passcode)).status == 401


async def test_a_dropped_connection_still_leaves_its_attempt_on_record() -> None:
    turns, held = Turns(), asyncio.Event()
    async with opened(turns=turns) as place:
        minted: Minted = await place.mint()
        holding = asyncio.ensure_future(turns.take(held.wait))
        trying = asyncio.ensure_future(place.try_pin(minted, wrong(minted)))
        await _until(lambda: len(turns._running) == 2)
        trying.cancel()
        await asyncio.wait((trying,))
        await asyncio.sleep(0.05)  # the server hears that nobody is there any more
        held.set()
        await holding
        await _until(lambda: not turns._running)
        assert outcomes(await place.log(minted)) == ["consent", "wrong_pin"]


async def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(3000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("half a minute was not enough")


async def test_an_attempt_that_waited_is_held_against_the_pin_of_now() -> None:
    turns, held = Turns(), asyncio.Event()
    async with opened(turns=turns) as place:
        minted = await place.mint()
        holding = asyncio.ensure_future(turns.take(held.wait))
        waiting = asyncio.ensure_future(place.try_pin(minted, minted.passcode))
        await _until(lambda: len(turns._running) == 2)
        stored = hash_pin(KEY, "830517", random=place.dice)
        await place.store.new_pin(minted.grant.id, stored, Draft("new_pin", NOW, {}))
        held.set()
        await holding
        assert (await waiting).status == 401
