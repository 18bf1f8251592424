"""Pages that were left open when the access ended: each shows how, whichever comes first; much later, that it did."""

from proxy.core.mint import Minted
from proxy.core.record import Draft
from proxy.core.session import IDLE
from tests.visit.place import Answer, Place

ENDED = "/visit/ended"


async def ended_meanwhile(place: Place) -> tuple[Minted, str]:
    """Sign in, and end the access from the other side; give the cookie that is still in the browser."""
    minted = await place.mint()
    cookie = await place.enter(minted)
    await place.store.end(minted.grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
    return minted, cookie


async def left(place: Place, answer: Answer) -> Answer:
    """Come with what an answer left in the browser."""
    kept = "; ".join(f"{name}={value}" for name, value in answer.cookies.items() if value)
    return await place.get(ENDED, headers={"Cookie": kept})


async def test_of_several_open_pages_each_shows_how_the_access_ended(place: Place) -> None:
    minted, cookie = await ended_meanwhile(place)
    first = await place.get(ENDED, cookie=cookie)
    at_the_same_time = await place.get(ENDED, cookie=cookie)
    later = await left(place, first)
    for page in (first, at_the_same_time, later):
        assert page.status == 401
        assert "The person who shared ended it on" in page.text
        assert (await place.grant(minted)).head in page.text
        assert "storage" in page.headers["Clear-Site-Data"]
        assert page.cookies["chaperone"] == ""


async def test_what_is_left_in_the_browser_is_for_that_page_alone_and_until_it_is_closed(
    place: Place,
) -> None:
    _, cookie = await ended_meanwhile(place)
    first = await place.get(ENDED, cookie=cookie)
    kept = next(each for each in first.headers.getall("Set-Cookie") if each.startswith("visit-left"))  # type: ignore[attr-defined]  # they are aiohttp's
    assert set(kept.split("; ")[1:]) == {"Path=/visit/ended", "HttpOnly", "SameSite=Lax"}
    assert "visit-left" not in (await left(place, first)).cookies
    assert "visit-left" not in (await place.get(ENDED)).cookies


async def test_later_a_page_knows_only_that_it_is_over_and_what_to_do(place: Place) -> None:
    _, cookie = await ended_meanwhile(place)
    first = await place.get(ENDED, cookie=cookie)
    place.clock.now += IDLE
    for page in (await left(place, first), await place.get(ENDED, cookie=cookie), await place.get(ENDED)):
        assert page.status == 401
        assert "This access has ended here" in page.text
        assert "ask the person who shared" in page.text
        assert "storage" in page.headers["Clear-Site-Data"]
        assert 'name="passcode"' not in page.text


async def test_what_was_closed_on_this_computer_is_not_shown_by_what_another_visit_left(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    page = await place.get(ENDED, headers={"Cookie": f"visit-left={cookie}"})
    assert page.status == 401
    assert "This access has ended here" in page.text


async def test_who_is_still_signed_in_finds_the_home_page(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    page = await place.get(ENDED, cookie=cookie)
    assert page.status == 200
    assert "What is not shared" in page.text
