"""Whatever is asked: a question that the view allows, or a refusal of ours; never anything else."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.doors import DOORS, find_door
from proxy.core.errors import QueryError
from proxy.core.plan import Fetch, slices
from proxy.core.policyfile import parse
from proxy.core.query import LARGEST_COUNT, Query, parse_v1, parse_v3
from proxy.core.view import View, Window, compile_view
from proxy.gate.asking import coarse, plain_path
from tests.living import HOUR, NOW, POLICIES

SINCE = NOW - 90 * 24 * HOUR
NAMES_ASKED = """
count limit skip fields sort sort$desc t _ now token find[type] find[eventType] find[date][$gte] find[date][$lt]
find[created_at][$gte] find[created_at][$lte] find[eventType][$in][] sort[date] sort[created_at] date$gte date$lt
created_at$gt created_at$lte eventType$in eventType type$eq find[dateString][$gt] find[startDate][$gte]
"""
VALUES_ASKED = """
1 0 -1 50000 50001 1e9 sgv SMB Announcement /bolus/i //i date created_at _all date,identifier desc 2026-11-20
2026-11-20T10:00:00Z 1795435200000 9999999999999 99999999999999 2026-W48 SMB|Bolus | /.*/i
0001-01-01T00:00:00+23:59 9999-12-31T23:59:59-23:59 \uff12 \u00b2
"""
KEYS = st.sampled_from(NAMES_ASKED.split()) | st.text(max_size=30)
VALUES = st.sampled_from(VALUES_ASKED.split()) | st.text(max_size=30)
PARAMETERS = st.lists(st.tuples(KEYS, VALUES), max_size=6)


@lru_cache(maxsize=8)
def view(name: str, *, live: bool) -> View:
    text = (POLICIES / f"{name}.yaml").read_text()
    return compile_view(
        parse(text, file=name), Window(SINCE, None if live else NOW - HOUR), zone="UTC", site_key=b"k" * 32
    )


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["consultant", "cgm-only", "unnamed", "full-loop"]),
    st.booleans(),
    st.sampled_from([parse_v1, parse_v3]),
    PARAMETERS,
    st.data(),
)
def test_any_parameters_are_a_question_within_the_view_or_a_refusal(
    name: str,
    live: bool,
    parser: Callable[..., Query],
    parameters: list[tuple[str, str]],
    data: st.DataObject,
) -> None:
    seen = view(name, live=live)
    lens = seen.lenses[data.draw(st.sampled_from(sorted(seen.lenses)))]
    try:
        query = parser(seen, lens, parameters, now=NOW)
    except QueryError:
        return
    assert seen.window.since <= query.since <= query.until or query.since == query.until
    assert query.until <= max(query.since, NOW + 1 if live else NOW - HOUR)
    assert 1 <= query.count <= LARGEST_COUNT
    assert query.types is None or set(query.types) <= (lens.types or set())
    assert not [value for _, value in parameters if len(value) > 20 and value in query.words(lens.types)]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["entries", "treatments", "devicestatus", "profile", "activity"]),
    st.integers(0, 4_102_444_800_000),
    st.integers(-1, 400 * 24 * HOUR),
    st.booleans(),
)
def test_slices_cover_a_span_without_gaps_or_overlaps(
    collection: str, since: int, length: int, newest: bool
) -> None:
    until = since + length
    parts = slices(collection, since, until, newest_first=newest)
    ordered = parts[::-1] if newest else parts
    assert [start for start, _ in ordered[1:]] == [end for _, end in ordered[:-1]]
    assert not parts or (ordered[0][0], ordered[-1][1]) == (since, until)
    assert bool(parts) is (length > 0)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["treatments", "devicestatus"]),
    st.integers(0, 4_102_444_000_000),
    st.integers(1, 10**9),
    st.data(),
)
def test_what_is_asked_of_nightscout_holds_every_spelling_of_a_moment_inside(
    collection: str, since: int, length: int, data: st.DataObject
) -> None:
    """Nightscout compares created_at as text: with milliseconds or without, a moment must be found."""
    at = data.draw(st.integers(since, since + length - 1))
    asked = dict(Fetch(collection, since, since + length, None, 10).parameters)
    spelt = [_written(at)] + ([_written(at).replace(".000Z", "Z")] if at % 1000 == 0 else [])
    for text in spelt:
        assert asked["find[created_at][$gte]"] <= text < asked["find[created_at][$lt]"]


def _written(at: int) -> str:
    # A second opinion on proxy.core.tidy.written.
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at % 1000:03d}Z"


@settings(max_examples=500, deadline=None)
@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(["api", "v1", "v2", "v3", "entries", "..", "", ".json", "%2f", "sgv", "x" * 3000]),
        max_size=8,
    ).map(lambda parts: "/" + "/".join(parts))
)
def test_any_text_finds_a_door_of_the_table_or_none(path: str) -> None:
    found = find_door(path)
    assert found is None or found.door in DOORS
    assert found is None or not found.arg or found.arg in path
    plain = plain_path(path)
    assert plain is None or (".." not in plain.split("/") and "//" not in plain and "%" not in plain)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_any_address_is_made_coarse(address: str) -> None:
    shown = coarse(address)
    assert shown == "unknown" or shown.endswith(("/24", "/48"))
