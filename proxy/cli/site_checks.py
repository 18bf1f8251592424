"""What doctor asks of Nightscout: is it there, is it closed to strangers, and can its token only read.

Rules of this file: the credential goes only to the address in the settings, redirects are not followed, and nothing
that Nightscout says is quoted but its version.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
import msgspec

from proxy.cli.finding import Finding, fault, fine, warning
from proxy.core.ports import Clock

TESTED: Final = re.compile(r"15\.0\.\d+", re.ASCII)
LARGEST_SKEW: Final = 60_000
_NEW_ONE = (
    "In Nightscout's Admin Tools make a role with the permission api:*:read and nothing else, a subject "
    "with that role, and put its access token in NIGHTSCOUT_TOKEN."
)
_NEEDED = ("entries", "treatments", "devicestatus", "profile")


class _Message(msgspec.Struct):
    canWrite: bool = False  # noqa: N815 - Nightscout's spelling
    isAdmin: bool = False  # noqa: N815
    rolefound: str = ""


class _VerifyAuth(msgspec.Struct):
    message: _Message


class _Ticket(msgspec.Struct):
    permissionGroups: list[list[str]]  # noqa: N815


class _Status(msgspec.Struct):
    version: str = ""


async def check_site(client: httpx.AsyncClient, url: str, token: str, clock: Clock) -> AsyncIterator[Finding]:
    """Look at a site; what builds on something that is wrong is not asked."""
    try:
        before = clock()
        first = await client.get(f"{url}/api/versions")
        skew = _skew(first, (before + clock()) // 2)
    except httpx.HTTPError:
        yield fault(
            "reachable", "Nightscout can't be reached.", "Check NIGHTSCOUT_URL, and that Nightscout runs."
        )
        return
    reachable = _reachable(first)
    yield reachable
    if reachable.level == "fault":
        return
    yield skew
    try:
        async for finding in _ask(client, url, token):
            yield finding
    except httpx.HTTPError:
        yield fault("reachable", "Nightscout stopped answering.", "Look at its log, then run doctor again.")


async def _ask(client: httpx.AsyncClient, url: str, token: str) -> AsyncIterator[Finding]:
    yield _private(await client.get(f"{url}/api/v1/entries.json?count=1"))
    sha1 = hashlib.sha1(token.encode()).hexdigest()  # noqa: S324 - Nightscout's own form of a credential
    known = {"api-secret": sha1}
    finding = _token(_read(await client.get(f"{url}/api/v1/verifyauth", headers=known), _VerifyAuth))
    if finding is not None:
        yield finding
        return
    yield _permissions(_read(await client.get(f"{url}/api/v2/authorization/request/{sha1}"), _Ticket))
    answers = {name: await client.get(f"{url}/api/v1/{name}.json?count=1", headers=known) for name in _NEEDED}
    yield _readable([name for name, answer in answers.items() if answer.status_code != httpx.codes.OK])
    yield _version(_read(await client.get(f"{url}/api/v1/status.json", headers=known), _Status))


def _read(response: httpx.Response, kind: Callable[..., Any]) -> Any:
    """Give a JSON answer as a struct; None if it is none."""
    if response.status_code != httpx.codes.OK:
        return None
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return None


def _reachable(response: httpx.Response) -> Finding:
    if response.is_redirect:
        target = response.headers.get("location", "")
        secure = " The same with https:// may be right." if target.startswith("https://") else ""
        return fault(
            "reachable", "This address leads elsewhere.", f"Put the final address in NIGHTSCOUT_URL.{secure}"
        )
    found = _read(response, list[dict[str, Any]])
    if not found:
        return fault(
            "reachable",
            "What answers there is no Nightscout.",
            "Check NIGHTSCOUT_URL: the address alone, no path.",
        )
    return fine("reachable", "Nightscout answers.")


def _skew(response: httpx.Response, now: int) -> Finding:
    try:
        there = round(parsedate_to_datetime(response.headers.get("date", "")).timestamp() * 1000)
    except ValueError:
        return warning(
            "clock", "Nightscout does not tell its time.", "Compare this machine's clock with your phone's."
        )
    seconds = abs(there - now) // 1000
    if abs(there - now) >= LARGEST_SKEW:
        return fault(
            "clock",
            f"This machine's clock and Nightscout's are {seconds} seconds apart.",
            "Set this machine's clock by the network (timedatectl set-ntp true).",
        )
    return fine("clock", "This machine's clock and Nightscout's agree.")


def _private(response: httpx.Response) -> Finding:
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return fine("private", "Without a credential Nightscout shows nothing.")
    if response.status_code == httpx.codes.OK:
        return fault(
            "private",
            "Anyone who knows Nightscout's address can read it, past Chaperone.",
            "Set AUTH_DEFAULT_ROLES=denied in Nightscout's settings, and start it again.",
        )
    return warning(
        "private",
        f"Without a credential Nightscout answers {response.status_code}.",
        "401 was expected: look at its log.",
    )


def _token(found: _VerifyAuth | None) -> Finding | None:
    """Say what is wrong with the token so far; None if it is an access token that may not write everything."""
    if found is None:
        return fault(
            "token", "Nightscout does not say what the token may do.", "Run doctor again in a minute."
        )
    said = found.message
    is_token = said.rolefound == "FOUND"
    if said.isAdmin and not is_token:
        return fault("token", "NIGHTSCOUT_TOKEN is the API secret, which may do everything.", _NEW_ONE)
    if not is_token:
        return fault("token", "Nightscout does not know this token.", _NEW_ONE)
    if said.isAdmin or said.canWrite:
        return fault("token", "The token may write.", _NEW_ONE)
    return None


def _permissions(found: _Ticket | None) -> Finding:
    if found is None:
        return warning("token", "Nightscout does not list what the token may do.", _NEW_ONE)
    given = [each for group in found.permissionGroups for each in group]
    if all(each.split(":")[-1] == "read" for each in given):
        return fine("token", "The token can only read, and is not the API secret.")
    return fault("token", "The token may do more than read.", _NEW_ONE)


def _readable(withheld: list[str]) -> Finding:
    if withheld:
        return fault("readable", f"The token can't read: {', '.join(withheld)}.", _NEW_ONE)
    return fine("readable", "The token can read what is shared.")


def _version(found: _Status | None) -> Finding:
    version = found.version if found else ""
    if not re.fullmatch(r"[\w.+-]{1,40}", version, re.ASCII):
        return warning("version", "Nightscout does not tell its version.", "Chaperone is tested with 15.0.x.")
    if TESTED.fullmatch(version):
        return fine("version", f"Nightscout {version} is a tested version.")
    return warning(
        "version", f"Nightscout {version} is not a tested version.", "Chaperone is tested with 15.0.x."
    )
