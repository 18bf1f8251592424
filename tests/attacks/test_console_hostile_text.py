"""Attacks by what is typed: every field of every form, and every address, with text that nobody means."""

from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from proxy.core.ask import ASK, Ask, encode
from tests.attacks.test_console_everywhere import addresses
from tests.living import NOW
from tests.owner.place import Browser
from tests.owner.shares import share, visits
from tests.owner.visits import at_home, given

BIDI = "\u202egro.live\u2066\u2069\u200f"
HOSTILE = (
    BIDI,
    "\U0001f600" * 4_000,
    "\x00\x01\x1b[2J",
    "9" * 5_000,
    "-1",
    "\u00b2",
    "\u0663",
    "1e9",
    "\u0301" * 3_000,
    "\ufffd\udfff".encode("utf-8", "surrogatepass").decode("latin-1"),
    "../../etc",
    "0001-01-01",
    "9999-12-31T23:59",
    '{"a": [1]}',
)
LEFT_ALONE = ("csrf", "confirm_passkey", "passphrase", "again", "username")
"""What a form needs to be looked at further, and what costs a second of work to be hashed."""
ENDS = ("/sign-out", "/sign-in", "/settings/owners/remove")


class Forms(HTMLParser):
    """Collects the forms of a page: each address that one may be sent to, with its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((named["action"], {}))
        elif self.found and "name" in named and tag in ("input", "textarea", "select", "button"):
            self.found[-1][1].setdefault(named["name"], named.get("value", ""))
        if tag == "button" and "formaction" in named:
            self.found.insert(-1, (named["formaction"], self.found[-1][1]))


async def _forms(browser: Browser, paths: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in paths:
        forms = Forms()
        forms.feed((await browser.get(path)).text)
        found |= {action: fields for action, fields in forms.found if not action.startswith(ENDS)}
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_in_any_field_of_any_form_is_a_fault_of_ours(text: str) -> None:
    async with at_home() as (ada, place):
        grant = await given(place)
        question = encode(Ask("settings", NOW, (NOW,)))
        await place.store.put(ASK, grant.id, question, version=None)
        forms = await _forms(ada, addresses(place.console, "GET", grant.id))
        assert len(forms) > 20
        for action, fields in forms.items():
            typed = {name: value if name in LEFT_ALONE else text for name, value in fields.items()}
            for sent in (typed, {**fields, **dict(list(typed.items())[-1:])}):
                answer = await ada.post(action, sent)
                assert answer.status < 500, (action, list(sent))
        assert (await ada.get("/access")).status == 200


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_address_and_no_question_mark_is_a_fault_of_ours(text: str) -> None:
    async with at_home() as (ada, place):
        grant, sent = await given(place), quote(text[:600], safe="")
        for path in addresses(place.console, "GET", grant.id):
            asked = "&".join(
                f"{key}={sent}" for key in ("page", "again", "days", "opening", "length", "next")
            )
            assert (await ada.get(f"{path}?{asked}")).status < 500, path
        for path in ("/access/", "/share/", "/pair/"):
            assert (await ada.get(f"{path}{sent}")).status in (200, 303, 400, 404), path


async def test_text_that_turns_around_what_stands_beside_it_is_not_taken_or_comes_out_without() -> None:
    async with at_home() as (ada, place):
        assert (await share(ada, clinician=f"Dr {BIDI} Berg")).status == 400
        assert await visits(place.store) == []
        csrf = await ada.csrf("/access")
        elsewhere = {"csrf": csrf, "way": "mail", "shared_on": "2026-11-01"}
        for name in ("whom", "what", "files"):
            await ada.post("/access/outside", {"whom": "Dr Berg", **elsewhere, name: f"a {BIDI} b"})
        await ada.post("/settings/owners", {"csrf": csrf, "name": f"Bob {BIDI}"})
        assert "Dr Berg" in (await ada.get("/access")).text
        for path in ("/access", "/console-log", "/settings"):
            assert not set((await ada.get(path)).text) & set(BIDI[:1] + BIDI[-3:]), path
