"""Minting: from a policy and the owner's wishes to a grant, its secrets, and the consent that begins its record.

Rules of this file: nothing is stored or sent here. The secrets are given once, to be shown once; the grant
holds their hashes. All faults are told at once, in sentences that an owner can act on.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from proxy.core.adjusted import title_said
from proxy.core.codes import hash_code, hash_link, hash_pin, new_code, new_link, new_pin
from proxy.core.errors import GrantError
from proxy.core.grant import DAY, HOUR, LONGEST, Grant
from proxy.core.policy import Policy
from proxy.core.ports import RandomBytes
from proxy.core.record import GENESIS, Draft
from proxy.core.tongue import say, say_number

TRIES = 10
"""PIN tries before the entry closes."""

NAME_LENGTH = 80
WORDS_LENGTH = 2000
SHORTEST = 60_000

_JOINERS = "\u200c\u200d"
"""Invisible, but some scripts can't write a name without them."""


@dataclass(frozen=True, slots=True)
class Times:
    """When a share begins and ends: epoch milliseconds, `lasts` in milliseconds."""

    opens_at: int
    """No entry before this moment."""
    lasts: int | None
    """From the first opening; None if the end is a date."""
    expires_at: int
    """The latest possible end, whether it was opened or not."""


def for_today(now: int, *, lasts: int = 4 * HOUR) -> Times:
    """Today's visit: `lasts` from the first opening. A link that nobody opens ends a day later."""
    return Times(opens_at=now, lasts=lasts, expires_at=min(now + DAY + lasts, now + LONGEST))


def for_visit_at(visit_at: int, now: int) -> Times:
    """Give a dated visit its times: from an hour before it to 48 hours after."""
    return Times(opens_at=max(now, visit_at - HOUR), lasts=None, expires_at=visit_at + 2 * DAY)


class HashPin(Protocol):
    """How a PIN is stored: `hash_pin`."""

    def __call__(self, key: bytes, pin: str, *, random: RandomBytes) -> str:
        """Give the stored form."""
        ...


@dataclass(frozen=True, slots=True)
class Minted:
    """A new grant, and what travels. Link or code go one way, the passcode another; none is stored."""

    grant: Grant
    link: str
    code: str
    passcode: str
    consent: Draft

    def __repr__(self) -> str:
        # The secrets must not come out of a traceback or a log line.
        return f"Minted(grant={self.grant.id!r})"


def new_grant(
    policy: Policy,
    *,
    site: str,
    clinician: str,
    days: int,
    times: Times,
    now: int,
    random: RandomBytes,
    entry_key: bytes,
    public_url: str,
    words: str = "",
    url_token: bool = False,
    kind: Literal["visit", "preview"] = "visit",
    hashed: HashPin = hash_pin,
) -> Minted:
    """Make a grant; raises GrantError with one sentence per fault, a line each.

    `words` are the owner's own, if they wrote any; the consent is recorded with them and with what is always
    said. `public_url` is the clinicians' origin. Hashes the PIN: about 30 ms, so not for the event loop.
    """
    clinician = unicodedata.normalize("NFC", clinician).strip()
    _check(policy, clinician=clinician, days=days, times=times, now=now, words=words)
    secret, code, passcode = new_link(random), new_code(random), new_pin(random)
    grant = Grant(
        id=random(8).hex(),
        site=site,
        kind=kind,
        clinician=clinician,
        policy_name=policy.name,
        policy_text=policy.text,
        policy_hash=policy.hash,
        days=days,
        minted_at=now,
        opens_at=times.opens_at,
        lasts=times.lasts,
        expires_at=times.expires_at,
        opened_at=None,
        ended_at=None,
        ending=None,
        zone=None,
        link_hash=hash_link(entry_key, secret),
        code_hash=hash_code(entry_key, code),
        pin_hash=hashed(entry_key, passcode, random=random),
        tries_left=TRIES,
        url_token=url_token,
        length=0,
        head=GENESIS.hex(),
    )
    link = f"{public_url.rstrip('/')}/visit#{secret}"
    return Minted(grant, link, code, passcode, _consent(policy, grant, words))


def _consent(policy: Policy, grant: Grant, words: str) -> Draft:
    # In the language in which the owner said it: it is their sentence.
    said = say(
        "I share “%(title)s” with %(name)s: %(days)s (policy %(policy)s).",
        title=title_said(policy.title),
        name=grant.clinician,
        days=say_number("the last day", "the last %(count)s days", grant.days),
        policy=policy.name,
    )
    return Draft(
        "consent",
        grant.minted_at,
        {
            "words": f"{said}\n{words.strip()}".strip(),
            "clinician": grant.clinician,
            "policy": f"{policy.name}@{policy.hash}",
            "days": grant.days,
            "opens_at": grant.opens_at,
            "lasts": grant.lasts,
            "expires_at": grant.expires_at,
            "url_token": grant.url_token,
            "for": grant.kind,
        },
    )


def _check(policy: Policy, *, clinician: str, days: int, times: Times, now: int, words: str) -> None:
    faults = [
        *_name_faults(clinician),
        *_days_faults(policy, days),
        *_time_faults(times, now),
        *_words_faults(words),
    ]
    if faults:
        raise GrantError("\n".join(faults))


def _name_faults(clinician: str) -> Iterator[str]:
    if not clinician:
        yield say("Say who this is for, for example “Diabetes clinic”.")
    if len(clinician) > NAME_LENGTH:
        yield say(
            "The name of who this is for can have up to %(most)s letters; please shorten it.",
            most=NAME_LENGTH,
        )
    if any(_is_control(letter) for letter in clinician):
        yield say("The name of who this is for holds a character that can't be shown; please type it again.")


def _days_faults(policy: Policy, days: int) -> Iterator[str]:
    if not 1 <= days <= policy.window:
        yield say(
            "“%(title)s” can show between 1 and %(most)s days; please choose a number in between.",
            title=title_said(policy.title),
            most=policy.window,
        )


def _time_faults(times: Times, now: int) -> Iterator[str]:
    if times.expires_at <= now or times.expires_at <= times.opens_at:
        yield say("The share would end before it begins; please choose a later end.")
    if times.expires_at > now + LONGEST:
        yield say("A share can end 30 days from now at the latest; please choose an earlier end.")
    if times.lasts is not None and not SHORTEST <= times.lasts <= LONGEST:
        yield say(
            "After its first opening a share can last from one minute to 30 days; please choose a time in between."
        )


def _words_faults(words: str) -> Iterator[str]:
    if len(words) > WORDS_LENGTH:
        yield say("Your words can have up to %(most)s letters; please shorten them.", most=WORDS_LENGTH)
    if any(_is_control(letter) for letter in words.replace("\n", "")):
        yield say("Your words hold a character that can't be shown; please type them again.")


def _is_control(letter: str) -> bool:
    # Cc control, Cf bidi and invisible, Cs half a character, Co private, Zl and Zp line breaks.
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and letter not in _JOINERS
