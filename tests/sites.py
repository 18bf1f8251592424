"""Invented sites, read policies and quick PINs for many tests: what is dear is made once in each process."""

import pickle
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from argon2 import PasswordHasher

from proxy.core.codes import hash_pin
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.demo import Site, generate
from proxy.demo.devicestatus import devicestatus_of_day
from proxy.demo.site import Row

QUICK = partial(hash_pin, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""For those who mint in every test: a thousandth of the work. What the product takes, `tests/core/test_codes.py` says."""

_days_of_devicestatus = lru_cache(maxsize=32)(devicestatus_of_day)


@dataclass
class KeptSite(Site):
    """Device status of more days is kept than the demo site can afford: every page of figures asks for a week of it."""

    def _day_of_devicestatus(self, day: int) -> list[Row]:
        return _days_of_devicestatus(self.seed, day)


def site_of(seed: str, now: int, *, days: int) -> Site:
    """Give a site as `generate` makes it; each caller has a copy of its own."""
    site: Site = pickle.loads(_pickled(seed, now, days))
    return site


@cache
def _pickled(seed: str, now: int, days: int) -> bytes:
    made = generate(seed, now, days=days)
    return pickle.dumps(KeptSite(made.seed, made.since, made.until, made.collections))


@cache
def policy_of(text: str, file: str) -> Policy:
    """Read a policy, once."""
    return parse(text, file=file)
