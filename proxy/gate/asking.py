"""What we keep of a request: who asks from where, in the coarse form that may be recorded."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl

from aiohttp import web

from proxy.core.errors import QueryError
from proxy.core.record import Draft, Kind, Value
from proxy.locale.marked import _

_PATH = re.compile(
    r"/(?:[A-Za-z0-9_~$,-][A-Za-z0-9._~$,-]*(?:/[A-Za-z0-9_~$,-][A-Za-z0-9._~$,-]*)*/?)?", re.ASCII
)
MOST_PARAMETERS = 40
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows PC"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux PC"),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request, as the record knows it."""

    request_id: str
    at: int
    path: str = field(repr=False)
    query: str = field(repr=False)
    """These two may hold a token: they stand in no `repr`, and so in no traceback."""
    device: str
    address: str
    head: bool
    _parsed: list[Sequence[tuple[str, str]]] = field(default_factory=list, repr=False, compare=False)
    """The query once it has been parsed: several steps look at it."""

    def draft(self, kind: Kind, at: int, **fields: Value) -> Draft:
        """Write down what is recorded of this request, at the moment of recording: an ending may have come since."""
        known: dict[str, Value] = {
            "request_id": self.request_id,
            "device": self.device,
            "address": self.address,
        }
        if self.head:
            known["method"] = "HEAD"
        return Draft(kind, at, known | fields)

    def may_name(self, word: str) -> bool:
        """Say whether the query could name a parameter so, without parsing it: letters can only be disguised by %."""
        return word in self.query or "%" in self.query

    def lenient_parameters(self) -> Sequence[tuple[str, str]]:
        """Parse the query as far as it goes, to look for a credential in it."""
        try:
            return self.parameters()
        except QueryError:
            return []

    def parameters(self) -> Sequence[tuple[str, str]]:
        """Parse the query strictly. Raises QueryError."""
        if not self.query:
            return ()
        if not self._parsed:
            self._parsed.append(_parse(self.query))
        return self._parsed[0]


def _parse(query: str) -> Sequence[tuple[str, str]]:
    try:
        return parse_qsl(
            query,
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise QueryError(_("This address has a part that can't be read.")) from error


def plain_path(raw: str) -> str | None:
    """Give the path of a raw request target if it is plain; None for encoded, doubled, dotted or foreign ones."""
    path = raw.partition("?")[0]
    return path if _PATH.fullmatch(path) else None


def asking(request: web.Request, *, now: int, request_id: str, trusted: Sequence[str]) -> Asking:
    """Read the facts of a request."""
    return Asking(
        request_id=request_id,
        at=now,
        path=plain_path(request.raw_path) or "",
        query=request.raw_path.partition("?")[2],
        device=_device(request.headers.get("User-Agent", "")),
        address=coarse(_peer(request, trusted)),
        head=request.method == "HEAD",
    )


def _device(agent: str) -> str:
    return next((name for mark, name in _DEVICES if mark in agent), "tool")


def _peer(request: web.Request, trusted: Sequence[str]) -> str:
    peer = request.remote or ""
    if peer not in trusted:
        return peer
    # The proxy nearest to us appends: the last address that is not one of ours is the visitor's.
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if hop not in trusted), peer)


@lru_cache(maxsize=1024)
def coarse(address: str) -> str:
    """Give the network of an address, /24 or /48: enough to tell a clinic from a stranger."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    bits = 24 if parsed.version == 4 else 48  # noqa: PLR2004 - IPv4
    return str(ipaddress.ip_network((parsed, bits), strict=False))
