"""Policy files: what is right is read, what is wrong is told with its place and what to write instead."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.catalog import COLLECTIONS
from proxy.core.errors import PolicyError
from proxy.core.policy import Policy
from proxy.core.policyfile import parse

POLICIES = Path(__file__).parents[2] / "policies"
NAMES = sorted(path.stem for path in POLICIES.glob("*.yaml"))

SMALL = """\
version: 1
name: small
title: Small
window: 7
detail: full
show:
  entries: {types: [sgv], classes: [glucose]}
"""


def shipped(name: str) -> Policy:
    return parse((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), file=f"{name}.yaml")


def faults(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse(text, file="p.yaml")
    return str(caught.value).splitlines()


def of_entries(more: str) -> str:
    return SMALL.replace("classes: [glucose]", more)


def test_a_policy_is_read() -> None:
    policy = parse(SMALL, file="p.yaml")
    assert (policy.name, policy.title, policy.window, policy.detail) == ("small", "Small", 7, "full")
    assert list(policy.collections) == ["entries"]
    assert policy.collections["entries"].types == ("sgv",)
    assert {"_id", "type", "date", "sgv", "direction"} <= policy.collections["entries"].fields
    assert "device" not in policy.collections["entries"].fields


def test_what_is_left_out_is_withheld() -> None:
    policy = parse(SMALL, file="p.yaml")
    assert (policy.pages, policy.live, policy.exports, policy.derive) == (False, False, (), ())
    assert (policy.identity, policy.timezone, policy.may_ask) == ("nothing", "viewer", ())


def test_the_hash_is_that_of_the_text() -> None:
    policy = parse(SMALL, file="p.yaml")
    assert policy.text == SMALL
    assert policy.hash == hashlib.sha256(SMALL.encode()).hexdigest()
    assert parse(SMALL + "# a comment\n", file="p.yaml").hash != policy.hash


def test_a_class_brings_no_words_and_a_field_brings_itself_only() -> None:
    text = SMALL + "  treatments: {event_types: [Note, Bolus], classes: [settings], fields: [notes]}\n"
    shown = parse(text, file="p.yaml").collections["treatments"]
    assert shown.types == ("Bolus", "Note")
    assert {"targetTop", "notes"} <= shown.fields
    assert shown.fields.isdisjoint({"profile", "profileJson", "reason", "enteredBy", "boluscalc.notes"})


def test_an_identifier_can_be_named_path_by_path() -> None:
    shown = parse(of_entries("fields: [device]"), file="p.yaml").collections["entries"]
    assert "device" in shown.fields
    assert "sgv" not in shown.fields


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", "p.yaml:1:10: write a whole number from 1 to 1"),
        ("title: Small", "titel: Small", 'p.yaml:3:1: unknown key "titel"; write "title"'),
        ("title: Small", "title:", "p.yaml:3:7: write one line of words, at most 80 characters"),
        (
            "name: small",
            "name: ../x",
            "p.yaml:2:7: write a name of at most 40 small letters, digits and hyphens",
        ),
        ("window: 7", "window: 0", "p.yaml:4:9: write a whole number from 1 to 365"),
        ("window: 7", "window: 7\nwindow: 90", 'p.yaml:5:1: "window" stands twice; keep one of them'),
        ("detail: full", "detail: fulll", 'p.yaml:5:9: unknown detail "fulll"; write "full"'),
        ("detail: full", "detail: full\npages: yes", "p.yaml:6:8: write true or false"),
        (
            "detail: full",
            "detail: full\nderive: [isf]",
            'p.yaml:6:10: unknown derive "isf"; write one of: total insulin',
        ),
        ("  entries:", "  entrys:", 'p.yaml:7:3: unknown key "entrys"; write "entries"'),
        ("types: [sgv], ", "", 'p.yaml:7:12: "types" is missing; add it'),
        ("[sgv]", "[]", "p.yaml:7:20: name at least one type, or take the collection out"),
        ("[sgv]", "[svg]", 'p.yaml:7:21: unknown type "svg"; write "sgv"'),
        ("[glucose]", "glucose", "p.yaml:7:36: a list belongs here, such as [one, two]"),
        ("[glucose]", "[glukose]", 'p.yaml:7:37: unknown class "glukose"; write "glucose"'),
        ("[glucose]", "[row]", 'p.yaml:7:37: class "row" comes with every row that is shown; take it out'),
        ("[glucose]", "[secret]", "p.yaml:7:37: secrets can't be shared; take it out"),
        (
            "[glucose]",
            "[carbs]",
            'p.yaml:7:37: entries has nothing of class "carbs"; write one of: device, glucose',
        ),
        (
            "[glucose]",
            "[identifier]",
            'p.yaml:7:37: class "identifier" can\'t be named as a whole; name single paths under "fields"',
        ),
        ("classes: [glucose]", "fields: [sgvs]", 'p.yaml:7:36: entries has no field "sgvs"; write "sgv"'),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_write(old: str, new: str, message: str) -> None:
    assert old in SMALL
    assert message in faults(SMALL.replace(old, new))


@pytest.mark.parametrize("privacy", ["text", "chat", "identifier"])
def test_classes_of_words_and_identifiers_cannot_be_named_as_a_whole(privacy: str) -> None:
    text = SMALL + f"  treatments: {{event_types: [Bolus], classes: [{privacy}]}}\n"
    assert any("can't be named as a whole" in fault for fault in faults(text))


SECRETS = [
    (c, path)
    for c, table in COLLECTIONS.items()
    for path, field in table.items()
    if field.privacy == "secret"
]


@pytest.mark.parametrize(("collection", "path"), SECRETS)
def test_a_secret_cannot_be_named_at_all(collection: str, path: str) -> None:
    types = "event_types: [Bolus], " if collection == "treatments" else ""
    text = SMALL + f"  {collection}: {{{types}fields: [{path}]}}\n"
    assert f'"{path}" is a secret' in faults(text)[0]


def test_a_block_is_no_field() -> None:
    text = SMALL + "  devicestatus: {fields: [openaps]}\n"
    assert faults(text) == [
        'p.yaml:8:27: devicestatus has no field "openaps"; name the fields in it, such as "openaps.iob[?].iob"'
    ]


@pytest.mark.parametrize("detail", ["15min", "hourly", "daily", "summary"])
@pytest.mark.parametrize("key", ["live", "pages"])
def test_what_shows_single_readings_needs_full_detail(detail: str, key: str) -> None:
    text = SMALL.replace("detail: full", f"detail: {detail}\n{key}: true")
    assert faults(text) == [f'p.yaml:6:{len(key) + 3}: "{key}" needs "detail: full"; write "{key}: false"']


def test_a_summary_has_four_windows() -> None:
    text = SMALL.replace("detail: full", "detail: summary")
    assert parse(text, file="p.yaml").window == 7
    assert faults(text.replace("window: 7", "window: 8")) == [
        'p.yaml:4:9: with "detail: summary" write 7, 14, 30 or 90'
    ]


def test_coarse_detail_has_no_device_status() -> None:
    text = SMALL.replace("detail: full", "detail: daily") + "  devicestatus: {classes: [device]}\n"
    assert 'take "devicestatus" out' in faults(text)[0]


def test_a_policy_that_shows_nothing_is_refused() -> None:
    assert "name at least one of" in faults(SMALL.split("show:", maxsplit=1)[0] + "show: {}\n")[0]


def test_all_faults_come_at_once() -> None:
    text = SMALL.replace("window: 7", "window: x").replace("full", "fine").replace("sgv", "sugar")
    assert [fault.split(":")[1] for fault in faults(text)] == ["4", "5", "7"]


@given(st.text(max_size=300) | st.text(alphabet="abc:-[]{}&*!%'\"\n ,#|>", max_size=200))
def test_any_text_is_a_policy_or_our_error(text: str) -> None:
    try:
        parse(text, file="p.yaml")
    except PolicyError as error:
        assert str(error).startswith("p.yaml:")  # noqa: PT017 - either outcome is right, another error is not


def test_the_five_policies_are_there() -> None:
    assert NAMES == ["cgm-only", "consultant", "full-loop", "summary", "unnamed"]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_is_valid_and_named_like_its_file(name: str) -> None:
    assert shipped(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_no_shipped_policy_shows_words_chat_names_or_secrets(name: str) -> None:
    for collection, shown in shipped(name).collections.items():
        fields = [COLLECTIONS[collection][path] for path in shown.fields]
        assert {field.privacy for field in fields}.isdisjoint({"text", "chat", "identifier", "secret"})
        assert "text" not in {field.kind for field in fields}


@pytest.mark.parametrize("name", NAMES)
def test_no_shipped_policy_shows_that_people_wrote_to_one_another(name: str) -> None:
    treatments = shipped(name).collections.get("treatments")
    talk = {"Announcement", "Note", "Question", "D.A.D. Alert", "<none>"}
    assert treatments is None or talk.isdisjoint(treatments.types or ())


def test_consultant_shows_no_settings() -> None:
    consultant = shipped("consultant")
    assert set(consultant.collections) == {"entries", "treatments", "devicestatus"}
    classes = {
        COLLECTIONS[c][path].privacy for c, shown in consultant.collections.items() for path in shown.fields
    }
    assert "settings" not in classes


def test_the_readmes_example_is_a_valid_policy() -> None:
    blocks = (POLICIES / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1:]
    policy = parse(blocks[0].split("```")[0], file="README.md")
    assert policy.name == "school"
