"""The summary as ten plain lines, for any record system: no tabs, no markup, nothing wider than a note field takes."""

from collections.abc import Collection, Sequence

from proxy.core.tongue import say, say_number
from proxy.report.display import whole_figures
from proxy.report.facts import HOUR
from proxy.report.figure import Figure
from proxy.report.localtime import local_time
from proxy.report.model import Period, Summary
from proxy.report.words import Units, duration, edges, glucose, goal_words, number, percent
from proxy.report.words_devices import devices_seen
from proxy.report.words_tables import range_lines


def as_text(
    summary: Summary, units: Units, *, withheld: Sequence[str] = (), unread: Collection[str] = ()
) -> str:
    """Give ten lines; `withheld` are the labels of what is not shared. A hole says that it is one.

    `unread` are the collections that could not be read now: figures from what is left of them would be wrong.
    """
    dosed = not {"treatments", "profile"} & set(unread)
    looped = not {"treatments", "devicestatus"} & set(unread)
    measured = "entries" not in unread
    lines = (
        _title(summary),
        _data(summary) if measured else _unread(say("Data")),
        _mean(summary.period, units) if measured else _unread(say("Mean, GMI, CV")),
        _ranges(summary, units) if measured else _unread(say("Time in ranges")),
        _goals(summary, units),
        _episodes(summary, units) if measured else _unread(say("Episodes")),
        _insulin(summary.period) if dosed else _unread(say("Insulin and carbs")),
        _automation(summary.period) if looped else _unread(say("Time in automation")),
        _before(summary, units) if measured and dosed else _unread(say("The period before")),
        _withheld(withheld),
    )
    return "\n".join(lines) + "\n"


def _unread(name: str) -> str:
    return say("%(name)s: not available now, Nightscout did not answer in time", name=name)


def _title(summary: Summary) -> str:
    time = local_time(summary.zone, summary.period.start_ms, summary.period.end_ms)
    first, last = time.day_of(summary.period.start_ms), time.day_of(summary.period.end_ms - 1)
    days = (last - first).days + 1
    return say_number(
        "GLUCOSE SUMMARY %(first)s to %(last)s (%(count)s day, time zone %(zone)s), from a do-it-yourself system (Nightscout)",
        "GLUCOSE SUMMARY %(first)s to %(last)s (%(count)s days, time zone %(zone)s), from a do-it-yourself system (Nightscout)",
        days,
        first=first.isoformat(),
        last=last.isoformat(),
        zone=summary.zone,
    )


def _data(summary: Summary) -> str:
    active = summary.period.glucose.sensor_active_percent
    enough = (
        ""
        if summary.sufficiency.enough or not summary.shared.glucose
        else say(" (less than the 14 days and 70 % asked for)")
    )
    told = say(
        "Data: sensor active %(active)s, %(days)s days with readings",
        active=_told(active, percent(active.value)),
        days=summary.sufficiency.days_with_data,
    )
    return told + enough


def _mean(period: Period, units: Units) -> str:
    one = period.glucose
    mean = f"{glucose(one.mean_mgdl.value, units)} {units}"
    return say(
        "Mean %(mean)s, GMI %(gmi)s, CV %(cv)s",
        mean=_told(one.mean_mgdl, mean),
        gmi=_told(one.gmi_percent, percent(one.gmi_percent.value, 1)),
        cv=_told(one.cv_percent, percent(one.cv_percent.value, 1)),
    )


def _ranges(summary: Summary, units: Units) -> str:
    figures = summary.period.glucose.percent
    if any(figure.value is None for figure in figures.values()):
        return say(
            "Time in ranges: %(parts)s",
            parts=_why(next(figure for figure in figures.values() if figure.value is None)),
        )
    whole = whole_figures({band: figure.value for band, figure in figures.items()})
    told = ", ".join(f"{one.edges} {one.value}" for one in range_lines(summary, units, whole) if one.band)
    return say("Time in ranges (%(units)s): %(parts)s", units=units, parts=told)


def _goals(summary: Summary, units: Units) -> str:
    high, low = glucose(summary.targets.high, units), glucose(summary.targets.low, units)
    names = {
        "in_range": edges(summary.targets, units)["in_range"],
        "above": say("above %(value)s", value=high),
        "below": say("below %(value)s", value=low),
    }
    parts = [
        f"{names[goal.measure]} {goal_words(goal)}" for goal in summary.targets.goals if goal.measure in names
    ]
    return say(
        "Goals, %(whose)s: %(parts)s", whose=say(summary.targets.title.lower()), parts=", ".join(parts)
    )


def _episodes(summary: Summary, units: Units) -> str:
    found = summary.period.episodes
    low = found["low"]
    if low.count.value is None:
        return say("Episodes: %(why)s", why=_why(low.count))
    night = (
        ""
        if low.night_percent.value is None
        else say(", %(share)s at night", share=percent(low.night_percent.value))
    )
    extent = (
        ""
        if not low.count.value
        else say(
            " (mean %(mean)s, lowest %(lowest)s%(night)s)",
            mean=duration(low.mean_minutes.value),
            lowest=glucose(low.extreme_mgdl.value, units),
            night=night,
        )
    )
    return say(
        "Episodes: low %(low)s%(extent)s, very low %(very_low)s, high %(high)s",
        low=number(low.count.value),
        extent=extent,
        very_low=number(found["very_low"].count.value),
        high=number(found["high"].count.value),
    )


def _insulin(period: Period) -> str:
    one = period.insulin
    total = say("%(units)s U a day", units=number(one.total_per_day.value, 1))
    carbs = say("%(grams)s g a day", grams=number(one.carbs_per_day.value))
    return say(
        "Insulin: total %(total)s, basal %(basal)s, of bolus by the system %(automatic)s; carbs entered %(carbs)s",
        total=_told(one.total_per_day, total),
        basal=_told(one.basal_percent, percent(one.basal_percent.value)),
        automatic=_told(one.automatic_percent, percent(one.automatic_percent.value)),
        carbs=_told(one.carbs_per_day, carbs),
    )


def _automation(period: Period) -> str:
    one = period.automation.closed_percent
    told = say("Time in automation (inferred from uploads): %(share)s", share=_told(one, percent(one.value)))
    return "; ".join(filter(None, (told, devices_seen(period.automation))))


def _before(summary: Summary, units: Units) -> str:
    before = summary.previous
    if before is None:
        return say("The period before: not available")
    one = before.glucose
    days = round((before.end_ms - before.start_ms) / (24 * HOUR))
    total = before.insulin.total_per_day.value
    return say(
        "The %(days)s days before: mean %(mean)s, GMI %(gmi)s, in range %(in_range)s, below %(below)s, insulin %(insulin)s",
        days=days,
        mean=f"{glucose(one.mean_mgdl.value, units)} {units}",
        gmi=percent(one.gmi_percent.value, 1),
        in_range=percent(one.percent["in_range"].value),
        below=percent(one.below_percent.value),
        insulin=say("not available") if total is None else say("%(units)s U a day", units=number(total, 1)),
    )


def _withheld(withheld: Sequence[str]) -> str:
    told = "; ".join(say(one) for one in withheld) if withheld else say("nothing")
    return say("Not shared: %(what)s. Retrospective data, not for dosing.", what=told)


def _told(figure: Figure, words: str) -> str:
    return words if figure.value is not None else _why(figure)


def _why(figure: Figure) -> str:
    """Say briefly why there is no figure: `not available (not shared)`."""
    if figure.reason is None:
        return say("not available")
    return say("not available (%(why)s)", why=say(figure.reason.replace("_", " ")))
