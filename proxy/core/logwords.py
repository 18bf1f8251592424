"""A record in plain words, the same at the terminal and in the console, there in the reader's language.

Rules of this file: pure. Words are for the person who shared; what a record holds of others (a device, a name) is
given as it is, and whoever puts it on a page has to make it harmless there.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from proxy.core.ask import WORDS
from proxy.core.days import day_said
from proxy.core.diffterms import changes_in_short
from proxy.core.logterms import (
    BY,
    COLLECTIONS,
    COPIES,
    DEEDS,
    DEVICES,
    ENDINGS,
    FILES,
    LIVE,
    LIVE_ASKED,
    OUTCOMES,
    PAGES,
    REASONS,
    STATES,
    done_by_somebody,
)
from proxy.core.tongue import _, grouped, say, say_number

Fields = Mapping[str, Any]
Moment = Callable[[int], str]
"""Writes epoch milliseconds for the reader."""

_MOST_DIGITS: Final = 4


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
            return say("Refused (%(why)s): %(what)s", why=refused_for(fields), what=_what(fields))
        case _:
            return _state(fields, moment)


def _state(fields: Fields, moment: Moment) -> str:
    match fields["kind"]:
        case "extended":
            return say("You gave more time: until %(end)s", end=moment(fields["expires_at"]))
        case "told" if fields.get("about") == "identity":
            return say("You changed what is said of you")
        case "ended":
            ending = ENDINGS.get(str(fields.get("ending", fields.get("how"))), _("Access ended"))
            return say(ending) + _copies(fields)
        case "asked" | "reshaped" if fields.get("asked"):
            return _asked(fields)
        case "owner":
            return deed(fields)
        case other:
            return say(STATES.get(str(other), str(other)))


def _copies(fields: Fields) -> str:
    """Say what became of copies, as far as the clinician said so at the end."""
    said = copies_said(fields)
    return "; " + say("they said: %(what)s", what=said) if said else ""


def copies_said(fields: Fields) -> str:
    """Give what a clinician ticked at the end, in words; empty if nothing."""
    said = [say(words) for key, words in COPIES.items() if fields.get(key) is True]
    return say("%(one)s and %(other)s", one=said[0], other=said[1]) if len(said) > 1 else "".join(said)


def _asked(fields: Fields) -> str:
    what = say(WORDS.get(str(fields["asked"]), _("more")))
    if fields["kind"] == "asked":
        return say("Asked you for %(what)s", what=what)
    lines = str(fields.get("reveals") or "").splitlines()
    reveals = "; ".join(changes_in_short(lines)) or say("more")
    return say("You said yes to %(what)s. Now also shared: %(reveals)s", what=what, reveals=reveals)


def deed(fields: Fields, about: str | None = None) -> str:
    """Say what an owner did: by name where it was done in the console, as “you” where at this terminal.

    `about` stands in place of the number of the share and the name that the record holds.
    """
    did, who = str(fields.get("did")), fields.get("who")
    if did not in DEEDS:
        said = f"{did} ({who})" if who else did
    else:
        said = say(done_by_somebody(DEEDS[did]), who=who) if who else say(DEEDS[did])
    if about is None:
        about = " ".join(str(fields[key]) for key in ("grant_of", "whom") if fields.get(key))
        said = said if about else said.removesuffix(":")
    return f"{said} {about}".rstrip()


def _entry(fields: Fields) -> str:
    match fields["kind"]:
        case "consent":
            return str(fields.get("words", say("Shared"))).replace("\n", " ")
        case "opened":
            return " ".join((say("Opened for the first time"), came_by(fields))).rstrip()
        case _:
            return _sign_in(fields)


def _sign_in(fields: Fields) -> str:
    outcome = fields.get("outcome")
    said = say(OUTCOMES.get(str(outcome), _("Tried to sign in")))
    words = f"{said} {came_by(fields)}".rstrip()
    if outcome in ("entered", "waits"):
        return words
    return say("%(what)s (%(left)s tries left)", what=words, left=fields.get("tries_left", 0))


def came_by(fields: Fields) -> str:
    """Say how somebody came in; empty if that is not on record."""
    return say(BY.get(str(fields.get("by")), ""))


def _answer(fields: Fields) -> str:
    door = str(fields.get("door"))
    if door == "summary":
        return _summary(fields)
    if door.startswith("socket "):
        return say(LIVE.get(str(fields.get("query")), _("Live view: data offered"))) + f": {_amount(fields)}"
    if not any(part in door for part, _words in COLLECTIONS):
        return say("Looked at %(what)s", what=_what(fields))
    return say("Read %(what)s: %(amount)s", what=_what(fields), amount=_amount(fields))


def _summary(fields: Fields) -> str:
    """Say which page of figures: its query is `page days=14 …`, `text days=14 …`, `day 2026-11-21 …` or `file pdf days=14 …`."""
    page, asked, more = _asked_for(fields)
    if page == "file":
        form = say(FILES.get(asked, asked))
        if _is_own(fields):
            return _in_days(
                "You made a file (%(form)s): %(count)s day",
                "You made a file (%(form)s): %(count)s days",
                more,
                form=form,
            )
        return _in_days(
            "Took a file (%(form)s): %(count)s day", "Took a file (%(form)s): %(count)s days", more, form=form
        )
    if page == "day":
        return say("Looked at one day of the summary: %(day)s", day=day_said(asked.removeprefix("days=")))
    if page == "page":
        return _in_days(
            "Looked at the summary: %(count)s day", "Looked at the summary: %(count)s days", asked
        )
    if _is_own(fields):
        return _in_days(
            "You made the summary as text: %(count)s day",
            "You made the summary as text: %(count)s days",
            asked,
        )
    return _in_days(
        "Took the summary as text: %(count)s day", "Took the summary as text: %(count)s days", asked
    )


def _asked_for(fields: Fields) -> tuple[str, str, str]:
    """Give the first three words of a query; empty for those that it lacks."""
    page, asked, more, *_rest = [*str(fields.get("query")).split(" "), "", "", ""]
    return page, asked, more


def _is_own(fields: Fields) -> bool:
    return fields.get("by") == "owner"


def _in_days(one: str, many: str, asked: str, /, **values: object) -> str:
    """Put `days=14` into a sentence with `%(count)s`; what is no number is shown as it is recorded."""
    days = asked.removeprefix("days=")
    if days.isascii() and days.isdecimal() and len(days) <= _MOST_DIGITS:
        return say_number(one, many, int(days), **values)
    return say(many, count=days, **values)


def _long(fields: Fields, whole: frozenset[Any]) -> str:
    what = _what(fields)
    match fields["kind"]:
        case "begun" if fields.get("request_id") in whole:
            return say("Began to read %(what)s", what=what)
        case "begun":
            return say("Began to read %(what)s; no end is on record: interrupted", what=what)
        case "part":
            return say("Reading %(what)s: %(amount)s so far", what=what, amount=_amount(fields))
        case "sent":
            return say("Read %(what)s: %(amount)s", what=what, amount=_amount(fields))
        case _:
            return say("Reading %(what)s ended early: %(amount)s", what=what, amount=_amount(fields))


def topic(fields: Fields) -> str:
    """Name what an answer was about; empty for what a page asks of its own accord (which version, what time it is)."""
    door = str(fields.get("door", ""))
    if door == "summary":
        return _part_of_summary(fields)
    if door.startswith("socket"):
        return say("the live view")
    known = next((words for part, words in COLLECTIONS if part in door), "")
    return say(known or PAGES.get(door, ""))


def _part_of_summary(fields: Fields) -> str:
    page, asked, more = _asked_for(fields)
    if page == "file":
        form = say(FILES.get(asked, asked))
        return _in_days(
            "a file (%(form)s) (%(count)s day)", "a file (%(form)s) (%(count)s days)", more, form=form
        )
    if page == "day":
        return say("one day of the summary (%(day)s)", day=day_said(asked.removeprefix("days=")))
    if page == "page":
        return _in_days("the summary (%(count)s day)", "the summary (%(count)s days)", asked)
    return _in_days("the summary as text (%(count)s day)", "the summary as text (%(count)s days)", asked)


def device_of(fields: Fields) -> str:
    """Name the kind of device; empty if that is not on record."""
    device = str(fields.get("device") or "")
    if not device:
        return ""
    return say(DEVICES[device]) if device in DEVICES else say("a %(device)s", device=device)


def refused_for(fields: Fields) -> str:
    """Say why something was refused."""
    reason = str(fields.get("reason", "")).replace("_", " ")
    return say(REASONS.get(reason, reason))


def _amount(fields: Fields) -> str:
    rows = say_number("%(count)s row", "%(count)s rows", fields.get("rows", 0))
    return say("%(rows)s, %(bytes)s bytes", rows=rows, bytes=grouped(fields.get("bytes", 0)))


def _what(fields: Fields) -> str:
    door = str(fields.get("door", ""))
    known = next((words for part, words in COLLECTIONS if part in door), door or _("something"))
    return say(LIVE_ASKED.get(door, known))
