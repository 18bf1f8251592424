"""Making a grant with all that travels: what `mint`, `preview` and `serve --share` have in common."""

import asyncio
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from proxy.app import SITE, House, clock, policies_folder
from proxy.cli.frame import Refused
from proxy.cli.noting import noted
from proxy.cli.times import Zone, iso, shown, span_words
from proxy.core.codes import hash_token
from proxy.core.errors import ClockError
from proxy.core.mint import Minted, Times, new_grant
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.token import mint_token, token_sha1
from proxy.settings import Settings, is_loopback
from proxy.stores.folder import looks_ephemeral, mounts

CLOCK_SLACK = 2_000
"""Milliseconds that a clock may have been corrected backwards."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be shared, with whom and how."""

    policy: Policy
    clinician: str
    days: int
    words: str = ""
    url_token: bool = False
    kind: Literal["visit", "preview"] = "visit"


@dataclass(frozen=True, slots=True)
class Share:
    """A grant that is kept, and its secrets, to be shown once."""

    minted: Minted
    token: str

    def __repr__(self) -> str:
        # The secrets must not come out of a traceback or a log line.
        return f"Share(grant={self.minted.grant.id!r})"


async def share(house: House, wishes: Wishes, times: Times) -> Share:
    """Make a grant and keep it. Raises GrantError, ClockError, StoreUnavailable, Refused."""
    require_lasting(house.settings)
    now = await present(house)
    origin = house.settings.public_origin
    minted = await asyncio.to_thread(
        new_grant,
        wishes.policy,
        site=SITE,
        clinician=wishes.clinician,
        days=wishes.days,
        times=times,
        now=now,
        random=secrets.token_bytes,
        entry_key=house.keys.entry,
        public_url=origin,
        words=wishes.words,
        url_token=wishes.url_token,
        kind=wishes.kind,
    )
    kid, private_key = house.keys.signing()
    token = mint_token(
        minted.grant,
        kid=kid,
        private_key=private_key,
        audience=origin,
        issuer=origin,
        jti=secrets.token_hex(8),
        now_ms=now,
    )
    grant = replace(minted.grant, token_hash=hash_token(house.keys.entry, token_sha1(token)))
    await noted(house, "mint" if wishes.kind == "visit" else "preview", grant_of=grant.id)
    kept = await house.store.add_grant(grant, minted.consent)
    return Share(replace(minted, grant=kept), token)


async def present(house: House) -> int:
    """Give the time. Raises ClockError if it is before the newest record: nothing would be shown then."""
    now = clock()
    if now < await house.store.newest_record_at() - CLOCK_SLACK:
        raise ClockError("This machine's clock is behind the newest record: set it right, then try again.")
    return now


def require_lasting(settings: Settings, *, mounts_text: str | None = None) -> None:
    """Refuse to share a real site with others from a folder that will be lost with the container.

    Where only this machine can open the links, as when Chaperone is tried out, it is let pass. `mounts_text` is a
    table as in /proc/mounts; None reads this machine's. Raises Refused.
    """
    if settings.is_demo or is_loopback(settings.public_origin) or not settings.data.is_dir():
        return
    table = mounts() if mounts_text is None else mounts_text
    if settings.store.get_secret_value() == "sqlite" and looks_ephemeral(settings.data, table):
        raise Refused(
            f"The data folder {settings.data} would be lost with this container, and the access log with it: "
            "mount a volume there, or name another folder in CHAPERONE_DATA."
        )


def find_policy(settings: Settings, name: str) -> Policy:
    """Read a policy: the name of one in the folder, or a file. Raises PolicyError, Refused."""
    path = policy_path(settings, name)
    return parse(read_text(path), file=str(path))


def policy_path(settings: Settings, name: str) -> Path:
    """Give the file of a policy. Raises Refused if there is none."""
    folder = policies_folder(settings)
    path = Path(name) if "/" in name or name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        raise Refused(f"There is no policy {name}. Write one of: {known}; or the path of a YAML file.")
    return path


def read_text(path: Path) -> str:
    """Read a text file. Raises Refused."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The file {path} can't be read as text.") from error


def as_object(shared: Share) -> dict[str, Any]:
    """Give a share as the one object that `mint --json` prints."""
    grant = shared.minted.grant
    return {
        "grant_id": grant.id,
        "link": shared.minted.link,
        "code": shared.minted.code,
        "passcode": shared.minted.passcode,
        "token": shared.token,
        "expires_at": iso(grant.expires_at),
        "opens_at": iso(grant.opens_at),
        "lasts_seconds": None if grant.lasts is None else grant.lasts // 1000,
        "kind": grant.kind,
        "clinician": grant.clinician,
        "policy": f"{grant.policy_name}@{grant.policy_hash}",
        "days": grant.days,
        "url_token": grant.url_token,
    }


def in_words(shared: Share, *, origin: str, zone: Zone) -> str:
    """Give a share as the block of text that is shown once."""
    minted, grant = shared.minted, shared.minted.grant
    ends = f"{shown(grant.expires_at, zone)}, opened or not"
    if grant.lasts is not None:
        ends = (
            f"{span_words(grant.lasts)} after it is first opened; not opened: {shown(grant.expires_at, zone)}"
        )
    return "\n".join(
        (
            f"  For          {grant.clinician}",
            f"  Shows        {grant.policy_name}, up to {grant.days} days",
            f"  Ends         {ends}",
            f"  Grant        {grant.id}",
            "",
            f"  Link         {minted.link}",
            f"  Visit code   {minted.code}   (instead of the link, at {origin}/visit)",
            f"  PIN          {minted.passcode}   (send it another way than the link)",
            "",
            "  For a tool:",
            f"  curl -H 'Authorization: Bearer {shared.token}' '{origin}/api/v1/entries.json?count=3'",
        )
    )
