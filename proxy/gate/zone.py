"""The site's time zone: as set, else as its profile states it, else UTC. Read inside; it is never sent."""

from zoneinfo import available_timezones

import msgspec

from proxy.core.errors import UpstreamError
from proxy.gate.upstream import Nightscout


class _Store(msgspec.Struct):
    timezone: str = ""


class _Profile(msgspec.Struct):
    defaultProfile: str = ""  # noqa: N815 - Nightscout's spelling
    store: dict[str, _Store] = {}
    timezone: str = ""


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
        try:
            profiles = msgspec.json.decode(body, type=list[_Profile])
        except (msgspec.DecodeError, RecursionError) as error:
            raise UpstreamError(
                "upstream_unreadable", "Nightscout sent something that can't be read."
            ) from error
        named = [name for profile in profiles[:1] for name in _zones(profile)]
        return next((name for name in named if name in available_timezones()), "UTC")


def _zones(profile: _Profile) -> list[str]:
    stores = [profile.store.get(profile.defaultProfile), *profile.store.values()]
    return [store.timezone for store in stores if store is not None] + [profile.timezone]
