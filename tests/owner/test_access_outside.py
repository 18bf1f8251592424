"""Shares made elsewhere: noted by hand, so that the list is complete."""

from tests.owner.shares import plain
from tests.owner.visits import at_home, post

NOTE = {
    "whom": "Diabetes clinic",
    "way": "portal",
    "what": "Glucose, 30 days",
    "files": "report.pdf",
    "shared_on": "2026-11-20",
    "until": "2026-12-24",
}


async def test_a_share_made_elsewhere_is_noted_ended_and_removed() -> None:
    async with at_home() as (browser, _):
        assert (await post(browser, "/access/outside", **NOTE)).location == "/access"
        page = await browser.get("/access")
        for words in (
            "Diabetes clinic",
            "File by the clinic",
            "report.pdf",
            "20 November 2026",
            "until 24 December 2026",
        ):
            assert words in plain(page)
        share = page.hidden("share")
        await post(browser, "/access/outside/end", share=share)
        assert "over since 23 November 2026" in plain(await browser.get("/access"))
        await post(browser, "/access/outside/remove", share=share)
        assert "report.pdf" not in (await browser.get("/access")).text


async def test_without_a_name_or_a_day_nothing_is_noted() -> None:
    async with at_home() as (browser, _):
        for missing in ("whom", "shared_on"):
            answer = await post(browser, "/access/outside", **{**NOTE, missing: " "})
            assert answer.status == 400
            assert "Say with whom" in answer.text
        assert "report.pdf" not in (await browser.get("/access")).text


async def test_what_was_typed_is_shown_as_text_and_on_no_chain() -> None:
    async with at_home() as (browser, place):
        typed = "<script>alert(1)</script>\u202eevil"
        await post(browser, "/access/outside", **{**NOTE, "whom": typed, "way": "<img>", "files": "\"'><b>"})
        text = (await browser.get("/access")).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;evil" in text
        assert "><b>" not in text
        assert "Another way" in text
        assert "alert" not in str(await place.log())


async def test_two_hundred_notes_are_the_most() -> None:
    async with at_home() as (browser, place):
        for number in range(200):
            await place.store.put("outside-share", f"note-{number}", b'{"whom":"a","what":"","files":"","way":"mail","shared_on":"2026-01-01"}', version=None)  # fmt: skip
        assert (await post(browser, "/access/outside", **NOTE)).status == 400
