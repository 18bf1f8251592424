"""Signing in by passphrase, signing out, and what a sign-in is worth afterwards."""

from tests.owner.place import console_place


async def test_with_the_set_up_code_the_first_owner_comes_in() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        page = await browser.get("/settings")
        assert page.status == 200
        assert "Ada" in page.text
        assert [(each["did"], each["who"]) for each in await place.log()] == [("owner added", "Ada")]


async def test_name_and_passphrase_open_the_console_again() -> None:
    async with console_place() as place:
        await place.signed_in()
        browser = place.browser()
        answer = await browser.sign_in()
        assert (answer.status, answer.location) == (303, "/")
        assert (await browser.get("/settings")).status == 200


async def test_the_way_back_is_named_as_it_is_typed_on_that_machine() -> None:
    async with console_place(command="sudo chaperone-here") as place:
        page = await place.browser().get("/sign-in")
        assert "sudo chaperone-here owner reset" in page.text
        wrong = await place.browser().sign_in("Nobody")
        assert "sudo chaperone-here owner reset" in wrong.text
