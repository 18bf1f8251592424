"""The engine against iglu: the five people it publishes, and invented sensors of every kind."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from proxy.report.figures import named_figures
from proxy.report.material import read_material
from proxy.report.model import Period
from proxy.report.summary import summarise
from tests.report.oracle.environment import ask, published
from tests.report.oracle.r_iglu import FIGURES
from tests.report.sensors import MINUTE, START, Rows, entries, inside_a_low, sensor

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]  # what iglu needs is fetched in the first run

SPRING, AUTUMN = START + 15 * 86_400_000, START + 226 * 86_400_000
"""Three and two days later, Europe's clocks change."""
SENSORS: Mapping[str, Rows] = {
    "five minutes": sensor(days=8),
    "five minutes, 14 days": sensor(seed=2),
    "five minutes, jitter and losses": sensor(seed=3, days=8, jitter_ms=20_000, lost=0.15),
    "one minute": sensor(minutes=1, seed=4, days=3),
    "one minute, jitter and losses": sensor(minutes=1, seed=5, days=3, jitter_ms=5_000, lost=0.1),
    "fifteen minutes": sensor(minutes=15, seed=6),
    "fifteen minutes, jitter and losses": sensor(minutes=15, seed=7, jitter_ms=20_000, lost=0.1),
    "to summer time": sensor(seed=8, start=SPRING, days=6),
    "to winter time": sensor(seed=9, start=AUTUMN, days=6),
    "inside a low": inside_a_low(sensor(seed=10, days=8)),
    "lows": [(at, max(39.0, value - 45)) for at, value in sensor(seed=11, days=7)],
    "highs": [(at, min(401.0, value + 60)) for at, value in sensor(seed=12, days=7)],
}
ACTIVE = {"Subject 1": 79.84, "Subject 2": 58.91, "Subject 3": 92.13, "Subject 4": 98.68, "Subject 5": 95.78}


def period_of(rows: list[dict[str, object]], start: int, end: int, zone: str = "Europe/Berlin") -> Period:
    material = read_material(entries=rows)
    return summarise(material, start_ms=start, end_ms=end, zone=zone, now_ms=end).period


def ours(rows: Rows, **options: str) -> Period:
    return period_of(entries(rows), rows[0][0], rows[-1][0] + 5 * MINUTE, **options)


def values(period: Period) -> dict[str, float | None]:
    return {name: figure.value for name, figure in named_figures(period).items()}


@pytest.fixture(scope="module")
def oracle(people: dict[str, Rows]) -> dict[str, dict[str, float]]:
    return ask({**SENSORS, **people})


@pytest.fixture(scope="module")
def people() -> dict[str, Rows]:
    found: defaultdict[str, Rows] = defaultdict(list)
    with published().open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
            found[row["id"]].append((round(at.timestamp() * 1000), float(row["gl"])))
    return dict(found)


def agrees(period: Period, truth: Mapping[str, float]) -> None:
    found = values(period)
    for name, value in truth.items():
        if name.endswith(".count"):
            assert found[name] == value, name
        else:
            assert found[name] == pytest.approx(value, abs=1e-6) or (value == 0 and found[name] is None), name


@pytest.mark.parametrize("name", SENSORS)
def test_every_figure_is_iglus(name: str, oracle: dict[str, dict[str, float]]) -> None:
    agrees(ours(SENSORS[name]), oracle[name])


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_the_five_published_people_is_iglus(
    name: str, people: dict[str, Rows], oracle: dict[str, dict[str, float]]
) -> None:
    agrees(ours(people[name], zone="UTC"), oracle[name])


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_of_the_five_are_those_of_r_iglu(name: str, people: dict[str, Rows]) -> None:
    found = ours(people[name], zone="UTC")
    agrees(found, FIGURES[name])
    assert values(found)["active_agp_percent"] == pytest.approx(ACTIVE[name], abs=0.3)


def test_a_second_uploader_changes_nothing(oracle: dict[str, dict[str, float]]) -> None:
    rows = SENSORS["five minutes"]
    doubled = entries(rows) + entries([(at + 37_000, value) for at, value in rows[::2]], "two")
    agrees(period_of(doubled, rows[0][0], rows[-1][0] + 5 * MINUTE), oracle["five minutes"])


def test_the_same_row_sent_twice_changes_nothing(oracle: dict[str, dict[str, float]]) -> None:
    rows = SENSORS["one minute"]
    doubled = entries(rows) + entries(rows[100:2000])
    agrees(period_of(doubled, rows[0][0], rows[-1][0] + MINUTE), oracle["one minute"])


def test_a_window_that_starts_inside_an_episode_counts_what_it_sees(
    oracle: dict[str, dict[str, float]],
) -> None:
    rows = sensor(seed=10, days=8)
    start = SENSORS["inside a low"][0][0]
    agrees(period_of(entries(rows), start, rows[-1][0] + 5 * MINUTE), oracle["inside a low"])


def test_values_written_as_text_count_the_same(oracle: dict[str, dict[str, float]]) -> None:
    rows = [row | {"sgv": str(row["sgv"]), "date": str(row["date"])} for row in entries(SENSORS["highs"])]
    first, last = SENSORS["highs"][0][0], SENSORS["highs"][-1][0]
    agrees(period_of(rows, first, last + 5 * MINUTE), oracle["highs"])
