"""`grants`, `extend`, `revoke`, `erase`: what has been shared, more time for it, its end, and forgetting it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from proxy.cli.frame import AsJson, GrantId, Refused, answer, run, say, say_table, settings
from proxy.cli.noting import noted
from proxy.cli.program import program
from proxy.cli.sharing import present
from proxy.cli.times import Zone, iso_or_none, required_span, shown, span_words, zone_of
from proxy.core.errors import GrantError
from proxy.core.grant import LONGEST, Grant
from proxy.core.record import Draft, Value
from proxy.house import House, clock, opened
from proxy.settings import Settings

_SHORTEST_BEGINNING = 4
_WAYS = {
    "expired": "time was over",
    "revoked": "you ended it",
    "finished": "the clinician was done",
    None: "",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("grants")(list_grants)
    app.command()(extend)
    app.command()(revoke)
    app.command()(erase)


def list_grants(as_json: AsJson = False) -> None:
    """List what has been shared, the newest first."""
    house, now = settings(), clock()
    found = run(_grants(house))
    if as_json or not found:
        answer([as_object(grant, now) for grant in found], "Nothing has been shared yet.", as_json=as_json)
        return
    columns = ("GRANT", "FOR", "SHOWS", "STATE", "ENDS", "RECORDS")
    say_table(columns, [_row(grant, now, zone_of(house)) for grant in found])


def extend(
    grant: GrantId,
    by: Annotated[str, typer.Option(help="How much longer: 30m, 2h, 1d.")],
    as_json: AsJson = False,
) -> None:
    """Give a grant more time."""
    house = settings()
    later = run(_extend(house, grant, required_span(by, option="--by")))
    answer(as_object(later, clock()), f"{later.clinician}: {_until(later, zone_of(house))}", as_json=as_json)


def revoke(grant: GrantId, as_json: AsJson = False) -> None:
    """End access now, everywhere."""
    ended = run(_revoke(settings(), grant))
    words = f"Access for {ended.clinician or ended.id} has ended. Its check number is {ended.head}."
    answer(as_object(ended, clock()), words, as_json=as_json)


def erase(
    grant: GrantId,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase names, policy and log of a grant that has ended; its id, check number, length and the day stay."""
    if not (yes or as_json):
        say(f"This can't be undone. To keep the log, first run: {program()} log {grant} --out FILE")
        typer.confirm("Erase it?", abort=True)
    gone = run(_erase(settings(), grant))
    words = f"Erased. What stays: grant {gone.id}, {gone.length} records, check number {gone.head}."
    answer(as_object(gone, clock()), words, as_json=as_json)


async def find(house: House, text: str) -> Grant:
    """Find a grant by its id, or by how that begins. Raises Refused."""
    grant = await house.store.grant(text)
    if grant is not None:
        return grant
    alike = [grant for grant in await house.store.grants() if grant.id.startswith(text)]
    if len(text) < _SHORTEST_BEGINNING or not alike:
        raise Refused(f"There is no such grant. See them all with: {program()} grants")
    if len(alike) > 1:
        raise Refused("More than one grant begins like that: write more of its id.")
    return alike[0]


async def find_visit(house: House, text: str) -> Grant:
    """Find a grant that was given to somebody: not the owner's own chain. Raises Refused."""
    grant = await find(house, text)
    if grant.kind == "owner":
        raise Refused("This is your own chain: it can be read, and nothing else.")
    return grant


async def settled(house: House, grant: Grant) -> Grant:
    """Seal a grant that ended by the clock: only then is its check number the last one."""
    if grant.ended_at is not None or grant.state(clock()) != "ended":
        return grant
    record = Draft("ended", grant.expires_at, {"ending": "expired"})
    return await house.store.end(grant.id, "expired", record)


def as_object(grant: Grant, now: int) -> dict[str, Any]:
    """Give a grant with stable keys, without hashes."""
    return {
        "grant_id": grant.id,
        "kind": grant.kind,
        "clinician": grant.clinician,
        "policy": f"{grant.policy_name}@{grant.policy_hash}" if grant.policy_name else "",
        "days": grant.days,
        "state": grant.state(now),
        "ending": grant.how_it_ended(now),
        "minted_at": iso_or_none(grant.minted_at or None),
        "opens_at": iso_or_none(grant.opens_at or None),
        "opened_at": iso_or_none(grant.opened_at),
        "expires_at": iso_or_none(grant.expires_at or None),
        "ended_at": iso_or_none(grant.ended_at or None),
        "erased_on": grant.erased_on,
        "tries_left": grant.tries_left,
        "url_token": grant.url_token,
        "records": grant.length,
        "head": grant.head,
    }


def _until(grant: Grant, zone: Zone) -> str:
    """Say when access ends; of a share that nobody opened yet, how long it then lasts: more time makes that no longer."""
    end = shown(grant.expires_at, zone)
    if grant.opened_at is not None or grant.lasts is None:
        return f"access ends on {end}."
    return f"can now be opened until {end}, and ends {span_words(grant.lasts)} after it is first opened, or then."


def _row(grant: Grant, now: int, zone: Zone) -> Sequence[str]:
    if grant.erased_on:
        return (grant.id, "", "", f"erased on {grant.erased_on}", "", str(grant.length))
    state: str = grant.state(now)
    if state == "ended":
        state = f"ended: {_WAYS.get(grant.how_it_ended(now), 'data was restored')}"
    shows = f"{grant.policy_name}, {grant.days} days"
    ends = shown(grant.ended_at or grant.expires_at, zone)
    return (grant.id, grant.clinician, shows, state, ends, str(grant.length))


async def _grants(settings: Settings) -> Sequence[Grant]:
    async with opened(settings) as house:
        return [grant for grant in await house.store.grants() if grant.kind != "owner"]


async def _extend(settings: Settings, text: str, by: int) -> Grant:
    async with opened(settings) as house:
        grant, now = await find_visit(house, text), await present(house)
        end = grant.expires_at + by
        if end > grant.minted_at + LONGEST:
            raise GrantError(
                "A share can last 30 days from its making at the longest: make a new one instead."
            )
        fields: dict[str, Value] = {"by": "owner", "was": grant.expires_at, "expires_at": end}
        await noted(house, "extend", grant_of=grant.id, expires_at=end)
        return await house.store.extend(grant.id, end, Draft("extended", now, fields))


async def _revoke(settings: Settings, text: str) -> Grant:
    async with opened(settings) as house:
        grant = await settled(house, await find_visit(house, text))
        if grant.ended_at is not None:
            return grant
        record = Draft("ended", clock(), {"ending": "revoked", "by": "owner"})
        ended = await house.store.end(grant.id, "revoked", record)
        # After the end, unlike all else: nothing may come before it.
        await noted(house, "revoke", grant_of=grant.id)
        return ended


async def _erase(settings: Settings, text: str) -> Grant:
    async with opened(settings) as house:
        grant = await settled(house, await find_visit(house, text))
        if grant.ended_at is None:
            raise Refused(f"This access has not ended: first run {program()} revoke {grant.id}")
        day = datetime.fromtimestamp(clock() / 1000, UTC).date().isoformat()
        if not grant.erased_on:
            await noted(house, "erase", grant_of=grant.id)
            await house.store.erase(grant.id, day=day)
        return await find(house, grant.id)
