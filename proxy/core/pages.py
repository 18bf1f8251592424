"""Which of Nightscout's own pages and files a signed-in browser may have: a closed list of paths.

Rules of this file: a path that does not match here, letter by letter, is no page and no file. What they hold is
public on every Nightscout; what is private comes through the doors.
"""

import re
from dataclasses import dataclass
from typing import Final

FACES: Final = ("bgclock", "clock", "clock-color")
"""The clock faces that Nightscout's menu leads to; any other text would be a face of the reader's making."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name in records, and its path at the site."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class File:
    """A file: its path at the site, and the content types that it may have."""

    path: str
    types: tuple[str, ...]


_PAGES: Final = {
    "/": Page("/", "/"),
    "/report/": Page("/report", "/report/"),
    **{f"/clock/{face}": Page("/clock/{face}", f"/clock/{face}") for face in FACES},
}
MOVED: Final = {"/report": "/report/"}
"""Where Nightscout sends a browser on."""
_SCRIPT: Final[tuple[str, ...]] = ("application/javascript", "text/javascript")
_IMAGES: Final[dict[str, tuple[str, ...]]] = {
    "png": ("image/png",),
    "svg": ("image/svg+xml",),
    "jpg": ("image/jpeg",),
    "gif": ("image/gif",),
    "ico": ("image/x-icon", "image/vnd.microsoft.icon"),
}
_FONTS: Final[dict[str, tuple[str, ...]]] = {
    "woff": ("font/woff", "application/font-woff"),
    "woff2": ("font/woff2",),
    "ttf": ("font/ttf", "application/x-font-ttf"),
}
_STYLES: Final[dict[str, tuple[str, ...]]] = {"css": ("text/css",)}
_FOLDERS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "/bundle/js/": {"js": _SCRIPT},
    "/js/": {"js": _SCRIPT},
    "/report/js/": {"js": _SCRIPT},
    "/report/css/": _STYLES,
    "/css/": _STYLES | _IMAGES,
    "/images/": _IMAGES,
    "/font/": _FONTS,
    "/glyphs/": _STYLES | _FONTS,
    "/colorbrewer/": _STYLES | {"js": _SCRIPT},
    "/translations/": {"json": ("application/json",)},
}
_SINGLE: Final = {
    "/socket.io/socket.io.js": _SCRIPT,
    "/manifest.json": ("application/json",),
    "/favicon.ico": _IMAGES["ico"],
}
_NAME: Final = re.compile(
    r"(?:[A-Za-z0-9_-]{1,64}/){0,3}[A-Za-z0-9_][A-Za-z0-9._-]{0,80}\.(?P<ending>[a-z0-9]{2,5})", re.ASCII
)


def find_page(path: str) -> Page | None:
    """Find the page of a raw, undecoded path."""
    return _PAGES.get(path)


def find_file(path: str) -> File | None:
    """Find the file of a raw, undecoded path."""
    if path in _SINGLE:
        return File(path, _SINGLE[path])
    for folder, endings in _FOLDERS.items():
        if path.startswith(folder):
            name = _NAME.fullmatch(path, len(folder))
            types = endings.get(name["ending"]) if name is not None else None
            return None if types is None else File(path, types)
    return None
