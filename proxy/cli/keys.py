"""`keys list|rotate`: the keys that sign tokens and receipts."""

import secrets

import typer

from proxy.cli.frame import AsJson, answer, make_group, run, settings
from proxy.cli.noting import noted
from proxy.house import opened
from proxy.settings import Settings
from proxy.stores.keys import load_keys


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    keys = make_group(help_text="The keys that sign tokens and receipts.")
    keys.command("list")(list_keys)
    keys.command()(rotate)
    app.add_typer(keys, name="keys")


def list_keys(as_json: AsJson = False) -> None:
    """List the keys by id. Only the newest signs; the others still hold for what they signed."""
    keys = load_keys(settings().data, random=secrets.token_bytes)
    signing = keys.signing()[0]
    found = [
        {"kid": kid, "signs": kid == signing, "public_key": key.public_bytes_raw().hex()}
        for kid, key in keys.public().items()
    ]
    words = "\n".join(f"{one['kid']}  {'signs' if one['signs'] else 'earlier'}" for one in found)
    answer(found, words, as_json=as_json)


def rotate(as_json: AsJson = False) -> None:
    """Sign with a new key from now on. Access that was given stays as it is."""
    kid = run(_rotate(settings()))
    answer({"kid": kid}, f"New tokens and receipts are signed with {kid}.", as_json=as_json)


async def _rotate(settings: Settings) -> str:
    async with opened(settings) as house:
        await noted(house, "rotate keys")
        return house.keys.rotate()
