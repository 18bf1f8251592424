"""The owner's side, put together: the console, what keeps house, and what sends notices. No logic lives here.

It is a good part of the program, and no clinician waits for any of it: it is loaded once their side is served.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from proxy.core.owners import console_key
from proxy.core.receipt import proof
from proxy.gate.asking import asking
from proxy.gate.gate import Gate
from proxy.house import SITE, House, clock, read_policies, token_for, will_be_lost
from proxy.listening import running
from proxy.owner.console import Console
from proxy.owner.health import health_routes
from proxy.owner.housekeeping import keep_house
from proxy.owner.notices_send import sending
from proxy.owner.notices_watch import Teller, watch_notices
from proxy.owner.web import console_app
from proxy.visit import Visit, ahead


@asynccontextmanager
async def owner_side(house: House, gate: Gate, visit: Visit, command: str) -> AsyncIterator[web.Application]:
    """Keep house and send notices until the block ends; give the console, with health for machines.

    `command` is how `chaperone` is typed here.
    """
    housekeeping = keep_house(gate.store, gate.clock, months=house.settings.retention)
    teller = Teller(house.store, clock, console_key(house.keys.entry), house.settings.owner_origin, sending())
    async with running(housekeeping), running(watch_notices(teller)):
        yield _console(house, gate, visit, command)


def _console(house: House, gate: Gate, visit: Visit, command: str) -> web.Application:
    settings = house.settings
    health = health_routes(
        ready=house.store.ready,
        registry=gate.metrics.registry,
        metrics_token=settings.metrics_token.get_secret_value(),
    )
    console = Console(
        store=house.store,
        site=SITE,
        entry_key=house.keys.entry,
        clock=clock,
        owner_url=settings.owner_origin,
        public_url=settings.public_origin,
        seen=lambda request: _seen_by_owner(gate, request),
        passphrase=settings.owner_passphrase.get_secret_value(),
        policies=lambda: read_policies(settings),
        zone=gate.zone,
        rows=gate.nightscout.rows,
        token_for=token_for(house),
        signing=lambda stated: proof(stated, *house.keys.signing()),
        send=sending(),
        not_lasting=lambda: will_be_lost(settings),
        given=lambda grant: ahead.begin(visit, grant),
        prepare=lambda grant, paper: ahead.prepare(visit, grant, paper),
        command=command,
    )
    return console_app(console, health)


def _seen_by_owner(gate: Gate, request: web.Request) -> dict[str, str]:
    # By the plain clock: an owner can end access also while the gate refuses everyone because the clock is wrong.
    asked = asking(request, now=clock(), request_id=gate.request_id(), trusted=gate.trusted)
    return {"request_id": asked.request_id, "device": asked.device, "address": asked.address}
