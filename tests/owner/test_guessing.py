"""Guesses are counted for all processes, on the stores that are used."""

import asyncio
from pathlib import Path

from proxy.stores.sqlite import open_sqlite
from tests.living import NOW
from tests.owner.place import Place, console_place


async def tries(place: Place, count: int) -> list[int]:
    browsers = [place.browser() for _ in range(count)]
    forms = [
        {"csrf": await browser.csrf(), "name": "Ada", "passphrase": f"wrong wrong {number}"}
        for number, browser in enumerate(browsers)
    ]
    sent = (browser.post("/sign-in", form) for browser, form in zip(browsers, forms, strict=True))
    return [answer.status for answer in await asyncio.gather(*sent)]


async def test_two_processes_give_five_tries_together(tmp_path: Path) -> None:
    stores = [await open_sqlite(tmp_path / "data", site="site-1", clock=lambda: NOW) for _ in range(2)]
    async with console_place(store=stores[0]) as one, console_place(store=stores[1]) as two:
        await one.signed_in()
        answers = await asyncio.gather(tries(one, 6), tries(two, 6))
        assert sorted([*answers[0], *answers[1]]) == [401] * 5 + [429] * 7
    for store in stores:
        await store.close()
