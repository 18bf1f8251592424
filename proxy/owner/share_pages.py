"""The two pages on which a share is put together: the one screen, and the switches of “Adjust for this visit”."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from proxy.core.adjusted import SWITCHES, can_switch_on
from proxy.core.labels import labels
from proxy.core.mint import NAME_LENGTH, WORDS_LENGTH
from proxy.core.owners import new_secret
from proxy.core.policy import SUMMARY_WINDOWS, Policy
from proxy.core.tally import NEVER, PARTS
from proxy.owner.about_me import levels
from proxy.owner.pairing import Computer
from proxy.owner.remarks_along import waiting_notes
from proxy.owner.share_counts import Counting
from proxy.owner.share_form import DAYS, Asked, switched_on
from proxy.owner.turn import Turn

_MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Preset:
    """A policy in plain words."""

    name: str
    title: str
    shown: Sequence[str]
    withheld: Sequence[str]
    days: Sequence[int]
    """What may be chosen of the usual numbers of days."""
    most_days: int


def preset(policy: Policy) -> Preset:
    """Say what a policy shares: from the policy alone."""
    words = labels(policy)
    usual = SUMMARY_WINDOWS if policy.detail == "summary" else DAYS
    days = [each for each in usual if each <= policy.window]
    return Preset(
        policy.name, policy.title, (*words.shown, words.detail), words.withheld, days, policy.window
    )


async def form_page(
    turn: Turn, asked: Asked, *, faults: Sequence[str] = (), pairing: Computer | None = None
) -> web.Response:
    """Render the one screen, filled in as asked for; `pairing` is the clinic's computer that waits, if one does."""
    policies = sorted(turn.console.policies(), key=lambda each: each.name != "consultant")
    if asked.policy not in {each.name for each in policies} and policies:
        asked = replace(asked, policy=policies[0].name, switches=None)
    refused = turn.console.not_lasting()
    return turn.page(
        "share.html",
        status=400 if faults else 200,
        faults=[*faults, refused] if refused else faults,
        asked=asked,
        presets=[preset(each) for each in policies],
        days=sorted({*DAYS, asked.days} - {0}),
        adjusted=_in_words(policies, asked),
        once=new_secret(turn.console.random),
        pairing=pairing,
        notes=await waiting_notes(turn),
        levels=await levels(turn),
        may_token=turn.console.token_for is not None,
        limits={"name": NAME_LENGTH, "words": WORDS_LENGTH},
    )


def _in_words(policies: Sequence[Policy], asked: Asked) -> str:
    """Say how the policy was adjusted last time; empty if it was not."""
    policy = next((each for each in policies if each.name == asked.policy), None)
    if policy is None or asked.switches is None:
        return ""
    before = set(switched_on(policy))
    parts = [
        f"{'+' if each.key in asked.switches else _MINUS} {each.words}"
        for each in SWITCHES
        if (each.key in asked.switches) != (each.key in before)
    ]
    return ", ".join(parts)


async def adjust_page(
    turn: Turn,
    policy: Policy,
    asked: Asked,
    counting: Counting,
    *,
    faults: Sequence[str] = (),
    pairing: Computer | None = None,
) -> web.Response:
    """Render the switches of a policy, each with what it means for the owner's own data."""
    before = switched_on(policy)
    return turn.page(
        "share_adjust.html",
        status=400 if faults else 200,
        faults=faults,
        asked=asked,
        preset=preset(policy),
        switches=SWITCHES,
        before=before,
        on=before if asked.switches is None else asked.switches,
        may_add=can_switch_on(policy),
        counts=await counting(min(max(asked.days, 1), policy.window)),
        parts=PARTS,
        never=NEVER,
        once=new_secret(turn.console.random),
        pairing=pairing,
        notes=await waiting_notes(turn),
    )
