"""What may not be asked is refused in one and the same way, whatever it names."""

import pytest

from proxy.core.catalog import COLLECTIONS
from tests.core.asked import REFUSAL, refusal


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "now",
        "yesterday",
        "-5",
        "+5",
        "1e12",
        "1.5",
        "0x10",
        "NaN",
        "12345678901234",
        "202611231201500",
        "9" * 400,
        "１７９５４３５２０００００",  # noqa: RUF001 - digits, but not ours
        "２０２６-11-23",  # noqa: RUF001 - as above
        "٢٠٢٦-11-23",
        "12026-11-23",
        "+012026-11-23",
        "10000-01-01T00:00:00Z",
        "2026-02-30",
        "2026-13-01",
        "2026-11-23T10:00:60Z",
        "2026-11-23T25:00:00Z",
        "2026-11-23T10:00:00+99:00",
        "2026-11-23T10:00:00Z\n",
        "2101-01-01",
        "1969-12-31T23:59:59Z",
        "[object Object]",
        '{"$gt":1}',
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert refusal("v1", "entries", ("find[date][$gte]", text)) == REFUSAL
    assert refusal("v3", "entries", ("date$gte", text)) == REFUSAL


@pytest.mark.parametrize(
    ("door", "collection", "key", "form"),
    [
        ("v1", "treatments", "find[eventType]", "{}"),
        ("v1", "treatments", "find[eventType]", "/{}/i"),
        ("v1", "treatments", "find[eventType][$in][]", "{}"),
        ("v1", "treatments", "find[eventType][$in]", "{}"),
        ("v3", "treatments", "eventType", "{}"),
        ("v3", "treatments", "eventType$eq", "{}"),
        ("v3", "treatments", "eventType$in", "{}"),
        ("v3", "treatments", "eventType$in", "SMB|{}"),
    ],
)
@pytest.mark.parametrize("hidden", ["Announcement", "Profile Switch", "D.A.D. Alert"])
def test_a_hidden_type_is_refused_as_nonsense_is(
    door: str, collection: str, key: str, form: str, hidden: str
) -> None:
    told = {refusal(door, collection, (key, form.format(word))) for word in (hidden, "Nonsense", "")}
    assert told == {REFUSAL}


@pytest.mark.parametrize(
    "pattern", ["/^SMB/i", "/SMB/", "/.*/i", "/S|N/i", "/(a+)+$/i", "//i", "/SMB/g", "/SMB/im", "SMB/i"]
)
def test_no_regular_expression_is_taken(pattern: str) -> None:
    assert refusal("v1", "treatments", ("find[eventType]", pattern)) == REFUSAL


@pytest.mark.parametrize(
    "key",
    [
        "find[notes]",
        "find[nonsense]",
        "find[notes][$regex]",
        "find[enteredBy][$exists]",
        "find[$where]",
        "find[$or][0][notes]",
        "find[_id]",
        "find[_id][$gte]",
        "find[isValid]",
        "find[sgv][$gte]",
        "find[srvModified][$gte]",
        "find[date][$ne]",
        "find[created_at][$exists]",
        "find[date]",
        "find[date][$gte][]",
        "find[date][$gte ]",
        "find[DATE][$gte]",
        "find[None]",
        "find[None][$in]",
        "sort[notes]",
        "sort[None]",
        "sort",
        "find",
        "count[]",
        "count[$gt]",
        "fields",
        "skip",
        "limit",
        "pipeline[0][$match][notes]",
        "date$gte",
        "token[x]",
        "",
        "\x00",
    ],
)
def test_v1_refuses_every_other_parameter_alike(key: str) -> None:
    assert {refusal("v1", collection, (key, "1")) for collection in COLLECTIONS} == {REFUSAL}


@pytest.mark.parametrize(
    "key",
    [
        "notes",
        "nonsense",
        "notes$re",
        "notes$eq",
        "sgv$gt",
        "$where",
        "$where$eq",
        "srvModified$gte",
        "srvCreated$gt",
        "isValid$eq",
        "identifier$eq",
        "date$ne",
        "date$eq",
        "date",
        "eventType$re",
        "type$nin",
        "notes[$regex]",
        "find[date][$gte]",
        "sort$asc",
        "count",
        "",
        "None",
        "None$in",
    ],
)
def test_v3_refuses_every_other_parameter_alike(key: str) -> None:
    assert {refusal("v3", collection, (key, "1")) for collection in COLLECTIONS} == {REFUSAL}


@pytest.mark.parametrize(
    ("door", "asked"),
    [
        ("v1", ("sort[created_at]", "notes")),
        ("v1", ("sort[created_at]", "2")),
        ("v1", ("sort[date]", "1")),
        ("v1", ("find[date][$gte]", "1")),
        ("v1", ("find[dateString][$gte]", "2026-11-01")),
        ("v3", ("sort", "notes")),
        ("v3", ("sort", "")),
        ("v3", ("sort$desc", "nonsense")),
        ("v3", ("fields", "notes,reason")),
        ("v3", ("fields", "reason")),
        ("v3", ("fields", "nonsense")),
        ("v3", ("fields", "isValid")),
        ("v3", ("fields", "")),
        ("v3", ("fields", "_all,date")),
        ("v3", ("fields", "insulin ")),
    ],
)
def test_treatments_are_not_sorted_or_cut_by_what_is_hidden(door: str, asked: tuple[str, str]) -> None:
    assert refusal(door, "treatments", asked) == REFUSAL


@pytest.mark.parametrize(
    "asked", [("sort", ""), ("sort$desc", ""), ("sort", "date"), ("sort", "None"), ("date$gte", "1")]
)
def test_foods_have_no_date_to_ask_by(asked: tuple[str, str]) -> None:
    assert refusal("v3", "food", asked) == REFUSAL


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "all", "null", "\uff11", "9" * 10, "9" * 5000],
)
def test_a_count_that_is_none_is_refused(text: str) -> None:
    assert refusal("v1", "entries", ("count", text)) == REFUSAL
    assert refusal("v3", "entries", ("limit", text)) == REFUSAL


def test_a_count_that_is_too_large_is_told_so() -> None:
    assert (
        refusal("v1", "entries", ("count", "50001"))
        == "At most 50,000 rows can be asked for at once. Ask for fewer."
    )
    assert "1,000" in refusal("v3", "entries", ("limit", "1001"))
    assert "50,000" in refusal("v3", "entries", ("skip", "50001"))


@pytest.mark.parametrize(
    ("door", "asked"),
    [
        ("v1", ("count", "5")),
        ("v1", ("find[date][$gte]", "5")),
        ("v1", ("find[type]", "sgv")),
        ("v1", ("sort[date]", "1")),
        ("v3", ("limit", "5")),
        ("v3", ("type", "sgv")),
    ],
)
def test_a_parameter_may_stand_once(door: str, asked: tuple[str, str]) -> None:
    assert refusal(door, "entries", asked, asked) == REFUSAL
