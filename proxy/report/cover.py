"""What a file says of itself: for whom it was made and when, what it holds and what it doesn't, and its name.

Rules of this file: all of it comes from the policy, the grant and the clock, never from the data (but the days).
Names of files are neutral: they tell what and when, not whose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from proxy.core.labels import classes_shown
from proxy.core.policy import Policy
from proxy.core.tongue import _, say
from proxy.report.localtime import local_time
from proxy.report.model import Summary
from proxy.report.words import Units

Paper = Literal["a4", "us-letter"]
Language = Literal["en", "de"]
LANGUAGES: Final[Mapping[str, Language]] = {"en": "en", "de": "de"}
PAPERS: Final[Mapping[str, Paper]] = {"A4": "a4", "Letter": "us-letter"}
"""Sizes of paper, as people write them."""
TITLE: Final = _("Glucose summary")
SHRED: Final = _("Please shred it, or file it in the medical record.")
NOT_FOR_DOSING: Final = _(
    "From a do-it-yourself system (Nightscout), looked at afterwards: not for dosing, and watched by nobody."
)
INFERRED: Final = (
    "Nightscout does not store whether a system dosed automatically: it is inferred from what was uploaded."
)
HOLES: Final = _(
    "Not shared does not mean that there is none: whether it exists can't be seen here, and it counts nowhere as zero."
)
UNNAMED: Final = (
    _(
        "Identifiers removed: no names of people, record numbers, device names, serial numbers or free text are in this file."
    ),
    _("Times are told with an offset from UTC in place of a time zone."),
    _("This is not anonymous: somebody who knows the person may recognise them by the figures."),
    _("The dates are exact, so it is not de-identified by the safe harbor rule of HIPAA."),
    _("Under the GDPR it is pseudonymised health data: still personal data, and to be kept as such."),
)
"""What "identifiers removed" is, and what it is not."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on a file beside the figures."""

    recipient: str
    """For whom: the name that the owner gave; empty if the owner made it for no visit."""
    visit: str
    """How the visit is called in the access log; empty without one."""
    whose: str
    """Whose data it is, as far as the policy's `identity` tells; else empty."""
    policy: str
    """The policy's title."""
    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    units: Units
    unnamed: bool = False
    """Whether identifiers are removed, so that the file says what that means."""
    zone_shared: bool = True
    notices: tuple[str, ...] = ()
    """What was wrong while it was read: late, failed or old parts."""
    questions: tuple[str, ...] = ()
    """What the patient wants to ask, in their own words."""
    remarks: tuple[tuple[str, str], ...] = ()
    """(when, words): what the patient wrote for this visit."""
    paper: Paper = "a4"
    language: Language = "en"
    """In which it is written, if it is for people."""
    equipment: tuple[tuple[str, str], ...] = ()
    """(what it is, its name): what the patient uses, as they wrote it."""

    @property
    def made_for(self) -> str:
        """Say for whom."""
        if not self.recipient:
            return say("Made by the person whose data it is")
        return say("Made for %(name)s", name=self.recipient)

    @property
    def person(self) -> str:
        """Say whose it is."""
        return self.whose or say("Not named: ask the person who shared it")


_NAMING: Final = frozenset({"text", "chat", "identifier"})


def is_unnamed(policy: Policy) -> bool:
    """Say whether a policy shows no identifiers at all: no name, zone, id, serial number or free text."""
    return policy.identity == "nothing" and policy.timezone != "site" and not classes_shown(policy) & _NAMING


def zone_words(summary: Summary, *, shared: bool) -> str:
    """Say in which time zone times are told."""
    if not shared:
        return say("Times are in %(zone)s: the patient's time zone is not shared.", zone=summary.zone)
    if not summary.zone_known:
        return say("Times are in UTC: the patient's time zone is not known.")
    return say("Times are the patient's local time (%(zone)s).", zone=summary.zone)


def made_on(summary: Summary) -> date:
    """Give the day on which a summary was made, by its own zone."""
    return local_time(summary.zone, summary.now_ms, summary.now_ms).day_of(summary.now_ms)


def file_name(day: date, ending: str, detail: str = "") -> str:
    """Name a file: `glucose-2026-11-22.pdf`, `glucose-2026-11-22-hour.csv`."""
    return f"glucose-{day.isoformat()}{'-' if detail else ''}{detail}.{ending}"
