"""Finished summaries: given again while their rows are the same, and never to who may see something else."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from proxy.core.policyfile import parse
from proxy.core.study import Part, Span, Study
from proxy.report.targets import PREGNANCY, STANDARD
from proxy.visit.choices import Choice
from proxy.visit.remembered import Remembered, _Kept
from tests.living import HOUR, NOW, POLICIES
from tests.promises.still import StillSite
from tests.visit.summaries import page, reading

DAY = 24 * HOUR


class Looked(list[Any]):
    """Rows that count how often they are looked through."""

    looked = 0

    def __iter__(self) -> Iterator[Any]:
        self.looked += 1
        return super().__iter__()


POLICY = parse((POLICIES / "consultant.yaml").read_text(), file="consultant")
CHOICE = Choice(14, "mg/dL", STANDARD, 14)
ROWS = [{"type": "sgv", "date": NOW - n * HOUR // 12, "sgv": 100 + n % 50} for n in range(2000)]
STUDY = Study(
    Span(14, NOW - 14 * DAY, NOW, NOW - 30 * DAY), "Europe/Berlin", {"entries": ROWS}, mark=("view", 1)
)


def test_the_same_study_is_computed_once() -> None:
    remembered = Remembered()
    first = remembered.summary(STUDY, CHOICE, POLICY, now=NOW)
    assert remembered.summary(STUDY, CHOICE, POLICY, now=NOW + 1) is first
    assert remembered.material(STUDY, POLICY) is remembered.material(STUDY, POLICY)


@pytest.mark.parametrize(
    "other",
    [
        replace(STUDY, mark=("view", 2)),
        replace(STUDY, mark=("another view", 1)),
        replace(STUDY, zone="+01:00"),
        replace(STUDY, mark=()),
    ],
)
def test_another_reading_view_or_zone_is_computed_anew(other: Study) -> None:
    remembered = Remembered()
    assert remembered.summary(STUDY, CHOICE, POLICY, now=NOW) is not remembered.summary(
        other, CHOICE, POLICY, now=NOW
    )


def test_other_targets_are_other_figures() -> None:
    remembered = Remembered()
    other = remembered.summary(STUDY, replace(CHOICE, targets=PREGNANCY), POLICY, now=NOW)
    assert other.targets == PREGNANCY
    assert remembered.summary(STUDY, CHOICE, POLICY, now=NOW).targets == STANDARD


def test_rows_that_were_read_before_are_not_read_again() -> None:
    remembered, old = Remembered(), Looked(ROWS[1000:])
    for edition in (2, 3):
        parts = (Part("entries", edition, ROWS[:1000]), Part("entries", 1, old))
        study = replace(STUDY, parts=parts, mark=("view", edition, 1))
        whole = Remembered().summary(replace(study, parts=()), CHOICE, POLICY, now=NOW)
        assert remembered.summary(study, CHOICE, POLICY, now=NOW) == whole
    assert old.looked == 1


def test_what_two_ask_for_at_once_is_computed_once() -> None:
    begun, go_on, made = Event(), Event(), []
    kept: _Kept[int] = _Kept(10_000)

    def make() -> tuple[int, int]:
        made.append(1)
        begun.set()
        assert go_on.wait(30)
        return 5, 1

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(kept.get, ("name",), make) for _ in range(2)]
        assert begun.wait(30)
        go_on.set()
        assert [one.result(30) for one in both] == [5, 5]
    assert made == [1]
    with pytest.raises(ZeroDivisionError):
        kept.get(("other",), lambda: (1 // 0, 1))
    assert kept.get(("other",), lambda: (6, 1)) == 6


def test_only_so_much_is_kept() -> None:
    remembered = Remembered(most_readings=7000)
    first = remembered.summary(STUDY, CHOICE, POLICY, now=NOW)
    for n in range(2, 5):
        remembered.summary(replace(STUDY, mark=("view", n)), CHOICE, POLICY, now=NOW)
    assert remembered.summary(STUDY, CHOICE, POLICY, now=NOW) is not first
    none = Remembered(most_readings=0)
    assert none.summary(STUDY, CHOICE, POLICY, now=NOW) == first


def test_what_nobody_asks_for_any_more_is_let_go() -> None:
    remembered = Remembered()
    first = remembered.summary(STUDY, CHOICE, POLICY, now=NOW)
    remembered.forget_unasked()
    assert remembered.summary(STUDY, CHOICE, POLICY, now=NOW) is first
    remembered.forget_unasked()
    remembered.forget_unasked()
    held = (remembered._summaries, remembered._materials, remembered._facts)
    assert [(kept._held, kept._weight) for kept in held] == [({}, 0)] * 3


async def test_a_page_asked_for_again_within_seconds_tells_the_same_moment_and_later_a_new_one(
    site: StillSite,
) -> None:
    async with reading(site) as (house, _, headers):
        first = await page(house, headers)
        house.clock.now += 4_000
        assert await page(house, headers) == first
        house.clock.now += 60_000 * 7
        later = await page(house, headers)
    told = [re.search('<p class="latest">.*?</p>', text) for text in (first, later)]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0][0] != told[1][0]
