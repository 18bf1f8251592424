"""Where no phone could reach the console, no code to scan is offered or made."""

from tests.visit.place import Place


async def test_without_a_console_within_reach_nothing_is_offered(place: Place) -> None:
    page = await place.get("/visit")
    assert "code to scan" not in page.text
    answer = await place.post("/visit/pairing", {"go": "on"})
    assert (answer.status, answer.headers["Location"]) == (303, "/visit")
    assert answer.cookies == {}


async def test_who_does_not_wait_has_no_waiting_page(place: Place) -> None:
    assert (await place.get("/visit/waiting")).status == 303
    assert (await place.get("/visit/waiting/state")).text == '{"state":"gone"}'
    assert (await place.post("/visit/waiting", {"go": "on"})).status == 401
    assert (await place.post("/visit/handed", {"ticket": "nonsense"})).status == 401


async def test_the_page_for_who_comes_from_the_console_shows_nothing(place: Place) -> None:
    page = await place.get("/visit/handed")
    assert page.status == 200
    assert "connect-src" not in page.headers["Content-Security-Policy"]
