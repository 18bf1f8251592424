"""The composition root: settings in, a running Chaperone out. No logic lives here."""

import asyncio
import gc
import secrets
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

import aiohttp
from aiohttp import web

from proxy.core.neutral import profile_for
from proxy.core.policyfile import parse
from proxy.core.receipt import sign, statement
from proxy.forgetting import forget_now_and_then
from proxy.gate.desk import Desk
from proxy.gate.gate import Gate
from proxy.gate.holder import seen, token_holder
from proxy.gate.pipeline import serve
from proxy.gate.rows import pages
from proxy.gate.streams import unsent, watch
from proxy.gate.study import Studies
from proxy.gate.upstream import Nightscout
from proxy.gate.web import clinicians_app
from proxy.gate.zone import SiteZone
from proxy.house import SITE, House, clock, opened
from proxy.listening import bound, listening, running
from proxy.live import Bell, Gathering, Live
from proxy.settings import Settings, is_loopback
from proxy.visit import Visit, routes
from proxy.visit.described import described

DEMO_SEED = "chaperone"
DEMO_SECONDS = 5.0
"""So often the demo site tells of a reading, each stamped with the moment at which it is told."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The site, by its two ways: questions, and the socket that rings when something changed."""

    nightscout: Nightscout
    bell: Bell


@asynccontextmanager
async def nightscout(settings: Settings) -> AsyncIterator[Reached]:
    """Reach the site of the settings, or start the demo site on a free port of this machine."""
    async with AsyncExitStack() as stack:
        url, token = settings.nightscout_url, settings.nightscout_token.get_secret_value()
        if settings.is_demo:
            token = f"chaperone-{secrets.token_hex(8)}"
            url = await stack.enter_async_context(demo_site(token))
        limits = aiohttp.TCPConnector(limit=32)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=limits, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        )
        yield Reached(Nightscout(session, url, token), Bell(session, url, token))


@asynccontextmanager
async def demo_site(token: str, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve the demo site, by default on a free port of this machine; give its address."""
    from proxy.demo import generate, make_app  # noqa: PLC0415 - an installation with a real site never loads it

    site = generate(DEMO_SEED, clock())
    app = make_app(site, now=clock, token=token, every=DEMO_SECONDS)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listener = web.TCPSite(runner, host, port)
    await listener.start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def make_gate(house: House, site: Nightscout) -> Gate:
    """Put the gate together."""
    settings, keys = house.settings, house.keys
    return Gate(
        store=house.store,
        nightscout=site,
        clock=clock,
        site=SITE,
        site_key=keys.site,
        entry_key=keys.entry,
        public_keys=keys.public,
        public_url=settings.public_origin,
        parse_policy=lambda text: parse(text, file="the grant's policy"),
        zone=SiteZone(site, settings.timezone),
        trusted=settings.trusted,
        allowed_version=settings.allow_version,
    )


def make_live(gate: Gate, bell: Bell) -> Live:
    """Put the socket edge together: it reads through the gate's own pages of rows."""
    return Live(
        store=gate.store,
        clock=gate.now,
        desk=Desk(gate),
        fetch=gate.nightscout.rows,
        pages=pages,
        bell=bell,
        profile_for=profile_for,
        public_url=gate.public_url,
        registry=gate.metrics.registry,
    )


def make_visit(house: House, gate: Gate, studies: Studies) -> Visit:
    """Put together what the clinician's own pages work with."""
    settings = house.settings
    return Visit(
        store=house.store,
        entry_key=house.keys.entry,
        clock=gate.clock,
        public_url=gate.public_url,
        zone=gate.zone,
        describe=lambda grant: described(gate.policy(grant), grant),
        seen=lambda request: seen(gate, request),
        holder=lambda request: token_holder(gate, request),
        signed=lambda grant: sign(statement(grant), house.keys.signing()[1]),
        dashboard=lambda request: serve(gate, request),
        studies=studies,
        kept_months=settings.retention,
        console_url="" if _is_out_of_reach(settings) else settings.owner_origin,
    )


def _is_out_of_reach(settings: Settings) -> bool:
    """Say whether a phone in the clinic can't open the console: it can be opened on this machine only."""
    return is_loopback(settings.owner_origin) and not is_loopback(settings.public_origin)


def _owner_side(
    house: House, gate: Gate, visit: Visit, command: str
) -> AbstractAsyncContextManager[web.Application]:
    from proxy.owner_side import owner_side  # noqa: PLC0415 - see there

    return owner_side(house, gate, visit, command)


async def _serve_owners(
    places: Iterable[socket.socket], house: House, gate: Gate, visit: Visit, command: str
) -> None:
    """Load the owner's side beside what is served already, and serve it."""
    await asyncio.to_thread(import_module, "proxy.owner_side")
    calm_collector()
    async with _owner_side(house, gate, visit, command) as owner, listening(owner, places):
        await asyncio.Event().wait()


def calm_collector() -> None:
    """Let Python look for cycles less often: a day of rows is ten thousand objects, and none of them is in one.

    What is there now stays, so it is not looked through, not even now: that would take longer than opening the store.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@asynccontextmanager
async def serving(
    settings: Settings, *, shared_ports: bool = False, command: str = "chaperone"
) -> AsyncIterator[House]:
    """Serve the clinicians' side and the owner's side until the block ends; answers in flight are finished.

    With `shared_ports` other worker processes listen on the same ports. `command` is how the program is typed here.
    """
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(settings))
        site = await stack.enter_async_context(nightscout(settings))
        gate = make_gate(house, site.nightscout)
        live = make_live(gate, site.bell)
        calm_collector()
        gate.newest = await house.store.newest_record_at()
        await stack.enter_async_context(running(watch(gate.streams, gate.store, gate.clock, also=live)))
        gathering = Gathering(settings.data, live.serve, unsent=unsent)
        studies = Studies(gate)
        visit = make_visit(house, gate, studies)
        unused = forget_now_and_then(
            gate.memory.forget_old, studies.forget_old, visit.remembered.forget_unasked
        )
        await stack.enter_async_context(running(unused))
        clinicians = clinicians_app(gate, [*routes(visit), *gathering.routes()])
        clinicians.on_shutdown.append(studies.stop)
        clinicians.on_shutdown.append(live.stop)
        if settings.on_one_port:
            from proxy.owner.web import on_one_port  # noqa: PLC0415 - as in `_owner_side`

            owner = await stack.enter_async_context(_owner_side(house, gate, visit, command))
            clinicians = on_one_port(owner, settings.owner_origin, clinicians, settings.public_origin)
        else:
            places = stack.enter_context(bound(settings.owner_host, settings.owner_port, shared=shared_ports))
            await stack.enter_async_context(running(_serve_owners(places, house, gate, visit, command)))
        await stack.enter_async_context(running(live.run()))
        await stack.enter_async_context(running(gate.shelf.run()))
        places = stack.enter_context(bound(settings.host, settings.port, shared=shared_ports))
        server = await stack.enter_async_context(listening(clinicians, places))
        await stack.enter_async_context(running(gathering.run(server)))
        yield house
