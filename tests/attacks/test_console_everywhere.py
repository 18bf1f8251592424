"""Attacks on all forms and all pages of the console at once: whatever is added later is tried too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from proxy.core.ask import ASK, Ask, encode
from proxy.core.identity import ABOUT_ME, ME, AboutMe
from proxy.core.record import Draft
from proxy.core.remarks import DRAFT
from proxy.core.waiting import WAITING, Waiting
from proxy.core.waiting import encode as encode_waiting
from proxy.owner.console import Console
from proxy.owner.health import health_routes
from proxy.owner.notices_page import teller
from proxy.owner.notices_watch import look
from proxy.owner.web import console_app
from tests.living import NOW
from tests.owner.both import both_sides
from tests.owner.notes import Nightscout, row, write
from tests.owner.place import PASSPHRASE, Browser, Place, fine
from tests.owner.shares import secrets, share, visits
from tests.owner.visits import at_home, given, told

EVIL = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>%(who)s%{{ 7919*7907 }}"
COMPUTER = "0123456789abcdef"
GERMAN = {"Accept-Language": "de"}


def addresses(console: Console, method: str, grant: str) -> list[str]:
    """List every address of the console that takes a method, about one share."""
    health = health_routes(ready=fine, registry=CollectorRegistry(), metrics_token="")
    found = set()
    for route in console_app(console, health).router.routes():
        if route.method == method and route.resource is not None:
            path = route.resource.canonical
            if not path.endswith(".pdf"):
                found.add(path.replace("{grant}", grant).replace("{computer}", COMPUTER))
    return sorted(path for path in found if not path.startswith(("/files", "/language", "/metrics")))


async def everything(place: Place) -> list[object]:
    """Read all that could have changed: shares, the owner's words, what is asked and answered."""
    kinds = (
        ABOUT_ME,
        DRAFT,
        ASK,
        WAITING,
        "notice-way",
        "notice-settings",
        "outside-share",
        "owner",
        "checklist",
    )
    documents = [await place.store.documents(kind) for kind in kinds]
    return [await place.store.grants(), *documents]


async def test_no_form_at_all_is_taken_from_another_page_or_without_the_sessions_own_token() -> None:
    async with at_home() as (ada, place):
        grant = await given(place)
        await place.store.put(ASK, grant.id, encode(Ask("settings", NOW, (NOW,))), version=None)
        csrf, before = await ada.csrf("/access"), await everything(place)
        paths = addresses(place.console, "POST", grant.id)
        assert len(paths) > 35
        for path in paths:
            for fields, origin in (
                ({"csrf": csrf}, "https://evil.example"),
                ({"csrf": csrf}, "null"),
                ({"csrf": csrf[:-1] + ("A" if csrf[-1] != "A" else "B")}, place.console.origin),
                ({"other": "x"}, place.console.origin),
            ):
                answer = await ada.post(path, fields, headers={"Origin": origin})
                # Nobody is setting up here: whatever is sent there begins at the code again.
                begins_again = answer.location == "/set-up" and path.startswith("/set-up/")
                assert answer.status == 403 or begins_again, (path, origin, fields)
        assert await everything(place) == before


async def test_no_form_is_taken_from_a_stranger() -> None:
    async with at_home() as (ada, place):
        grant = await given(place)
        csrf, before = await ada.csrf("/access"), await everything(place)
        for path in addresses(place.console, "POST", grant.id):
            answer = await place.browser().post(path, {"csrf": csrf, "passphrase": PASSPHRASE})
            assert answer.status in (303, 403), path
            assert answer.status == 403 or answer.location.startswith(("/sign-in", "/set-up")), path
        assert await everything(place) == before


async def test_looking_at_every_page_changes_nothing_and_shows_a_stranger_nothing() -> None:
    async with at_home() as (ada, place):
        grant = await given(place, "Dr Secret")
        await place.store.put(ASK, grant.id, encode(Ask("settings", NOW, (NOW,))), version=None)
        paths = addresses(place.console, "GET", grant.id)
        for path in paths:
            seen = await place.browser().get(path)
            assert "Dr Secret" not in seen.text, path
            assert "settings" not in seen.text or seen.status in (200, 303), path
        shares = await visits(place.store)
        for path in paths:
            assert (await ada.get(path)).status in (200, 303, 400, 401, 404), path
        assert [(each.id, each.expires_at, each.policy_hash) for each in await visits(place.store)] == [
            (each.id, each.expires_at, each.policy_hash) for each in shares
        ]


class Parts(HTMLParser):
    """Notes what a browser would act on: scripts without a file of ours, handlers, images from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script" and not (named.get("src") or "").startswith("/files/"):
            self.acting.append(f"script {named}")
        if tag == "img" and not (named.get("src") or "").startswith("/files/"):
            self.acting.append(f"img {named}")
        self.acting += [f"{tag} {name}" for name, _value in attrs if name.startswith("on") or name == "style"]
        for name in ("href", "action", "formaction", "src"):
            value = named.get(name) or ""
            if ":" in value.partition("/")[0]:
                self.acting.append(f"{tag} {name}={value}")


def acting(text: str) -> list[str]:
    parts = Parts()
    parts.feed(text)
    return parts.acting


@asynccontextmanager
async def full_of_it() -> AsyncIterator[tuple[Browser, Place, str]]:
    """Open a console on which every text that somebody else, or an owner, can put there is an attack."""
    rows = Nightscout([row("2026-11-23T10:00:00Z", EVIL, device=EVIL, enteredBy=EVIL, **{EVIL: EVIL})])
    async with at_home(rows=rows) as (ada, place):
        grant = await given(place, EVIL[:80], words=EVIL)
        seen: dict[str, Any] = {"device": EVIL, "address": EVIL}
        await told(place, grant, "sign_in", by=EVIL, outcome=EVIL, **seen)
        await told(place, grant, "answer", door=EVIL, query=EVIL, file=EVIL, **seen)
        await told(place, grant, "answer", door="summary", query=f"file {EVIL} days={EVIL}", **seen)
        await told(place, grant, "refusal", door=EVIL, reason=EVIL, **seen)
        await told(place, grant, "asked", asked=EVIL, reveals=EVIL, **seen)
        await told(place, grant, "closed", **seen)
        about = AboutMe(name=EVIL, clinic_number=EVIL, pump=EVIL, sensor=EVIL, insulin=EVIL)
        await place.store.put(ABOUT_ME, ME, msgspec.json.encode(about), version=None)
        for kind, key in (("pairing", COMPUTER), ("opening", f"{grant.id}/{COMPUTER}")):
            waiting = Waiting(kind, "0" * 64, EVIL, EVIL, EVIL, place.clock())  # type: ignore[arg-type]  # both are kinds
            await place.store.put(WAITING, key, encode_waiting(waiting), version=None)
        await place.store.put(ASK, grant.id, encode(Ask("settings", NOW, (NOW,))), version=None)
        await write(ada, **{"question-0": EVIL, "words-0": EVIL})
        csrf = await ada.csrf("/access/outside")
        outside = {"csrf": csrf, "whom": EVIL[:80], "what": EVIL, "files": EVIL, "shared_on": "2026-11-01"}
        assert (await ada.post("/access/outside", outside)).status == 303
        await place.console.note(None, EVIL, who=EVIL, whom=EVIL, grant_of=EVIL, device=EVIL)
        await look(teller(place.console))
        yield ada, place, grant.id


@pytest.mark.parametrize("headers", [{}, GERMAN], ids=["en", "de"])
async def test_nothing_that_anybody_wrote_acts_on_any_page(headers: dict[str, str]) -> None:
    async with full_of_it() as (ada, place, grant):
        shown = 0
        pages = [
            *addresses(place.console, "GET", grant),
            "/notes/nightscout?days=14",
            f"/share?again={grant}",
        ]
        for path in pages:
            page = await ada.get(path, headers=headers)
            assert page.status in (200, 303, 404), path
            if page.headers.get("Content-Type", "").startswith("text/html"):
                assert acting(page.text) == [], path
                assert "62615533" not in page.text, path
                shown += "&lt;img src=x" in page.text
        assert shown >= 9
        csrf = await ada.csrf("/access")
        form = {
            "csrf": csrf,
            "clinician": EVIL,
            "words": EVIL,
            "days": EVIL,
            "policy": EVIL,
            "visit_at": EVIL,
        }
        for path in addresses(place.console, "POST", grant):
            answer = await ada.post(
                path, {**form, "address": EVIL, "name": EVIL, "code": EVIL}, headers=headers
            )
            assert answer.status < 500, path
            assert acting(answer.text) == [], path
            if path == "/sign-out":
                assert (await ada.sign_in()).status == 303
                form["csrf"] = await ada.csrf("/access")


async def test_two_owners_who_answer_an_opening_at_once_give_one_answer() -> None:
    async with both_sides() as both:
        ada, clinic = await both.place.signed_in(), both.clinic()
        _link, code, pin = secrets(await share(ada, ask_first="yes"))
        [grant] = await visits(both.house.store)
        await clinic.post("/visit", {"code": code, "passcode": pin})
        page = await ada.get(f"/share/{grant.id}")
        form = {"csrf": page.hidden("csrf"), "browser": page.hidden("browser")}
        answers = await asyncio.gather(
            *(ada.post(f"/share/{grant.id}/{path}", form) for path in ("open", "not-now", "open", "not-now"))
        )
        assert sorted(each.status for each in answers) == [303, 409, 409, 409]


async def test_a_strangers_computer_gets_nothing_from_a_link_that_an_owner_was_lured_to() -> None:
    async with both_sides() as both:
        ada, stranger = await both.place.signed_in(), both.clinic()
        await stranger.post("/visit/pairing")
        [waits] = await both.house.store.documents(WAITING)
        for path in (f"/pair/{waits.key}", f"/pair/{waits.key}?way=pair&clinician=x&policy=full-loop"):
            page = await ada.get(path)
            assert "Go on only if you are in front of this computer" in page.text
            assert 'value="x"' not in page.text
        # Nor does any other page of the console take the computer along.
        assert waits.key not in (await ada.get(f"/share?pairing={waits.key}")).text
        assert not await stranger.is_in()
        assert await visits(both.house.store) == []


async def test_a_record_that_was_forged_into_a_copy_does_not_act_where_it_is_checked() -> None:
    async with at_home() as (ada, place):
        grant = await given(place)
        await place.store.end(grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
        form = {"csrf": await ada.csrf("/access"), "log": f'{{"n":1,"grant":"{EVIL}"}}', "number": EVIL}
        answer = await ada.post(f"/access/{grant.id}/receipt", form)
        assert answer.status == 200
        assert acting(answer.text) == []
