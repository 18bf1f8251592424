"""Settings: the passphrase, the other sign-ins, and the other owners."""

import asyncio
import re

from proxy.core.owners import MOST_OWNERS
from proxy.owner.sessions import OWNERS, owners
from tests.memory_store import MemoryStore
from tests.owner.place import PASSPHRASE, Browser, Place, console_place

OTHER = "another four odd words"


async def invite(browser: Browser, name: str) -> str:
    """Make a set-up code for another owner."""
    answer = await browser.post("/settings/owners", {"csrf": await browser.csrf("/settings"), "name": name})
    found = re.search(r'class="large"><code>([^<]+)<', answer.text)
    assert found, answer.text
    return found.group(1)


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/settings")).status == 200


async def two(place: Place) -> tuple[Browser, Browser]:
    ada, bob = await place.signed_in(), place.browser()
    assert (await bob.set_up(await invite(ada, "Bob"), name="", passphrase=OTHER)).status == 303
    return ada, bob


async def test_another_owner_comes_in_under_the_name_that_was_given() -> None:
    async with console_place() as place:
        _, bob = await two(place)
        assert [each.value.name for each in await owners(place.store)].count("Bob") == 1
        assert await is_in(bob)
        assert [(each["did"], each["who"], each.get("whom")) for each in await place.log()] == [
            ("owner added", "Ada", None),
            ("set-up code made", "Ada", "Bob"),
            ("owner added", "Bob", None),
        ]


async def test_the_name_that_was_given_can_not_be_replaced_by_another() -> None:
    async with console_place() as place:
        ada, eve = await place.signed_in(), place.browser()
        await eve.set_up(await invite(ada, "Bob"), name="Ada", passphrase=OTHER)
        assert sorted(each.value.name for each in await owners(place.store)) == ["Ada", "Bob"]


async def test_there_are_five_owners_at_most_and_no_two_of_one_name() -> None:
    async with console_place() as place:
        ada = await place.signed_in()
        for number in range(2, MOST_OWNERS + 1):
            code = await invite(ada, f"Owner {number}")
            await place.browser().set_up(code, passphrase=OTHER)
        for name, sentence in (("ADA", "that no other owner has"), ("Sixth", "five owners already")):
            form = {"csrf": await ada.csrf("/settings"), "name": name}
            answer = await ada.post("/settings/owners", form)
            assert answer.status == 400
            assert sentence in answer.text or name == "ADA"
        assert len(await owners(place.store)) == MOST_OWNERS


async def test_who_is_removed_is_out_at_once() -> None:
    async with console_place() as place:
        ada, bob = await two(place)
        page = await ada.get("/settings")
        form = {"csrf": page.hidden("csrf"), "owner": page.hidden("owner")}
        assert (await ada.post("/settings/owners/remove", form)).status == 303
        assert not await is_in(bob)
        assert (await place.browser().sign_in("Bob", OTHER)).status == 401
        assert await is_in(ada)


async def test_nobody_removes_themselves() -> None:
    async with console_place() as place:
        ada = await place.signed_in()
        (owner,) = await owners(place.store)
        form = {"csrf": await ada.csrf("/settings"), "owner": owner.key}
        assert (await ada.post("/settings/owners/remove", form)).status == 400
        assert await is_in(ada)


async def test_a_new_passphrase_ends_the_other_sign_ins_and_the_old_one() -> None:
    async with console_place() as place:
        here, there = await place.signed_in(), place.browser()
        await there.sign_in()
        form = {"csrf": await here.csrf("/settings"), "passphrase": OTHER, "again": OTHER}
        assert (await here.post("/settings/passphrase", form)).status == 303
        assert await is_in(here)
        assert not await is_in(there)
        assert (await place.browser().sign_in("Ada", PASSPHRASE)).status == 401
        assert (await place.browser().sign_in("Ada", OTHER)).status == 303


async def test_a_passphrase_that_will_not_do_changes_nothing() -> None:
    async with console_place() as place:
        here = await place.signed_in()
        for new, again in (("short", "short"), ("a" * 20, "a" * 20), (OTHER, PASSPHRASE)):
            form = {"csrf": await here.csrf("/settings"), "passphrase": new, "again": again}
            assert (await here.post("/settings/passphrase", form)).status == 400
        assert (await place.browser().sign_in("Ada", PASSPHRASE)).status == 303


async def test_other_sign_ins_are_seen_and_ended_one_by_one_or_all() -> None:
    async with console_place() as place:
        here, others = await place.signed_in(), [place.browser() for _ in range(3)]
        for other in others:
            await other.sign_in(remember="yes")
            place.clock.now += 1
        page = await here.get("/settings")
        assert page.text.count("for 30 days") == 3
        first = page.hidden("session")
        await here.post("/settings/sessions/end", {"csrf": page.hidden("csrf"), "session": first})
        assert [await is_in(other) for other in others] == [True, True, False]
        await here.post("/settings/sessions/end", {"csrf": page.hidden("csrf"), "session": "all"})
        assert [await is_in(other) for other in others] == [False] * 3
        assert await is_in(here)


async def test_nobody_ends_the_sign_ins_of_another_owner() -> None:
    async with console_place() as place:
        ada, bob = await two(place)
        await place.browser().sign_in("Ada")
        foreign = (await ada.get("/settings")).hidden("session")
        await bob.post("/settings/sessions/end", {"csrf": await bob.csrf("/settings"), "session": foreign})
        await bob.post("/settings/sessions/end", {"csrf": await bob.csrf("/settings"), "session": "all"})
        assert (await ada.get("/settings")).hidden("session") == foreign


class Together(MemoryStore):
    """Lets two removals of owners go on only when both have come."""

    def __init__(self) -> None:
        super().__init__()
        self.both = asyncio.Barrier(2)

    async def drop(self, kind: str, key: str) -> None:
        if kind == OWNERS:
            async with asyncio.timeout(30):
                await self.both.wait()
        await super().drop(kind, key)


async def test_two_owners_who_remove_each_other_at_once_are_not_both_gone() -> None:
    async with console_place(store=Together()) as place:
        both = await two(place)
        forms = [await browser.get("/settings") for browser in both]
        await asyncio.gather(
            *(
                browser.post(
                    "/settings/owners/remove", {"csrf": page.hidden("csrf"), "owner": page.hidden("owner")}
                )
                for browser, page in zip(both, forms, strict=True)
            )
        )
        left = [each.value.name for each in await owners(place.store)]
        assert left
        words = {"Ada": PASSPHRASE, "Bob": OTHER}
        assert (await place.browser().sign_in(left[0], words[left[0]])).status == 303
