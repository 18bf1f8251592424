"""What the owner asked for on “Share for a visit”: read from the form, kept for the next time, turned into wishes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from proxy.core.adjusted import SWITCHES, adjusted, identified, is_on
from proxy.core.errors import GrantError
from proxy.core.grant import HOUR
from proxy.core.mint import Times, for_today, for_visit_at
from proxy.core.policy import IDENTITIES, SUMMARY_WINDOWS, Identity, Policy
from proxy.core.policyfile import parse
from proxy.owner.console import Console
from proxy.owner.forms import Form
from proxy.owner.giving import Wishes
from proxy.owner.words import _

Until = Literal["today", "visit", "day"]
Way = Literal["room", "send", "phone", "pair"]

DAYS: Final = (7, 14, 30, 90)
"""Offered beside whatever was chosen last time."""
TODAY: Final = 4 * HOUR
_MOST_WORDS: Final = 2_500
_UNTIL: Final[dict[str, Until]] = {"today": "today", "visit": "visit", "day": "day"}
_WAYS: Final[dict[str, Way]] = {"room": "room", "send": "send", "phone": "phone", "pair": "pair"}
_ODD_DAYS: Final = _("Averages are made for 7, 14, 30 or 90 days; please choose one of these.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A share as it was asked for; without the dates it is kept, so that the next one begins with it."""

    clinician: str = ""
    policy: str = "consultant"
    days: int = 14
    until: Until = "today"
    visit_at: str = ""
    """Local, as browsers write it: `2026-12-01T09:30`."""
    last_day: str = ""
    zone: str = ""
    """The zone of the owner's device, if its script told it."""
    words: str = ""
    ask_first: bool = False
    token: bool = False
    way: Way = "room"
    identity: Identity | None = None
    """How much is told of who the owner is; None if it is as the policy says."""
    switches: tuple[str, ...] | None = None
    """What is switched on, if this is no longer the policy as it is."""

    @property
    def lasting(self) -> "Asked":
        """What is worth keeping for the next time."""
        # A computer that was scanned, or the phone that was handed over, is not the way to begin the next time.
        way = self.way if self.way in ("room", "send") else "room"
        return replace(self, visit_at="", last_day="", zone="", way=way)


def read_asked(form: Form) -> Asked:
    """Read the form. Nothing is refused here: what can't be meant is left empty, and is told with all other faults."""
    policy, ticked = form.get("policy"), form.all("switch")
    days = form.get("other_days") or form.get("days")
    return Asked(
        clinician=form.get("clinician")[:500],
        policy=policy[:100],
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,  # noqa: PLR2004 - digits
        until=_UNTIL.get(form.get("until"), "today"),
        visit_at=form.get("visit_at")[:40],
        last_day=form.get("last_day")[:40],
        zone=form.get("zone")[:60],
        words=form.get("words")[:_MOST_WORDS],
        ask_first="ask_first" in form,
        token="token" in form and "ask_first" not in form,
        way=_WAYS.get(form.get("way"), "room"),
        identity=next((each for each in IDENTITIES if each == form.get("identity")), None),
        # Switches were set for one policy: with another one they would show what nobody chose.
        switches=tuple(each.key for each in SWITCHES if each.key in ticked)
        if policy and form.get("adjusted") == policy
        else None,
    )


def chosen(policies: Sequence[Policy], asked: Asked) -> Policy:
    """Give the policy of a share, adjusted if it was. Raises GrantError."""
    policy = next((each for each in policies if each.name == asked.policy), None)
    if policy is None:
        raise GrantError(_("Choose what to share."))
    if asked.switches is not None:
        policy = _again(policy, adjusted(policy, frozenset(asked.switches)))
    return policy if asked.identity is None else _again(policy, identified(policy, asked.identity))


def _again(policy: Policy, text: str) -> Policy:
    return policy if text == policy.text else parse(text, file="this share")


def checked(policies: Sequence[Policy], asked: Asked) -> Policy:
    """Give the policy of a share whose days it can show. Raises GrantError, PolicyError."""
    policy = chosen(policies, asked)
    if policy.detail == "summary" and asked.days not in SUMMARY_WINDOWS:
        raise GrantError(_ODD_DAYS)
    return policy


def switched_on(policy: Policy) -> tuple[str, ...]:
    """Give what is switched on in a policy as it is."""
    return tuple(each.key for each in SWITCHES if is_on(policy, each.key))


async def wishes_of(console: Console, asked: Asked, *, now: int) -> tuple[Wishes, Times]:
    """Turn what was asked for into wishes. Raises GrantError, PolicyError, UpstreamError."""
    policy = checked(console.policies(), asked)
    times = for_today(now, lasts=TODAY) if asked.until == "today" else await _dated(console, asked, now)
    return Wishes(policy, asked.clinician, asked.days, asked.words), times


async def _dated(console: Console, asked: Asked, now: int) -> Times:
    zone = ZoneInfo(asked.zone if asked.zone in available_timezones() else await console.zone())
    if asked.until == "visit":
        return for_visit_at(_moment(asked.visit_at, zone), now)
    return Times(opens_at=now, lasts=None, expires_at=_end_of(asked.last_day, zone))


def _moment(text: str, zone: ZoneInfo) -> int:
    try:
        return _milliseconds(datetime.fromisoformat(text).replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise GrantError(_("Say on which day and at what time the visit is.")) from error


def _end_of(text: str, zone: ZoneInfo) -> int:
    try:
        following = date.fromisoformat(text) + timedelta(days=1)
        return _milliseconds(datetime(following.year, following.month, following.day, tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise GrantError(_("Say until which day the access lasts.")) from error


def _milliseconds(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1000)
