"""What is filtered: ninety days of each collection, cut as the proxy fetches it, invented and (if there is one) real."""

import hashlib
import json
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping

import orjson

from proxy.core.plan import Fetch, slices
from proxy.core.tidy import milliseconds
from proxy.demo import generate

DAY = 86_400_000
DAYS = 90
COLLECTIONS = ("entries", "treatments", "devicestatus")
SEED = "chaperone"
_MOST = 100_000

Bodies = Mapping[str, list[bytes]]
"""Per collection its bodies, newest first."""


def demo_rows(now: int) -> dict[str, list[tuple[int, bytes]]]:
    """Give the demo site's rows as (epoch ms, JSON), newest first."""
    site = generate(SEED, now, DAYS)
    found: dict[str, list[tuple[int, bytes]]] = {}
    for name in COLLECTIONS:
        documents = (
            site.devicestatus(now - DAYS * DAY, now) if name == "devicestatus" else site.collections[name]
        )
        rows = [(_at(name, document), orjson.dumps(document)) for document in documents]
        found[name] = sorted(rows, reverse=True)
    return found


def demo_bodies(rows: Mapping[str, list[tuple[int, bytes]]], now: int) -> Bodies:
    """Join rows to the bodies that Nightscout would answer."""
    return {
        name: [
            b"[" + b",".join(text for at, text in rows[name] if since <= at < until) + b"]"
            for since, until in _slices(name, now)
        ]
        for name in rows
    }


def real_bodies(url: str, token: str, now: int) -> Bodies:
    """Fetch them from a running Nightscout, read-only."""
    return {
        name: [_fetched(url, token, Fetch(name, *span, None, _MOST)) for span in _slices(name, now)]
        for name in COLLECTIONS
    }


def _slices(name: str, now: int) -> Iterator[tuple[int, int]]:
    yield from slices(name, now - DAYS * DAY, now, newest_first=True)


def _at(name: str, document: Mapping[str, object]) -> int:
    if name == "entries":
        return int(json.dumps(document["date"]))
    return milliseconds(str(document["created_at"])) or 0


def _fetched(url: str, token: str, fetch: Fetch) -> bytes:
    question = urllib.parse.urlencode(fetch.parameters)
    secret = hashlib.sha1(token.encode()).hexdigest()
    asked = urllib.request.Request(f"{url}{fetch.path}?{question}", headers={"api-secret": secret})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return bytes(answer.read())
