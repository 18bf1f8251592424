"""Documents as hypothesis makes them: of the catalogue's paths and any others, with values right, odd and hostile."""

from typing import Any

from hypothesis import strategies as st

from proxy.core.catalog import COLLECTIONS, Field

TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "CANARY",
        "115",
        "-0.5",
        "1e5",
        "NaN",
        "2026-11-23T10:00:00Z",
        "2026-11-23",
        "<script>",
        "\u202ex",
        "__proto__",
        "7",
    ]
)
NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, 1, 55.5, 1e308, 2**63, -1, -1e12 - 0.5, 1e12 + 0.5])
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MOMENTS = st.integers(0, 4_102_444_800_000)
WRITTEN = st.datetimes().map(lambda at: at.isoformat()) | st.sampled_from(
    [
        "2026-11-23T10:00:00.000Z",
        "2026-11-23T10:00:00Z",
        "2026-11-23T11:30:00+01:30",
        "2026-02-30T10:00:00.000Z",
        "20261123",
    ]
)


def right(field: Field) -> st.SearchStrategy[Any]:
    """Values of the kind that belongs there."""
    if field.kind == "number":
        whole = st.integers(int(field.low), int(field.high))
        return (
            whole
            if field.decimals == 0
            else whole | st.floats(field.low, field.high).map(lambda x: round(x, 3))
        )
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "ms": MOMENTS,
        "iso": WRITTEN,
        "time": MOMENTS | WRITTEN,
        "enum": st.sampled_from(field.values or ("",)),
        "clock": st.sampled_from(["00:00", "07:30", "23:59:59", "24:00"]),
        "id": st.text("0123456789abcdef", min_size=24, max_size=24)
        | st.uuids().map(str)
        | st.text(max_size=30),
    }
    return kinds.get(field.kind, TEXTS)


@st.composite
def documents(draw: st.DrawFn, collection: str) -> dict[str, Any]:
    """A document with some of the catalogue's fields, most of them as they should be, and some of its own."""
    table = COLLECTIONS[collection]
    rows = [field for field in table.values() if field.privacy == "row" and field.path != "isValid"]
    others = [field for field in table.values() if field.privacy != "row" or field.path == "isValid"]
    document: dict[str, Any] = draw(st.dictionaries(TEXTS, ANYTHING, max_size=2))
    for field in rows + draw(
        st.lists(st.sampled_from(others), max_size=12, unique_by=lambda field: field.path)
    ):
        values = draw(
            st.sampled_from([right(field), right(field), right(field), right(field), ANYTHING, NUMBERS])
        )
        _put(draw, document, field.path.split("."), values)
    return document


def _put(draw: st.DrawFn, into: dict[str, Any], parts: list[str], values: st.SearchStrategy[Any]) -> None:
    first, rest = parts[0], parts[1:]
    name = draw(TEXTS) if first == "*" else first.removesuffix("[]").removesuffix("[?]")
    boxed = first.endswith("[]") or (first.endswith("[?]") and draw(st.booleans()))
    if not rest:
        into[name] = draw(st.lists(values, max_size=3)) if boxed else draw(values)
        return
    inner = into.setdefault(name, [{}] if boxed else {})
    inner = inner[0] if isinstance(inner, list) and inner else inner
    if not isinstance(inner, dict):
        inner = into[name] = {}
    _put(draw, inner, rest, values)
