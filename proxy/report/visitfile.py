"""The encrypted visit file: one HTML file with summary and charts that opens in any browser, without a network.

For hospital networks that block our address. What is readable without the passphrase: that it is a glucose summary,
the day on which it was made, and how it is locked. It can't be taken back, and says so.
"""

import hashlib
from base64 import b64encode
from dataclasses import asdict
from importlib.resources import files
from typing import Final

import jinja2
import msgspec

from proxy.core.tongue import grouped, say
from proxy.report.booklet import booklet_of
from proxy.report.cover import Cover
from proxy.report.glossary import explained
from proxy.report.model import Summary
from proxy.report.passwords import ROUNDS, RandomBytes, Sealed, seal

_ROOM: Final = "templates"


def visit_file(
    summary: Summary, cover: Cover, words: str, *, random: RandomBytes, rounds: int = ROUNDS
) -> bytes:
    """Make the file that the passphrase `words` opens. Takes half a second, most of it for the key."""
    page = booklet_of(summary, cover)
    inside = _render("visitfile_inside.html", page=page, **explained())
    sealed = seal(inside.encode(), words, random=random, rounds=rounds)
    style, script = _read("visitfile.css"), _read("visitfile.js")
    return _render(
        "visitfile.html",
        made_on=page.made_on,
        language=page.language,
        region=page.region,
        rounds=grouped(rounds),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        sealed=_json(sealed),
    ).encode()


def _json(sealed: Sealed) -> str:
    """Write what is sealed for a script element: base64 and numbers have nothing that could end it."""
    told = {
        name: b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in asdict(sealed).items()
    }
    return msgspec.json.encode(told).decode()


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _render(template: str, **values: object) -> str:
    setting = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return setting.from_string(_read(template)).render(say=say, **values)


def _read(name: str) -> str:
    return files("proxy.report").joinpath(_ROOM, name).read_text(encoding="utf-8")
