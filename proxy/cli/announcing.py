"""What `serve` says once it is ready: where it is reached, the first set-up code, and a share if one was asked for."""

import os
from typing import Any

from proxy.cli.owner import first_code, set_up_address
from proxy.cli.owner import in_words as set_up_words
from proxy.cli.program import program
from proxy.cli.sharing import as_object, in_words, share
from proxy.cli.times import zone_of
from proxy.cli.tunnel import tunnel_line
from proxy.core.mint import for_today
from proxy.core.policy import Policy
from proxy.house import House, clock
from proxy.owner.giving import Share, Wishes
from proxy.settings import Settings


async def announcement(house: House, policy: Policy | None) -> tuple[dict[str, Any], str]:
    """Give what there is to say, as an object and in words; with a policy, share by it for today before.

    Raises GrantError, ClockError, StoreUnavailable, Refused.
    """
    wishes = Wishes(policy, "A first try", min(policy.window, 90)) if policy else None
    made = await share(house, wishes, for_today(clock())) if wishes else None
    code = await first_code(house)
    return _as_object(house.settings, made, code), _in_words(house.settings, made, code)


def _as_object(settings: Settings, made: Share | None, code: str | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "public_url": settings.public_origin,
        "health_url": f"{settings.owner_origin}/healthz",
        "owner_url": settings.owner_origin,
        "demo": settings.is_demo,
    }
    if code:
        value |= {"set_up_code": code, "set_up_url": set_up_address(settings, code)}
    return value | (as_object(made) if made else {})


def _in_words(settings: Settings, made: Share | None, code: str | None) -> str:
    behind = "the demo site: an invented person" if settings.is_demo else settings.nightscout_url
    words = [f"Chaperone is running. Behind it: {behind}.", ""]
    if made:
        words += [in_words(made, origin=settings.public_origin, zone=zone_of(settings)), ""]
    else:
        words += ["  To share:    " + program() + ' mint --clinician "Diabetes clinic"', ""]
    words += [set_up_words(settings, code) if code else f"  Console      {settings.owner_origin}"]
    words.append(f"  Health       {settings.owner_origin}/healthz")
    tunnel = tunnel_line(os.environ, settings)
    if tunnel:
        words += [
            "",
            "  You are connected by SSH. To open the link on your own computer, run there:",
            f"  {tunnel}",
        ]
    words += ["", "To stop: Ctrl-C."]
    if made:
        words.append(f"To end the access at once: {program()} revoke {made.minted.grant.id}")
    return "\n".join(words)
