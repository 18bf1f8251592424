"""A grant's record for the terminal, a line each."""

from collections.abc import Iterable

from proxy.cli.times import Zone, shown
from proxy.core.logwords import Fields, answered_whole, decode, happened

__all__ = ["decode", "lines"]


def lines(records: Iterable[Fields], zone: Zone) -> list[str]:
    """Say what happened, a line for each record."""
    known = list(records)
    whole = answered_whole(known)
    return [
        f"{shown(fields['at'], zone, clock='%H:%M:%S')}  "
        f"{happened(fields, whole, lambda at: shown(at, zone))}{_who(fields)}"
        for fields in known
    ]


def _who(fields: Fields) -> str:
    who = [str(fields[key]) for key in ("device", "address") if fields.get(key)]
    return f"  [{', '.join(who)}]" if who else ""
