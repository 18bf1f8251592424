"""The composition root: settings in, a running Chaperone out. No logic lives here."""

import asyncio
import gc
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proxy.core.grant import Grant
from proxy.core.neutral import profile_for
from proxy.core.owners import console_key
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.ports import Store
from proxy.core.receipt import sign, statement
from proxy.core.token import mint_token
from proxy.gate.asking import asking
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
from proxy.live import Bell, Gathering, Live
from proxy.owner.console import Console
from proxy.owner.health import health_routes
from proxy.owner.housekeeping import keep_house
from proxy.owner.notices_send import sending
from proxy.owner.notices_watch import Teller, watch_notices
from proxy.owner.web import console_app, on_one_port
from proxy.settings import Settings, is_loopback
from proxy.stores.folder import lost_words
from proxy.stores.keys import FileKeys, load_keys
from proxy.stores.sqlite import open_sqlite
from proxy.visit import Visit, routes
from proxy.visit.described import described

SITE = "site-1"
"""There is one site; every table, key, record and token carries its id all the same."""
DEMO_SEED = "chaperone"
DEMO_SECONDS = 5.0
"""So often the demo site tells of a reading, each stamped with the moment at which it is told."""


def clock() -> int:
    """Give epoch milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class House:
    """What every command and server works with."""

    settings: Settings
    store: Store
    keys: FileKeys


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """Open keys and store, and close them again. Raises StoreUnavailable."""
    keys = load_keys(settings.data, random=secrets.token_bytes)
    store = await open_store(settings)
    try:
        yield House(settings, store, keys)
    finally:
        await store.close()


async def open_store(settings: Settings) -> Store:
    """Open the store that the settings name."""
    where = settings.store.get_secret_value()
    if where.startswith(("redis://", "rediss://")):
        from proxy.stores.redis import open_redis  # noqa: PLC0415 - only installations with several nodes load it

        return await open_redis(where, settings.data, site=SITE, clock=clock)
    return await open_sqlite(settings.data, site=SITE, clock=clock)


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


def make_pages(house: House, gate: Gate, studies: Studies) -> list[web.RouteDef]:
    """Put the clinician's own pages together."""
    settings = house.settings
    return routes(
        Visit(
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
            console_url="" if _is_out_of_reach(settings) else settings.owner_origin,
        )
    )


def _is_out_of_reach(settings: Settings) -> bool:
    """Say whether a phone in the clinic can't open the console: it can be opened on this machine only."""
    return is_loopback(settings.owner_origin) and not is_loopback(settings.public_origin)


def make_owner_side(house: House, gate: Gate) -> web.Application:
    """Put the owner's side together: the console, and health for machines."""
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
        signing=lambda stated: _signed(house, stated),
        send=sending(),
        not_lasting=lambda: will_be_lost(settings),
    )
    return console_app(console, health)


def make_teller(house: House) -> Teller:
    """Put together what tells the owners."""
    return Teller(house.store, clock, console_key(house.keys.entry), house.settings.owner_origin, sending())


def _signed(house: House, stated: str) -> tuple[str, str, str]:
    kid, private_key = house.keys.signing()
    public = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return sign(stated, private_key), kid, public.hex()


def token_for(house: House) -> Callable[[Grant], str]:
    """Give what signs the token of a new grant, for tools."""

    def sign_token(grant: Grant) -> str:
        kid, private_key = house.keys.signing()
        origin = house.settings.public_origin
        return mint_token(
            grant,
            kid=kid,
            private_key=private_key,
            audience=origin,
            issuer=origin,
            jti=secrets.token_hex(8),
            now_ms=grant.minted_at,
        )

    return sign_token


def will_be_lost(settings: Settings, *, mounts_text: str | None = None) -> str:
    """Say why a real site must not be shared with others from this folder; empty if it may.

    Where only this machine can open the links, as when Chaperone is tried out, it is let pass.
    """
    is_real = not settings.is_demo and not is_loopback(settings.public_origin) and settings.data.is_dir()
    is_here = settings.store.get_secret_value() == "sqlite"
    return lost_words(settings.data, mounts_text) if is_real and is_here else ""


def _seen_by_owner(gate: Gate, request: web.Request) -> dict[str, str]:
    # By the plain clock: an owner can end access also while the gate refuses everyone because the clock is wrong.
    asked = asking(request, now=clock(), request_id=gate.request_id(), trusted=gate.trusted)
    return {"request_id": asked.request_id, "device": asked.device, "address": asked.address}


def calm_collector() -> None:
    """Let Python look for cycles less often: a day of rows is ten thousand objects, and none of them is in one."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@asynccontextmanager
async def serving(settings: Settings, *, shared_ports: bool = False) -> AsyncIterator[House]:
    """Serve the clinicians' side and the owner's side until the block ends; answers in flight are finished.

    With `shared_ports` other worker processes listen on the same ports.
    """
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(settings))
        site = await stack.enter_async_context(nightscout(settings))
        gate = make_gate(house, site.nightscout)
        live = make_live(gate, site.bell)
        calm_collector()
        gate.newest = await house.store.newest_record_at()
        await stack.enter_async_context(_running(watch(gate.streams, gate.store, gate.clock, also=live)))
        housekeeping = keep_house(gate.store, gate.clock, months=settings.retention)
        await stack.enter_async_context(_running(housekeeping))
        await stack.enter_async_context(_running(watch_notices(make_teller(house))))
        gathering = Gathering(settings.data, live.serve, unsent=unsent)
        studies = Studies(gate)
        clinicians = clinicians_app(gate, [*make_pages(house, gate, studies), *gathering.routes()])
        clinicians.on_shutdown.append(studies.stop)
        clinicians.on_shutdown.append(live.stop)
        owner = make_owner_side(house, gate)
        if settings.on_one_port:
            clinicians = on_one_port(owner, settings.owner_origin, clinicians, settings.public_origin)
        await stack.enter_async_context(_running(live.run()))
        await stack.enter_async_context(_running(gate.shelf.run()))
        server = await stack.enter_async_context(
            _listening(clinicians, settings.host, settings.port, shared=shared_ports)
        )
        await stack.enter_async_context(_running(gathering.run(server)))
        if not settings.on_one_port:
            await stack.enter_async_context(
                _listening(owner, settings.owner_host, settings.owner_port, shared=shared_ports)
            )
        yield house


@asynccontextmanager
async def _listening(
    app: web.Application, host: str, port: int, *, shared: bool
) -> AsyncIterator[web.Server]:
    """Listen for the length of the block; give what serves a single connection."""
    # No access log: it would hold addresses with codes and tokens in them. The record is the log.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=10, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_port=shared).start()
        assert runner.server is not None
        yield runner.server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something beside the block, and stop it at the block's end; if it fails, the block is ended."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def read_policies(settings: Settings) -> list[Policy]:
    """Read all policies that can be shared. Raises PolicyError for a file with a fault."""
    files = sorted(policies_folder(settings).glob("*.yaml"))
    return [parse(file.read_text(encoding="utf-8"), file=file.name) for file in files]


def policies_folder(settings: Settings) -> Path:
    """Give the folder of policies: the setting's, or the bundled one (in a wheel beside the code)."""
    if settings.policies is not None:
        return settings.policies
    here = Path(__file__).parent
    bundled = here / "policies"
    return bundled if bundled.is_dir() else here.parent / "policies"
