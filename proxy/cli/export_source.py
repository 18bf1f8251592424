"""Through whose eyes an export is made: a grant's, or those of a policy that nobody holds."""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from proxy.cli.export_files import Form
from proxy.cli.export_spans import Wanted
from proxy.cli.frame import Refused
from proxy.cli.grants import find_visit
from proxy.cli.sharing import find_policy
from proxy.core.grant import Grant
from proxy.core.mint import new_grant
from proxy.core.policy import Policy
from proxy.gate.gate import Gate
from proxy.house import SITE, House
from proxy.owner.giving import PREVIEWED_BY, preview_times
from proxy.report.cover import Cover, is_unnamed
from proxy.report.words import UNITS, Units
from proxy.visit.described import described
from proxy.visit.file_cover import cover_of
from proxy.visit.remarks import remarks_of
from proxy.visit.visit import by_owner


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    grant: str
    policy: str
    wanted: Wanted
    form: Form
    units: Units | None
    """None for those that the owner uses."""
    out: Path


@dataclass(frozen=True, slots=True)
class Source:
    """Through whose eyes: a grant's, or a policy's."""

    grant: Grant
    """As opened. Made up for a policy: it has no id, and nobody holds it."""
    policy: Policy
    cover: Cover


async def source_of(house: House, gate: Gate, asked: Asked) -> Source:
    """Find the grant, or make one up. Raises Refused, PolicyError, GrantError, UpstreamError, StoreUnavailable."""
    if asked.grant:
        found = await find_visit(house, asked.grant)
        if found.state(gate.clock()) == "ended":
            raise Refused(
                "This access has ended: nothing more is made through it. Use --policy for your own files."
            )
        policy = gate.policy(found)
    else:
        policy = find_policy(house.settings, asked.policy)
        found = _made_up(house, policy, gate.clock(), asked)
    if found.opened_at is None or found.zone is None:
        found = replace(found, opened_at=gate.clock(), zone=await gate.zone())
    return Source(found, policy, await _cover(house, found, policy, asked))


def _made_up(house: House, policy: Policy, now: int, asked: Asked) -> Grant:
    """Make a grant that is kept nowhere, for the window and the days that it would show."""
    days = asked.wanted.days or (
        policy.window if asked.wanted.first or policy.detail == "summary" else min(policy.window, 90)
    )
    minted = new_grant(
        policy,
        site=SITE,
        clinician=PREVIEWED_BY,
        days=days,
        times=preview_times(now),
        now=now,
        random=secrets.token_bytes,
        entry_key=house.keys.entry,
        public_url=house.settings.public_origin,
        kind="preview",
    )
    return replace(minted.grant, id="", clinician="")


async def _cover(house: House, grant: Grant, policy: Policy, asked: Asked) -> Cover:
    shared = await by_owner(house.store, described(policy, grant))
    written = await remarks_of(house.store, grant)
    unnamed = asked.form.unnamed or is_unnamed(policy)
    usual = next((each for each in UNITS if each == shared.units), UNITS[0])
    return cover_of(
        grant,
        shared,
        policy,
        written,
        units=asked.units or usual,
        unnamed=unnamed,
        paper=asked.form.paper or shared.paper,
    )
