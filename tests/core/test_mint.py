import os
from dataclasses import asdict
from itertools import count
from typing import Any

import pytest

from proxy.core.codes import check_pin, hash_code, hash_link, read_code, read_link
from proxy.core.errors import GrantError
from proxy.core.grant import DAY, HOUR, LONGEST
from proxy.core.mint import Minted, Times, for_today, for_visit_at, new_grant
from proxy.core.policy import Policy
from proxy.core.record import GENESIS, verify, write

NOW = 1_780_000_000_000
KEY = b"k" * 32
POLICY = Policy(
    name="consultant",
    title="For a diabetes visit",
    text="name: consultant\n",
    hash="ab" * 32,
    window=90,
    detail="full",
    pages=True,
    live=False,
    exports=(),
    derive=(),
    identity="nothing",
    timezone="site",
    may_ask=(),
    collections={},
)


def mint(**changed: Any) -> Minted:
    arguments: dict[str, Any] = {
        "site": "home",
        "clinician": "Diabetes clinic",
        "days": 14,
        "times": for_today(NOW),
        "now": NOW,
        "random": os.urandom,
        "entry_key": KEY,
        "public_url": "https://share.example.org",
    }
    return new_grant(POLICY, **{**arguments, **changed})


def faults(**changed: Any) -> list[str]:
    with pytest.raises(GrantError) as caught:
        mint(**changed)
    return str(caught.value).split("\n")


def test_link_code_and_passcode_open_the_grant_that_was_minted() -> None:
    minted = mint()
    secret = read_link(minted.link)
    assert secret is not None
    assert minted.link == f"https://share.example.org/visit#{secret}"
    assert minted.grant.link_hash == hash_link(KEY, secret)
    assert read_code(minted.code) == minted.code
    assert minted.grant.code_hash == hash_code(KEY, minted.code)
    assert check_pin(KEY, minted.passcode, minted.grant.pin_hash)
    assert minted.grant.pin_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_new_grant_waits_with_ten_tries_and_its_own_copy_of_the_policy() -> None:
    grant = mint().grant
    assert grant.state(NOW) == "waiting"
    assert grant.tries_left == 10
    assert (grant.policy_name, grant.policy_text, grant.policy_hash) == (
        "consultant",
        POLICY.text,
        POLICY.hash,
    )
    assert (grant.length, grant.head) == (0, GENESIS.hex())
    assert mint().grant.id != grant.id


def test_the_grant_and_its_record_hold_no_secret_in_the_clear() -> None:
    minted = mint()
    kept = repr(asdict(minted.grant)) + repr(minted.consent) + repr(minted)
    for secret in (read_link(minted.link), minted.code, minted.code.replace("-", ""), minted.passcode):
        assert secret
        assert secret not in kept


def test_the_consent_says_in_words_what_was_agreed_and_begins_a_chain() -> None:
    minted = mint(words="For my check-up in May.\nPlease look at the nights.", days=1)
    consent = minted.consent
    assert consent.kind == "consent"
    assert consent.fields["words"] == (
        "I share “For a diabetes visit” with Diabetes clinic: the last day (policy consultant).\n"
        "For my check-up in May.\nPlease look at the nights."
    )
    assert consent.fields["expires_at"] == minted.grant.expires_at
    assert consent.fields["policy"] == f"consultant@{POLICY.hash}"
    record = write(consent, site="home", grant=minted.grant.id, number=1, head=GENESIS)
    assert verify([record.body], head=record.head, grant=minted.grant.id).ok


def test_a_name_is_trimmed_and_written_in_one_form() -> None:
    assert mint(clinician="  Dr. Jose\u0301 ").grant.clinician == "Dr. José"


def test_a_name_that_needs_joiners_keeps_them() -> None:
    assert mint(clinician="\u0645\u06cc\u200c\u062e").grant.clinician == "\u0645\u06cc\u200c\u062e"


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"clinician": ""}, "Say who"),
        ({"clinician": " \t "}, "Say who"),
        ({"clinician": "x" * 81}, "up to 80"),
        ({"clinician": "Dr. \u202eevil"}, "can't be shown"),
        ({"clinician": "Dr.\nEvil"}, "can't be shown"),
        ({"clinician": "Dr. \ud800"}, "can't be shown"),
        ({"days": 0}, "between 1 and 90"),
        ({"days": 91}, "between 1 and 90"),
        ({"times": Times(NOW, None, NOW)}, "before it begins"),
        ({"times": Times(NOW + HOUR, None, NOW + HOUR)}, "before it begins"),
        ({"times": Times(NOW - DAY, None, NOW - 1)}, "before it begins"),
        ({"times": Times(NOW, None, NOW + LONGEST + 1)}, "30 days from now"),
        ({"times": Times(NOW, 0, NOW + DAY)}, "one minute to 30 days"),
        ({"words": "x" * 2001}, "up to 2000"),
        ({"words": "\x1b[31m"}, "can't be shown"),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_with_what_to_change(
    changed: dict[str, Any], word: str
) -> None:
    said = faults(**changed)
    assert len(said) == 1
    assert word in said[0]


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(clinician="", days=0, times=Times(NOW, None, NOW))) == 3


@pytest.mark.parametrize("days", [1, 90])
def test_the_edges_of_what_a_policy_shows_are_allowed(days: int) -> None:
    assert mint(days=days, times=Times(NOW, None, NOW + LONGEST)).grant.days == days


def test_todays_visit_lasts_four_hours_from_its_opening_and_not_from_minting() -> None:
    assert for_today(NOW) == Times(opens_at=NOW, lasts=4 * HOUR, expires_at=NOW + 28 * HOUR)
    assert for_today(NOW, lasts=LONGEST).expires_at == NOW + LONGEST


def test_a_dated_visit_opens_an_hour_before_and_ends_48_hours_after() -> None:
    visit = NOW + 3 * DAY
    assert for_visit_at(visit, NOW) == Times(opens_at=visit - HOUR, lasts=None, expires_at=visit + 48 * HOUR)
    assert for_visit_at(NOW, NOW).opens_at == NOW


def test_every_secret_takes_fresh_randomness() -> None:
    calls = count(1)
    minted = mint(random=lambda size: next(calls).to_bytes(size))
    assert next(calls) == 6  # link, code, PIN, id, salt
    assert minted.grant.id == "0000000000000004"
