"""What may happen to a grant and its chain, the same in every store.

Rules of this file: pure. A step takes the grant as it is in the store and gives it as it shall be, with what is
to be recorded; no drafts means that nothing changes. Every change of a grant's state is a record, so the head
tells whether a grant is still the one that was read.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from proxy.core.errors import GrantEnded
from proxy.core.grant import Ending, Grant, end_after_opening
from proxy.core.mint import TRIES
from proxy.core.record import GENESIS, Draft, Record, write

Step = Callable[[Grant], tuple[Grant, Sequence[Draft]]]


def begun(grant: Grant, consent: Draft) -> tuple[Grant, Sequence[Record]]:
    """Give a new grant with its first record."""
    return chained(replace(grant, length=0, head=GENESIS.hex()), [consent])


def chained(grant: Grant, drafts: Sequence[Draft]) -> tuple[Grant, Sequence[Record]]:
    """Write drafts after the grant's head; give the grant with the new head, and the records."""
    records: list[Record] = []
    head = grant.head
    for number, draft in enumerate(drafts, grant.length + 1):
        record = write(draft, site=grant.site, grant=grant.id, number=number, head=bytes.fromhex(head))
        records.append(record)
        head = record.head
    return replace(grant, length=grant.length + len(records), head=head), records


def appending(drafts: Sequence[Draft]) -> Step:
    """Step: add records."""
    if not drafts:
        raise ValueError("nothing to record")

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        _require_live(grant, drafts[0].at)
        return grant, drafts

    return step


def opening(opened_at: int, zone: str, record: Draft) -> Step:
    """Step: the first opening; a later one changes nothing."""

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        _require_live(grant, opened_at)
        if grant.opened_at is not None:
            return grant, ()
        end = end_after_opening(grant, opened_at)
        return replace(grant, opened_at=opened_at, zone=zone, expires_at=end), [record]

    return step


def extending(expires_at: int, record: Draft) -> Step:
    """Step: another end."""

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        _require_live(grant, record.at)
        return replace(grant, expires_at=expires_at), [record]

    return step


def reshaping(policy_name: str, policy_text: str, policy_hash: str, days: int, record: Draft) -> Step:
    """Step: another snapshot of a policy, or other days."""

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        _require_live(grant, record.at)
        named = replace(grant, policy_name=policy_name, policy_hash=policy_hash)
        return replace(named, policy_text=policy_text, days=days), [record]

    return step


def ending_with(ending: Ending, record: Draft) -> Step:
    """Step: end and seal; an ended grant stays as it is."""

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        if grant.ended_at is not None:
            return grant, ()
        return replace(grant, ended_at=record.at, ending=ending), [record]

    return step


def restoring(now: int) -> Step:
    """Step: end a grant of a store that was put back from a copy."""

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        ending = grant.how_it_ended(now) or "restored"
        return ending_with(ending, Draft("ended", now, {"ending": ending}))(grant)

    return step


def renewing_pin(pin_hash: str, record: Draft) -> Step:
    """Step: another PIN, and all tries again."""

    def step(grant: Grant) -> tuple[Grant, Sequence[Draft]]:
        _require_live(grant, record.at)
        return replace(grant, pin_hash=pin_hash, tries_left=TRIES), [record]

    return step


def erased(grant: Grant, day: str) -> Grant:
    """Give what stays of an ended grant: id, head, length and the day of erasure (ISO).

    Raises ValueError if it has not ended: what is erased must not come alive again.
    """
    if grant.ended_at is None:
        raise ValueError("only an ended grant can be erased")
    return Grant(
        id=grant.id,
        site=grant.site,
        kind=grant.kind,
        clinician="",
        policy_name="",
        policy_text="",
        policy_hash="",
        days=0,
        minted_at=0,
        opens_at=0,
        lasts=None,
        expires_at=0,
        opened_at=None,
        ended_at=0,
        ending=None,
        zone=None,
        link_hash="",
        code_hash="",
        pin_hash="",
        tries_left=0,
        url_token=False,
        length=grant.length,
        head=grant.head,
        erased_on=day,
    )


def _require_live(grant: Grant, at: int) -> None:
    if grant.state(at) == "ended":
        raise GrantEnded("This access has ended.")
