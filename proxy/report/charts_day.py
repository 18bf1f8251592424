"""One day on one axis: glucose above, carbs and boluses in the middle, basal rate and loop mode below."""

from proxy.report.charts import COLOURS, GAP_MINUTES, INK, LINE, SOFT, TARGET, Frame, svg
from proxy.report.localtime import LocalTime
from proxy.report.model import DayView
from proxy.report.targets import Targets
from proxy.report.words import Units, clock, glucose

WIDTH, LEFT, RIGHT = 1000, 48, 990
_HOUR = 3_600_000


def day_chart(day: DayView, targets: Targets, units: Units, time: LocalTime, title: str) -> str:
    """Draw a day; what is not shared has no row of its own."""
    highest = max([300.0, *(value for _, value in day.glucose)])
    frame = Frame(LEFT, 10, RIGHT, 270, day.start_ms, day.end_ms, 40, min(400.0, highest + 10))
    body = _ground(frame, targets, units) + _hours(day, time, frame, 10, 430) + _glucose(day, frame)
    body += _doses(day, frame) + _basal(day, frame) + _modes(day, frame)
    return svg(WIDTH, 455, "day-chart", title, body)


def _ground(frame: Frame, targets: Targets, units: Units) -> str:
    upper, lower = frame.y(targets.high), frame.y(targets.low)
    lines = "".join(
        f'<path class="hair" d="M{LEFT} {frame.y(value):.1f}H{RIGHT}" stroke="{LINE}" stroke-width=".7"/>'
        f'<text x="{LEFT - 7}" y="{frame.y(value) + 4:.1f}" text-anchor="end" fill="{SOFT}">{glucose(value, units)}</text>'
        for value in (targets.very_low, targets.low, targets.high, targets.very_high)
    )
    return (
        f'<rect class="target" x="{LEFT}" y="{upper:.1f}" width="{RIGHT - LEFT}" height="{lower - upper:.1f}" '
        f'fill="{TARGET}"/>{lines}'
    )


def _hours(day: DayView, time: LocalTime, frame: Frame, top: float, bottom: float) -> str:
    """Draw the hours by the clock on the wall: a day of a clock change has 23 or 25."""
    parts = []
    for at in range(day.start_ms, day.end_ms + 1, _HOUR):
        of_day = time.of_day(at) if at < day.end_ms else 24 * _HOUR
        if of_day % (3 * _HOUR):
            continue
        kind = "major" if of_day % (6 * _HOUR) == 0 else "minor"
        anchor = "start" if at == day.start_ms else "end" if at == day.end_ms else "middle"
        parts.append(
            f'<path class="hair" d="M{frame.x(at):.1f} {top}V{bottom}" stroke="{LINE}" stroke-width=".7"/>'
            f'<text class="{kind}" x="{frame.x(at):.1f}" y="{bottom + 18}" text-anchor="{anchor}" fill="{SOFT}">'
            f"{clock(of_day // 1000)}</text>"
        )
    return "".join(parts)


def _glucose(day: DayView, frame: Frame) -> str:
    path: list[str] = []
    last: int | None = None
    for at, value in day.glucose:
        letter = "L" if last is not None and at - last <= GAP_MINUTES * 60_000 else "M"
        path.append(f"{letter}{frame.x(at):.1f} {frame.y(value):.1f}")
        last = at
    dots = "".join(
        f'<circle class="dot" cx="{frame.x(at):.1f}" cy="{frame.y(value):.1f}" r="1.6" fill="{INK}"/>'
        for at, value in day.glucose
    )
    return f'<path class="trace" d="{"".join(path)}" fill="none" stroke="{INK}" stroke-width="1.4"/>{dots}'


def _doses(day: DayView, frame: Frame) -> str:
    """Draw boluses upwards and carbs downwards from one line; micro boluses without figures."""
    middle = 325
    most = max([4.0, *(dose.units for dose in day.doses)])
    grams = max([60.0, *(meal.grams for meal in day.carbs)])
    parts = [f'<path class="hair" d="M{LEFT} {middle}H{RIGHT}" stroke="{LINE}"/>']
    if day.doses:
        parts.append(f'<text x="{LEFT - 7}" y="{middle - 8}" text-anchor="end" fill="{SOFT}">U</text>')
    if day.carbs:
        parts.append(f'<text x="{LEFT - 7}" y="{middle + 18}" text-anchor="end" fill="{SOFT}">g</text>')
    for dose in day.doses:
        height = max(2.0, dose.units / most * 34)
        kind = "auto" if dose.automatic else "bolus"
        x = frame.x(dose.at_ms)
        parts.append(
            f'<rect class="{kind}" x="{x - 1.5:.1f}" y="{middle - height:.1f}" width="3" height="{height:.1f}" '
            f'fill="{"#7fb2dd" if dose.automatic else "#1f5f99"}"/>'
        )
        if not dose.automatic:
            parts.append(
                f'<text class="value" x="{x:.1f}" y="{middle - height - 3:.1f}" text-anchor="middle" fill="{SOFT}">{dose.units:g}</text>'
            )
    for meal in day.carbs:
        height = max(2.0, meal.grams / grams * 24)
        x = frame.x(meal.at_ms)
        parts.append(
            f'<rect class="carbs" x="{x - 2.5:.1f}" y="{middle}" width="5" height="{height:.1f}" fill="#c98a1b"/>'
            f'<text class="value" x="{x:.1f}" y="{middle + height + 12:.1f}" text-anchor="middle" fill="{SOFT}">{meal.grams:g}</text>'
        )
    return "".join(parts)


def _basal(day: DayView, frame: Frame) -> str:
    if not day.basal:
        return ""
    base, most = 418, max([1.0, *(rate for _, _, rate in day.basal)])
    parts = [f'<text x="{LEFT - 7}" y="{base}" text-anchor="end" fill="{SOFT}">U/h</text>']
    for start, end, rate in day.basal:
        height = rate / most * 40
        x, width = frame.x(start), frame.x(end) - frame.x(start)
        parts.append(
            f'<rect class="basal" x="{x:.1f}" y="{base - height:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" '
            'fill="#a9c8e4"/>'
        )
    return "".join(parts)


def _modes(day: DayView, frame: Frame) -> str:
    return "".join(
        f'<rect class="m-{span.mode}" x="{frame.x(span.start_ms):.1f}" y="422" '
        f'width="{max(frame.x(span.end_ms) - frame.x(span.start_ms), 0.5):.1f}" height="7" fill="{COLOURS[span.mode]}"/>'
        for span in day.modes
    )
