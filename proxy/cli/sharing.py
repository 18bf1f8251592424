"""Making a grant with all that travels: what `mint`, `preview` and `serve --share` have in common."""

import secrets
from pathlib import Path
from typing import Any

from proxy.cli.frame import Refused
from proxy.cli.noting import noted
from proxy.cli.times import Zone, iso, shown, span_words
from proxy.core.mint import Times
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.house import SITE, House, clock, policies_folder, token_for, will_be_lost
from proxy.owner.giving import Giver, Share, Wishes, give
from proxy.owner.giving import present as owner_present
from proxy.settings import Settings


async def share(house: House, wishes: Wishes, times: Times) -> Share:
    """Make a grant with a token and keep it. Raises GrantError, ClockError, StoreUnavailable, Refused."""
    require_lasting(house.settings)
    giver = Giver(
        store=house.store,
        site=SITE,
        clock=clock,
        random=secrets.token_bytes,
        entry_key=house.keys.entry,
        public_url=house.settings.public_origin,
        note=lambda did, grant: noted(house, did, grant_of=grant),
        token_for=token_for(house),
    )
    return await give(giver, wishes, times)


async def present(house: House) -> int:
    """Give the time. Raises ClockError if it is before the newest record: nothing would be shown then."""
    return await owner_present(house.store, clock)


def require_lasting(settings: Settings, *, mounts_text: str | None = None) -> None:
    """Refuse to share from a folder that will be lost (see `will_be_lost`). Raises Refused."""
    said = will_be_lost(settings, mounts_text=mounts_text)
    if said:
        raise Refused(said)


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
