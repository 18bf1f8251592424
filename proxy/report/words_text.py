"""The summary as ten plain lines, for any record system: no tabs, no markup, nothing wider than a note field takes."""

from collections.abc import Collection, Sequence

from proxy.report.display import whole_figures
from proxy.report.facts import HOUR
from proxy.report.figure import Figure
from proxy.report.localtime import local_time
from proxy.report.model import Period, Summary
from proxy.report.words import NONE, Units, duration, edges, glucose, goal_words, number, percent
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
        _data(summary) if measured else _unread("Data"),
        _mean(summary.period, units) if measured else _unread("Mean, GMI, CV"),
        _ranges(summary, units) if measured else _unread("Time in ranges"),
        _goals(summary, units),
        _episodes(summary, units) if measured else _unread("Episodes"),
        _insulin(summary.period) if dosed else _unread("Insulin and carbs"),
        _automation(summary.period) if looped else _unread("Time in automation"),
        _before(summary, units) if measured and dosed else _unread("The period before"),
        _withheld(withheld),
    )
    return "\n".join(lines) + "\n"


def _unread(name: str) -> str:
    return f"{name}: not available now, Nightscout did not answer in time"


def _title(summary: Summary) -> str:
    time = local_time(summary.zone, summary.period.start_ms, summary.period.end_ms)
    first, last = time.day_of(summary.period.start_ms), time.day_of(summary.period.end_ms - 1)
    days = (last - first).days + 1
    return (
        f"GLUCOSE SUMMARY {first.isoformat()} to {last.isoformat()} ({days} {'day' if days == 1 else 'days'}, "
        f"time zone {summary.zone}), from a do-it-yourself system (Nightscout)"
    )


def _data(summary: Summary) -> str:
    active = summary.period.glucose.sensor_active_percent
    told = f"Data: sensor active {_told(active, percent(active.value))}"
    enough = (
        ""
        if summary.sufficiency.enough or not summary.shared.glucose
        else " (less than the 14 days and 70 % asked for)"
    )
    return f"{told}, {summary.sufficiency.days_with_data} days with readings{enough}"


def _mean(period: Period, units: Units) -> str:
    one = period.glucose
    mean = f"{glucose(one.mean_mgdl.value, units)} {units}"
    return (
        f"Mean {_told(one.mean_mgdl, mean)}, GMI {_told(one.gmi_percent, percent(one.gmi_percent.value, 1))}, "
        f"CV {_told(one.cv_percent, percent(one.cv_percent.value, 1))}"
    )


def _ranges(summary: Summary, units: Units) -> str:
    figures = summary.period.glucose.percent
    if any(figure.value is None for figure in figures.values()):
        return f"Time in ranges: {_why(next(figure for figure in figures.values() if figure.value is None))}"
    whole = whole_figures({band: figure.value for band, figure in figures.items()})
    told = ", ".join(f"{one.edges} {one.value}" for one in range_lines(summary, units, whole) if one.band)
    return f"Time in ranges ({units}): {told}"


def _goals(summary: Summary, units: Units) -> str:
    high, low = glucose(summary.targets.high, units), glucose(summary.targets.low, units)
    names = {
        "in_range": edges(summary.targets, units)["in_range"],
        "above": f"above {high}",
        "below": f"below {low}",
    }
    parts = [
        f"{names[goal.measure]} {goal_words(goal)}" for goal in summary.targets.goals if goal.measure in names
    ]
    return f"Goals, {summary.targets.title.lower()}: {', '.join(parts)}"


def _episodes(summary: Summary, units: Units) -> str:
    found = summary.period.episodes
    low = found["low"]
    if low.count.value is None:
        return f"Episodes: {_why(low.count)}"
    night = "" if low.night_percent.value is None else f", {percent(low.night_percent.value)} at night"
    extent = (
        ""
        if not low.count.value
        else f" (mean {duration(low.mean_minutes.value)}, lowest {glucose(low.extreme_mgdl.value, units)}{night})"
    )
    return (
        f"Episodes: low {number(low.count.value)}{extent}, very low {number(found['very_low'].count.value)}, "
        f"high {number(found['high'].count.value)}"
    )


def _insulin(period: Period) -> str:
    one = period.insulin
    total = f"{number(one.total_per_day.value, 1)} U a day"
    carbs = f"{number(one.carbs_per_day.value)} g a day"
    return (
        f"Insulin: total {_told(one.total_per_day, total)}, basal {_told(one.basal_percent, percent(one.basal_percent.value))}, "
        f"of bolus by the system {_told(one.automatic_percent, percent(one.automatic_percent.value))}; "
        f"carbs entered {_told(one.carbs_per_day, carbs)}"
    )


def _automation(period: Period) -> str:
    one = period.automation.closed_percent
    return f"Time in automation (inferred from uploads): {_told(one, percent(one.value))}"


def _before(summary: Summary, units: Units) -> str:
    before = summary.previous
    if before is None:
        return "The period before: not available"
    one = before.glucose
    days = round((before.end_ms - before.start_ms) / (24 * HOUR))
    return (
        f"The {days} days before: mean {glucose(one.mean_mgdl.value, units)} {units}, GMI {percent(one.gmi_percent.value, 1)}, "
        f"in range {percent(one.percent['in_range'].value)}, below {percent(one.below_percent.value)}, "
        f"insulin {number(before.insulin.total_per_day.value, 1)} U a day".replace(
            f"{NONE} U a day", "not available"
        )
    )


def _withheld(withheld: Sequence[str]) -> str:
    told = "; ".join(withheld) if withheld else "nothing"
    return f"Not shared: {told}. Retrospective data, not for dosing."


def _told(figure: Figure, words: str) -> str:
    return words if figure.value is not None else _why(figure)


def _why(figure: Figure) -> str:
    """Say briefly why there is no figure: `not available (not shared)`."""
    return "not available" if figure.reason is None else f"not available ({figure.reason.replace('_', ' ')})"
