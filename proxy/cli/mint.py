"""`mint` and `preview`: sharing for a visit, and looking at what a clinician would see."""

from typing import Annotated

import typer

from proxy.cli.frame import AsJson, answer, run, settings
from proxy.cli.sharing import as_object, find_policy, in_words, share
from proxy.cli.times import Zone, read_span, required_moment, zone_of
from proxy.core.mint import Times, for_today, for_visit_at
from proxy.core.policy import Policy
from proxy.house import clock, opened
from proxy.owner.giving import PREVIEWED_BY, Share, Wishes, preview_times
from proxy.settings import Settings

MOST_DAYS = 90
_TODAY = "4h"

PolicyName = Annotated[str, typer.Option("--policy", help="A policy's name, or a YAML file.")]
Days = Annotated[
    int | None, typer.Option(help="How many days back; default: what the policy allows, 90 at most.")
]
UrlToken = Annotated[
    bool, typer.Option("--url-token", help="Let tools send the token as ?token= in an address.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(mint)
    app.command()(preview)


def mint(
    clinician: Annotated[str, typer.Option(help="Who this is for, such as “Diabetes clinic”.")],
    policy: PolicyName = "consultant",
    days: Days = None,
    expires: Annotated[
        str, typer.Option(help="How long from the first opening (4h, 2d), or a day or moment (2026-12-01).")
    ] = "",
    for_visit: Annotated[str, typer.Option(metavar="ISO", help="When the visit is (2026-12-01T09:30).")] = "",
    words: Annotated[str, typer.Option(help="Your own words, kept at the beginning of the record.")] = "",
    url_token: UrlToken = False,
    as_json: AsJson = False,
) -> None:
    """Share for a visit: print a link or code, its PIN, and a token for tools. They are shown this once."""
    house = settings()
    found, zone = find_policy(house, policy), zone_of(house)
    wishes = Wishes(found, clinician, days_of(found, days), words, url_token)
    times = times_of(expires, for_visit, now=clock(), zone=zone)
    _print(house, run(_share(house, wishes, times)), as_json=as_json)


def preview(policy: PolicyName = "consultant", days: Days = None, as_json: AsJson = False) -> None:
    """Make a share for yourself, of ten minutes, to see what a clinician would see."""
    house = settings()
    found, now = find_policy(house, policy), clock()
    wishes = Wishes(found, PREVIEWED_BY, days_of(found, days), kind="preview")
    _print(house, run(_share(house, wishes, preview_times(now))), as_json=as_json)


def days_of(policy: Policy, days: int | None) -> int:
    """Give the number of days: as wished, else what the policy allows, but not more than ninety."""
    return min(policy.window, MOST_DAYS) if days is None else days


def times_of(expires: str, for_visit: str, *, now: int, zone: Zone) -> Times:
    """Give a share its times from what was typed. Raises GrantError."""
    span = read_span(expires or _TODAY)
    if for_visit:
        times = for_visit_at(required_moment(for_visit, zone, option="--for-visit"), now)
        if not expires:
            return times
        if span is not None:
            return Times(times.opens_at, span, times.expires_at)
        return Times(times.opens_at, None, required_moment(expires, zone, option="--expires"))
    if span is not None:
        return for_today(now, lasts=span)
    return Times(opens_at=now, lasts=None, expires_at=required_moment(expires, zone, option="--expires"))


async def _share(settings: Settings, wishes: Wishes, times: Times) -> Share:
    async with opened(settings) as house:
        return await share(house, wishes, times)


def _print(settings: Settings, shared: Share, *, as_json: bool) -> None:
    words = in_words(shared, origin=settings.public_origin, zone=zone_of(settings))
    answer(as_object(shared), words, as_json=as_json)
