"""The site's time zone: as set, else as its profile states it, else UTC. Read inside; it is never sent."""

from typing import Any
from zoneinfo import available_timezones

import msgspec

from proxy.core.errors import UpstreamError
from proxy.core.repair import mended
from proxy.gate.upstream import Nightscout
from proxy.locale.marked import _


class SiteZone:
    """Asks the profile at most once per opening; there is one opening per grant."""

    def __init__(self, nightscout: Nightscout, setting: str) -> None:
        self._nightscout = nightscout
        self._setting = setting

    async def __call__(self) -> str:
        """Give the zone's name. Raises UpstreamError if Nightscout can't be asked: a window must not be guessed."""
        if self._setting:
            return self._setting
        body = await self._nightscout.get("/api/v1/profile.json", [("count", "1")])
        # Loop writes names in another case ("ETC/GMT+7").
        known = {name.casefold(): name for name in available_timezones()}
        named = (known.get(name.strip().casefold()) for name in _named(_read(body)))
        return next(filter(None, named), "UTC")


def _read(body: bytes) -> Any:
    try:
        return msgspec.json.decode(mended(body))
    except (msgspec.DecodeError, RecursionError) as error:
        raise UpstreamError(
            "upstream_unreadable", _("Nightscout sent something that can't be read.")
        ) from error


def _named(profiles: Any) -> list[str]:
    """List what may be the zone's name, best first. A profile of an odd shape, which nobody sees, stops nothing."""
    profile = profiles[0] if isinstance(profiles, list) and profiles else None
    if not isinstance(profile, dict):
        return []
    store = profile.get("store")
    stores = store if isinstance(store, dict) else {}
    first = stores.get(str(profile.get("defaultProfile")))
    named = [one.get("timezone") for one in (first, *stores.values()) if isinstance(one, dict)]
    return [name for name in (*named, profile.get("timezone")) if isinstance(name, str)]
