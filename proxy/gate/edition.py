"""Which Nightscout is behind us: its pages are shown in versions that were tried, or that the owner allowed.

The API needs no such word: what a policy does not name is withheld in any version.
"""

import re
from typing import Final

import msgspec
import structlog

from proxy.core.errors import UpstreamError
from proxy.gate.upstream import Nightscout
from proxy.locale.marked import _

TESTED: Final = "15.0."
"""The versions whose pages were tried through here, by the beginning of their number."""
SETTING: Final = "CHAPERONE_ALLOW_VERSION"
_VERSION_PATH: Final = "/api/v3/version"
_VERSION: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9A-Za-z-]{1,32}){1,5}", re.ASCII)
_UNTESTED: Final = _(
    "The pages of this version of Nightscout have not been tried with this access, so they wait for a word of the "
    "person who shared. Ask them to set CHAPERONE_ALLOW_VERSION, as their log says. The summary and tools work "
    "meanwhile."
)

log = structlog.get_logger("edition")


class _Answer(msgspec.Struct):
    result: dict[str, object]


async def ask_version(nightscout: Nightscout) -> str:
    """Ask for the version. Raises UpstreamError."""
    answer = await nightscout.file(_VERSION_PATH, ("application/json",))
    try:
        version = str(msgspec.json.decode(answer, type=_Answer).result["version"])
    except (msgspec.DecodeError, KeyError) as error:
        raise _unreadable() from error
    if _VERSION.fullmatch(version) is None:
        raise _unreadable()
    return version


def is_shown(version: str, allowed: str) -> bool:
    """Say whether the pages of a version are shown; `allowed` is the one version that the owner allowed, or empty."""
    return version.startswith(TESTED) or version == allowed


def untested() -> UpstreamError:
    """Refuse pages in words for a clinician."""
    return UpstreamError("untested_version", _UNTESTED)


def warn(version: str) -> None:
    """Tell who looks after the machine what to do."""
    log.warning("untested_version", version=version, to_show_its_pages=f"{SETTING}={version}")


def _unreadable() -> UpstreamError:
    return UpstreamError("upstream_unreadable", _("Nightscout sent something that can't be read."))
