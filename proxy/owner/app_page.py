"""Setting up an authenticator app, and the recovery codes for when it is lost."""

import base64
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.owners import Owner
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.means import changed
from proxy.owner.sessions import confirm, end_all
from proxy.owner.settings_page import HOME
from proxy.owner.signed import signed_in
from proxy.owner.totp import (
    address,
    matching_step,
    new_recovery_codes,
    new_totp,
    opened,
    recovery_hash,
    sealed,
)
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

_WRONG: Final = Said(
    _(
        "This code is not right. Type the one that the app shows now; the clocks of both devices must be right."
    )
)
_OUT_OF_DATE: Final = Said(_("This page is out of date. Scan the new code, please."))


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(f"{HOME}/app", signed_in(console, _show)),
        web.post(f"{HOME}/app", signed_in(console, _set_up, confirm=True)),
        web.post(f"{HOME}/app/remove", signed_in(console, _remove, confirm=True)),
        web.post(f"{HOME}/recovery", signed_in(console, _renew, confirm=True)),
    ]


async def _show(turn: Turn) -> web.Response:
    return _page(turn, new_totp(turn.console.random))


def _page(turn: Turn, secret: str, fault: Said | None = None) -> web.Response:
    return turn.page(
        "app.html",
        status=200 if fault is None else 400,
        fault=fault,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=_sealed(turn, secret),
        qr=qr(address(secret, turn.owner.name)),
        needed=not turn.console.may_share(turn.owner),
    )


async def _set_up(turn: Turn) -> web.Response:
    secret = _opened(turn, turn.form.get("sealed"))
    if secret is None:
        return _page(turn, new_totp(turn.console.random), _OUT_OF_DATE)
    step = matching_step(secret, turn.form.get("code"), turn.now, after=0)
    if step is None:
        return _page(turn, secret, _WRONG)
    kept = sealed(turn.console.key, secret, turn.owner.id, random=turn.console.random)
    codes = new_recovery_codes(turn.console.random)
    hashes = _hashes(turn, codes)
    await turn.note("authenticator app set up")
    await changed(
        turn.console,
        turn.owner.id,
        lambda owner: replace(owner, totp=kept, totp_step=step, recovery=hashes),
    )
    await end_all(turn.console.store, owner=turn.owner.id, but=turn.kept.key)
    await confirm(turn.console, turn.kept.key, strong=True)
    return turn.page("recovery.html", codes=codes)


async def _remove(turn: Turn) -> web.Response:
    await turn.note("authenticator app removed")
    await changed(turn.console, turn.owner.id, _without_app)
    return pages.see_other(HOME)


def _without_app(owner: Owner) -> Owner:
    return replace(owner, totp=b"", totp_step=0, recovery=())


async def _renew(turn: Turn) -> web.Response:
    if not turn.owner.totp:
        return pages.see_other(HOME)
    codes = new_recovery_codes(turn.console.random)
    hashes = _hashes(turn, codes)
    await turn.note("recovery codes made")
    await changed(turn.console, turn.owner.id, lambda owner: replace(owner, recovery=hashes))
    return turn.page("recovery.html", codes=codes)


def _hashes(turn: Turn, codes: Sequence[str]) -> tuple[str, ...]:
    hashed = (recovery_hash(turn.console.key, turn.owner.id, code) for code in codes)
    return tuple(each for each in hashed if each is not None)


def _sealed(turn: Turn, secret: str) -> str:
    # Bound to this browser's session: a secret of somebody else's making can't be slipped in.
    kept = sealed(turn.console.key, secret, turn.kept.key, random=turn.console.random)
    return base64.urlsafe_b64encode(kept).decode()


def _opened(turn: Turn, sent: str) -> str | None:
    try:
        return opened(turn.console.key, base64.urlsafe_b64decode(sent), turn.kept.key)
    except (NotBase64, ValueError):
        return None


def qr(text: str) -> str:
    """Draw a QR code as an SVG without styles: black on white, so that it can be read in the dark theme too."""
    import segno  # noqa: PLC0415 - only pages with a QR code load it

    code = segno.make(text, error="m", micro=False)
    svg: str = code.svg_inline(
        scale=6, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return svg
