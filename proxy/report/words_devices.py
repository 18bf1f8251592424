"""Which pump and which loop system: what uploads name or let infer, in a few words beside what the owner says. Pure."""

from collections.abc import Sequence
from typing import Final

from proxy.core.tongue import _, say
from proxy.report.model import Automation

SEEN: Final = _("Seen in uploads")


def devices_seen(automation: Automation) -> str:
    """Say it: `pump Medtronic 723; system Loop`; empty if uploads tell neither, or may not be shown."""
    parts = []
    if automation.pumps:
        # In the order in which they were used: a change of pump explains a change in the figures.
        parts.append(say("pump %(names)s", names=say(", then ").join(automation.pumps)))
    if automation.system == "more than one system":
        parts.append(say(automation.system))
    elif automation.system:
        parts.append(say("system %(name)s", name=say(automation.system)))
    return "; ".join(parts)


def equipment_lines(told: Sequence[tuple[str, str]], automation: Automation) -> tuple[tuple[str, str], ...]:
    """Give what the owner says that they use, and then what is seen in uploads: (what, name)."""
    seen = devices_seen(automation)
    lines = tuple((say(what), name) for what, name in told)
    return (*lines, (say(SEEN), seen)) if seen else lines
