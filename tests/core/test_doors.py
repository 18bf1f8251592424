"""The table of doors: each is found in its own spellings, and whatever is nearly one is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.doors import DOORS, Door, find_door

ARGS = {"{arg}": "5f5f5f5f5f5f5f5f5f5f5f5f", "{token}": "visit-0123456789abcdef.x.y", "{rest}": "entries/sgv"}
OPEN = [door for door in DOORS if door.use not in ("closed", "authored")]
NOT_CLOSED = [door for door in DOORS if door.use != "closed"]


def spelt(door: Door, version: str = "v1") -> str:
    path = door.name.replace("{v}", version)
    for mark, arg in ARGS.items():
        path = path.replace(mark, arg)
    return path


def name(door: Door) -> str:
    return door.name


def test_no_door_stands_twice() -> None:
    assert len({door.name for door in DOORS}) == len(DOORS)


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_each_door_finds_itself_in_both_versions(door: Door) -> None:
    for version in ("v1", "v2"):
        found = find_door(spelt(door, version))
        assert found is not None
        assert (found.door, found.format) == (door, door.formats[0])


@pytest.mark.parametrize("door", NOT_CLOSED, ids=name)
def test_a_door_takes_its_formats_and_a_slash_at_the_end(door: Door) -> None:
    if "{token}" in door.name:
        return
    for extension in door.formats:
        found = find_door(f"{spelt(door)}.{extension}")
        assert found is not None
        assert (found.door, found.format) == (door, extension)
    slashed = find_door(f"{spelt(door)}/")
    assert slashed is not None
    assert (slashed.door, slashed.format) == (door, door.formats[0])


@pytest.mark.parametrize("door", NOT_CLOSED, ids=name)
def test_a_door_takes_no_other_format(door: Door) -> None:
    if "{token}" in door.name:
        return
    others = {"json", "csv", "txt", "tsv", "html", "js", "xml", "png", "svg", "JSON", "json.json"} - set(
        door.formats
    )
    found = [find_door(f"{spelt(door)}.{extension}") for extension in others]
    assert [one for one in found if one is not None and one.door.use != "closed"] == []


NEAR = (
    lambda path: path.upper(),
    lambda path: path.replace("/api/", "/Api/"),
    lambda path: path.replace("/api/", "/api//"),
    lambda path: f"/{path}",
    lambda path: f"{path}//",
    lambda path: f"{path}/.",
    lambda path: f"{path}.",
    lambda path: f"{path}..json",
    lambda path: f"{path}.json.",
    lambda path: f"{path}/..",
    lambda path: f"{path};x",
    lambda path: f"{path};x=.json",
    lambda path: f"{path}%2f",
    lambda path: f"{path}%00",
    lambda path: f"{path}?count=1",
    lambda path: f"{path}#x",
    lambda path: f"{path} ",
    lambda path: f"{path}\n",
    lambda path: f"{path}\x00",
    lambda path: f"{path}\\",
    lambda path: f"x{path}",
    lambda path: path.removeprefix("/"),
    lambda path: f"http://host{path}",
    lambda path: f"/./{path.removeprefix('/')}",
    lambda path: f"/x/..{path}",
    lambda path: path.replace("/api", "/%61pi"),
    lambda path: path.replace("/api/", "/api\\"),
    lambda path: path.replace("/v", "/v0"),
)


@pytest.mark.parametrize("door", NOT_CLOSED, ids=name)
def test_what_is_nearly_a_door_is_none(door: Door) -> None:
    path = spelt(door)
    changed = {change(path) for change in NEAR} - {path}
    if "{token}" in door.name:
        changed = {one for one in changed if not one.startswith(path)}
    found = [(one, find_door(one)) for one in changed]
    assert [one for one, entrance in found if entrance is not None and entrance.door.use != "closed"] == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v3/entries/a/b",
        "/api/v1/entries/current/x",
        "/api/v1/treatments/5f5f5f5f5f5f5f5f5f5f5f5f",
        "/api/v1/settings",
        "/api/v3/activity",
        "/api/v3/entries.csv",
        "/api/v1/treatments.csv",
        "/api/v3/profile.xml",
        "/api/v1/entries.tsv",
        "/api/v3/entries/history/1/2",
        "/api/v1/properties",
        "/api/v4/entries",
        "/api/v12/entries",
        "/api/v1/entries/5f5f5f5f.5f5f",
        "/api/v1/entries/" + "a" * 129,
        "/api/v2/authorization/request/",
        "/api/v2/authorization/request/a/b",
        "/socket.io/",
        "/sw.js",
        "/.git/config",
    ],
)
def test_a_path_outside_the_table_is_no_door(path: str) -> None:
    assert find_door(path) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/entries/current", "/api/{v}/entries/current"),
        ("/api/v1/entries/preview", "/api/{v}/entries/preview"),
        ("/api/v3/entries/history", "/api/v3/entries/history"),
        ("/api/v3/profile/history/0", "/api/v3/profile/history/{arg}"),
        ("/api/v1/profile/current", "/api/{v}/profile/current"),
        ("/api/v2/authorization/permissions/trie", "/api/v2/authorization/permissions/trie"),
        ("/api/v3/settings/aaps", "/api/v3/settings/{rest}"),
        ("/api/v3/settings", "/api/v3/settings"),
    ],
)
def test_a_name_of_its_own_goes_before_a_part_that_varies(path: str, expected: str) -> None:
    found = find_door(path)
    assert found is not None
    assert found.door.name == expected


@pytest.mark.parametrize(
    ("path", "arg", "form"),
    [
        ("/api/v1/entries/sgv.json", "sgv", "json"),
        ("/api/v2/entries/sgv.csv", "sgv", "csv"),
        ("/api/v2/properties/iob,cob", "iob,cob", "json"),
        (
            "/api/v3/treatments/2f7b0a34-0000-4000-8000-00000000000a",
            "2f7b0a34-0000-4000-8000-00000000000a",
            "json",
        ),
        ("/api/v2/authorization/request/a.b.c", "a.b.c", "json"),
        ("/api/v1/entries.json", "", "json"),
    ],
)
def test_the_part_that_varies_is_given(path: str, arg: str, form: str) -> None:
    found = find_door(path)
    assert found is not None
    assert (found.arg, found.format) == (arg, form)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/slice/treatments/notes",
        "/api/v2/count/treatments/where",
        "/api/v1/echo/entries/sgv.json",
        "/api/v1/times",
        "/api/v1/notifications/ack",
        "/api/v2/ddata/at/0",
        "/api/v2/summary",
        "/api/v2/authorization/subjects",
        "/api/v3/settings/aaps",
        "/pebble",
        "/split",
        "/admin/",
        "/api/v1/experiments/test",
        "/api/v1/alexa",
    ],
)
def test_doors_that_would_tell_too_much_are_closed(path: str) -> None:
    found = find_door(path)
    assert found is not None
    assert found.door.use == "closed"


def test_every_open_door_has_a_collection_that_exists() -> None:
    known = {"entries", "treatments", "devicestatus", "profile", "food", "activity"}
    assert {door.collection for door in OPEN if door.use != "properties"} == known


@given(st.text(max_size=60) | st.text(alphabet="/api.v123entrisjon%2f", max_size=40))
def test_any_path_is_a_door_or_none(path: str) -> None:
    found = find_door(path)
    assert found is None or path.isascii()
