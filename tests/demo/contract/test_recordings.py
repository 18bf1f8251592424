"""Every recorded door answers as it was recorded: status, form, envelope, and rows of the same shape."""

import json

import pytest

from proxy.demo.properties import all_properties
from proxy.demo.site import Site
from tests.demo.contract.client import Reader, Recording, recordings, rows_of
from tests.demo.contract.shapes import Shape, by_group, group, kind, shape

RECORDINGS = [one for one in recordings() if one.name != "v3-treat-one"]  # of one document of that site
JSON = "application/json; charset=utf-8"


@pytest.mark.parametrize("recorded", RECORDINGS, ids=lambda recorded: recorded.name)
async def test_a_door_answers_in_the_recorded_form(reader: Reader, recorded: Recording) -> None:
    answer = await reader.get(reader.moved(recorded.path), auth=recorded.auth)
    assert answer.status == recorded.status
    assert answer.headers["Content-Type"] == recorded.headers["content-type"]
    assert answer.headers.get("Location") == recorded.headers.get("location")
    if "etag" in recorded.headers:
        assert answer.headers["ETag"].startswith('W/"')
    if recorded.headers["content-type"] == JSON and recorded.body is not None:
        body = json.loads(await answer.text())
        assert kind(body) == kind(recorded.body)
        if isinstance(body, dict) and "status" in recorded.body:
            assert sorted(body) == sorted(recorded.body)


@pytest.mark.parametrize(
    "recorded",
    [one for one in RECORDINGS if one.body and one.status == 200],
    ids=lambda recorded: recorded.name,
)
async def test_a_field_is_of_the_recorded_kind(reader: Reader, recorded: Recording) -> None:
    answer = await reader.json(reader.moved(recorded.path), auth=recorded.auth)
    theirs = by_group(rows_of(recorded.body))
    for name, ours in by_group(rows_of(answer)).items():
        for path in ours.keys() & theirs.get(name, {}).keys():
            assert (ours[path] & theirs[name][path]) or "nothing" in ours[path] | theirs[name][path], (
                name,
                path,
            )


def _recorded_groups(*doors: str) -> dict[str, Shape]:
    rows = [row for one in RECORDINGS for row in rows_of(one.body) if one.path.startswith(doors) and one.body]
    return by_group(rows)


_RUNTIME = {"mills", "endmills", "carbs", "insulin"}


@pytest.mark.parametrize("name", ["entries", "treatments", "profile", "food", "activity", "devicestatus"])
def test_rows_have_every_recorded_field(demo_site: Site, name: str) -> None:
    rows = demo_site.collections[name] or list(
        demo_site.devicestatus(demo_site.until - 86_400_000, demo_site.until)
    )
    ours = by_group(rows)
    for kind_of_row, theirs in _recorded_groups(f"/api/v1/{name}").items():
        assert sorted(theirs.keys() - ours[kind_of_row].keys() - _RUNTIME) == [], kind_of_row


async def test_properties_have_every_recorded_figure(reader: Reader) -> None:
    recorded = next(one for one in RECORDINGS if one.name == "v2-properties")
    answer = await reader.json("/api/v2/properties")
    assert answer.keys() <= recorded.body.keys()
    assert answer.keys() >= {
        "bgnow",
        "delta",
        "buckets",
        "iob",
        "cob",
        "pump",
        "openaps",
        "loop",
        "cage",
        "basal",
        "bwp",
    }
    theirs, ours = shape([recorded.body]), shape([answer])
    for path in ours.keys() & theirs.keys():
        assert (ours[path] & theirs[path]) or "nothing" in ours[path] | theirs[path], path


def test_the_demo_site_has_every_recorded_path_of_properties(demo_site: Site) -> None:
    recorded = next(one for one in RECORDINGS if one.name == "v2-properties")
    ours = shape([all_properties(demo_site, demo_site.until)])
    assert sorted(shape([recorded.body]).keys() - ours.keys()) == []


def test_recordings_are_of_what_the_demo_site_serves() -> None:
    assert len(RECORDINGS) > 150
    assert group({"eventType": "Note"}) == "Note"
