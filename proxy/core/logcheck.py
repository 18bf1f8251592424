"""Checking a copy of a log against its receipt, and saying what is wrong with it: which line, and what happened to it.

Rules of this file: pure. The check number alone proves whether a copy is right. Where the log itself is still there,
it also shows which line was touched. The first thing that is wrong is told.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from proxy.core.record import GENESIS
from proxy.core.tongue import _


@dataclass(frozen=True, slots=True)
class Claim:
    """What a receipt states: so many records of this grant have this check number."""

    grant: str
    length: int
    head: str
    final: bool
    """Whether the log was sealed then: nothing can have been added since."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence for the owner, with `%(name)s` for what varies."""

    ok: bool
    text: str
    values: Mapping[str, int] = field(default_factory=dict)


class _Line(msgspec.Struct):
    n: int
    grant: str


_read: Final = msgspec.json.Decoder(_Line).decode


def heads_of(bodies: Sequence[bytes]) -> list[str]:
    """Give the check number after each line."""
    heads, current = [], GENESIS
    for body in bodies:
        current = hashlib.sha256(current + body).digest()
        heads.append(current.hex())
    return heads


def check_copy(bodies: Sequence[bytes], claim: Claim, original: Sequence[bytes] = ()) -> Finding:
    """Check a copy, line by line as exported. `original` is the log as it is kept, as far as there is one."""
    if not bodies:
        return Finding(False, _("There is no line in it."))
    lines: list[_Line] = []
    for number, body in enumerate(bodies, 1):
        try:
            lines.append(_read(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Finding(False, _("Line %(line)s is not a record of an access log."), {"line": number})
    wrong = _foreign(lines, claim) or _misplaced([line.n for line in lines])
    return wrong or _changed(bodies, claim, original) or _right(bodies, claim)


def _foreign(lines: Sequence[_Line], claim: Claim) -> Finding | None:
    strange = [number for number, line in enumerate(lines, 1) if line.grant != claim.grant]
    if len(strange) == len(lines):
        return Finding(False, _("This is the log of another share."))
    return (
        Finding(False, _("Line %(line)s belongs to another share."), {"line": strange[0]})
        if strange
        else None
    )


def _misplaced(numbers: Sequence[int]) -> Finding | None:
    """Compare the numbers that the lines bear with where they stand."""
    wrong = [place for place, number in enumerate(numbers, 1) if place != number]
    if not wrong:
        return None
    first, last = wrong[0], wrong[-1]
    if sorted(numbers) == list(range(1, len(numbers) + 1)):
        if len(wrong) == 2:  # noqa: PLR2004 - a pair
            return Finding(
                False, _("Lines %(one)s and %(other)s have changed places."), {"one": first, "other": last}
            )
        return Finding(False, _("The lines are not in their order, from line %(line)s on."), {"line": first})
    there = numbers[first - 1]
    if there < first:
        return Finding(False, _("Line %(line)s stands there twice."), {"line": there})
    if there == first + 1:
        return Finding(False, _("Line %(line)s is missing."), {"line": first})
    return Finding(False, _("Lines %(one)s to %(other)s are missing."), {"one": first, "other": there - 1})


def _changed(bodies: Sequence[bytes], claim: Claim, original: Sequence[bytes]) -> Finding | None:
    for number, (body, kept) in enumerate(zip(bodies, original, strict=False), 1):
        if body != kept:
            return Finding(False, _("Line %(line)s was changed."), {"line": number})
    if len(bodies) < claim.length:
        cut = {"one": len(bodies) + 1, "other": claim.length}
        return Finding(False, _("The end is cut off: lines %(one)s to %(other)s are missing."), cut)
    if heads_of(bodies[: claim.length])[-1:] != [claim.head]:
        return Finding(False, _("A line was changed: the check number is not that of these lines."))
    return None


def _right(bodies: Sequence[bytes], claim: Claim) -> Finding:
    more = len(bodies) - claim.length
    if more and claim.final:
        return Finding(
            False, _("Lines were added after the end, from line %(line)s on."), {"line": claim.length + 1}
        )
    if more:
        return Finding(
            True,
            _(
                "The check number belongs to the first %(lines)s lines: none was changed. %(more)s came later."
            ),
            {"lines": claim.length, "more": more},
        )
    return Finding(
        True, _("All %(lines)s lines are as they were: the check number fits."), {"lines": claim.length}
    )
