"""Settings: the owner's own ways to sign in, the other browsers where they are signed in, and who the owners are."""

import asyncio
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.owners import MOST_OWNERS, MOST_PASSKEYS, Owner, folded, hash_passphrase, read_name
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.first_steps import new_passphrase_fault
from proxy.owner.kept import write
from proxy.owner.means import add_passkey, by_name, changed
from proxy.owner.passkeys import create_options, made
from proxy.owner.sessions import OWNERS, SESSIONS, end_all, of_owner, owners
from proxy.owner.sessions import confirm as confirmed_now
from proxy.owner.setting_up import FROM_AN_OWNER, end_offers, offer
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME: Final = "/settings"
_LAST: Final = Said(_("This is the only way in that you have. Add another one first."))
_NAME: Final = Said(_("Choose a name of up to 40 letters that no other owner has."))
_FULL: Final = Said(_("There are five owners already. Remove one first."))
_NO_PASSKEY: Final = Said(_("No passkey was made. Please try again."))
_MANY: Final = Said(_("There are ten passkeys already. Remove one first."))
_SELF: Final = Said(_("You can't remove yourself. Another owner can."))


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(HOME, signed_in(console, show)),
        web.post(f"{HOME}/passkeys", signed_in(console, _add_passkey, confirm=True)),
        web.post(f"{HOME}/passkeys/remove", signed_in(console, _remove_passkey, confirm=True)),
        web.post(f"{HOME}/passphrase", signed_in(console, _set_passphrase, confirm=True)),
        web.post(f"{HOME}/sessions/end", signed_in(console, _end_session)),
        web.post(f"{HOME}/owners", signed_in(console, _invite, confirm=True)),
        web.post(f"{HOME}/owners/remove", signed_in(console, _remove_owner, confirm=True)),
    ]


async def show(
    turn: Turn, fault: Said | None = None, *, status: int = 200, invited: str = "", code: str = ""
) -> web.Response:
    """Render the page; `invited` and `code` are shown once, to whoever made a set-up code."""
    console, owner = turn.console, turn.owner
    passkey = ""
    if console.takes_passkeys and len(owner.passkeys) < MOST_PASSKEYS:
        passkey = create_options(console, owner.id, owner.name, turn.kept.key, owner.passkeys)
    return turn.page(
        "settings.html",
        status=status,
        fault=fault,
        passkey=passkey,
        sessions=await of_owner(console, owner.id),
        owners=[each.value for each in await owners(console.store)],
        most_owners=MOST_OWNERS,
        invited=invited,
        code=code,
        address=f"{console.origin}/set-up",
    )


async def _add_passkey(turn: Turn) -> web.Response:
    if len(turn.owner.passkeys) >= MOST_PASSKEYS:
        return await show(turn, _MANY, status=400)
    name = turn.form.get("name") or turn.session.device
    passkey = await made(turn.console, turn.form.get("credential"), turn.kept.key, name=name)
    if passkey is None:
        return await show(turn, _NO_PASSKEY, status=400)
    await turn.note("passkey added")
    await add_passkey(turn.console, turn.owner.id, passkey)
    await confirmed_now(turn.console, turn.kept.key, strong=True)
    return pages.see_other(HOME)


async def _remove_passkey(turn: Turn) -> web.Response:
    removed = turn.form.get("passkey")

    def step(owner: Owner) -> Owner | None:
        left = tuple(each for each in owner.passkeys if each.id != removed)
        return replace(owner, passkeys=left) if left or owner.passphrase else None

    await turn.note("passkey removed")
    if await changed(turn.console, turn.owner.id, step) is None:
        return await show(turn, _LAST, status=400)
    return await _others_end(turn)


async def _set_passphrase(turn: Turn) -> web.Response:
    fault = new_passphrase_fault(turn.form, turn.owner.name)
    if fault is not None:
        return await show(turn, fault, status=400)
    console, typed = turn.console, turn.form.raw("passphrase")
    async with console.turn:
        hashed = await asyncio.to_thread(hash_passphrase, console.key, typed, random=console.random)
    await turn.note("passphrase set")
    await changed(console, turn.owner.id, lambda owner: replace(owner, passphrase=hashed))
    return await _others_end(turn)


async def _others_end(turn: Turn) -> web.Response:
    """Whoever was signed in by what has changed is so no more."""
    await end_all(turn.console.store, owner=turn.owner.id, but=turn.kept.key)
    return pages.see_other(HOME)


async def _end_session(turn: Turn) -> web.Response:
    wanted = turn.form.get("session")
    mine = {each.key for each in await of_owner(turn.console, turn.owner.id)} - {turn.kept.key}
    await turn.note("other sign-ins ended")
    for key in mine if wanted == "all" else mine & {wanted}:
        await turn.console.store.drop(SESSIONS, key)
    return pages.see_other(HOME)


async def _invite(turn: Turn) -> web.Response:
    console, name = turn.console, read_name(turn.form.get("name"))
    if len(await owners(console.store)) >= MOST_OWNERS:
        return await show(turn, _FULL, status=400)
    if not folded(name) or await by_name(console, name):
        return await show(turn, _NAME, status=400)
    await turn.note("set-up code made", whom=name)
    code = await offer(
        console.store, console.key, now=turn.now, random=console.random, lasts=FROM_AN_OWNER, name=name
    )
    return await show(turn, invited=name, code=code)


async def _remove_owner(turn: Turn) -> web.Response:
    removed = turn.form.get("owner")
    if removed == turn.owner.id:
        return await show(turn, _SELF, status=400)
    found = next((each for each in await owners(turn.console.store) if each.key == removed), None)
    if found is not None:
        await turn.note("owner removed", whom=found.value.name)
        await turn.console.store.drop(OWNERS, removed)
        if await turn.console.store.document(OWNERS, turn.owner.id) is None:
            # Two who remove each other at the same moment must not both be gone.
            await write(turn.console.store, OWNERS, removed, found.value, version=None)
        await end_all(turn.console.store, owner=removed)
        # Who is removed may have made a code for coming back.
        await end_offers(turn.console.store)
    return pages.see_other(HOME)
