"""One day in words and as a drawing. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from proxy.core.policy import Policy
from proxy.core.study import Study
from proxy.core.tongue import figure_text, say
from proxy.report.charts_day import day_chart
from proxy.report.facts import Dose
from proxy.report.localtime import LocalTime, local_time
from proxy.report.model import DayView
from proxy.report.words import Units, glucose
from proxy.report.words_lists import Happening, day_words, event_line
from proxy.visit.arrived import FAILED, LATE
from proxy.visit.choices import Choice
from proxy.visit.summary_page import zone_words


@dataclass(frozen=True, slots=True)
class DayPage:
    """Everything that the template prints."""

    title: str
    zone: str
    units: Units
    drawing: str
    words: str
    notices: tuple[str, ...]
    missing: tuple[str, ...]
    happenings: tuple[Happening, ...]
    readings: tuple[tuple[str, str], ...]
    before: str
    after: str
    modes: bool


def day_page_of(view: DayView | None, study: Study, policy: Policy, choice: Choice) -> DayPage:
    """Put a day into words."""
    assert view is not None  # the day was found in the window
    time = local_time(study.zone, view.start_ms, view.end_ms)
    words = _words(view, choice.units)
    title = f"{day_words(view.day)} {view.day.year}"
    return DayPage(
        title=title,
        zone=zone_words(study.zone, policy),
        units=choice.units,
        drawing=day_chart(view, choice.targets, choice.units, time, f"{title}: {words}"),
        words=words,
        notices=(say(FAILED),) if study.failed else (say(LATE),) if study.late else (),
        missing=_missing(policy),
        happenings=_happenings(view, choice.units, time),
        readings=_readings(view, choice.units, time),
        before=_address(choice, view.day, -1),
        after=_address(choice, view.day, 1),
        modes=bool(view.modes),
    )


def _address(choice: Choice, day: date, step: int) -> str:
    return choice.address(f"/visit/summary/day/{(day + timedelta(days=step)).isoformat()}")


def _words(view: DayView, units: Units) -> str:
    parts = []
    if view.glucose:
        values = [value for _, value in view.glucose]
        lowest, highest = glucose(min(values), units), glucose(max(values), units)
        parts.append(
            say(
                "%(number)s readings from %(lowest)s to %(highest)s",
                number=len(values),
                lowest=lowest,
                highest=f"{highest} {units}",
            )
        )
    else:
        parts.append(say("No glucose readings"))
    by_hand = [dose for dose in view.doses if not dose.automatic]
    automatic = [dose for dose in view.doses if dose.automatic]
    if by_hand:
        parts.append(
            say("%(number)s boluses by hand (%(units)s U)", number=len(by_hand), units=_sum(by_hand))
        )
    if automatic:
        parts.append(
            say("%(number)s by the system (%(units)s U)", number=len(automatic), units=_sum(automatic))
        )
    if view.carbs:
        parts.append(say("%(grams)s g carbs entered", grams=f"{sum(meal.grams for meal in view.carbs):.0f}"))
    if view.basal:
        parts.append(
            say("basal up to %(rate)s U/h", rate=figure_text(f"{max(rate for _, _, rate in view.basal):.2f}"))
        )
    return ", ".join(parts)


def _sum(doses: Iterable[Dose]) -> str:
    return figure_text(f"{sum(dose.units for dose in doses):.1f}")


def _missing(policy: Policy) -> tuple[str, ...]:
    shared = policy.collections
    found = []
    if "entries" not in shared:
        found.append(say("Glucose readings are not shared."))
    if "treatments" not in shared:
        found.append(say("Insulin and carbs are not shared."))
    if "devicestatus" not in shared:
        found.append(say("Loop modes are not shared."))
    return tuple(found)


def _happenings(view: DayView, units: Units, time: LocalTime) -> tuple[Happening, ...]:
    lines = [
        (event.at_ms, replace(event_line(event, units, time), at=_clock(time, event.at_ms)))
        for event in view.events
    ]
    lines += [
        (dose.at_ms, Happening(_clock(time, dose.at_ms), say("Bolus"), "", figure_text(f"{dose.units:g} U")))
        for dose in view.doses
        if not dose.automatic
    ]
    lines += [
        (one.at_ms, Happening(_clock(time, one.at_ms), say("Carbs"), "", figure_text(f"{one.grams:g} g")))
        for one in view.carbs
    ]
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def _readings(view: DayView, units: Units, time: LocalTime) -> tuple[tuple[str, str], ...]:
    return tuple((_clock(time, at), glucose(value, units)) for at, value in view.glucose)


def _clock(time: LocalTime, at: int) -> str:
    minutes = time.of_day(at) // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
