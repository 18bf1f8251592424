"""Pages that were left open when the access ended: the first shows how, the others at least that it did."""

from proxy.core.record import Draft
from tests.visit.place import Place


async def test_of_several_open_pages_each_says_that_the_access_has_ended(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    await place.store.end(minted.grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
    first = await place.get("/visit/ended", cookie=cookie)
    assert "Check number" in first.text
    for left in (cookie, ""):
        page = await place.get("/visit/ended", cookie=left)
        assert page.status == 401
        assert "This access has ended here" in page.text
        assert "ask the person who shared" in page.text
        assert "storage" in page.headers["Clear-Site-Data"]
        assert 'name="passcode"' not in page.text


async def test_who_is_still_signed_in_finds_the_home_page(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    page = await place.get("/visit/ended", cookie=cookie)
    assert page.status == 200
    assert "What is not shared" in page.text
