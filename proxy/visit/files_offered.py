"""Which files a grant's clinician may take home: from its policy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from proxy.core.policy import Policy
from proxy.core.study import hides_basal
from proxy.report.bins import Granularity, allowed
from proxy.report.cover import is_unnamed
from proxy.visit.choices import Choice
from proxy.visit.reading import FILES

REMOVED: Final = ("identifiers", "removed")
"""The parameter, and its value, by which identifiers are left out of a file."""
LETTER: Final = ("paper", "letter")
"""The parameter, and its value, by which a file is set on US Letter in place of A4."""
Kind = Literal["pdf", "pdf-locked", "html", "png", "json", "csv-5min", "csv-15min", "csv-hour", "csv-day"]
_CSV: Final[Mapping[Granularity, tuple[Kind, str]]] = {
    "5min": ("csv-5min", "Table, every 5 minutes (CSV)"),
    "15min": ("csv-15min", "Table, every 15 minutes (CSV)"),
    "hour": ("csv-hour", "Table, hourly (CSV)"),
    "day": ("csv-day", "Table, daily (CSV)"),
}
_PRINTED: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("pdf", "Report (PDF)", "for a record system: not locked"),
    ("pdf-locked", "Report, locked (PDF)", "opens with six words that are shown once"),
    ("html", "Visit file, locked (HTML)", "opens in any browser without internet, with six words that are shown once"),
    ("png", "First page as a picture (PNG)", "not locked"),
)  # fmt: skip
PRINTED: Final[frozenset[Kind]] = frozenset(kind for kind, _, _ in _PRINTED)
"""Files for people: in the reader's language."""
_ON_PAPER: Final[frozenset[Kind]] = frozenset({"pdf", "pdf-locked", "png"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One file: its link, and the same file without identifiers ("" where the policy shows none anyway, or can't)."""

    kind: Kind
    label: str
    hint: str
    address: str
    unnamed: str

    @property
    def letter(self) -> str:
        """Give the address of the same file on US Letter; nothing for what is not on paper."""
        return f"{self.address}&{'='.join(LETTER)}" if self.kind in _ON_PAPER else ""


def files_offered(policy: Policy, choice: Choice) -> tuple[Offer, ...]:
    """List the files, in the order in which they are shown."""
    found: list[tuple[Kind, str, str]] = []
    if "pdf" in policy.exports:
        found += _PRINTED
    if "csv" in policy.exports:
        found += [(*_CSV[granularity], "") for granularity in allowed(policy.detail)]
    if "json" in policy.exports:
        found.append(("json", "Figures for programs (JSON)", ""))
    may = may_remove(policy) and not is_unnamed(policy)
    return tuple(
        Offer(kind, label, hint, _address(choice, kind), _unnamed(choice, kind) if may else "")
        for kind, label, hint in found
    )


def may_remove(policy: Policy) -> bool:
    """Say whether identifiers can be left out on request.

    With the zone its days go, and an offset has others: two files whose averages lie on different days would tell
    what happened in the hour between.
    """
    return policy.detail == "full" and not hides_basal(policy)


def _address(choice: Choice, kind: Kind) -> str:
    return choice.address(f"{FILES}/{kind}")


def _unnamed(choice: Choice, kind: Kind) -> str:
    return f"{_address(choice, kind)}&{'='.join(REMOVED)}"
