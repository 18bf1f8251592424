"""A question as the owner sees it: what a yes would show more, and how much of it. And the yes, carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proxy.core.adjusted import SWITCHES, adjusted, is_on
from proxy.core.ask import MORE_DAYS, MORE_TIME, WORDS, Ask, days_to_give, offered
from proxy.core.diffterms import DAYS, change_said
from proxy.core.errors import PolicyError
from proxy.core.grant import DAY, HOUR, LONGEST, Grant
from proxy.core.labels import labels
from proxy.core.policy import Policy
from proxy.core.policydiff import diff
from proxy.core.policyfile import parse
from proxy.core.ports import Store
from proxy.core.record import Draft, Value
from proxy.owner.kept import Kept

SPANS: Final = (("30m", HOUR // 2), ("2h", 2 * HOUR), ("1d", DAY), ("7d", 7 * DAY))
"""What can be given of time."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What a yes gives: another snapshot or more days, or else a later end."""

    grant: Grant
    wish: str
    policy: Policy
    days: int
    expires_at: int
    told: tuple[str, ...]
    """What it reveals, line by line, for the record: in English, as all records are."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the owner is shown of a question."""

    grant: Grant
    kept: Kept[Ask]
    policy: Policy | None
    """What is shared now; None if its text can't be read any more."""
    wider: Policy | None
    """What would be shared then; None if nothing can be given."""

    @property
    def wish(self) -> str:
        """What was asked for: a key of WORDS."""
        return self.kept.value.wish

    @property
    def words(self) -> str:
        """What was asked for, in words."""
        return WORDS.get(self.wish, self.wish)

    @property
    def was(self) -> str:
        """What the owner saw: a yes counts for nothing else."""
        return f"{self.grant.policy_hash}.{self.grant.days}.{self.grant.expires_at}"

    @property
    def days(self) -> Sequence[int]:
        """The lengths to choose from, if days were asked for."""
        return days_to_give(self.policy, self.grant) if self.policy and self.wish == MORE_DAYS else ()

    @property
    def spans(self) -> Sequence[str]:
        """The times to choose from, if time was asked for: no share lasts longer than 30 days."""
        if self.wish != MORE_TIME:
            return ()
        latest = self.grant.minted_at + LONGEST
        return [key for key, span in SPANS if self.grant.expires_at + span <= latest]

    @property
    def adds(self) -> Sequence[str]:
        """What would be shared then and is not now, in words."""
        if self.policy is None or self.wider is None:
            return ()
        before = labels(self.policy).shown
        return [words for words in labels(self.wider).shown if words not in before]

    @property
    def changes(self) -> Sequence[str]:
        """The same, field by field, in the reader's language."""
        return [change_said(line) for line in self._changed]

    @property
    def _changed(self) -> Sequence[str]:
        return [] if self.policy is None or self.wider is None else _revealed(diff(self.policy, self.wider))

    @property
    def can_be_given(self) -> bool:
        """Whether a yes is possible."""
        return self.wider is not None and (
            self.wish not in (MORE_DAYS, MORE_TIME) or bool(self.days or self.spans)
        )

    def gift(self, days: str, span: str) -> Gift | None:
        """Give what a yes gives; None for anything that was not on offer. `days` and `span` as the form has them."""
        grant, policy, wider = self.grant, self.policy, self.wider
        if policy is None or wider is None:
            return None
        if self.wish == MORE_DAYS:
            chosen = {str(each): each for each in self.days}.get(days, 0)
            told = DAYS % {"first": grant.days + 1, "last": chosen}
            return Gift(grant, self.wish, policy, chosen, grant.expires_at, (told,)) if chosen else None
        if self.wish == MORE_TIME:
            more = dict(SPANS)[span] if span in self.spans else 0
            return Gift(grant, self.wish, policy, grant.days, grant.expires_at + more, ()) if more else None
        return Gift(grant, self.wish, wider, grant.days, grant.expires_at, tuple(self._changed))


def question_of(grant: Grant, kept: Kept[Ask]) -> Question:
    """Find out what a question means for what is shared now."""
    try:
        policy = parse(grant.policy_text, file="what is shared")
        return Question(grant, kept, policy, _wider(policy, grant, kept.value.wish))
    except PolicyError:  # this version reads policies more strictly than the one that shared
        return Question(grant, kept, None, None)


def _wider(policy: Policy, grant: Grant, wish: str) -> Policy | None:
    """Give what would be shown; None for what the policy does not let be asked for, or shows already."""
    if wish not in offered(policy, grant):
        return None
    if wish in (MORE_DAYS, MORE_TIME):
        return policy
    on = {switch.key for switch in SWITCHES if is_on(policy, switch.key)}
    return parse(adjusted(policy, on | {wish}), file="what is asked for")


def _revealed(lines: Sequence[str]) -> list[str]:
    return [line.removeprefix("Reveals: ") for line in lines if line.startswith("Reveals: ")]


async def give(store: Store, gift: Gift, now: int) -> Grant:
    """Carry out a yes, on the grant's record. Raises GrantEnded, StoreUnavailable."""
    grant = gift.grant
    if gift.wish == MORE_TIME:
        fields: dict[str, Value] = {
            "by": "owner",
            "asked": gift.wish,
            "was": grant.expires_at,
            "expires_at": gift.expires_at,
        }
        return await store.extend(grant.id, gift.expires_at, Draft("extended", now, fields))
    policy = gift.policy
    fields = {
        "by": "owner",
        "asked": gift.wish,
        "policy": f"{policy.name}@{policy.hash}",
        "days": gift.days,
        "reveals": "\n".join(gift.told),
    }
    return await store.reshape(
        grant.id,
        policy_name=policy.name,
        policy_text=policy.text,
        policy_hash=policy.hash,
        days=gift.days,
        record=Draft("reshaped", now, fields),
    )
