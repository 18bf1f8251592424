"""`owner reset`, and the set-up code that `serve` prints."""

import asyncio
import secrets
from typing import Any

import httpx
import pytest

from proxy.core.owners import Owner, console_key, mac
from proxy.house import SITE, clock
from proxy.owner.kept import write
from proxy.owner.sessions import OWNERS, SESSIONS, owners
from proxy.stores.keys import load_keys
from proxy.stores.sqlite import open_sqlite
from tests.cli.place import NOBODYS_SITE, Place


def with_owners(place: Place, *names: str) -> None:
    """Let there be owners, each signed in somewhere."""

    async def make() -> None:
        store = await open_sqlite(place.data, site=SITE, clock=clock)
        for name in names:
            await write(store, OWNERS, name, Owner(name, name, 1, passphrase="x"), version=None)
            session: dict[str, Any] = {
                "owner": name,
                "csrf": "c",
                "remembered": True,
                "device": "",
                "address": "",
            }
            times = dict.fromkeys(("created_at", "used_at", "confirmed_at"), clock())
            await write(store, SESSIONS, f"of {name}", session | times, version=None)
        await store.close()

    asyncio.run(make())


def left(place: Place) -> tuple[dict[str, str], list[str]]:
    """Give the owners with their passphrases, and the sessions."""

    async def look() -> tuple[dict[str, str], list[str]]:
        store = await open_sqlite(place.data, site=SITE, clock=clock)
        found = {each.key: each.value.passphrase for each in await owners(store)}
        sessions = [each.key for each in await store.documents(SESSIONS)]
        await store.close()
        return found, sessions

    return asyncio.run(look())


def test_a_reset_ends_every_sign_in_and_prints_a_code(place: Place) -> None:
    with_owners(place, "Ada", "Bob")
    said = place.run("owner", "reset", "--json")
    assert said.code == 0
    assert left(place) == ({}, [])
    key = console_key(load_keys(place.data, random=secrets.token_bytes).entry)
    assert len(mac(key, "set-up", said.json["set_up_code"])) == 64
    assert said.json["set_up_url"].endswith(f"/set-up#{said.json['set_up_code']}")


def test_a_reset_of_one_leaves_the_others(place: Place) -> None:
    with_owners(place, "Ada", "Bob")
    assert place.run("owner", "reset", "--name", "ada").code == 0
    assert left(place) == ({"Ada": "", "Bob": "x"}, ["of Bob"])
    unknown = place.run("owner", "reset", "--name", "Eve")
    assert unknown.code == 1
    assert "Ada, Bob" in unknown.err


def test_a_reset_is_on_the_owners_record(place: Place) -> None:
    place.run("owner", "reset")
    assert [each["did"] for each in place.run("log", "owner-1", "--json").json] == ["owner reset"]


def test_serve_prints_a_set_up_code_until_there_is_an_owner(place: Place) -> None:
    with place.started("serve", "--json", **NOBODYS_SITE) as server:
        printed = server.first_object()
        console = f"http://localhost:{place.owner_port}"
        assert printed["owner_url"] == console
        with httpx.Client(
            base_url=console, trust_env=False, timeout=30, headers={"Origin": console}
        ) as browser:
            for path, form in (
                ("/set-up", {"code": printed["set_up_code"], "name": "Ada"}),
                ("/set-up/passphrase", {"passphrase": "four odd words here", "again": "four odd words here"}),
            ):
                page = browser.get("/set-up/choose" if path != "/set-up" else path)
                csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                assert browser.post(path, data={"csrf": csrf, **form}).status_code == 303
            assert browser.get("/settings").status_code == 200
        server.stop()
    with place.started("serve", "--json", **NOBODYS_SITE) as server:
        assert "set_up_code" not in server.first_object()


@pytest.mark.parametrize("words", [["serve"], ["serve", "--json"]])
def test_with_a_passphrase_given_no_code_is_printed(place: Place, words: list[str]) -> None:
    given = {"CHAPERONE_OWNER_PASSPHRASE": "four odd words here"}
    with place.started(*words, **given, **NOBODYS_SITE) as server:
        assert server.process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] not in ("}\n", "To stop: Ctrl-C.\n"):
            lines.append(server.process.stdout.readline().decode())
        text = "".join(lines)
        assert "set_up_code" not in text
        assert "Set-up code" not in text
        assert "four odd words" not in text
