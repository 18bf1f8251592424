"""A grant in words for its clinician's pages."""

from proxy.core.ask import offered
from proxy.core.grant import Grant
from proxy.core.labels import classes_shown, labels
from proxy.core.policy import Policy
from proxy.core.widgets import shown_parts
from proxy.visit.visit import Shared


def described(policy: Policy, grant: Grant) -> Shared:
    """Say what a grant shows: from the policy and the grant alone."""
    words = labels(policy)
    zone = grant.zone if policy.timezone == "site" else None
    return Shared(
        policy.title,
        "",
        (*words.shown, words.detail),
        words.withheld,
        zone,
        live=policy.live,
        pages=policy.pages,
        parts=shown_parts(policy),
        asks=offered(policy, grant),
        identity=policy.identity,
        classes=classes_shown(policy),
    )
