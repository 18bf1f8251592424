"""“Show on this phone”: the phone shows what is shared, and the console is closed on it."""

from tests.owner.both import both_sides
from tests.owner.shares import secrets, share, visits
from tests.owner.test_preview import ticket


async def test_the_phone_opens_the_visit_and_is_signed_out() -> None:
    async with both_sides(days=1) as both:
        browser, phone = await both.place.signed_in(), both.clinic()
        answer = await share(browser, way="phone")
        assert secrets(answer) == ("", "", "")
        assert (await phone.post("/visit/handed", {"ticket": ticket(answer)})).status == 303
        assert await phone.is_in()
        for path in ("/share", "/settings", f"/share/{(await visits(both.house.store))[0].id}"):
            assert (await browser.get(path)).location.startswith("/sign-in")
        assert "shown on this phone" in [each["did"] for each in await both.place.log()]


async def test_a_cookie_that_was_kept_aside_is_worth_nothing_either() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        kept = dict(browser.cookies)
        await share(browser, way="phone")
        browser.cookies = kept
        assert (await browser.get("/share")).location == "/sign-in?next=/share"


async def test_the_next_share_begins_without_the_phone() -> None:
    async with both_sides(days=1) as both:
        browser = await both.place.signed_in()
        await share(browser, way="phone")
        await browser.sign_in()
        page = (await browser.get("/share")).text
        assert 'name="way" value="room" class="primary"' in page
