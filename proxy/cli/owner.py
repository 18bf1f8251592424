"""`owner reset`: the way back in for who lost every other, and the first code that lets an owner in at all."""

import secrets
from typing import Annotated

import typer

from proxy.cli.frame import AsJson, Refused, answer, make_group, run, settings
from proxy.cli.noting import noted
from proxy.core.owners import Owner, console_key, folded
from proxy.house import House, clock, opened
from proxy.owner.sessions import owners
from proxy.owner.setting_up import offer, offer_first, reset
from proxy.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = make_group(help_text="Who may sign in to the console.")
    # Alone in its group, it would lose its name.
    group.callback()(lambda: None)
    group.command("reset")(reset_owner)
    app.add_typer(group, name="owner")


def reset_owner(
    name: Annotated[str, typer.Option("--name", help="Only this owner; the others stay as they are.")] = "",
    as_json: AsJson = False,
) -> None:
    """End every sign-in to the console, take away what it was signed in with, and print a new set-up code."""
    house = settings()
    code = run(_reset(house, name))
    address = set_up_address(house, code)
    whose = f"The sign-in of {name} has" if name else "All sign-ins to the console have"
    words = (
        f"{whose} ended. Passkeys, passphrases and codes count no more. What is shared goes on.\n\n"
        f"{in_words(house, code)}"
    )
    answer({"set_up_code": code, "set_up_url": address}, words, as_json=as_json)


def set_up_address(settings: Settings, code: str) -> str:
    """Give the address that takes a set-up code; it stands behind the `#`, which no server sees."""
    return f"{settings.owner_origin}/set-up#{code}"


def in_words(settings: Settings, code: str) -> str:
    """Say where a set-up code is used."""
    return (
        f"  Console      {set_up_address(settings, code)}\n"
        f"  Set-up code  {code}   (works once, within a week; whoever has it can share your data)"
    )


async def first_code(house: House) -> str | None:
    """Make the code for the first owner; None if there is one, or the installation was given a passphrase."""
    if house.settings.owner_passphrase.get_secret_value():
        return None
    return await offer_first(
        house.store, console_key(house.keys.entry), now=clock(), random=secrets.token_bytes
    )


async def _reset(settings: Settings, name: str) -> str:
    async with opened(settings) as house:
        one = await _named(house, name) if name else None
        await noted(house, "owner reset", **({"whom": one.name} if one else {}))
        await reset(house.store, one)
        return await offer(
            house.store,
            console_key(house.keys.entry),
            now=clock(),
            random=secrets.token_bytes,
            owner=one.id if one else "",
        )


async def _named(house: House, name: str) -> Owner:
    there = [each.value for each in await owners(house.store)]
    found = next((each for each in there if folded(each.name) == folded(name)), None)
    if found is None:
        names = ", ".join(each.name for each in there) or "nobody yet"
        raise Refused(f"No owner has this name. There is: {names}.")
    return found
