"""Exact preview: what the owner sees is, byte for byte, what the clinician sees."""

import re
from collections.abc import Sequence
from html import unescape

import pytest

from proxy.core.waiting import LASTS
from tests.owner.both import Both, Clinic, both_sides
from tests.owner.place import Answer, Browser
from tests.owner.shares import filled, plain, records, secrets, share, visits
from tests.promises.questions import all_questions
from tests.promises.still import StillSite, still

POLICIES = ("consultant", "cgm-only", "unnamed", "full-loop", "summary")
OWN = (
    # What is each reader's own: the request, and the ticket that is bound to the session.
    re.compile(rb'(?<="request_id":")[^"]+'),
    re.compile(rb'(?<="token":")[^"]+'),
    re.compile(rb"(?<=Reference: )[0-9a-f]+"),
)

MOMENTARY = ("Date", "Set-Cookie", "X-Request-ID")


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still()


def ticket(answer: Answer) -> str:
    """Give what stands behind the `#` of the address that a page leads on to."""
    found = re.search(r'href="[^"]+/visit/handed#([^"]+)"', answer.text)
    assert found, answer.text
    return unescape(found.group(1))


async def previewing(both: Both, browser: Browser, **changed: str) -> Clinic:
    """Ask for a preview, and open it."""
    answer = await browser.post("/preview", await filled(browser, **changed))
    assert answer.status == 200, plain(answer)
    owner = both.clinic()
    opened = await owner.post("/visit/handed", {"ticket": ticket(answer)})
    assert opened.status == 303
    return owner


async def heard(both: Both, clinic: Clinic, question: str) -> tuple[int, dict[str, str], bytes]:
    async with both.house.get(question, headers={"Cookie": _cookies(clinic)}) as response:
        body = await response.read()
        for own in OWN:
            body = own.sub(b"", body)
        kept = {name: value for name, value in response.headers.items() if name not in MOMENTARY}
        return response.status, kept | {"Content-Length": str(len(body))}, body


def _cookies(clinic: Clinic) -> str:
    return "; ".join(f"{name}={value}" for name, value in clinic.cookies.items())


async def ids_of(both: Both, clinic: Clinic) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    for name in ("entries", "treatments", "devicestatus", "profile"):
        _status, _headers, body = await heard(both, clinic, f"/api/v1/{name}.json?count=2")
        found[name] = re.findall(r'"_id":"([0-9a-f]{24})"', body.decode())[:2]
    return found


@pytest.mark.parametrize("policy", POLICIES)
async def test_the_preview_is_what_the_clinician_sees(policy: str, site: StillSite) -> None:
    days = "7" if policy == "summary" else "2"
    async with both_sides(site=site) as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        _link, code, pin = secrets(await share(browser, policy=policy, other_days=days))
        await clinic.post("/visit", {"code": code, "passcode": pin})
        owner = await previewing(both, browser, policy=policy, other_days=days)
        questions = all_questions(await ids_of(both, clinic))[POLICIES.index(policy) :: 5]
        statuses = set()
        for question in questions:
            # So that no limit is met; nine minutes at most, then the preview would be over.
            both.house.clock.now += 45
            theirs, ours = await heard(both, clinic, question), await heard(both, owner, question)
            assert theirs == ours, question
            statuses.add(theirs[0])
        assert statuses >= {200, 403} if policy != "full-loop" else statuses >= {200, 400}
        assert (await clinic.get("/visit/whoami")).status == (await owner.get("/visit/whoami")).status == 200


async def test_what_was_adjusted_is_previewed_as_adjusted(site: StillSite) -> None:
    async with both_sides(site=site) as both:
        browser = await both.place.signed_in()
        page = await browser.post("/share/adjust", await filled(browser))
        form = {
            "csrf": page.hidden("csrf"),
            "once": page.hidden("once"),
            "from": "adjust",
            "adjusted": "consultant",
        }
        wished = [
            *form.items(),
            ("clinician", "Dr Berg"),
            ("policy", "consultant"),
            ("days", "2"),
            ("until", "today"),
        ]
        wished += [("switch", "glucose"), ("way", "room")]
        answer = await browser.post("/preview", wished)
        owner = both.clinic()
        await owner.post("/visit/handed", {"ticket": ticket(answer)})
        _link, code, pin = secrets(await browser.post("/share", wished))
        clinic = both.clinic()
        await clinic.post("/visit", {"code": code, "passcode": pin})
        for question in (
            "/api/v1/entries.json?count=9",
            "/api/v1/treatments.json?count=99",
            "/api/v1/devicestatus.json",
        ):
            theirs = await heard(both, clinic, question)
            assert theirs == await heard(both, owner, question)
            assert not [word for word in (b"insulin", b"iob", b"reservoir", b"carbs") if word in theirs[2]]


async def test_a_preview_is_on_the_owners_log_and_is_no_visit() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        owner = await previewing(both, browser)
        about = (await owner.get("/visit/whoami")).text
        assert '"preview":true' in about
        [grant] = [each for each in await both.house.store.grants() if each.kind == "preview"]
        assert await visits(both.house.store) == []
        said = [(each["did"], each.get("grant_of")) for each in await both.place.log()]
        assert ("preview", grant.id) in said
        assert [each.get("by") for each in await records(both.house.store, grant)][1] == "console"
        assert grant.token_hash == ""
        assert grant.expires_at == both.house.clock.now + 600_000
        both.house.clock.now += 600_000
        assert not await owner.is_in()


async def test_an_address_of_the_preview_opens_once_and_for_two_minutes() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        first = ticket(await browser.post("/preview", await filled(browser)))
        assert (await both.clinic().post("/visit/handed", {"ticket": first})).status == 303
        assert (await both.clinic().post("/visit/handed", {"ticket": first})).status == 401
        late = ticket(await browser.post("/preview", await filled(browser)))
        both.house.clock.now += LASTS["handed"]
        assert (await both.clinic().post("/visit/handed", {"ticket": late})).status == 401
        again = ticket(await browser.post("/preview", await filled(browser)))
        evil = {"Origin": both.place.console.origin}
        assert (await both.clinic().post("/visit/handed", {"ticket": again}, headers=evil)).status == 403
        assert (await both.clinic().post("/visit/handed", {"ticket": again[:-1] + "!"})).status == 401


async def test_a_preview_opens_in_german() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        german = {"Accept-Language": "de"}
        page = await browser.post("/preview", await filled(browser), headers=german)
        assert page.status == 200
        assert "die letzten 14 Tage" in plain(page)


async def test_faults_of_a_preview_are_told() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        wrong = await browser.post("/preview", await filled(browser, policy="summary", other_days="12"))
        assert (wrong.status, "7, 14, 30 or 90" in plain(wrong)) == (400, True)
        odd = await browser.post("/preview", await filled(browser, policy="none"))
        assert odd.status == 400


async def test_a_preview_needs_nobodys_name_and_is_asked_of_nobody() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        owner = await previewing(both, browser, clinician="", ask_first="yes", token="yes")
        assert await owner.is_in()
