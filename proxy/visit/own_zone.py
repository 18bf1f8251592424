"""The reader's own time zone, for a policy that does not tell the patient's (`timezone: viewer`).

Without scripts a page can't know it, and times are in UTC. A script at the entry says it in a cookie. Only where every
reading is shown: of averages, days of two zones would overlap in part, and their difference be finer than a bin.
"""

from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.policy import Policy
from proxy.core.study import Study, hides_basal
from proxy.core.view import local_midnight
from proxy.report.localtime import zone_of
from proxy.visit.browser import ZONE_COOKIE

_LONGEST: Final = 40


def may_choose(policy: Policy) -> bool:
    """Say whether a policy lets the reader's zone decide where days begin."""
    return policy.timezone == "viewer" and policy.detail == "full" and not hides_basal(policy)


def own_zone(request: web.Request, policy: Policy) -> str:
    """Give the reader's zone; empty if it is not known, or does not count under this policy."""
    said = request.cookies.get(ZONE_COOKIE, "").replace("%2F", "/")
    # Without a "/" stand only names such as "localtime": that of the machine which serves, perhaps in the patient's home.
    if not may_choose(policy) or "/" not in said or len(said) > _LONGEST:
        return ""
    return getattr(zone_of(said), "key", "")


def in_zone(study: Study, zone: str) -> Study:
    """Tell a study in the days of a zone; as it is, if none is named. No row is added: it may begin later than midnight."""
    if not zone:
        return study
    span = study.span
    first = local_midnight(span.end - 1, zone, days_before=span.days - 1)
    return replace(study, zone=zone, span=replace(span, start=max(span.start, first)))
