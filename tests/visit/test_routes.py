from html.parser import HTMLParser

import pytest

from proxy.core.headers import PAGE, PRIVATE
from tests.visit.place import Place, opened


class Page(HTMLParser):
    """Reads a page for what a browser would fetch, run or send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.inline: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in = tag
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        self.fetched += [
            value for name in ("src", "href", "action") if (value := given.get(name)) is not None
        ]
        if tag == "label":
            self.labelled.add(given.get("for") or "")
        if tag == "input" and given.get("type") != "hidden":
            self.fields.add(given.get("id") or "")

    def handle_data(self, data: str) -> None:
        if self._in in ("script", "style") and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


async def every_page(place: Place) -> dict[str, tuple[int, dict[str, str], str]]:
    minted = await place.mint()
    cookie = await place.enter(minted)
    other = await place.enter(minted)
    answers = {
        "front": await place.get("/"),
        "entry": await place.get("/visit"),
        "home": await place.get("/visit/home", cookie=cookie),
        "nobody": await place.get("/visit/home"),
        "whoami": await place.get("/visit/whoami", cookie=cookie),
        "unknown": await place.get("/visit/whoami"),
        "closed": await place.get("/visit/closed"),
        "foreign": await place.post("/visit", {"code": "x"}, origin="null"),
        "wrong": await place.try_pin(minted, "1"),
        "close": await place.post("/visit/close", {"csrf": await place.csrf(other)}, cookie=other),
        "finish": await place.post("/visit/finish", {"csrf": await place.csrf(cookie)}, cookie=cookie),
        "ended": await place.try_pin(minted, minted.passcode),
    }
    place.store.fails = {"*"}
    answers["fault"] = await place.get("/visit", cookie=cookie)
    return {name: (answer.status, dict(answer.headers), answer.text) for name, answer in answers.items()}


async def test_every_answer_is_private_and_of_one_piece(place: Place) -> None:
    for name, (status, headers, text) in (await every_page(place)).items():
        expected = PRIVATE if text.startswith("{") else PAGE
        assert {key: headers.get(key) for key in expected} == dict(expected), (name, status)
        assert "Content-Encoding" not in headers, name


async def test_every_page_is_without_inline_code_and_fetches_only_from_here(place: Place) -> None:
    for name, (_, headers, text) in (await every_page(place)).items():
        if "text/html" not in headers.get("Content-Type", ""):
            continue
        page = Page(text)
        assert page.inline == [], name
        assert all(target.startswith("/visit") for target in page.fetched), (name, page.fetched)
        assert page.fields <= page.labelled, name
        assert '<html lang="en">' in text
        assert text.count("<h1>") == 1, name


async def test_a_page_asked_for_with_gzip_is_still_not_compressed(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    answer = await place.get("/visit/home", cookie=cookie, headers={"Accept-Encoding": "gzip, br, deflate"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("path", "kind"),
    [("style.css", "text/css"), ("entry.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
)
async def test_the_few_files_are_served_to_everyone_with_their_kind(
    place: Place, path: str, kind: str
) -> None:
    answer = await place.get(f"/visit/{path}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")


async def test_nothing_else_is_served_from_the_folder(place: Place) -> None:
    for path in ("entry.html", "../routes.py", "%2e%2e/routes.py", "templates/base.html", ""):
        assert (await place.get(f"/visit/{path}")).status == 404


async def test_the_style_is_read_by_browsers_of_2023(place: Place) -> None:
    style = (await place.get("/visit/style.css")).text
    for news in (":has(", "color-mix(", "light-dark(", "@layer", "@scope", "@import", "url("):
        assert news not in style.split("*/", 1)[1]


async def test_a_faulty_store_is_told_in_plain_words() -> None:
    async with opened() as place:
        place.store.fails = {"*"}
        answer = await place.get("/visit/home", cookie="A" * 22)
        assert answer.status == 503
        assert "Wait a moment and try again" in answer.text
        assert "Reference: r1" in answer.text
