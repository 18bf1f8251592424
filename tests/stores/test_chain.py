from dataclasses import replace

import pytest

from proxy.core.errors import GrantEnded
from proxy.core.grant import HOUR, Grant
from proxy.core.record import verify
from proxy.stores.chain import (
    Step,
    appending,
    begun,
    chained,
    ending_with,
    erased,
    extending,
    opening,
    renewing_pin,
    restoring,
)
from tests.stores.samples import NOW, consent, draft, ended, make_grant

OPENED = make_grant(opened_at=NOW, zone="UTC")
ENDED = make_grant(ended_at=NOW, ending="revoked")


def test_records_follow_each_other_from_the_head() -> None:
    grant, first = begun(make_grant(length=9, head="ff" * 32), consent())
    grant, more = chained(grant, [draft(), draft()])
    verdict = verify([record.body for record in (*first, *more)], head=grant.head, grant=grant.id)
    assert verdict.ok
    assert (grant.length, [record.number for record in more]) == (3, [2, 3])


@pytest.mark.parametrize(
    "step",
    [
        appending([draft()]),
        opening(NOW, "UTC", draft()),
        extending(NOW + HOUR, draft()),
        renewing_pin("x", draft()),
    ],
)
@pytest.mark.parametrize("grant", [ENDED, make_grant(expires_at=NOW), make_grant(expires_at=NOW - 1)])
def test_nothing_happens_to_what_has_ended(step: Step, grant: Grant) -> None:
    with pytest.raises(GrantEnded):
        step(grant)


def test_a_second_opening_and_a_second_ending_change_nothing() -> None:
    assert opening(NOW, "UTC", draft())(OPENED) == (OPENED, ())
    assert ending_with("expired", ended())(ENDED) == (ENDED, ())


def test_the_end_moves_nearer_at_the_opening_only() -> None:
    near, _ = opening(NOW, "UTC", draft())(make_grant(lasts=HOUR))
    far, _ = opening(NOW, "UTC", draft())(make_grant(lasts=100 * HOUR))
    dated, _ = opening(NOW, "UTC", draft())(make_grant(lasts=None))
    assert [grant.expires_at - NOW for grant in (near, far, dated)] == [HOUR, 24 * HOUR, 24 * HOUR]


@pytest.mark.parametrize(
    ("grant", "ending"), [(OPENED, "restored"), (make_grant(expires_at=NOW), "expired"), (ENDED, "revoked")]
)
def test_a_store_put_back_ends_what_has_not_ended(grant: Grant, ending: str) -> None:
    changed, drafts = restoring(NOW)(grant)
    assert changed.ending == ending
    assert len(drafts) == (grant.ended_at is None)


def test_erasing_leaves_nothing_but_id_site_kind_length_head_and_day() -> None:
    left = erased(replace(ENDED, length=7, head="ab" * 32), "2026-11-23")
    empty = make_grant(number=1, policy_text="")
    same = {name for name in Grant.__slots__ if getattr(left, name) == getattr(empty, name)}
    assert same == {"id", "site", "kind", "policy_text", "opened_at", "ending", "zone"}
    assert (left.length, left.head, left.erased_on) == (7, "ab" * 32, "2026-11-23")
