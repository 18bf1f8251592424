"""The record: one hash chain per grant.

Rules of this file: a record is the exact bytes that are stored and exported; nothing is hashed that is not
stored. Records hold no health value, no token, no raw query. No floats, so that every implementation writes
the same bytes. head = SHA-256(previous head ‖ bytes), the first head being 32 zero bytes.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

GENESIS = bytes(32)

Kind = Literal[
    "consent",  # the owner's words at minting, with policy, window and end: the first record
    "opened",  # first opening: the window of time begins
    "sign_in",  # a sign-in attempt on this grant, and how it went
    "answer",  # an answer with data, or an authored one
    "refusal",  # a refusal to a valid token
    "begun",  # a long answer: before its first byte
    "part",  # a long answer: cumulative rows and bytes, before each further 4 MB
    "sent",  # a long answer: complete
    "cut",  # a long answer: ended early
    "asked",  # the clinician asked for more; that the answer was no is on the owner's chain only
    "extended",
    "closed",  # the clinician ended the session of one browser; the access goes on
    "entry_closed",  # ten wrong PINs
    "new_pin",
    "told",  # the owner changed words of their own that the clinician reads: counts and a hash, no words
    "reshaped",  # the owner replaced what is shared: policy and days
    "ended",  # the seal: expired, revoked or finished
    "owner",  # the owner's own chain
]

Value = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be recorded; the store adds the sequence number and the chain."""

    kind: Kind
    at: int
    """Epoch milliseconds, from the injected clock."""
    fields: Mapping[str, Value]
    """door, query, status, rows, bytes, view, request_id, device, address … as far as they apply."""


@dataclass(frozen=True, slots=True)
class Record:
    """One stored record: its exact bytes and the head after it."""

    number: int
    body: bytes
    head: str


_encode = msgspec.json.Encoder(order="sorted").encode


def write(draft: Draft, *, site: str, grant: str, number: int, head: bytes) -> Record:
    """Write the record that follows `head`.

    `number` counts from 1 within the chain. The bytes are UTF-8 JSON with sorted keys and no floats.
    """
    body = _encode(
        {**draft.fields, "kind": draft.kind, "at": draft.at, "site": site, "grant": grant, "n": number}
    )
    return Record(number, body, hashlib.sha256(head + body).hexdigest())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a chain, or nothing."""

    ok: bool
    message: str
    head: str
    length: int


def verify(bodies: Iterable[bytes], *, head: str | None = None, grant: str | None = None) -> Verdict:
    """Check a whole chain, offline, from its exported bodies.

    `head` is the check number on the receipt: without it a cut tail can't be noticed. Says the first thing
    that is wrong, in words for a person.
    """
    current, length = GENESIS, 0
    for body in bodies:
        length += 1
        try:
            fields = msgspec.json.decode(body, type=dict[str, str | int | bool | None])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Verdict(False, f"Line {length} is not a record.", current.hex(), length)
        if fields.get("n") != length or fields["n"] is True:
            return Verdict(
                False,
                f"Line {length} has number {fields.get('n')}: one is missing or moved.",
                current.hex(),
                length,
            )
        if grant is not None and fields.get("grant") != grant:
            return Verdict(False, f"Line {length} belongs to another grant.", current.hex(), length)
        current = hashlib.sha256(current + body).digest()
    if head is not None and current.hex() != head:
        return Verdict(
            False, "The check number differs: a line was changed, removed or added.", current.hex(), length
        )
    return Verdict(True, f"{length} records, unbroken.", current.hex(), length)
