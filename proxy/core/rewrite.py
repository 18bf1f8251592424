"""Nightscout's pages and style sheets, rewritten: our strip added; what acts elsewhere or alone taken out.

Rules of this file: pure, and the same for every reader. What it takes out only keeps a page quiet; what holds is
the policy of content that goes with it: what is not named there does not run, load or leave.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

STRIP: Final = '\n<link rel="stylesheet" href="/visit/strip.css">\n<script src="/visit/strip.js"></script>'
"""First in the head: it runs before Nightscout's own scripts."""

_HEAD: Final = re.compile(r"<head[^>]*>", re.IGNORECASE)
_BODY: Final = re.compile(r"<body[^>]*>", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title>.*?</title>", re.IGNORECASE | re.DOTALL)
_SCRIPT: Final = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.IGNORECASE | re.DOTALL)
_LATE_STYLE: Final = re.compile(r'<link rel="preload" href="(?P<href>[^"]+)" as="style"[^>]*>', re.IGNORECASE)
_SOUND: Final = re.compile(r"<audio\b.*?</audio>", re.IGNORECASE | re.DOTALL)
_FOREIGN_IMPORT: Final = re.compile(r"@import\s+(?:url\(\s*)?[\"']?\s*(?:[a-z]+:)?//[^;]*;", re.IGNORECASE)
_LOADED: Final = re.compile(
    r"""(?P<before><(?:script\b[^>]*?\bsrc|link rel="stylesheet"[^>]*?\bhref)=")(?P<path>[^"?#]+)(?=")""",
    re.IGNORECASE,
)
"""What a page loads before it can begin: scripts and style sheets without a version in their address."""
_OURS: Final = "/visit/"
_NOT_OURS: Final = ("serviceWorker", "loadCSS")
"""Marks of the inline scripts that go: the registering of a service worker (it would keep answers after the end),
and the loader of late styles (they are ordinary ones here, so it has nothing to do)."""

_HANDLERS: Final = (
    *(
        f"Nightscout.predictions.{name}();"
        for name in ("moreBackward", "backward", "reset", "forward", "moreForward")
    ),
    *(f"loopalyzer{name}();" for name in ("MoreBackward", "Backward", "Forward", "MoreForward")),
)
"""What the buttons of two reports say that they do (15.0.x, daytoday.js and loopalyzer.js): no other attribute acts."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A page, and the policy of content that goes with it."""

    html: str
    policy: str


def rewrite_page(html: str) -> Rewritten:
    """Rewrite a page of Nightscout's."""
    html = _TITLE.sub("<title>Nightscout</title>", html, count=1)
    html = _FOREIGN_IMPORT.sub("", _SOUND.sub("", html))
    html = _LATE_STYLE.sub(r'<link rel="stylesheet" href="\g<href>">', html)
    html = _SCRIPT.sub(_without_ours, html)
    html = _HEAD.sub(lambda found: found[0] + STRIP, html, count=1)
    return Rewritten(html, _policy(html))


def linked_files(html: str, path: str) -> tuple[str, ...]:
    """List the scripts and style sheets of Nightscout's that a page at `path` loads, each by its path at the site."""
    found = (urljoin(path, each["path"]) for each in _LOADED.finditer(html))
    return tuple(dict.fromkeys(each for each in found if not each.startswith(_OURS)))


def with_seals(html: str, path: str, seals: Mapping[str, str]) -> str:
    """Add to each address that a page at `path` loads what stands for its content; where that is empty, nothing."""

    def sealed(found: re.Match[str]) -> str:
        seal = seals.get(urljoin(path, found["path"]), "")
        return f"{found[0]}?v={seal}" if seal else found[0]

    return _LOADED.sub(sealed, html)


def with_first_words(html: str, words: str) -> str:
    """Put HTML of ours before everything else that a page shows."""
    return _BODY.sub(lambda found: f"{found[0]}\n{words}", html, count=1)


def rewrite_style(css: str) -> str:
    """Take out of a style sheet what it would load from elsewhere."""
    return _FOREIGN_IMPORT.sub("", css)


def _without_ours(found: re.Match[str]) -> str:
    is_inline = "src=" not in found["attributes"].lower()
    return "" if is_inline and any(mark in found["text"] for mark in _NOT_OURS) else found[0]


def _policy(html: str) -> str:
    hashes = sorted(
        {
            _hash(found["text"])
            for found in _SCRIPT.finditer(html)
            if "src=" not in found["attributes"].lower()
        }
    )
    handlers = sorted(map(_hash, _HANDLERS))
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *hashes, "'unsafe-hashes'", *handlers)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
