"""“Share for a visit”: one screen that begins with what was shared last, and one tap that makes the grant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from proxy.core.adjusted import SWITCHES, can_switch_on
from proxy.core.errors import GrantError, PolicyError
from proxy.core.grant import Grant
from proxy.core.labels import labels
from proxy.core.mint import NAME_LENGTH, WORDS_LENGTH
from proxy.core.owners import new_secret
from proxy.core.policy import SUMMARY_WINDOWS, Policy
from proxy.core.tally import NEVER, PARTS
from proxy.owner import pages, share_opening, share_shown
from proxy.owner.console import Console
from proxy.owner.giving import Giver, Share, give
from proxy.owner.kept import change, read
from proxy.owner.share_counts import Counting
from proxy.owner.share_form import DAYS, Asked, chosen, read_asked, switched_on, wishes_of
from proxy.owner.share_once import claim, made, release
from proxy.owner.share_opening import wait_for_owner
from proxy.owner.share_shown import shown
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import _

HOME: Final = "/share"
MINUS: Final = "\N{MINUS SIGN}"
_LAST: Final = "last-share"
_TWICE: Final = _("This was sent twice, and is being shared already. Look under “Who has access”.")
_NOTHING: Final = _("Nothing would be left to share. Leave at least one part switched on.")


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


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    counting = Counting(console)

    async def adjust(turn: Turn) -> web.Response:
        return await adjust_page(turn, replace(read_asked(turn.form), switches=None), counting)

    async def share(turn: Turn) -> web.Response:
        return await _share(turn, counting)

    return [
        web.get(HOME, signed_in(console, _show)),
        web.post(HOME, signed_in(console, share, share=True)),
        web.post(f"{HOME}/adjust", signed_in(console, adjust)),
        *share_shown.routes(console),
        *share_opening.routes(console),
    ]


def preset(policy: Policy) -> Preset:
    """Say what a policy shares: from the policy alone."""
    words = labels(policy)
    usual = SUMMARY_WINDOWS if policy.detail == "summary" else DAYS
    days = [each for each in usual if each <= policy.window]
    return Preset(
        policy.name, policy.title, (*words.shown, words.detail), words.withheld, days, policy.window
    )


async def _show(turn: Turn) -> web.Response:
    kept = await read(turn.console.store, _LAST, turn.owner.id, Asked)
    asked = kept.value if kept else Asked()
    again = await turn.console.store.grant(turn.request.query.get("again", ""))
    if again is not None and again.kind == "visit":
        asked = _again(turn, asked, again)
    return await form_page(turn, asked)


def _again(turn: Turn, asked: Asked, grant: Grant) -> Asked:
    """Begin with an earlier share; what was adjusted in it is chosen anew."""
    known = {each.name for each in turn.console.policies()}
    name = grant.policy_name if grant.policy_name in known else asked.policy
    return replace(
        asked, clinician=grant.clinician, policy=name, days=grant.days or asked.days, switches=None
    )


async def form_page(
    turn: Turn, asked: Asked, *, faults: Sequence[str] = (), pairing: object = None
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
        f"{'+' if each.key in asked.switches else MINUS} {each.words}"
        for each in SWITCHES
        if (each.key in asked.switches) != (each.key in before)
    ]
    return ", ".join(parts)


async def adjust_page(
    turn: Turn, asked: Asked, counting: Counting, *, faults: Sequence[str] = ()
) -> web.Response:
    """Render the switches for what was asked for, each with what it means for the owner's own data."""
    try:
        policy = chosen(turn.console.policies(), replace(asked, switches=None))
    except GrantError as error:
        return await form_page(turn, asked, faults=[str(error)])
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
        pairing=turn.form.get("pairing"),
    )


async def _share(turn: Turn, counting: Counting) -> web.Response:
    asked = read_asked(turn.form)
    sent = await claim(turn)
    if sent is not None:
        if sent.grant:
            return pages.see_other(f"{HOME}/{sent.grant}")
        return await form_page(turn, asked, faults=[_TWICE])
    given = await make(turn, asked)
    if not isinstance(given, Share):
        await release(turn)
        if turn.form.get("from") == "adjust" and asked.switches is not None:
            return await adjust_page(turn, asked, counting, faults=given)
        return await form_page(turn, asked, faults=given)
    await made(turn, given.minted.grant.id)
    return await shown(turn, given, asked)


async def make(turn: Turn, asked: Asked) -> Share | Sequence[str]:
    """Make the grant that was asked for, and keep the choices for the next time; else say what is wrong."""
    refused = turn.console.not_lasting()
    if refused:
        return [refused]
    try:
        wishes, times = await wishes_of(turn.console, asked, now=turn.now)
        given = await give(giver(turn, asked), wishes, times)
    except PolicyError:
        return [_NOTHING]
    except GrantError as error:
        return str(error).splitlines()
    await change(turn.console.store, _LAST, turn.owner.id, Asked, lambda _known: asked.lasting)
    return given


def giver(turn: Turn, asked: Asked) -> Giver:
    """Say by whom and where the grant is made."""
    console = turn.console

    async def note(did: str, grant: str) -> None:
        await turn.note(did, grant_of=grant)

    return Giver(
        store=console.store,
        site=console.site,
        clock=console.clock,
        random=console.random,
        entry_key=console.entry_key,
        public_url=console.public_url,
        note=note,
        token_for=console.token_for if asked.token else None,
        before=wait_for_owner(console) if asked.ask_first else None,
    )
