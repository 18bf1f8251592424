"""A record in plain words, the same at the terminal and in the console.

Rules of this file: pure. Words are for the person who shared; what a record holds of others (a device, a name) is
given as it is, and whoever puts it on a page has to make it harmless there.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from proxy.core.ask import WORDS

Fields = Mapping[str, Any]
Moment = Callable[[int], str]
"""Writes epoch milliseconds for the reader."""

_COLLECTIONS: Final = (
    ("/entries", "glucose readings"),
    ("/treatments", "treatments"),
    ("/devicestatus", "pump and loop status"),
    ("/profile", "the profile"),
    ("/food", "food"),
    ("/activity", "activity"),
    ("/properties", "current figures"),
)
_PAGES: Final = {
    "/": "Nightscout's own page",
    "/report": "Nightscout's reports",
    "/clock/{face}": "Nightscout's clock",
}
_LIVE: Final = {
    "live, opened": "Live view opened",
    "live, changes": "Live view: new data offered",
    "live, anew": "Live view: everything shown offered anew",
    "live, a day of status": "Live view: a day of pump and loop status offered",
}
_LIVE_ASKED: Final = {
    "socket": "the live view",
    "socket authorize": "the live view",
    "socket dbAdd": "to add data over the live view",
    "socket dbUpdate": "to change data over the live view",
    "socket dbUpdateUnset": "to change data over the live view",
    "socket dbRemove": "to remove data over the live view",
}
_BY: Final = {
    "link": "with the link",
    "code": "with the visit code",
    "token": "by a tool",
    "pairing": "after you scanned its screen",
    "console": "from your console",
}
_OUTCOMES: Final = {
    "entered": "Signed in",
    "waits": "Typed the right PIN, and you were asked",
    "wrong_pin": "Wrong PIN",
    "not_a_pin": "Typed something that is no PIN",
    "not_yet": "Came before the time",
    "busy": "Had to wait, others were signing in",
    "entry_closed": "Tried to sign in, but the entry is closed",
}
_ENDINGS: Final = {
    "expired": "Access ended: its time was over",
    "revoked": "Access ended by you",
    "finished": "Access ended by the clinician, who was done",
    "restored": "Access ended, because data was restored from a backup",
}
_COPIES: Final = {
    "copies_deleted": "copies are deleted",
    "copies_filed": "copies are filed in the record",
}
_STATES: Final = {
    "entry_closed": "The entry was closed after ten wrong PINs",
    "new_pin": "You gave a new PIN",
    "told": "You changed your notes for this visit",
    "reshaped": "You changed what is shared",
}
_FILES: Final = {
    "pdf": "PDF",
    "pdf-locked": "locked PDF",
    "html": "locked visit file",
    "png": "picture",
    "json": "JSON",
    "text": "text",
    "csv-5min": "CSV, every 5 minutes",
    "csv-15min": "CSV, every 15 minutes",
    "csv-hour": "CSV, hourly",
    "csv-day": "CSV, daily",
}
_DEEDS: Final = {
    "file": "You made a file:",
    "mint": "You shared:",
    "preview": "You looked at what a clinician would see:",
    "new PIN": "You gave a new PIN:",
    "receipt": "You took the receipt:",
    "log checked": "You checked a copy of the log:",
    "inventory read": "You looked at what is in your Nightscout",
    "ask granted": "You said yes to a question for more:",
    "ask declined": "You said “not now” to a question for more:",
    "opening allowed": "You let somebody in:",
    "opening not allowed": "You let nobody in:",
    "shown on this phone": "You handed over your phone:",
    "notes changed": "You changed your notes for a visit:",
    "about me changed": "You changed what is said of you",
    "outside share noted": "You noted a share made elsewhere",
    "outside share ended": "You noted the end of a share made elsewhere",
    "outside share removed": "You removed a note of a share made elsewhere",
    "notices changed": "You changed how you are told",
    "notice tried": "You sent a test message to yourself",
    "extend": "You gave more time:",
    "revoke": "You ended access:",
    "erase": "You erased the log:",
    "log": "You read the log:",
    "export": "You exported the log:",
    "rotate keys": "You made a new key",
    "backup": "You made a backup",
    "restore": "You restored a backup",
    "sign-in": "You signed in",
    "sign-in refused": "A sign-in was refused",
    "sign-out": "You signed out",
    "confirm": "You confirmed",
    "not confirmed": "A confirmation was refused",
    "set-up refused": "A wrong set-up code was refused",
    "set-up code made": "You made a set-up code",
    "owner added": "You came in as a new owner",
    "new means for owner": "You chose a new way to sign in",
    "owner removed": "You removed an owner",
    "owner reset": "You reset the sign-in to the console",
    "passkey added": "You added a passkey",
    "passkey removed": "You removed a passkey",
    "passphrase set": "You set a passphrase",
    "authenticator app set up": "You set up an authenticator app",
    "authenticator app removed": "You removed the authenticator app",
    "recovery codes made": "You made new recovery codes",
    "other sign-ins ended": "You ended other sign-ins",
}


def decode(body: bytes) -> dict[str, Any]:
    """Give a record's fields."""
    fields: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    return fields


def answered_whole(records: Iterable[Fields]) -> frozenset[Any]:
    """Give the request ids of long answers that came to an end: the others were interrupted."""
    return frozenset(fields.get("request_id") for fields in records if fields["kind"] in ("sent", "cut"))


def happened(fields: Fields, whole: frozenset[Any], moment: Moment) -> str:
    """Say what one record tells; `whole` as of `answered_whole`."""
    match fields["kind"]:
        case "consent" | "opened" | "sign_in":
            return _entry(fields)
        case "answer":
            return _answer(fields)
        case "begun" | "part" | "sent" | "cut":
            return _long(fields, whole)
        case "refusal":
            return f"Refused ({str(fields.get('reason', '')).replace('_', ' ')}): {_what(fields)}"
        case _:
            return _state(fields, moment)


def _state(fields: Fields, moment: Moment) -> str:
    match fields["kind"]:
        case "extended":
            return f"You gave more time: until {moment(fields['expires_at'])}"
        case "told" if fields.get("about") == "identity":
            return "You changed what is said of you"
        case "ended":
            return _ENDINGS.get(str(fields.get("ending", fields.get("how"))), "Access ended") + _copies(
                fields
            )
        case "asked" | "reshaped" if fields.get("asked"):
            return _asked(fields)
        case "owner":
            return _deed(fields)
        case other:
            return _STATES.get(str(other), str(other))


def _copies(fields: Fields) -> str:
    """Say what became of copies, as far as the clinician said so at the end."""
    said = [words for key, words in _COPIES.items() if fields.get(key) is True]
    return f"; they said: {' and '.join(said)}" if said else ""


def _asked(fields: Fields) -> str:
    what = WORDS.get(str(fields["asked"]), "more")
    if fields["kind"] == "asked":
        return f"Asked you for {what}"
    reveals = str(fields.get("reveals") or "").replace("\n", "; ")
    return f"You said yes to {what}. Shown since then: {reveals or 'more'}"


def _deed(fields: Fields) -> str:
    """Say what an owner did: by name where it was done in the console, as “you” where at this terminal."""
    words, who = str(_DEEDS.get(str(fields.get("did")), fields.get("did"))), fields.get("who")
    if who:
        words = f"{who}{words.removeprefix('You')}" if words.startswith("You ") else f"{words} ({who})"
    about = " ".join(str(fields[key]) for key in ("grant_of", "whom") if fields.get(key))
    return f"{words} {about}".rstrip()


def _entry(fields: Fields) -> str:
    match fields["kind"]:
        case "consent":
            return str(fields.get("words", "Shared")).replace("\n", " ")
        case "opened":
            return f"Opened for the first time {_by(fields)}".rstrip()
        case _:
            return _sign_in(fields)


def _sign_in(fields: Fields) -> str:
    words = f"{_OUTCOMES.get(str(fields.get('outcome')), 'Tried to sign in')} {_by(fields)}".rstrip()
    return (
        words
        if fields.get("outcome") in ("entered", "waits")
        else f"{words} ({fields.get('tries_left', 0)} tries left)"
    )


def _by(fields: Fields) -> str:
    return _BY.get(str(fields.get("by")), "")


def _answer(fields: Fields) -> str:
    if fields.get("door") == "summary":
        return _summary(fields)
    if str(fields.get("door")).startswith("socket "):
        return f"{_LIVE.get(str(fields.get('query')), 'Live view: data offered')}: {_amount(fields)}"
    if not any(part in str(fields.get("door")) for part, _ in _COLLECTIONS):
        return f"Looked at {_what(fields)}"
    return f"Read {_what(fields)}: {_amount(fields)}"


def _summary(fields: Fields) -> str:
    """Say which page of figures: its query is `page days=14 …`, `text days=14 …`, `day 2026-11-21 …` or `file pdf days=14 …`."""
    page, asked, more, *_ = [*str(fields.get("query")).split(" "), "", "", ""]
    if page == "file":
        taken = "You made a file" if fields.get("by") == "owner" else "Took a file"
        days = more.removeprefix("days=")
        return f"{taken} ({_FILES.get(asked, asked)}): {days} day{'' if days == '1' else 's'}"
    days = asked.removeprefix("days=")
    if page == "day":
        return f"Looked at one day of the summary: {days}"
    whole = "Looked at the summary" if page == "page" else "Took the summary as text"
    return f"{whole}: {days} day{'' if days == '1' else 's'}"


def _long(fields: Fields, whole: frozenset[Any]) -> str:
    match fields["kind"]:
        case "begun":
            interrupted = "" if fields.get("request_id") in whole else "; no end is on record: interrupted"
            return f"Began to read {_what(fields)}{interrupted}"
        case "part":
            return f"Reading {_what(fields)}: {_amount(fields)} so far"
        case "sent":
            return f"Read {_what(fields)}: {_amount(fields)}"
        case _:
            return f"Reading {_what(fields)} ended early: {_amount(fields)}"


def topic(fields: Fields) -> str:
    """Name what an answer was about; empty for what a page asks of its own accord (which version, what time it is)."""
    door = str(fields.get("door", ""))
    if door == "summary":
        said, _, asked = _summary(fields).partition(": ")
        plain = said.removeprefix("Looked at ").removeprefix("Took ").removeprefix("You made ")
        return f"{plain} ({asked})"
    if door.startswith("socket"):
        return "the live view"
    known = next((words for part, words in _COLLECTIONS if part in door), "")
    return known or _PAGES.get(door, "")


def came_by(fields: Fields) -> str:
    """Say how somebody came in; empty if that is not on record."""
    return _by(fields)


def _amount(fields: Fields) -> str:
    rows = fields.get("rows", 0)
    return f"{rows} row{'' if rows == 1 else 's'}, {fields.get('bytes', 0):,} bytes"


def _what(fields: Fields) -> str:
    door = str(fields.get("door", ""))
    known = next((words for part, words in _COLLECTIONS if part in door), door or "something")
    return _LIVE_ASKED.get(door, known)
