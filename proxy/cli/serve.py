"""`serve`, `demo`, `setup`: the server, the invented site alone, and the first step."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from proxy import __version__
from proxy.app import demo_site, serving
from proxy.cli.frame import AsJson, Refused, answer, settings
from proxy.cli.logs import configure_logs
from proxy.cli.program import program
from proxy.cli.stopping import parent_gone, stop_on_signals
from proxy.cli.workers import work_together
from proxy.core.policy import Policy
from proxy.house import House, opened
from proxy.listening import bound
from proxy.settings import Settings

READY = "ready"
"""The line by which a worker process says that it listens."""

log = structlog.get_logger("serve")

_Announce = Callable[[House], Awaitable[None]]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(serve)
    app.command()(demo)
    app.command()(setup)


def serve(
    with_share: Annotated[
        bool, typer.Option("--share", help="Also share for today, and print link and PIN.")
    ] = False,
    policy: Annotated[str, typer.Option(help="The policy of that share.")] = "consultant",
    worker: Annotated[bool, typer.Option("--worker", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM; answers under way are finished."""
    house = settings()
    configure_logs(house.log_level)
    if worker:
        with _plainly():
            _run(_serve_as_worker(house))
        return
    shared = _policy(house, policy) if with_share else None

    async def announce(opened_house: House) -> None:
        # Only now: being ready does not wait for what says so.
        from proxy.cli.announcing import announcement  # noqa: PLC0415

        value, words = await announcement(opened_house, shared)
        answer(value, words, as_json=as_json)

    with _plainly():
        _run(_serve_many(house, announce) if house.workers > 1 else _serve_alone(house, announce))


def _policy(house: Settings, name: str) -> Policy:
    from proxy.cli.sharing import find_policy  # noqa: PLC0415 - most servers share nothing as they start

    return find_policy(house, name)


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 1337,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    as_json: AsJson = False,
) -> None:
    """Serve the demo site alone: a stand-in for Nightscout, with invented data of ninety days."""
    configure_logs("warning")
    with _plainly():
        _run(_demo(host, port, as_json=as_json))


def setup(as_json: AsJson = False) -> None:
    """Check the settings, make the data folder and its keys, and say what comes next."""
    house = settings()
    asyncio.run(_opened_once(house))
    site = (
        house.nightscout_url
        or "the demo site (invented data; set NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN for a real one)"
    )
    following = ["serve"] if house.is_demo else ["doctor", "serve"]
    following = [f"{program()} {each}" for each in (*following, 'mint --clinician "Diabetes clinic"')]
    value = {
        "data": str(house.data.resolve()),
        "demo": house.is_demo,
        "public_url": house.public_origin,
        "owner_url": house.owner_origin,
        "next": following,
    }
    words = [
        f"Data folder   {house.data.resolve()}",
        f"Nightscout    {site}",
        f"Clinicians    {house.public_origin}",
        f"Health        {house.owner_origin}/healthz",
        "",
        "Next:",
        *(f"  {command}" for command in following),
    ]
    answer(value, "\n".join(words), as_json=as_json)


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop  # noqa: PLC0415 - there is none for Windows

        factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in plain words what keeps a server from starting."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise _only(group) from group
    except OSError as error:
        raise _cannot_start(error) from error


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner: BaseException = group
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    return _cannot_start(inner) if isinstance(inner, OSError) else inner


def _cannot_start(error: OSError) -> Refused:
    if isinstance(error, socket.gaierror):
        return Refused(
            "Can't listen: a host name is not known here. In CHAPERONE_HOST and CHAPERONE_OWNER_HOST (demo: --host) write "
            "an address of this machine, such as 127.0.0.1 or ::1."
        )
    if error.filename:
        return Refused(
            f"Can't use {error.filename}: {error.strerror}. See that it is there, and belongs to this user."
        )
    return Refused(
        f"Can't listen: {error.strerror or error}. Stop what uses that port, or choose others in CHAPERONE_PORT and "
        "CHAPERONE_OWNER_PORT (demo: --port)."
    )


async def _serve_alone(settings: Settings, announce: _Announce) -> None:
    async with _stopping() as stop, serving(settings, command=program()) as house:
        log.info("ready", version=__version__, public_url=settings.public_origin, demo=settings.is_demo)
        await announce(house)
        await stop.wait()
        log.info("stopping")


async def _serve_as_worker(settings: Settings) -> None:
    async with _stopping() as stop, serving(settings, shared_ports=True, command=program()):
        print(READY, flush=True)
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(parent_gone(stop))
            await stop.wait()
            watching.cancel()


async def _serve_many(settings: Settings, announce: _Announce) -> None:
    """Serve with several processes. The demo site, if it is meant, runs here, so that all of them see the same."""
    async with _stopping() as stop, _site_of(settings) as environ, opened(settings) as house:
        _require_free((settings.host, settings.port), (settings.owner_host, settings.owner_port))
        # -P: a folder named proxy where the owner happens to stand is not ours.
        command = (sys.executable, "-P", "-m", "proxy", "serve", "--worker")
        async with work_together(command, environ, settings.workers, ready=READY, stop=stop):
            log.info(
                "ready", version=__version__, public_url=settings.public_origin, workers=settings.workers
            )
            await announce(house)
            await stop.wait()
            log.info("stopping")


def _require_free(*places: tuple[str, int]) -> None:
    """Raise OSError if a port is taken: workers share theirs, and would share it with strangers too."""
    with ExitStack() as stack:
        for host, port in set(places):  # both sides may be at one place
            stack.enter_context(bound(host, port, shared=False))


@asynccontextmanager
async def _site_of(settings: Settings) -> AsyncIterator[dict[str, str]]:
    environ = dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])}
    if not settings.is_demo:
        yield environ
        return
    token = f"chaperone-{secrets.token_hex(8)}"
    async with demo_site(token) as url:
        yield environ | {"NIGHTSCOUT_URL": url, "NIGHTSCOUT_TOKEN": token}


async def _demo(host: str, port: int, *, as_json: bool) -> None:
    token = f"demo-{secrets.token_hex(8)}"
    async with _stopping() as stop, demo_site(token, host=host, port=port) as url:
        words = f"The demo site (invented data) is at {url}\n\nexport NIGHTSCOUT_URL={url}\nexport NIGHTSCOUT_TOKEN={token}"
        answer({"url": url, "token": token}, words, as_json=as_json)
        await stop.wait()


@asynccontextmanager
async def _stopping() -> AsyncIterator[asyncio.Event]:
    with stop_on_signals() as stop:
        yield stop


async def _opened_once(settings: Settings) -> None:
    async with opened(settings):
        return
