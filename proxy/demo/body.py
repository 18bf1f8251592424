"""The invented person: meals, sport, glucose, insulin and carbs on board, day by day.

Every day (UTC, counted from the epoch) is a function of the seed and of its number alone, so that
a later look at the site finds the same past and a curve that goes on.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from random import Random

from proxy.demo.canary import CARB_RATIO, CARBS_PER_HOUR
from proxy.demo.moment import DAY, HOUR, MINUTE, SLOT, local, unit

SLOTS = DAY // SLOT  # 288 readings a day
_MEALS = (
    ("Breakfast", 7.1, 38, 0.97),
    ("Lunch", 12.6, 55, 0.95),
    ("Snack", 16.2, 17, 0.5),
    ("Dinner", 19.0, 64, 0.98),
)


@dataclass(frozen=True, slots=True)
class Meal:
    """What was eaten: `fit` is how well the bolus met it (1 is well), `style` picks how it was logged."""

    at: int
    name: str
    carbs: int
    fit: float
    style: float


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day in 5-minute slots: glucose in mg/dL, insulin on board in U, carbs on board in g."""

    meals: tuple[Meal, ...]
    sport: int | None  # epoch ms of the start
    glucose: tuple[float, ...]
    iob: tuple[float, ...]
    cob: tuple[float, ...]


def meals(seed: str, day: int) -> tuple[Meal, ...]:
    rng = Random(f"{seed}-meals-{day}")
    eaten = []
    for name, hour, carbs, chance in _MEALS:
        drawn = rng.random(), rng.gauss(0, 0.35), rng.gauss(1, 0.25), rng.gauss(1, 0.2), rng.random()
        if drawn[0] < chance:
            at = local(day, hour + drawn[1])
            eaten.append(Meal(at, name, max(6, round(carbs * drawn[2])), drawn[3], drawn[4]))
    return tuple(eaten)


def sport(seed: str, day: int) -> int | None:
    if unit(seed, "sport", day) > 0.35:
        return None
    return local(day, 17 + unit(seed, "sport-at", day))


def _noise(seed: str, name: str, at: int, step: int) -> float:
    """Value noise in [-1, 1], smooth over `step` ms."""
    knot, rest = divmod(at, step)
    x = rest / step
    x = x * x * (3 - 2 * x)
    before, after = unit(seed, name, knot) * 2 - 1, unit(seed, name, knot + 1) * 2 - 1
    return before + (after - before) * x


def _bump(minutes: float, peak: float) -> float:
    """0 at the start, 1 at `peak` minutes, then fading."""
    return minutes / peak * math.exp(1 - minutes / peak)


def _eaten(meal: Meal, minutes: float) -> float:
    """Say what a meal and its bolus do to glucose, mg/dL."""
    rise = meal.carbs * 2.8 * meal.fit * _bump(minutes, 42)
    return rise - meal.carbs * 1.75 * _bump(minutes, 90) ** 2


def _exercised(minutes: float) -> float:
    return -60 * _bump(minutes, 55)


def _starved(minutes: float) -> float:
    """Bend the cannula: insulin does not arrive, and glucose climbs for hours."""
    return 120 * _bump(minutes, 120)


def _acting(units: float, minutes: float) -> float:
    return units * math.pow(1 - minutes / 300, 1.4)


def _left(carbs: int, minutes: float) -> float:
    return carbs - CARBS_PER_HOUR * minutes / 60


def _spans(seed: str, day: int) -> list[Meal]:
    return [*meals(seed, day - 1), *meals(seed, day)]


def _add(track: list[float], start: int, since: int, length: int, shape: Callable[[float], float]) -> None:
    """Add `shape(minutes)` to the slots of a day (from `start`) that lie within `length` ms of `since`."""
    first = max(0, -(-(since - start) // SLOT))
    last = min(len(track), (since + length - start) // SLOT)
    for slot in range(first, last):
        track[slot] += shape((start + slot * SLOT - since) / MINUTE)


def _glucose(seed: str, day: int, eaten: list[Meal]) -> tuple[float, ...]:
    start = day * DAY
    track = [_resting(seed, start + slot * SLOT) for slot in range(SLOTS)]
    for meal in eaten:
        _add(track, start, meal.at, 7 * HOUR, partial(_eaten, meal))
    for other in (day - 1, day):
        began = sport(seed, other)
        if began is not None:
            _add(track, start, began, 6 * HOUR, _exercised)
        if unit(seed, "bent cannula", other) < 0.1:
            _add(track, start, local(other, 2), 6 * HOUR, _starved)
    return tuple(_soften(value) for value in track)


def _resting(seed: str, at: int) -> float:
    daily = 14 * math.sin(at % DAY / DAY * 2 * math.pi - 1.4)
    slow, fast = _noise(seed, "slow", at, 150 * MINUTE), _noise(seed, "fast", at, 30 * MINUTE)
    return 124 + daily + 24 * slow + 8 * fast


def _soften(value: float) -> float:
    """Keep within what a sensor shows, without a flat floor."""
    if value < 80:
        value = 80 - 46 * (1 - math.exp((value - 80) / 46))
    return min(max(value, 40), 396)


def _insulin(seed: str, day: int, eaten: list[Meal]) -> tuple[float, ...]:
    start = day * DAY
    track = [0.5 + 0.45 * _noise(seed, "iob", start + slot * SLOT, 90 * MINUTE) for slot in range(SLOTS)]
    for meal in eaten:
        _add(track, start, meal.at, 5 * HOUR, partial(_acting, meal.carbs / CARB_RATIO[0]))
    return tuple(round(value, 2) for value in track)


def _carbs(day: int, eaten: list[Meal]) -> tuple[float, ...]:
    track = [0.0] * SLOTS
    for meal in eaten:
        lasting = int(meal.carbs / CARBS_PER_HOUR * HOUR)
        _add(track, day * DAY, meal.at, lasting, partial(_left, meal.carbs))
    return tuple(round(value, 1) for value in track)


@lru_cache(maxsize=6)
def body(seed: str, day: int) -> Day:
    """Compute the person's day, once while it is being looked at."""
    eaten = _spans(seed, day)
    return Day(
        meals(seed, day),
        sport(seed, day),
        _glucose(seed, day, eaten),
        _insulin(seed, day, eaten),
        _carbs(day, eaten),
    )


def glucose(seed: str, at: int) -> float:
    """Glucose in mg/dL at the 5-minute slot that holds `at`."""
    return body(seed, at // DAY).glucose[at % DAY // SLOT]


def slope(seed: str, at: int) -> float:
    """Change in mg/dL over the five minutes before the slot of `at`."""
    return glucose(seed, at) - glucose(seed, at - SLOT)


def rate(seed: str, at: int) -> float:
    """Say what the loop lets the pump run, in U/h with two decimals; nothing when glucose is low."""
    value = glucose(seed, at) + 4 * slope(seed, at)
    return 0.0 if value < 80 else round(min(3.9, 0.8 * (1 + (value - 118) / 85)), 2)
