"""Invented grants and records for the tests of the stores."""

from dataclasses import replace
from typing import Any

from proxy.core.grant import HOUR, Grant
from proxy.core.record import Draft, Kind

NOW = 1_790_000_000_000
"""A moment in 2026, epoch milliseconds."""


def make_grant(number: int = 1, **changes: Any) -> Grant:
    grant = Grant(
        id=f"grant-{number:04}",
        site="site-1",
        kind="visit",
        clinician="Diabetes clinic ☂",
        policy_name="consultant",
        policy_text="name: consultant\n" * 100,
        policy_hash="ab" * 32,
        days=90,
        minted_at=NOW + number,
        opens_at=NOW,
        lasts=4 * HOUR,
        expires_at=NOW + 24 * HOUR,
        opened_at=None,
        ended_at=None,
        ending=None,
        zone=None,
        link_hash=f"link-{number}",
        code_hash=f"code-{number}",
        pin_hash=f"pin-{number}",
        tries_left=10,
        url_token=True,
        length=0,
        head="",
        token_hash=f"token-{number}",
    )
    return replace(grant, **changes)


def draft(at: int = NOW, kind: Kind = "answer", **fields: str | int | bool | None) -> Draft:
    return Draft(kind, at, {"door": "/api/v1/entries.json", "status": 200, **fields})


def consent(at: int = NOW) -> Draft:
    return Draft("consent", at, {"words": "I share this with my clinic."})


def ended(at: int = NOW + HOUR) -> Draft:
    return Draft("ended", at, {"ending": "revoked"})
