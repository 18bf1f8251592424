"""The pages and files of Nightscout that a browser may have, and nothing beside them."""

import pytest

from proxy.core.pages import find_file, find_page


@pytest.mark.parametrize("path", ["/", "/report/", "/clock/bgclock", "/clock/clock", "/clock/clock-color"])
def test_the_pages_of_the_list_are_found(path: str) -> None:
    page = find_page(path)
    assert page is not None
    assert page.path == path


@pytest.mark.parametrize(
    "path",
    [
        "/profile",
        "/food",
        "/admin/",
        "/split",
        "/api-docs/",
        "/report/x",
        "/clock/config",
        "/clock/",
        "/clock/a",
        "//",
        "/sw.js",
    ],
)
def test_no_other_page_is(path: str) -> None:
    assert find_page(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "/bundle/js/bundle.app.js",
        "/css/main.css",
        "/css/ui-darkness/images/ui-icons_ffffff_256x240.png",
        "/report/js/loopalyzer.js",
        "/translations/en/en.json",
        "/socket.io/socket.io.js",
        "/manifest.json",
        "/glyphs/font/fontello.woff",
    ],
)
def test_the_files_of_the_pages_are_found(path: str) -> None:
    file = find_file(path)
    assert file is not None
    assert file.path == path


@pytest.mark.parametrize(
    "path",
    [
        "/sw.js",
        "/bundle/js/bundle.app.js.map",
        "/bundle/js/",
        "/bundle/bundle.app.js",
        "/images/demo.html",
        "/translations/en/en.js",
        "/css/../admin/js/admin.js",
        "/css/%2e%2e/x.css",
        "/admin/js/admin.js",
        "/socket.io/socket.io.msgpack.min.js",
        "/css/main.css\n",
        "/CSS/main.css",
        "/audio/alarm.mp3",
        "/api/v1/entries.json",
    ],
)
def test_no_other_file_is(path: str) -> None:
    assert find_file(path) is None
