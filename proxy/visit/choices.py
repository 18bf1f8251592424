"""What a reader may choose on the summary: days, units, targets. All in the address, units in a cookie too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from proxy.core.study import first_days
from proxy.report.targets import STANDARD, TARGETS, Targets
from proxy.report.words import UNITS, Units

UNITS_COOKIE: Final = "units"
"""The strip on Nightscout's pages sets it too: `mmol` or anything else."""
_UNITS: Final[dict[str, Units]] = {"mgdl": "mg/dL", "mmol": "mmol/L"}


@dataclass(frozen=True, slots=True)
class Choice:
    """How the summary is to be shown; the address says only what is not as it comes first."""

    days: int
    units: Units
    targets: Targets
    first_days: int

    def address(self, path: str = "/visit/summary", **changed: object) -> str:
        """Give the address of the same page, with something chosen otherwise."""
        other = replace(self, **changed)  # type: ignore[arg-type]  # fields of our own, by name
        asked = {
            "days": str(other.days) if other.days != other.first_days else "",
            "units": next(word for word, units in _UNITS.items() if units == other.units),
            "targets": other.targets.name if other.targets != STANDARD else "",
        }
        return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def words(self) -> str:
        """Give the choice for the record: nothing of the reader's own text."""
        return f"days={self.days} units={self.units} targets={self.targets.name}"


def usual_choice(days: int) -> Choice:
    """Give what is shown to who chooses nothing."""
    return Choice(days, UNITS[0], STANDARD, days)


def read_choice(request: web.Request, offered: Sequence[int], usual: str = "") -> Choice:
    """Read the choice of a request; what is not offered is as it comes first. `usual` are the patient's own units."""
    first = first_days(offered)
    days = {str(each): each for each in offered}.get(request.query.get("days", ""), first)
    targets = TARGETS.get(request.query.get("targets", ""), STANDARD)
    return Choice(days, _units(request, usual), targets, first)


def _units(request: web.Request, usual: str) -> Units:
    asked, kept = request.query.get("units", ""), request.cookies.get(UNITS_COOKIE)
    if asked in _UNITS:
        return _UNITS[asked]
    if kept is not None:
        return "mmol/L" if kept == "mmol" else UNITS[0]
    return next((each for each in UNITS if each == usual), UNITS[0])


def keep_units(request: web.Request, response: web.Response, choice: Choice, *, secure: bool) -> None:
    """Keep units that were chosen just now for the other pages: a word, no data of anybody."""
    if request.query.get("units") in _UNITS:
        value = "mmol" if choice.units == "mmol/L" else "mg/dl"
        response.set_cookie(UNITS_COOKIE, value, path="/", secure=secure, samesite="Lax")
