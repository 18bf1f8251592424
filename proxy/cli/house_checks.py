"""What doctor looks at on this machine: data folder, store, policies and the address that clinicians open."""

import stat
from collections.abc import Iterator
from urllib.parse import urlsplit

from proxy.cli.finding import Finding, fault, fine, warning
from proxy.cli.program import program
from proxy.cli.sharing import present
from proxy.core.errors import ChaperoneError, PolicyError
from proxy.core.policyfile import parse
from proxy.house import opened, policies_folder
from proxy.settings import Settings, is_loopback
from proxy.stores.folder import looks_ephemeral, mounts


def check_folder(settings: Settings) -> Iterator[Finding]:
    """Look at the data folder: is it there, is it private, will it last."""
    folder = settings.data
    if not folder.is_dir():
        yield fault("data folder", f"There is no data folder {folder} yet.", f"Run: {program()} setup")
        return
    yield _modes(settings)
    if looks_ephemeral(folder, mounts()):
        advice = "Mount a volume there, or name another folder in CHAPERONE_DATA."
        yield warning("data folder", f"{folder} would be lost with this container.", advice)


async def check_store(settings: Settings) -> Finding:
    """Try whether a record would be durable, and whether the clock is not behind the newest one."""
    if not settings.data.is_dir():
        return warning("store", "The store was not looked at.", f"Run: {program()} setup")
    try:
        async with opened(settings) as house:
            await house.store.ready()
            await present(house)
    except ChaperoneError as error:
        return fault("store", str(error), "Until then nothing is shown.")
    return fine("store", "Records are durable.")


def check_policies(settings: Settings) -> Finding:
    """Read every policy."""
    folder = policies_folder(settings)
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        return fault("policies", f"There are no policies in {folder}.", "Check CHAPERONE_POLICIES.")
    try:
        for path in paths:
            parse(path.read_text(encoding="utf-8"), file=str(path))
    except (PolicyError, OSError, UnicodeDecodeError):
        return fault("policies", "A policy is not sound.", f"Run: {program()} policy check")
    return fine("policies", f"{len(paths)} policies are sound.")


def check_address(settings: Settings) -> Iterator[Finding]:
    """Look at the address that clinicians open."""
    origin = settings.public_origin
    if is_loopback(origin):
        yield warning(
            "address",
            f"{origin} can be opened on this machine only.",
            "To share, put https in front and its address in CHAPERONE_PUBLIC_URL: see deploy/Caddyfile.",
        )
        return
    yield fine("address", f"Clinicians open {origin}, by https.")
    if urlsplit(origin).hostname == urlsplit(settings.nightscout_url).hostname:
        yield fault(
            "host name",
            "Chaperone and Nightscout have the same host name: browsers would mix up what they keep of both.",
            "Give Chaperone a host name that has never served Nightscout.",
        )
    else:
        yield fine(
            "host name",
            "It is not Nightscout's. If Nightscout was ever served there, clear your browsers' data of that site: "
            "an old service worker and login would stay.",
        )


def _modes(settings: Settings) -> Finding:
    folder = settings.data
    open_to_others = [
        path for path in (folder, *folder.iterdir()) if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    if open_to_others:
        names = ", ".join(path.name for path in open_to_others[:5])
        advice = f"Run: chmod 700 {folder} && chmod -R go-rwx {folder}"
        return fault("data folder", f"Other users of this machine can get at: {names}.", advice)
    return fine("data folder", f"{folder} is private.")
