from dataclasses import replace

import pytest

from proxy.core.adjusted import SWITCHES
from proxy.core.ask import (
    LASTS,
    MOST_A_DAY,
    WORDS,
    Answer,
    Ask,
    answered,
    asked,
    days_to_give,
    decode,
    encode,
    mark,
    offered,
    told,
)
from proxy.core.errors import StoreUnavailable
from proxy.core.grant import DAY, LONGEST, Grant
from proxy.core.logwords import happened
from proxy.core.policy import CLASSES_TO_ASK_FOR, REQUESTS, Policy
from tests.living import NOW
from tests.owner.shares import POLICIES
from tests.stores.samples import make_grant


def policy(name: str = "consultant", **changed: object) -> Policy:
    [found] = [each for each in POLICIES if each.name == name]
    return replace(found, **changed)  # type: ignore[arg-type]  # fields by name


def shared(**changed: object) -> Grant:
    return replace(make_grant(days=14, minted_at=NOW, expires_at=NOW + DAY), **changed)  # type: ignore[arg-type]


def question(answer: Answer = "") -> Ask:
    made = asked(None, "settings", NOW)
    assert made
    return answered(made, answer, NOW + 1) if answer else made


def test_each_word_of_the_policy_language_has_words_and_each_class_is_a_switch() -> None:
    assert tuple(WORDS) == REQUESTS
    assert tuple(switch.key for switch in SWITCHES) == CLASSES_TO_ASK_FOR


def test_only_what_the_policy_lists_and_does_not_show_is_offered() -> None:
    assert offered(policy(), shared()) == ("more days", "more time", "settings")
    assert offered(policy(may_ask=()), shared()) == ()
    assert offered(policy(may_ask=("glucose", "settings")), shared()) == ("settings",)
    assert offered(policy(may_ask=("settings",), detail="hourly"), shared()) == ()


def test_more_days_end_at_the_window_and_more_time_at_thirty_days() -> None:
    assert days_to_give(policy(), shared()) == (30, 60, 90)
    assert days_to_give(policy(window=45), shared()) == (30, 45)
    assert days_to_give(policy("summary"), shared()) == (30, 90)
    assert "more days" not in offered(policy(), shared(days=90))
    assert "more time" not in offered(policy(), shared(expires_at=NOW + LONGEST))


NOT_YES: tuple[Answer, ...] = ("", "taken", "no")


@pytest.mark.parametrize(
    "after", [0, 1, 2, LASTS - 1, LASTS, LASTS + 1, 2 * LASTS - 1, 2 * LASTS, DAY, 2 * DAY]
)
def test_at_every_moment_a_no_is_told_as_silence_is(after: int) -> None:
    one, two, three = (told(question(answer), NOW + after) for answer in NOT_YES)
    assert one == two == three
    assert mark(shared(), one) == mark(shared(), three)
    nexts = [asked(question(answer), "more days", NOW + after) for answer in NOT_YES]
    assert nexts[0] == nexts[1] == nexts[2]


def test_a_question_waits_ten_minutes_lapses_and_may_be_asked_again() -> None:
    known = question()
    assert told(known, NOW + LASTS - 1).state == "asked"
    assert asked(known, "settings", NOW + LASTS - 1) is None
    assert not known.can_be_answered(NOW + LASTS)
    lapsed = told(known, NOW + LASTS)
    assert (lapsed.state, lapsed.may_ask, lapsed.wish) == ("lapsed", True, "settings")
    assert asked(known, "more days", NOW + LASTS) is not None
    assert told(known, NOW + 2 * LASTS).state == ""


def test_a_yes_is_told_and_ends_the_waiting() -> None:
    known = question("yes")
    assert told(known, NOW + 2).state == "given"
    assert asked(known, "more days", NOW + 2) is not None
    assert told(known, NOW + LASTS + 1).state == ""


def test_no_more_than_ten_a_day_whatever_the_answers() -> None:
    known, now = None, NOW
    for _ in range(MOST_A_DAY):
        known = asked(known, "more time", now)
        assert known
        now += LASTS
    assert told(known, now).too_often
    assert asked(known, "more time", now) is None
    assert asked(known, "more time", NOW + DAY - 1) is None
    assert asked(known, "more time", NOW + DAY) is not None


def test_a_page_knows_by_the_mark_that_something_is_new() -> None:
    waiting = told(question(), NOW)
    marks = {
        mark(shared(), waiting),
        mark(shared(days=30), waiting),
        mark(shared(policy_hash="cd" * 32), waiting),
        mark(shared(expires_at=NOW + 2 * DAY), waiting),
        mark(shared(), told(question(), NOW + LASTS)),
        mark(shared(), told(question("yes"), NOW + 2)),
    }
    assert len(marks) == 6


def test_what_is_kept_is_read_back_and_what_is_odd_is_refused_without_a_quote() -> None:
    assert decode(encode(question("no"))) == question("no")
    with pytest.raises(StoreUnavailable) as caught:
        decode(b'{"wish": 5, "odd": "secret"}')
    assert "secret" not in str(caught.value)


def test_the_log_tells_what_was_asked_and_what_a_yes_showed() -> None:
    def said(**fields: object) -> str:
        return happened({"at": NOW, "n": 1, **fields}, frozenset(), str)

    assert said(kind="asked", asked="settings") == "Asked you for pump and loop settings"
    given = said(kind="reshaped", asked="more days", reveals="days 15 to 30 before the visit")
    assert given == "You said yes to more days. Now also shared: days 15 to 30 before the visit"
    assert said(kind="reshaped") == "You changed what is shared"
    assert "“not now”" in said(kind="owner", did="ask declined")
