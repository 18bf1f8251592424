"""What a text looks like: a name, a phone number, a mail or street address, a serial number, a key. For owners' eyes only.

Rules of this file: pure. It errs towards saying so; that a text looks like nothing here means nothing. Libraries were
weighed: a phone number without a country is not told from other digits by any of them, names are found by none that
fits on a small machine, and mails and keys need a line each.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

SORTS: Final = ("name", "mail", "phone", "address", "place", "web", "serial", "key")
SCANNED: Final = 2_000
"""Letters of a text that are looked at."""

_MAIL: Final = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE: Final = re.compile(r"(?<![\w.:+-])(?:\+|00?)[1-9][\d ()/-]{5,20}\d(?![\w.:])")
_WEB: Final = re.compile(
    r"\bhttps?://\S|\bwww\.\w|(?<![\w.])[1-9]\d{1,2}\.(?:\d{1,3}\.){2}\d{1,3}(?![\w.-])", re.IGNORECASE
)
_STREET: Final = re.compile(
    r"\w{3,30}(?:stra(?:ß|ss)e|weg|platz|gasse|allee|laan|straat)\.? ?\d{1,4}\b"
    r"|\b(?:rue|via|calle|avenue|plaza) \w+"
    r"|\b\d{1,5} (?:\w+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|close|court|way|square)\b",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(
    r"\b(?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic|Indian|Arctic|Antarctica)/[A-Z]\w+"
)
_NAMED: Final = re.compile(
    r"\b(?:sn|s/n|serial|sensor ?id|transmitter|pump ?id|lot)\b\W{0,3}\w{0,20}\d|[ _#-]\d{5,12}$",
    re.IGNORECASE,
)
_MIXED: Final = re.compile(r"(?<!\w)(?=[A-Z]{0,19}\d)(?=\d{0,19}[A-Z])[A-Z0-9]{6,20}(?!\w)")
_KEY: Final = re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}|(?<![0-9a-fA-F])[0-9a-fA-F]{32,}(?![0-9a-fA-F])")
_WORD: Final = re.compile(r"[\w+/=-]{24,}")
_OWN: Final = re.compile(
    r"\w[\u2019'`]s (?:i?phone|ipad|pixel|galaxy|watch|pump|phone|loop)"
    r"|\b(?:iphone|ipad|pixel|galaxy|watch|handy) (?:von|de|of|di|van) \w"
    r"|\b(?:mum|mom|dad|mama|papa|grandma|grandpa|oma|opa)\b",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Frau|Herr|Mme|Sra?)\.? [A-Z\u00c0-\u00dd]\w")
_PERSONS: Final = (
    "enteredby",
    "enteredvia",
    "author",
    "username",
    "fullname",
    "firstname",
    "lastname",
    "patient",
)
_SERIALS: Final = ("serial", "pumpid", "sensorid", "txid", "transmitterid", "sensor_id", "pumpserial")
_KEYS: Final = ("token", "secret", "apikey", "password", "passwd", "credential", "jwt", "authorization")
_DIGITS: Final = re.compile(r"\d.?\d|[A-Z]\d|\d[A-Z]|\W\w*\d")
_LEAST_KEY: Final = 20
_LEAST_ENTROPY: Final = 4.2
"""Bits a letter: prose and version numbers stay below, random text of this length is above."""
_APPS: Final = re.compile(
    r"loop|openaps|androidaps|aaps|xdrip|trio|freeaps|iaps|nightscout|share2|dexcom|libre|medtronic|minimed|omnipod|dash"
    r"|connect|tidepool|spike|glimp|diabox|juggluco|care ?portal|oref",
    re.IGNORECASE,
)


def looks_like(path: str, text: str) -> list[str]:
    """Give what a text at a path looks like, of SORTS; empty for nothing in particular."""
    text = text[:SCANNED]
    return list(dict.fromkeys([*_by_path(path.lower(), text), *_by_text(text)]))


def _by_path(path: str, text: str) -> Iterator[str]:
    last = path.rpartition(".")[2].removesuffix("[]")
    if not text.strip() or text.lower() in ("true", "false", "none", "unknown"):
        return
    if last in _PERSONS and not _APPS.search(text):
        yield "name"
    if last in _SERIALS:
        yield "serial"
    if any(word in last for word in _KEYS):
        yield "key"


def _by_text(text: str) -> Iterator[str]:
    if _OWN.search(text) or _TITLE.search(text):
        yield "name"
    if "@" in text and _MAIL.search(text):
        yield "mail"
    if _WEB.search(text):
        yield "web"
    if len(text) >= _LEAST_KEY and (_KEY.search(text) or any(map(_is_random, _WORD.findall(text)))):
        yield "key"
    if _STREET.search(text):
        yield "address"
    if _ZONE.search(text):
        yield "place"
    # What follows needs digits, and most texts have none.
    if not _DIGITS.search(text):
        return
    if _PHONE.search(text) and not text.isdecimal():
        yield "phone"
    if _MIXED.search(text) or _NAMED.search(text):
        yield "serial"


def _is_random(word: str) -> bool:
    """Say whether a long word is too evenly mixed for a word."""
    if not any(letter.isdigit() for letter in word) or word.count("-") == 4:  # noqa: PLR2004 - a UUID: an id, not a key
        return False
    total = len(word)
    return -sum(n / total * math.log2(n / total) for n in Counter(word).values()) >= _LEAST_ENTROPY


def app_of(text: str) -> str:
    """Name the program in what an uploader calls itself; empty if it is none that is known. Never a person's text."""
    for name, words in _KNOWN_APPS:
        if any(word in text.lower() for word in words):
            return name
    return ""


_KNOWN_APPS: Final = (
    ("AndroidAPS", ("androidaps", "aaps")),
    ("Trio", ("trio",)),
    ("iAPS", ("iaps", "freeaps")),
    ("Loop", ("loop",)),
    ("xDrip", ("xdrip",)),
    ("OpenAPS", ("openaps", "oref")),
    ("Dexcom bridge", ("share2", "dexcom", "dxcm")),
    ("Nightscout", ("nightscout", "careportal", "care portal", "nsclient")),
    ("Libre reader", ("libre", "juggluco", "diabox", "glimp", "spike")),
    ("Medtronic bridge", ("medtronic", "minimed", "connect")),
    ("Tidepool", ("tidepool",)),
)
