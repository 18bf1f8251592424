"""What of a study has not arrived, in words: above the page, and in each section that lacks something. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from proxy.core.study import Study
from proxy.core.tongue import say
from proxy.report.holes import holes_of
from proxy.report.model import Summary

LATE: Final = "Nightscout is still sending this. The page asks again by itself."
FAILED: Final = "This could not be read: Nightscout did not answer. Reload the page to try again."
_SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "glucose": ("entries",),
    "insulin": ("treatments", "profile"),
    "automation": ("devicestatus", "treatments"),
    "settings": ("profile",),
    "events": ("treatments", "entries"),
}


def notices_of(study: Study) -> tuple[str, ...]:
    """Say what holds for all of the page."""
    found = []
    if study.failed:
        found.append(
            say("Nightscout did not answer everything just now. What came is shown; what is missing says so.")
        )
    elif study.late or study.comparison_late:
        found.append(say("Nightscout is still sending some of the data. This page asks again by itself."))
    if study.stale:
        found.append(
            say(
                "Nightscout answers slowly just now: the newest readings may be missing. Reload to look again."
            )
        )
    return tuple(found)


def holes_in(summary: Summary, study: Study) -> Mapping[str, str]:
    """Say, by section, what is not shared, and else what did not come."""
    holes = dict(holes_of(summary))
    for section, needed in _SECTIONS.items():
        if section in holes:
            continue
        if study.failed & set(needed):
            holes[section] = say(FAILED)
        elif study.late & set(needed):
            holes[section] = say(LATE)
    return holes
