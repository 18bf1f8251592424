"""Invented sensors: the same readings in every run, rough enough to have all kinds of episodes."""

import math
import random
from itertools import pairwise

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_773_223_400_000
"""2026-03-11 10:03:20 UTC: on no bin's edge, and 14 days after it Europe has gone to summer time."""

Rows = list[tuple[int, float]]


def sensor(
    *,
    minutes: int = 5,
    days: float = 14,
    seed: int = 1,
    start: int = START,
    jitter_ms: int = 0,
    lost: float = 0.0,
) -> Rows:
    """Make readings every so many minutes: waves, noise, lows and highs; `lost` of them missing, and some long gaps."""
    chance = random.Random(seed)
    gaps = _gaps(chance, start, days)
    rows: Rows = []
    drift = 0.0
    for at in range(start, start + round(days * DAY), minutes * MINUTE):
        drift = drift * 0.985 ** (minutes / 5) + chance.gauss(0, 4 * math.sqrt(minutes / 5))
        hours = at / HOUR
        wave = 128 + 62 * math.sin(hours / 3.7) + 38 * math.sin(hours / 1.13 + 1) + drift
        value = float(min(401, max(39, round(wave))))
        moved = at + chance.randint(-jitter_ms, jitter_ms)
        if chance.random() >= lost and not any(a <= at < b for a, b in gaps):
            rows.append((moved, value))
    return rows


def _gaps(chance: random.Random, start: int, days: float) -> list[tuple[int, int]]:
    found = []
    for _ in range(round(days)):
        at = start + chance.randrange(round(days * DAY))
        found.append((at, at + chance.choice([20, 40, 44, 46, 55, 120, 600]) * MINUTE))
    return found


def entries(rows: Rows, device: str = "one") -> list[dict[str, object]]:
    """Write readings as Nightscout does, newest first."""
    return [{"type": "sgv", "date": at, "sgv": value, "device": device} for at, value in reversed(rows)]


def inside_a_low(rows: Rows) -> Rows:
    """Cut a series so that it begins in the middle of a low of half an hour and more."""
    low = [
        place
        for place in range(len(rows) - 6)
        if all(value < 70 for _, value in rows[place : place + 6])
        and all(b - a <= 6 * MINUTE for (a, _), (b, _) in pairwise(rows[place : place + 6]))
    ]
    return rows[low[0] + 2 :]
