"""Questions that try to look at what is hidden: all are refused alike, whether or not what they name exists."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.living import Access, Living, living
from tests.promises.still import still

pytestmark = pytest.mark.asyncio(loop_scope="module")
GOOD = "/api/v1/treatments.json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[Living]:
    async with living(still(days=1)) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def access(house: Living) -> AsyncIterator[Access]:
    yield await house.mint()
    await house.json(GOOD, await house.mint())


async def refusal(house: Living, access: Access, question: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Give a refusal without what is different in every answer."""
    async with house.get(question, access) as response:
        body = await response.json()
        reference = body.pop("request_id")
        assert response.headers["X-Request-Id"] == reference
        headers = [
            pair for pair in response.headers.items() if pair[0].lower() not in ("date", "x-request-id")
        ]
        return response.status, repr(sorted(body.items())).encode(), headers


ASKED_V1 = (
    "find[$where]=this.notes",
    "find[$or][0][notes]=x",
    "find[$expr]=1",
    "find[notes]=x",
    "find[notes][$regex]=^C",
    "find[notes][$exists]=true",
    "find[notes]=/x/i",
    "find[enteredBy]=Ines",
    "find[_id]=5f5f5f5f5f5f5f5f5f5f5f5f",
    "find[created_at]=2026-11-23",
    "find[created_at][$ne]=1",
    "find[created_at][$regex]=2026",
    "find[created_at][$gte][$where]=1",
    "find[insulin][$gte]=1",
    "find[eventType][$ne]=SMB",
    "find[eventType][$regex]=S",
    "find[eventType][$exists]=1",
    "find[eventType][$in][0][x]=SMB",
    "find[eventType]=/.*/",
    "find[eventType]=/^Ann/i",
    "find[eventType]=/(a%2B)%2B$/i",
    "find[__proto__][x]=1",
    "find[constructor]=1",
    "find=x",
    "find[]=x",
    "sort[notes]=1",
    "sort[created_at]=2",
    "sort[created_at][$meta]=x",
    "sort[$natural]=1",
    "sort=notes",
    "fields=notes",
    "fields=created_at",
    "pipeline[0][$lookup][from]=auth_subjects",
    "pipeline[0][$match][notes]=x",
    "secret=x",
    "secret[]=x",
    "secret[x]=y",
    "token[]=x",
    "token[x]=y",
    "callback=alert",
    "count=x",
    "count=1e3",
    "count=-5",
    "count=",
    "count[]=5",
    "count=%EF%BC%91",
    "COUNT=5",
    "notes$re=x",
    "limit=1",
    "skip=1",
)
ASKED_V3 = (
    "notes$re=x",
    "notes=x",
    "notes$exists=1",
    "notes[$regex]=^a",
    "$where$eq=1",
    "$where=1",
    "fields=notes",
    "fields=created_at,notes",
    "fields=",
    "fields=__proto__",
    "sort=notes",
    "sort$desc=enteredBy",
    "sort[notes]=1",
    "eventType$ne=SMB",
    "eventType$nin=SMB",
    "eventType$re=S",
    "eventType=Announcement",
    "eventType$in=SMB|Announcement",
    "identifier$gt=0",
    "srvModified$gte=1",
    "date$re=1",
    "date$gte=x",
    "date$in=1",
    "limit=x",
    "limit=-1",
    "skip=x",
    "find[notes]=x",
    "secret=x",
    "_method=DELETE",
)


@pytest.mark.parametrize("asked", ASKED_V1)
async def test_a_v1_filter_that_looks_at_hidden_things_is_refused(
    house: Living, access: Access, asked: str
) -> None:
    example = await refusal(house, access, f"{GOOD}?find[nonsense]=1")
    assert example[0] == 400
    for path in (GOOD, "/api/v2/treatments"):
        assert await refusal(house, access, f"{path}?{asked.replace('|', '%7C')}") == example


@pytest.mark.parametrize("asked", ASKED_V3)
async def test_a_v3_filter_that_looks_at_hidden_things_is_refused(
    house: Living, access: Access, asked: str
) -> None:
    example = await refusal(house, access, "/api/v3/treatments?nonsense=1")
    assert example[0] == 400
    for path in ("/api/v3/treatments", "/api/v3/treatments/history"):
        assert await refusal(house, access, f"{path}?{asked.replace('|', '%7C')}") == example


HIDDEN = ("Announcement", "Note", "Question", "Profile Switch", "D.A.D. Alert", "CANARY-EVENT-made-up")
UNKNOWN = ("Nonsense", "", "announcement", "SMB ", "x" * 500)


@pytest.mark.parametrize(
    "form",
    [
        "v1/treatments?find[eventType]={}",
        "v1/treatments?find[eventType][$in][]={}",
        "v3/treatments?eventType$eq={}",
    ],
)
async def test_hidden_and_unknown_values_are_refused_in_the_same_words(
    house: Living, access: Access, form: str
) -> None:
    answers = [
        await refusal(house, access, "/api/" + form.replace("{}", quote(value)))
        for value in (*HIDDEN, *UNKNOWN)
    ]
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 400


async def test_hidden_and_unknown_types_of_entries_are_refused_in_the_same_words(house: Living) -> None:
    access = await house.mint("cgm-only")
    for form in ("v1/entries/{}", "v2/entries/{}.json", "v1/entries?find[type]={}", "v3/entries?type$eq={}"):
        answers = [
            await refusal(house, access, "/api/" + form.replace("{}", value))
            for value in ("cal", "rawbg", "x")
        ]
        assert answers == [answers[0]] * 3
        assert answers[0][0] == 400


async def test_hidden_and_unknown_ids_are_not_found_in_the_same_words(house: Living, access: Access) -> None:
    """The original of a visible id, that of a hidden row, and one of no row; the pseudonym alone is found."""
    row = (await house.json(GOOD, access))[0]
    shown = row.get("identifier", row["_id"])
    originals = [row["_id"] for row in still(days=1).collections["treatments"]]
    for door in ("/api/v3/treatments/{}", "/api/v3/treatments/{}.json"):
        answers = set()
        for wanted in (originals[0], originals[-1], "5f5f5f5f5f5f5f5f5f5f5f5f"):
            async with house.get(door.replace("{}", wanted), access) as response:
                answers.add((response.status, await response.read()))
        assert len(answers) == 1
        assert answers.pop()[0] == 404
    found = await house.json(f"/api/v3/treatments/{shown}", access)
    assert found["result"]["identifier"] == shown


async def test_no_filter_is_echoed(house: Living, access: Access) -> None:
    for path in (
        GOOD,
        "/api/v3/entries",
        "/api/v1/status.json",
        "/api/v2/properties",
        "/api/v1/entries/current",
    ):
        for accept in ("application/json", "text/html"):
            async with house.get(f"{path}?<script>evil=evil", access, headers={"Accept": accept}) as response:
                assert response.status == 400
                assert "evil" not in await response.text() + repr(response.headers)
    assert all(b"evil" not in body for body in await house.log(access))


@pytest.mark.parametrize(
    "asked", ["&".join(f"a{n}=1" for n in range(41)), "a", "=", "%FF=1", "count=%80", "&&", "count=1;count=2"]
)
async def test_a_query_that_cannot_be_read_is_refused(house: Living, access: Access, asked: str) -> None:
    assert (await refusal(house, access, f"{GOOD}?{asked}"))[0] == 400


@pytest.mark.parametrize(
    "path", ["/api/v1/status.json", "/api/v1/verifyauth", "/api/v3/version", "/api/v1/status.js"]
)
async def test_authored_answers_take_only_the_parameters_that_are_overlooked(
    house: Living, access: Access, path: str
) -> None:
    assert (await refusal(house, access, f"{path}?secret=x"))[0] == 400
    async with house.get(f"{path}?t=1&_=2&now=3", access) as response:
        assert response.status == 200
