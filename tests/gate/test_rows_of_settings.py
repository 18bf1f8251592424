"""Settings: those in force when the window begins count as beginning there."""

from typing import Any

from proxy.core.query import parse_v1
from proxy.core.view import View
from tests.core.looking import DAY, NOW, PROFILE, a_view
from tests.gate.paged_site import Row, Site, iso, rows

SETTINGS = a_view(PROFILE, since=NOW - 30 * DAY)


def profile(at: int, dia: float, **more: Any) -> Row:
    return {"startDate": iso(at), "store": {"Ines": {"dia": dia}}} | more


def settings_of(site: Site, *asked: tuple[str, str], view: View = SETTINGS) -> list[tuple[str, float]]:
    query = parse_v1(view, view.lenses["profile"], asked, now=NOW)
    return [(row["startDate"], row["store"]["Profile 1"]["dia"]) for row in rows(site, query, view)]


BEGIN = iso(NOW - 30 * DAY)
LONG_AGO = Site([profile(NOW - 300 * DAY, 3), profile(NOW - 200 * DAY, 4), profile(NOW - 5 * DAY, 5)])


def test_the_settings_in_force_when_the_window_begins_count_as_beginning_there() -> None:
    assert settings_of(LONG_AGO) == [(iso(NOW - 5 * DAY), 5), (BEGIN, 4)]
    assert settings_of(LONG_AGO, ("sort[startDate]", "1")) == [(BEGIN, 4), (iso(NOW - 5 * DAY), 5)]
    assert settings_of(LONG_AGO, ("count", "1")) == [(iso(NOW - 5 * DAY), 5)]


def test_when_they_really_began_is_told_nowhere() -> None:
    old = profile(
        NOW - 200 * DAY,
        4,
        created_at=iso(NOW - 200 * DAY),
        date=NOW - 200 * DAY,
        mills=NOW - 200 * DAY,
        _id="a",
    )
    query = parse_v1(SETTINGS, SETTINGS.lenses["profile"], [], now=NOW)
    [row] = rows(Site([old]), query, SETTINGS)
    assert row.keys() == {"_id", "startDate", "store"}
    other = old | {"startDate": iso(NOW - 100 * DAY), "created_at": iso(NOW - 99 * DAY)}
    assert rows(Site([other]), query, SETTINGS) == [row]


def test_hidden_settings_are_not_those_in_force() -> None:
    site = Site([profile(NOW - 60 * DAY, 3), profile(NOW - 40 * DAY, 4, isValid=False)])
    assert settings_of(site) == [(BEGIN, 3)]


def test_a_question_about_a_later_span_gives_what_began_in_it() -> None:
    later = ("find[startDate][$gte]", iso(NOW - 10 * DAY))
    assert settings_of(LONG_AGO, later) == [(iso(NOW - 5 * DAY), 5)]
    assert settings_of(LONG_AGO, later, ("find[startDate][$lt]", iso(NOW - 6 * DAY))) == []


def test_a_report_finds_the_settings_before_a_day_of_the_window() -> None:
    asked = (("find[startDate][$lt]", iso(NOW - 20 * DAY)), ("sort[startDate]", "-1"), ("count", "1"))
    assert settings_of(LONG_AGO, *asked) == [(BEGIN, 4)]


def test_settings_that_begin_with_the_window_are_in_it() -> None:
    site = Site([profile(NOW - 30 * DAY, 6), profile(NOW - 30 * DAY - 1, 4)])
    assert sorted(settings_of(site)) == [(BEGIN, 4), (BEGIN, 6)]
