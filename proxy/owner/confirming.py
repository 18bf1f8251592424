"""Confirming: before something is shared or widened, the owner shows that it is still them who hold the device."""

from typing import Final

from aiohttp import web

from proxy.owner.guessing import may_try, was_right
from proxy.owner.means import How, has_passphrase, spend_code, used_passkey
from proxy.owner.passkeys import proved
from proxy.owner.sessions import confirm
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

_OWN: Final = ("csrf", "confirm_passkey", "confirm_secret")
_WRONG: Final = Said(_("That did not work. Please try again."))
_WAIT: Final = Said(_("That was wrong several times. Wait a few minutes, then try again."))


async def unconfirmed(turn: Turn) -> web.Response | None:
    """Take the confirmation that came with a form, or ask for it; None if the form may go on."""
    if turn.is_confirmed:
        return None
    sent, typed = turn.form.get("confirm_passkey"), turn.form.raw("confirm_secret")
    if not sent and not typed:
        return _ask(turn)
    fault, how = await _by_passkey(turn, sent) if sent else await _by_secret(turn, typed)
    if fault is not None:
        await turn.note("not confirmed")
        return _ask(turn, fault)
    await turn.note("confirm", how=how)
    await confirm(turn.console, turn.kept.key, strong=how != "passphrase")
    return None


async def _by_passkey(turn: Turn, sent: str) -> tuple[Said | None, How]:
    proof = await proved(turn.console, sent, "confirm", turn.kept.key, [turn.owner])
    if proof is None or not await used_passkey(turn.console, proof):
        return _WRONG, "passkey"
    return None, "passkey"


async def _by_secret(turn: Turn, typed: str) -> tuple[Said | None, How]:
    taken = await may_try(turn.console, turn.request, turn.owner.name)
    if taken is None:
        return _WAIT, "passphrase"
    how = await spend_code(turn.console, turn.owner, typed)
    takes_passphrase = turn.owner.passphrase and not turn.needs_second_factor
    if how is None and takes_passphrase and await has_passphrase(turn.console, turn.owner, typed):
        how = "passphrase"
    if how is None:
        return _WRONG, "passphrase"
    await was_right(turn.console, taken)
    return None, how


def _ask(turn: Turn, fault: Said | None = None) -> web.Response:
    """Ask for a confirmation; what was to be sent is sent on with it."""
    kept = [(name, value) for name, value in turn.form.fields if name not in _OWN]
    return turn.page("confirm.html", status=403, fault=fault, fields=kept)
