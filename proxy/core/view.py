"""A view: policy snapshot, window and options, compiled, without the grant's identity.

Grants alike share one view. Its id names its pseudonyms, its remembered answers and its records.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from proxy.core.grant import Grant
from proxy.core.lens import Lens, compile_lens
from proxy.core.policy import Detail, Policy
from proxy.core.pseudonym import Pseudonyms


@dataclass(frozen=True, slots=True)
class Window:
    """The span of data, in epoch milliseconds: since (inclusive) to until (exclusive); None is now."""

    since: int
    until: int | None

    def close(self, now: int) -> int:
        """Give the end at `now`: rows of the future are not shown."""
        return now + 1 if self.until is None else min(self.until, now + 1)


@dataclass(frozen=True, slots=True)
class View:
    """What the holders of like grants may see."""

    id: str
    policy: Policy
    window: Window
    zone: str
    lenses: Mapping[str, Lens]
    inside: "View | None" = None
    """Through which is read what a derived figure is computed with: nothing of it is shown, on no door."""


@lru_cache(maxsize=4096)
def local_midnight(at: int, zone: str, *, days_before: int = 0) -> int:
    """Give the local midnight that begins the day of `at`, or of so many days before, in epoch milliseconds."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) - timedelta(days=days_before)
    # Through naive local time, so that a day with a clock change still begins at midnight.
    midnight = datetime(start.year, start.month, start.day, tzinfo=ZoneInfo(zone))
    return round(midnight.timestamp() * 1000)


def zone_of(grant: Grant, policy: Policy) -> str:
    """Give the zone in which the days of a grant begin.

    UTC unless the policy shows the site's zone: else it could be read off the edge of the window and of each bin.
    """
    assert grant.zone is not None
    return grant.zone if policy.timezone == "site" else "UTC"


def window_of(grant: Grant, policy: Policy) -> Window:
    """Give the window of an opened grant: fixed at the opening, so that answers don't shrink during a visit."""
    assert grant.opened_at is not None
    zone = zone_of(grant, policy)
    since = local_midnight(grant.opened_at, zone, days_before=grant.days)
    if policy.detail == "summary":
        return Window(since, local_midnight(grant.opened_at, zone))
    return Window(since, None if policy.live else grant.opened_at)


def has_rows(collection: str, detail: Detail) -> bool:
    """Say whether a collection has rows at a level of detail: status rows can't be averaged, so a grid has none."""
    if detail == "full":
        return True
    return detail != "summary" and collection in ("entries", "treatments", "profile", "food")


def compile_view(policy: Policy, window: Window, *, zone: str, site_key: bytes) -> View:
    """Compile a view. `site_key` keys its pseudonyms (32 bytes)."""
    named = f"{policy.hash}\0{window.since}\0{window.until}\0{zone}"
    view_id = hashlib.sha256(named.encode()).hexdigest()[:32]
    lenses = {
        collection: compile_lens(collection, shown, Pseudonyms(site_key, view_id, collection))
        for collection, shown in policy.collections.items()
        if has_rows(collection, policy.detail)
    }
    return View(view_id, policy, window, zone, lenses)
