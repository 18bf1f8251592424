"""“About me”: said once, told as far as each policy says. The page shows what a clinic would see before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import available_timezones

from aiohttp import web

from proxy.core.errors import Conflict, GrantEnded, PolicyError
from proxy.core.grant import Grant
from proxy.core.identity import (
    ABOUT_ME,
    LONGEST,
    ME,
    AboutMe,
    Units,
    equipment,
    read_about_me,
    read_birth_date,
    whose,
)
from proxy.core.labels import classes_shown
from proxy.core.plaintext import plain
from proxy.core.policy import IDENTITIES, Identity, Policy
from proxy.core.policyfile import parse
from proxy.core.ports import Document
from proxy.core.record import Draft
from proxy.owner import pages
from proxy.owner.access_shown import visits
from proxy.owner.console import Console
from proxy.owner.kept import write
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME: Final = "/about-me"
_UNITS: Final[dict[str, Units]] = {"": "", "mg/dL": "mg/dL", "mmol/L": "mmol/L"}
_TEXTS: Final = ("name", "clinic_number", "pump", "sensor", "loop_system", "insulin")
_TOO_LONG: Final = Said(_("Each line can have up to %(most)s letters; please shorten it."), {"most": LONGEST})
_BIRTH: Final = Said(_("This is no birth date. Write it as in 1985-03-31."))
_ZONE: Final = Said(_("This time zone is not known. Write it as in Europe/Berlin."))
_MEANWHILE: Final = Said(
    _("This was changed in another window. What is kept now is shown here; change it again.")
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a clinic sees of the owner under one policy, or in one share that is open now."""

    title: str
    whose: str
    equipment: Sequence[tuple[str, str]]
    clinician: str = ""
    """To whom it was shared; empty for a policy that may be shared."""


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(HOME, signed_in(console, _show)),
        web.post(f"{HOME}/look", signed_in(console, _look)),
        # What is open now shows it at once, so this may widen it.
        web.post(HOME, signed_in(console, _keep, share=True)),
    ]


async def _show(turn: Turn) -> web.Response:
    found = await _kept(turn)
    return await _page(turn, read_about_me(found), found, saved="saved" in turn.request.query)


async def _look(turn: Turn) -> web.Response:
    """Show what clinics would see of what was typed; nothing is kept."""
    about, fault = read_form(turn)
    return await _page(turn, about, await _kept(turn), fault=fault, looked=True)


async def _keep(turn: Turn) -> web.Response:
    about, fault = read_form(turn)
    found = await _kept(turn)
    if fault is not None:
        return await _page(turn, about, found, fault=fault)
    if turn.form.get("version") != _version(found):
        return await _late(turn, about, found)
    await turn.note("about me changed")
    await _tell(turn, read_about_me(found), about)
    try:
        await write(turn.console.store, ABOUT_ME, ME, about, version=found.version if found else None)
    except Conflict:
        return await _late(turn, about, await _kept(turn))
    return pages.see_other(f"{HOME}?saved")


async def _late(turn: Turn, about: AboutMe, found: Document | None) -> web.Response:
    """Answer a form behind which something was kept already: what was sent twice, by two taps or by going back, is as wanted."""
    if about == read_about_me(found):
        return pages.see_other(f"{HOME}?saved")
    return await _page(turn, read_about_me(found), found, fault=_MEANWHILE)


async def _tell(turn: Turn, before: AboutMe, after: AboutMe) -> None:
    """Put on the chain of each share that shows something else from now on that it does. No word of it."""
    for grant in await visits(turn.console.store):
        policy = _policy_of(grant)
        if grant.state(turn.now) == "ended" or policy is None:
            continue
        if _seen(policy, before) != _seen(policy, after):
            draft = Draft("told", turn.console.clock(), {"by": "owner", "about": "identity"})
            try:
                await turn.console.store.append(grant.id, draft)
            except GrantEnded:
                continue


async def _page(
    turn: Turn,
    about: AboutMe,
    found: Document | None,
    *,
    fault: Said | None = None,
    looked: bool = False,
    saved: bool = False,
) -> web.Response:
    policies = turn.console.policies()
    return turn.page(
        "about_me.html",
        status=400 if fault else 200,
        fault=fault,
        looked=looked,
        saved=saved,
        about=about,
        # What was typed replaces what the form has shown, not what was kept behind it.
        version=turn.form.get("version") if looked or fault not in (None, _MEANWHILE) else _version(found),
        longest=LONGEST,
        today=_today(turn).date().isoformat(),
        zones=sorted(available_timezones()),
        units=[each for each in _UNITS if each],
        levels=[(level, whose(level, about)) for level in IDENTITIES],
        uses=equipment("name", about, ("device", "insulin")),
        seen=[_seen(each, about) for each in policies],
        now=await _open_now(turn, about),
    )


async def _open_now(turn: Turn, about: AboutMe) -> list[Seen]:
    grants = [grant for grant in await visits(turn.console.store) if grant.state(turn.now) != "ended"]
    pairs = [(grant, _policy_of(grant)) for grant in grants]
    return [
        replace(_seen(policy, about), clinician=grant.clinician)
        for grant, policy in pairs
        if policy is not None
    ]


def _policy_of(grant: Grant) -> Policy | None:
    try:
        return parse(grant.policy_text, file="this share")
    except PolicyError:
        return None


def _seen(policy: Policy, about: AboutMe) -> Seen:
    classes = classes_shown(policy)
    return Seen(policy.title, whose(policy.identity, about), equipment(policy.identity, about, classes))


async def levels(turn: Turn) -> list[tuple[Identity, str]]:
    """Give for each level what a clinic would read of who the owner is; empty words where nothing was said."""
    about = read_about_me(await _kept(turn))
    return [(level, whose(level, about)) for level in IDENTITIES]


async def _kept(turn: Turn) -> Document | None:
    return await turn.console.store.document(ABOUT_ME, ME)


def _version(found: Document | None) -> str:
    return "" if found is None else str(found.version)


def _today(turn: Turn) -> datetime:
    # A day later in the east: who is born there today may be written down today.
    return datetime.fromtimestamp(turn.now / 1000, UTC)


def read_form(turn: Turn) -> tuple[AboutMe, Said | None]:
    """Read what was typed, and the first thing that is wrong with it."""
    form = turn.form
    texts = {name: plain(form.get(name)) for name in _TEXTS}
    typed, zone = form.get("birth_date"), form.get("zone")
    born = read_birth_date(typed, _today(turn).date()) if typed else ""
    about = AboutMe(
        **{name: text[: 2 * LONGEST] for name, text in texts.items()},
        birth_date=born or "",
        zone=zone if zone in available_timezones() else "",
        units=_UNITS.get(form.get("units"), ""),
        paper="us-letter" if form.get("paper") == "us-letter" else "a4",
    )
    if any(len(text) > LONGEST for text in texts.values()):
        return about, _TOO_LONG
    if born is None:
        return about, _BIRTH
    return about, _ZONE if zone != about.zone else None
