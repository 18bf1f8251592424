"""How much of “About me” a policy tells: a level and what the owner said make the words, and nothing else does."""

from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.errors import StoreUnavailable
from proxy.core.identity import AboutMe, equipment, initials, read_about_me, read_birth_date, whose
from proxy.core.policy import Identity
from proxy.core.ports import Document

ADA = AboutMe(
    "Ada Example",
    "1985-03-31",
    "K-123",
    "Dana-i",
    "Dexcom G6",
    "AndroidAPS",
    "Fiasp",
    "Europe/Berlin",
    "mmol/L",
)
LEVELS: tuple[Identity, ...] = get_args(Identity)
EVERY = ("device", "insulin", "glucose", "carbs", "loop", "settings")


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("nothing", ""),
        ("initials", "A. E."),
        ("name", "Ada Example"),
        ("name and birth date", "Ada Example, born 31 March 1985, clinic number K-123"),
    ],
)
def test_each_level_tells_what_it_says(level: Identity, words: str) -> None:
    assert whose(level, ADA) == words


@pytest.mark.parametrize("level", LEVELS)
def test_what_was_not_said_is_left_out_without_a_trace(level: Identity) -> None:
    assert whose(level, AboutMe()) == ""
    assert whose(level, AboutMe(birth_date="1985-03-31")) in ("", "born 31 March 1985")


_HIDDEN: dict[Identity, tuple[str, ...]] = {
    "nothing": tuple(each.name for each in fields(AboutMe)),
    "initials": tuple(each.name for each in fields(AboutMe) if each.name != "name"),
    "name": tuple(each.name for each in fields(AboutMe) if each.name != "name"),
    "name and birth date": ("pump", "sensor", "loop_system", "insulin", "zone", "units"),
}


@given(level=st.sampled_from(LEVELS), said=st.text(max_size=20), data=st.data())
def test_what_a_level_does_not_tell_changes_nothing_of_its_words(
    level: Identity, said: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(_HIDDEN[level]))
    other: dict[str, Any] = {name: said}
    assert whose(level, replace(ADA, **other)) == whose(level, ADA)


@given(st.lists(st.text(alphabet="abcxyzäöß", min_size=2, max_size=8), min_size=1, max_size=4))
def test_initials_tell_the_first_letters_and_no_more(words: list[str]) -> None:
    assert initials(" ".join(words)) == " ".join(f"{word[0]}." for word in words)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana María de Óbidos", "A. M. d. Ó."),
        ("O\u0323\u0301 x", "O\u0323\u0301. x."),
        ("(Ada) 3rd", "A. r."),
        ("42 !", ""),
        ("", ""),
        ("王小明", "王."),
    ],
)
def test_initials_of_names_of_many_kinds(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_what_somebody_uses_is_told_only_where_its_class_is_shown() -> None:
    assert [what for what, _name in equipment("initials", ADA, EVERY)] == [
        "Pump",
        "Sensor",
        "Loop system",
        "Insulin",
    ]
    assert equipment("name", ADA, ("glucose", "carbs", "loop", "settings")) == ()
    assert equipment("name", ADA, ("insulin",)) == (("Insulin", "Fiasp"),)
    assert equipment("name", replace(ADA, sensor=""), ("device",)) == (
        ("Pump", "Dana-i"),
        ("Loop system", "AndroidAPS"),
    )


def test_where_nobody_is_told_who_it_is_nobody_is_told_what_they_use() -> None:
    assert equipment("nothing", ADA, EVERY) == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1985-03-31", "1985-03-31"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-24", None),
        ("1796-01-01", None),
        ("31.3.1985", None),
        ("1985-02-30", None),
        ("", None),
    ],
)
def test_a_birth_date_is_a_day_that_somebody_alive_can_be_born_on(typed: str, kept: str | None) -> None:
    assert read_birth_date(typed, date(2026, 11, 23)) == kept


def test_what_is_kept_is_read_again_and_what_cannot_be_read_fails_without_quoting_it() -> None:
    body = msgspec.json.encode(ADA)
    assert read_about_me(Document("about-me", "me", body, 1)) == ADA
    assert read_about_me(None) == AboutMe()
    with pytest.raises(StoreUnavailable) as caught:
        read_about_me(Document("about-me", "me", b'{"name": 5, "pump": "Dana"', 1))
    assert "Dana" not in repr(caught.value)
    assert caught.value.__cause__ is None
