"""The way in with a set-up code: code and name, then a passkey or a passphrase. Only then the code is used up."""

import asyncio
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.owners import (
    Owner,
    OwnerSession,
    Passkey,
    SetUp,
    folded,
    hash_passphrase,
    passphrase_fault,
    read_name,
    same,
)
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.forms import Fault, Form, read_form
from proxy.owner.guessing import may_try, was_right
from proxy.owner.kept import Kept, read, write
from proxy.owner.means import by_name
from proxy.owner.passkeys import create_options, made
from proxy.owner.sessions import OWNERS, begin, find, forget, with_cookie, without_cookie
from proxy.owner.setting_up import claim
from proxy.owner.setting_up import find as find_set_up
from proxy.owner.sign_in import WAIT, form_before, page_before
from proxy.owner.signed import OUT_OF_DATE, not_taken
from proxy.owner.words import Said, _

_UNKNOWN: Final = Said(_("This set-up code does not count. It works once, and for some days only."))
_NAME: Final = Said(_("Choose a name of up to 40 letters that no other owner has."))
_DIFFERENT: Final = Said(_("The two passphrases differ. Please type them again."))
_NO_PASSKEY: Final = Said(_("No passkey was made. Try again, or choose a passphrase."))
FAULTS: Final = {
    "short": Said(_("A passphrase needs at least 12 letters: four or five words are easy to keep in mind.")),
    "long": Said(_("A passphrase can have up to 256 letters.")),
    "easy": Said(
        _("This passphrase is too easy to guess: take four or five words that do not belong together.")
    ),
}
_USER_BYTES: Final = 8


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""

    async def show(request: web.Request) -> web.StreamResponse:
        return page_before(console, request, "set_up.html", name="")

    async def take_code(request: web.Request) -> web.StreamResponse:
        return await _take_code(console, request)

    async def choose(request: web.Request) -> web.StreamResponse:
        return await _choose(console, request)

    async def by_passkey(request: web.Request) -> web.StreamResponse:
        return await _by_passkey(console, request)

    async def by_passphrase(request: web.Request) -> web.StreamResponse:
        return await _by_passphrase(console, request)

    return [
        web.get("/set-up", show),
        web.post("/set-up", take_code),
        web.get("/set-up/choose", choose),
        web.post("/set-up/passkey", by_passkey),
        web.post("/set-up/passphrase", by_passphrase),
    ]


async def _take_code(console: Console, request: web.Request) -> web.Response:
    form = await form_before(console, request)
    if isinstance(form, web.Response):
        return form
    taken = await may_try(console, request, "set-up code")
    if taken is None:
        return _again(console, request, form, WAIT, status=429)
    found = await find_set_up(console, form.raw("code"))
    if found is None:
        await console.note(request, "set-up refused")
        return _again(console, request, form, _UNKNOWN, status=401)
    await was_right(console, taken)
    name = await _name(console, found.value, form)
    if not name:
        return _again(console, request, form, _NAME, status=400)
    # The id is fixed now, since the passkey is made for it. Nothing of an owner is kept before there are means.
    owner = found.value.owner or console.random(_USER_BYTES).hex()
    begun = await begin(console, request, owner=owner, stage="set-up", set_up=found.key, name=name)
    response = pages.see_other("/set-up/choose")
    with_cookie(console, response, begun)
    return response


async def _name(console: Console, found: SetUp, form: Form) -> str:
    """Give the name of who comes in: as it was said when the code was made, else as typed; empty if it won't do."""
    if found.owner:
        there = await read(console.store, OWNERS, found.owner, Owner)
        return there.value.name if there else ""
    name = found.name or read_name(form.get("name"))
    return "" if not folded(name) or await by_name(console, name) else name


async def _choose(console: Console, request: web.Request) -> web.Response:
    kept = await _setting_up(console, request)
    return pages.see_other("/set-up") if kept is None else _choices(console, request, kept)


async def _by_passkey(console: Console, request: web.Request) -> web.Response:
    found = await _sent(console, request)
    if isinstance(found, web.Response):
        return found
    kept, form = found
    passkey = await made(console, form.get("credential"), kept.key, name=kept.value.device)
    if passkey is None:
        return _choices(console, request, kept, fault=_NO_PASSKEY, status=400)
    return await _finish(console, request, kept, form, passkey=passkey)


async def _by_passphrase(console: Console, request: web.Request) -> web.Response:
    found = await _sent(console, request)
    if isinstance(found, web.Response):
        return found
    kept, form = found
    fault = new_passphrase_fault(form, kept.value.name)
    if fault is not None:
        return _choices(console, request, kept, fault=fault, status=400)
    typed = form.raw("passphrase")
    async with console.turn:
        hashed = await asyncio.to_thread(hash_passphrase, console.key, typed, random=console.random)
    return await _finish(console, request, kept, form, passphrase=hashed)


def new_passphrase_fault(form: Form, name: str) -> Said | None:
    """Say what is wrong with a passphrase that was typed twice; None if it will do."""
    typed = form.raw("passphrase")
    fault = passphrase_fault(typed, name)
    if fault is not None:
        return FAULTS[fault]
    return None if same(typed, form.raw("again")) else _DIFFERENT


async def _finish(
    console: Console,
    request: web.Request,
    kept: Kept[OwnerSession],
    form: Form,
    *,
    passkey: Passkey | None = None,
    passphrase: str = "",
) -> web.Response:
    """Use the code up, and let the owner in."""
    session = kept.value
    used = await claim(console, session.set_up)
    if used is None:
        await forget(console, request)
        response = _again(console, request, Form(), _UNKNOWN, status=401)
        without_cookie(console, response)
        return response
    did = "new means for owner" if used.owner else "owner added"
    how = "passkey" if passkey else "passphrase"
    await console.note(request, did, who=session.name, how=how)
    there = await read(console.store, OWNERS, session.owner, Owner)
    plain = Owner(session.owner, session.name, console.clock()) if there is None else there.value
    new = replace(plain, passkeys=(passkey,) if passkey else (), passphrase=passphrase)
    await write(console.store, OWNERS, new.id, new, version=there.version if there else None)
    begun = await begin(
        console, request, owner=new.id, remembered="remember" in form, strong=passkey is not None
    )
    response = pages.see_other("/" if console.may_share(new) else "/settings/app")
    with_cookie(console, response, begun)
    return response


async def _setting_up(console: Console, request: web.Request) -> Kept[OwnerSession] | None:
    kept = await find(console, request)
    return kept if kept is not None and kept.value.stage == "set-up" else None


async def _sent(console: Console, request: web.Request) -> tuple[Kept[OwnerSession], Form] | web.Response:
    form = await read_form(request, origin=console.origin)
    if isinstance(form, Fault):
        return not_taken(request, form)
    kept = await _setting_up(console, request)
    if kept is None:
        return pages.see_other("/set-up")
    return (
        (kept, form)
        if same(kept.value.csrf, form.get("csrf"))
        else not_taken(request, Fault(403, OUT_OF_DATE))
    )


def _choices(
    console: Console,
    request: web.Request,
    kept: Kept[OwnerSession],
    *,
    fault: Said | None = None,
    status: int = 200,
) -> web.Response:
    session = kept.value
    options = (
        create_options(console, session.owner, session.name, kept.key, ()) if console.takes_passkeys else ""
    )
    return pages.page(
        request,
        "choose.html",
        status=status,
        fault=fault,
        csrf=session.csrf,
        passkey=options,
        name=session.name,
    )


def _again(console: Console, request: web.Request, form: Form, fault: Said, *, status: int) -> web.Response:
    return page_before(
        console, request, "set_up.html", status=status, fault=fault, name=read_name(form.get("name"))
    )
