"""Records in plain words."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from proxy.cli.recordwords import lines

BERLIN = ZoneInfo("Europe/Berlin")
WHO = {"device": "Windows PC", "address": "10.1.2.0/24"}


def line(**fields: Any) -> str:
    (said,) = lines([{"at": 1_795_435_200_000, **fields}], BERLIN)
    return said


def test_a_line_says_when_what_and_who() -> None:
    fields = {"kind": "answer", "door": "/api/{v}/entries", "rows": 288, "bytes": 42_000, **WHO}
    assert line(**fields) == (
        "Mon 23 Nov 2026, 13:00:00 CET  Read glucose readings: 288 rows, 42,000 bytes  [Windows PC, 10.1.2.0/24]"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "reshaped"}, "You changed what is shared"),
        ({"kind": "owner", "did": "sign-in", "who": "Ada"}, "Ada signed in"),
        ({"kind": "owner", "did": "sign-in refused", "who": "Ada"}, "A sign-in was refused (Ada)"),
        ({"kind": "owner", "did": "sign-in refused", "who": None}, "A sign-in was refused"),
        (
            {"kind": "owner", "did": "owner removed", "who": "Ada", "whom": "Bob"},
            "Ada removed an owner Bob",
        ),
        ({"kind": "opened", "by": "code"}, "Opened for the first time with the visit code"),
        ({"kind": "sign_in", "by": "link", "outcome": "entered"}, "Signed in with the link"),
        (
            {"kind": "sign_in", "by": "link", "outcome": "wrong_pin", "tries_left": 7},
            "Wrong PIN with the link (7 tries left)",
        ),
        ({"kind": "answer", "door": "/api/{v}/status", "rows": 0}, "Looked at /api/{v}/status"),
        (
            {"kind": "answer", "door": "/api/v3/treatments", "rows": 1, "bytes": 9},
            "Read treatments: 1 row, 9 bytes",
        ),
        (
            {"kind": "refusal", "door": "/api/{v}/slice/{rest}", "reason": "not_shared"},
            "Refused (not shared): /api",
        ),
        (
            {"kind": "answer", "door": "socket /dataUpdate", "query": "live, opened", "rows": 2, "bytes": 9},
            "Live view opened: 2 rows, 9 bytes",
        ),
        (
            {"kind": "answer", "door": "socket /dataUpdate", "query": "live, changes", "rows": 1, "bytes": 9},
            "Live view: new data offered: 1 row, 9 bytes",
        ),
        (
            {"kind": "answer", "door": "socket /retroUpdate", "query": "live", "rows": 1, "bytes": 9},
            "Live view: data offered: 1 row, 9 bytes",
        ),
        (
            {"kind": "refusal", "door": "socket dbAdd", "reason": "read_only"},
            "Refused (for reading only): to add data over the live view",
        ),
        (
            {"kind": "refusal", "door": "socket", "reason": "too_many_connections"},
            "Refused (too many connections): the live view",
        ),
        ({"kind": "answer", "door": "summary", "query": "page days=14 x"}, "Looked at the summary: 14 days"),
        ({"kind": "answer", "door": "summary", "query": "text days=1 x"}, "Took the summary as text: 1 day"),
        (
            {"kind": "answer", "door": "summary", "query": "day 2026-11-21 x"},
            "one day of the summary: 21 November 2026",
        ),
        ({"kind": "part", "door": "/api/{v}/devicestatus", "rows": 5, "bytes": 6}, "5 rows, 6 bytes so far"),
        ({"kind": "cut", "door": "/api/{v}/devicestatus", "rows": 5, "bytes": 6}, "ended early"),
        ({"kind": "extended", "expires_at": 1_795_438_800_000}, "until Mon 23 Nov 2026, 14:00 CET"),
        ({"kind": "entry_closed"}, "closed after ten wrong PINs"),
        ({"kind": "new_pin"}, "You gave a new PIN"),
        ({"kind": "ended", "ending": "restored"}, "restored from a backup"),
        ({"kind": "ended", "ending": "finished"}, "by the clinician"),
        ({"kind": "ended", "how": "expired"}, "its time was over"),
        ({"kind": "owner", "did": "mint", "grant_of": "g1"}, "You shared: g1"),
        ({"kind": "owner", "did": "rotate keys"}, "You made a new key"),
        ({"kind": "something new"}, "something new"),
    ],
)
def test_each_kind_has_its_words(fields: dict[str, Any], words: str) -> None:
    assert words in line(**fields)


def test_a_long_answer_without_an_end_reads_as_interrupted() -> None:
    begun = {"kind": "begun", "at": 0, "door": "/api/{v}/entries", "request_id": "r1"}
    sent = {"kind": "sent", "at": 1, "door": "/api/{v}/entries", "request_id": "r1", "rows": 2, "bytes": 3}
    assert "interrupted" in lines([begun], BERLIN)[0]
    assert "interrupted" in lines([begun, {**sent, "request_id": "r2"}], BERLIN)[0]
    assert "interrupted" not in lines([begun, sent], BERLIN)[0]
