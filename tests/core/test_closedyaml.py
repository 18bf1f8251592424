"""Closed YAML: faults have places, and no file can unfold, construct or exhaust anything."""

import pytest
import yaml

from proxy.core.closedyaml import (
    LARGEST,
    Faults,
    choices,
    compose,
    flag,
    instead,
    items,
    line_of_words,
    mapping,
    quoted,
    value_of,
    whole,
)
from proxy.core.errors import PolicyError


def node(text: str) -> yaml.Node:
    return compose(text, faults=Faults("f.yaml"))


def value(text: str) -> object:
    return value_of(node(text), Faults("f.yaml"))


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        compose(text, faults=Faults("f.yaml"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml:1:1: the file is empty"),
        ("# only a comment\n", "f.yaml:1:1: the file is empty"),
        ("a: &x 1", "f.yaml:1:4: anchors and aliases (& and *) are not used here; write it out"),
        ("a: !!python/object:os.system x", "f.yaml:1:4: tags (!) are not used here; take it out"),
        ("a: b: c", "f.yaml:1:5: this is not YAML: mapping values are not allowed here"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: this is not YAML: but found another document"),
    ],
)
def test_what_is_no_closed_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    assert refusal(text) == message


def test_a_laughing_file_is_refused_before_anything_is_built() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert "anchors and aliases" in refusal("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 60_000, "{a: " * 15_000, "- " * 30_000])
def test_a_deep_file_is_refused(text: str) -> None:
    assert "more than 24 levels" in refusal(text)


def test_a_large_file_is_refused() -> None:
    assert f"write at most {LARGEST}" in refusal("a" * (LARGEST + 1))


@pytest.mark.parametrize("text", ["\x00", "a: \x1b[31m", "\ud800", 'a: "\\UFFFFFFFF"', "%YAML 9"])
def test_strange_characters_are_our_error_and_no_other(text: str) -> None:
    assert "this is not YAML" in refusal(text)


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    faults = Faults("f.yaml")
    mapping(node("b: 1\nc: 2\nb: 3"), faults, required=("a", "b"))
    with pytest.raises(PolicyError) as caught:
        faults.check()
    assert str(caught.value).splitlines() == [
        'f.yaml:1:1: "a" is missing; add it',
        'f.yaml:2:1: unknown key "c"; write one of: a, b',
        'f.yaml:3:1: "b" stands twice; keep one of them',
    ]


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("exprots", 'write "exports"'),
        ("EXPORTS", 'write "exports"'),
        ("zzz", "write one of: exports, window"),
    ],
)
def test_the_advice_is_the_closest_known_word(word: str, advice: str) -> None:
    assert instead(word, ("window", "exports")) == advice


def test_what_is_quoted_can_be_printed() -> None:
    assert quoted("a\x1b[31m\u202e") == '"a?[31m?"'
    assert len(quoted("x" * 500)) < 70


@pytest.mark.parametrize("text", ["yes", "no", "on", "'true'", "1", "[true]", "null"])
def test_only_true_and_false_are_booleans(text: str) -> None:
    faults = Faults("f.yaml")
    assert flag(node(text), faults) is False
    assert faults.found


@pytest.mark.parametrize("text", ["0", "8", "-1", "1.0", "'3'", "0x3", "1_0", "1:30", "٣", "true"])
def test_only_plain_whole_numbers_in_range_are_numbers(text: str) -> None:
    faults = Faults("f.yaml")
    whole(node(text), faults, low=1, high=7)
    assert faults.found


def test_a_number_in_range_is_read() -> None:
    faults = Faults("f.yaml")
    assert whole(node("7"), faults, low=1, high=7) == 7
    assert not faults.found


@pytest.mark.parametrize("text", ["one", "{a: b}", "[[a]]", "[a, a]"])
def test_a_list_is_a_list_of_single_words_once_each(text: str) -> None:
    faults = Faults("f.yaml")
    items(node(text), faults)
    assert faults.found


def test_known_words_are_kept_in_the_order_of_the_file() -> None:
    faults = Faults("f.yaml")
    assert choices(node("[pdf, doc, csv]"), faults, ("csv", "pdf"), what="export") == ("pdf", "csv")
    assert [fault.message for fault in faults.found] == ['unknown export "doc"; write one of: csv, pdf']


@pytest.mark.parametrize("text", ["''", '"a\\nb"', "[a]", "xxxxxxxxxxx"])
def test_a_line_of_words_is_one_printable_line(text: str) -> None:
    faults = Faults("f.yaml")
    assert line_of_words(node(text), faults, longest=10) == ""
    assert faults.found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T08:00:00.000Z", "2026-11-20T08:00:00.000Z"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("007", "007"),
        ('"5"', "5"),
        ("5", 5),
        ("-0.61", -0.61),
        ("true", True),
        ("null", None),
        ("'null'", "null"),
        ("{a: [1, {b: 2}]}", {"a": [1, {"b": 2}]}),
    ],
)
def test_values_are_read_as_json_has_them(text: str, expected: object) -> None:
    read = value(text)
    assert read == expected
    assert type(read) is type(expected)
