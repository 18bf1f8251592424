"""The page of notices, and telling an owner outside of the console: what was set up, what it holds, and how often."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from proxy.core.record import Draft
from proxy.owner.notices import notices
from proxy.owner.notices_page import teller
from proxy.owner.notices_send import Letter, Outcome
from proxy.owner.notices_watch import AGAIN, look, send_due
from tests.owner.place import Place
from tests.owner.shares import plain
from tests.owner.visits import at_home, given, opened, post

MINUTE = 60_000
SECRET = "ntfys://ntfy.example/my-secret-topic"


@dataclass
class Postman:
    """Takes letters, and says what came of them."""

    outcome: Outcome = "sent"
    letters: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> Outcome:
        if not letter.only_look:
            self.letters.append(letter)
            await asyncio.sleep(0)
        return self.outcome


async def round_of(place: Place) -> None:
    """Let the watcher look and send, as it does every few seconds."""
    await look(teller(place.console))
    await send_due(teller(place.console))


async def test_a_notice_is_new_until_it_was_looked_at() -> None:
    async with at_home() as (browser, place):
        await opened(place, await given(place))
        await look(teller(place.console))
        assert json.loads((await browser.get("/notices/count")).text) == {"unseen": 1}
        assert "There is one new notice." in plain(await browser.get("/access"))
        page = plain(await browser.get("/notices"))
        assert "New" in page
        assert "Diabetes clinic: what you shared was opened." in page
        assert json.loads((await browser.get("/notices/count")).text) == {"unseen": 0}
        assert "New" not in plain(await browser.get("/notices"))


async def test_what_is_still_open_can_be_ended_from_the_notice() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place))
        place.clock.now += 121 * MINUTE
        await browser.sign_in()
        await look(teller(place.console))
        page = await browser.get("/notices")
        assert f'action="/access/{grant.id}/end"' in page.text
        await post(browser, f"/access/{grant.id}/end")
        assert f'action="/access/{grant.id}/end"' not in (await browser.get("/notices")).text


async def test_it_goes_out_in_the_language_of_who_added_the_way() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        form = {"csrf": await browser.csrf("/access"), "address": SECRET}
        german = {"Accept-Language": "de"}
        assert (await browser.post("/notices/ways", form, headers=german)).status == 303
        assert (await post(browser, "/notices/ways", address=f"{SECRET}2")).status == 303
        await opened(place, await given(place))
        await round_of(place)
        assert {letter.body.partition("\n")[0] for letter in postman.letters} == {
            "What you shared was opened.",
            "Was Sie geteilt haben, wurde geöffnet.",
        }


async def test_it_goes_out_once_without_names_and_leads_to_the_console() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        assert (await post(browser, "/notices/ways", address=SECRET)).status == 303
        grant = await opened(place, await given(place, "Dr Who"))
        for _ in range(3):
            await round_of(place)
        (letter,) = postman.letters
        assert letter.address == SECRET
        assert letter.body == f"What you shared was opened.\n{place.console.owner_url}/access/{grant.id}"
        assert "Who" not in letter.title + letter.body
        assert (await notices(place.store))[0].value.sending == "done"


async def test_names_go_out_only_after_the_owner_turned_them_on_and_confirmed() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        await post(browser, "/notices/ways", address=SECRET)
        place.clock.now += 11 * MINUTE
        assert "Is it you?" in (await post(browser, "/notices/details")).text
        browser.cookies.clear()
        await browser.sign_in()
        await post(browser, "/notices/details")
        await opened(place, await given(place, "Dr Who"))
        await round_of(place)
        await post(browser, "/notices/details/off")
        await opened(place, await given(place, "Dr Who"))
        await round_of(place)
        assert ["Who" in letter.body for letter in postman.letters] == [True, False]


async def test_several_workers_send_it_once() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        await post(browser, "/notices/ways", address=SECRET)
        await opened(place, await given(place))
        await asyncio.gather(*(round_of(place) for _ in range(6)))
        await round_of(place)
        assert len(postman.letters) == 1


async def test_what_could_not_be_sent_is_tried_three_times_and_then_left() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        await post(browser, "/notices/ways", address=SECRET)
        await opened(place, await given(place))
        postman.outcome = "failed"
        for _ in range(6):
            await round_of(place)
            place.clock.now += AGAIN
        assert len(postman.letters) == 3
        assert (await notices(place.store))[0].value.sending == "failed"
        assert "not sent: the service did not take it" in plain(await browser.get("/notices"))


async def test_a_second_try_leaves_out_who_has_it_already() -> None:
    failing = {"ntfys://b.example/y"}
    heard: list[str] = []

    async def send(letter: Letter) -> Outcome:
        if letter.only_look:
            return "sent"
        heard.append(letter.address)
        return "failed" if letter.address in failing else "sent"

    async with at_home(send=send) as (browser, place):
        for address in ("ntfys://a.example/x", "ntfys://b.example/y"):
            place.clock.now += 1
            await post(browser, "/notices/ways", address=address)
        await opened(place, await given(place))
        await round_of(place)
        failing.clear()
        place.clock.now += AGAIN
        await round_of(place)
        assert sorted(heard) == ["ntfys://a.example/x", "ntfys://b.example/y", "ntfys://b.example/y"]


async def test_an_address_is_kept_sealed_and_never_shown_again() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        await post(browser, "/notices/ways", address=SECRET)
        (kept,) = await place.store.documents("notice-way")
        assert b"my-secret-topic" not in kept.body
        page = await browser.get("/notices")
        assert "ntfy.example" in plain(page)
        # The page's own example has such a topic; only that one stands there.
        assert SECRET not in page.text
        assert "my-secret-topic" not in str(await place.log())


async def test_a_way_can_be_tried_and_removed() -> None:
    postman = Postman()
    async with at_home(send=postman.send) as (browser, place):
        await post(browser, "/notices/ways", address=SECRET)
        way = (await browser.get("/notices")).hidden("way")
        await post(browser, "/notices/ways/test", way=way)
        assert postman.letters[0].body.startswith("This is a test.")
        assert "sent, " in plain(await browser.get("/notices"))
        postman.outcome = "private"
        await post(browser, "/notices/ways/test", way=way)
        assert "it leads to this machine or its network" in plain(await browser.get("/notices"))
        await post(browser, "/notices/ways/test", way="another")
        assert len(postman.letters) == 2
        await post(browser, "/notices/ways/remove", way=way)
        assert await place.store.documents("notice-way") == []


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/x", "https://localhost/", "exec://id", "https://169.254.169.254/", '"><script>alert(1)</script>', "https://hooks.example/?template=/etc/passwd"],
)  # fmt: skip
async def test_an_address_that_is_not_taken_is_kept_nowhere(address: str) -> None:
    async with at_home(send=Postman().send) as (browser, place):
        answer = await post(browser, "/notices/ways", address=address)
        assert answer.status == 400
        assert "<script>alert" not in answer.text
        assert await place.store.documents("notice-way") == []


async def test_an_address_that_its_service_can_not_read_is_not_kept_and_five_are_the_most() -> None:
    postman = Postman(outcome="unreadable")
    async with at_home(send=postman.send) as (browser, place):
        assert (await post(browser, "/notices/ways", address=SECRET)).status == 400
        postman.outcome = "sent"
        for number in range(5):
            await post(browser, "/notices/ways", address=f"{SECRET}{number}")
        assert len(await place.store.documents("notice-way")) == 5
        csrf = await browser.csrf("/access")
        assert (await browser.post("/notices/ways", {"csrf": csrf, "address": SECRET})).status == 400


async def test_a_new_address_needs_a_fresh_confirmation_and_our_own_form() -> None:
    async with at_home(send=Postman().send) as (browser, place):
        place.clock.now += 11 * MINUTE
        assert "Is it you?" in (await post(browser, "/notices/ways", address=SECRET)).text
        for path in ("ways", "ways/remove", "ways/test", "details", "details/off"):
            assert (await browser.post(f"/notices/{path}", {"address": SECRET})).status == 403
        assert await place.store.documents("notice-way") == []
        assert (await place.browser().get("/notices/count")).location.startswith("/sign-in")


async def test_names_on_notices_stay_text() -> None:
    async with at_home() as (browser, place):
        evil = "<img src=x onerror=alert(1)> %(name)s %d"
        grant = await opened(place, await given(place, evil))
        await place.store.end(grant.id, "finished", Draft("ended", place.clock(), {}))
        await look(teller(place.console))
        page = await browser.get("/notices")
        assert page.status == 200
        assert "<img src=x" not in page.text
        assert "%(name)s %d has ended the access" in plain(page)
