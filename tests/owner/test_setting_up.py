"""Set-up codes: for the first owner, for one more, and for one who lost every other way in."""

from proxy.owner.sessions import owners
from proxy.owner.setting_up import offer, offer_first, reset
from tests.owner.place import Place, console_place

NEW = "another four odd words"


async def code_for(place: Place, owner: str) -> str:
    return await offer(place.store, place.console.key, now=place.clock(), random=place.dice, owner=owner)


async def test_there_is_no_first_code_once_there_is_an_owner() -> None:
    async with console_place() as place:
        await place.signed_in()
        assert await offer_first(place.store, place.console.key, now=place.clock(), random=place.dice) is None


async def test_a_new_first_code_ends_the_one_before() -> None:
    async with console_place() as place:
        first, second = await place.code(), await place.code()
        assert (await place.browser().set_up(first)).status == 401
        assert (await place.browser().set_up(second)).status == 303


async def test_who_was_reset_gets_new_means_under_the_old_name() -> None:
    async with console_place() as place:
        before = await place.signed_in()
        (ada,) = await owners(place.store)
        await reset(place.store, ada.value)
        assert (await before.get("/settings")).status == 303
        assert (await place.browser().sign_in()).status == 401
        browser = place.browser()
        answer = await browser.set_up(await code_for(place, ada.key), name="Eve", passphrase=NEW)
        assert answer.status == 303
        (after,) = await owners(place.store)
        assert (after.key, after.value.name) == (ada.key, "Ada")
        assert (await place.browser().sign_in("Ada", NEW)).status == 303
        assert (await place.log())[-2]["did"] == "new means for owner"


async def test_a_reset_of_all_begins_anew() -> None:
    async with console_place() as place:
        before = await place.signed_in()
        await reset(place.store)
        assert await owners(place.store) == []
        assert (await before.get("/settings")).status == 303
        assert (await place.browser().set_up(await place.code(), name="Bob")).status == 303


async def test_what_a_reset_finds_half_done_comes_to_nothing() -> None:
    async with console_place() as place:
        browser = place.browser()
        form = {"csrf": await browser.csrf("/set-up"), "code": await place.code(), "name": "Ada"}
        await browser.post("/set-up", form)
        await reset(place.store)
        assert (await browser.get("/set-up/choose")).location == "/set-up"
