"""A grant's log as a story: runs of requests become a sentence, so that a patient can read it in a waiting room.

Rules of this file: pure. Nothing is left out silently: each sentence says how many records it stands for, and the
records themselves stay one tap away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from proxy.core.logwords import Fields, Moment, answered_whole, came_by, happened, topic

Tone = Literal["plain", "wrong", "end"]
PAUSE: Final = 300_000
"""Milliseconds without a request after which the next one begins a new sentence."""
_ANSWERS: Final = ("answer", "begun", "part", "sent", "cut")
_DEVICES: Final = {"iPhone": "an iPhone", "iPad": "an iPad", "Android": "an Android device", "tool": "a tool"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened between two moments (epoch milliseconds), and which records tell it (by number, both included)."""

    at: int
    until: int
    words: str
    tone: Tone
    first: int
    last: int


def story(records: Iterable[Fields], moment: Moment) -> list[Sentence]:
    """Tell a chain's records, in their order, in as few sentences as say it."""
    known = list(records)
    whole = answered_whole(known)
    told: list[Sentence] = []
    for run in _runs(known):
        first, last = run[0], run[-1]
        words, tone = _told(run, whole, moment)
        if told and first["kind"] == "opened" and known[first["n"] - 2].get("outcome") == "entered":
            # Coming in and opening for the first time are one thing to whoever reads it.
            first = known[told.pop().first - 1]
        told.append(Sentence(first["at"], last["at"], words, tone, first["n"], last["n"]))
    return told


def files_taken(records: Iterable[Fields]) -> Sequence[str]:
    """Name what was taken away as a file, each once."""
    found: dict[str, None] = {}
    for fields in records:
        if fields.get("file"):
            found[str(fields["file"])] = None
        elif _is_file(fields):
            found[topic(fields)] = None
    return list(found)


def _is_file(fields: Fields) -> bool:
    """Say whether an answer was something to take away."""
    return fields.get("door") == "summary" and str(fields.get("query")).startswith(("file ", "text "))


def ways_in(records: Iterable[Fields]) -> Sequence[str]:
    """Say in which ways somebody came in, each once."""
    entered = (each for each in records if each.get("outcome") == "entered" or each["kind"] == "opened")
    return [way for way in dict.fromkeys(map(came_by, entered)) if way]


def _runs(records: Sequence[Fields]) -> list[list[Fields]]:
    runs: list[list[Fields]] = []
    for fields in records:
        if runs and _goes_on(runs[-1][-1], fields):
            runs[-1].append(fields)
        else:
            runs.append([fields])
    return runs


def _goes_on(before: Fields, now: Fields) -> bool:
    """Say whether a record belongs to the sentence of the one before it."""
    if _sort(now) == "" or _sort(before) != _sort(now) or now["at"] - before["at"] > PAUSE:
        return False
    return all(before.get(key) == now.get(key) for key in ("device", "address"))


def _sort(fields: Fields) -> str:
    if fields["kind"] in _ANSWERS or fields["kind"] == "refusal":
        return "requests"
    return "wrong" if fields["kind"] == "sign_in" and fields.get("outcome") == "wrong_pin" else ""


def _told(run: Sequence[Fields], whole: frozenset[object], moment: Moment) -> tuple[str, Tone]:
    match _sort(run[0]):
        case "requests":
            return _requests(run, whole)
        case "wrong":
            left = run[-1].get("tries_left", 0)
            count = "A wrong PIN" if len(run) == 1 else f"{len(run)} wrong PINs"
            return f"{count}{_on(run[0], 'from')}; {left} {'try' if left == 1 else 'tries'} left", "wrong"
        case _:
            return _single(run[0], whole, moment)


def _single(fields: Fields, whole: frozenset[object], moment: Moment) -> tuple[str, Tone]:
    way = came_by(fields)
    match fields["kind"]:
        case "opened":
            return f"Opened for the first time{_on(fields)}{', ' if way else ''}{way}", "plain"
        case "sign_in" if fields.get("outcome") == "entered":
            return f"Opened again{_on(fields)}{', ' if way else ''}{way}", "plain"
        case "sign_in":
            return f"{happened(fields, whole, moment)}{_on(fields, ', from')}", "wrong"
        case "ended":
            return happened(fields, whole, moment), "end"
        case "entry_closed":
            return happened(fields, whole, moment), "wrong"
        case _:
            return happened(fields, whole, moment), "plain"


def _requests(run: Sequence[Fields], whole: frozenset[object]) -> tuple[str, Tone]:
    """Say what a run was about, how many requests it was, and what of it was refused or broke off."""
    refused = [fields for fields in run if fields["kind"] == "refusal"]
    # Of a long answer only its beginning counts: the rest is the same request.
    asked = [fields for fields in run if fields["kind"] in ("answer", "begun")]
    taken = _named(fields for fields in asked if _is_file(fields))
    looked = _named(fields for fields in asked if not _is_file(fields))
    parts = []
    if asked:
        about = [f"looked at {looked}"] if looked else []
        about += [f"took {taken}"] if taken else []
        words = " and ".join(about) or "looked at what pages ask of their own accord"
        parts.append(f"{words[0].upper()}{words[1:]}{_on(run[0])} ({_count(len(asked), 'request')})")
    broken = sum(fields["kind"] == "begun" and fields.get("request_id") not in whole for fields in run)
    broken += sum(fields["kind"] == "cut" for fields in run)
    if broken:
        parts.append(f"{broken} of them broke off")
    if refused:
        why = ", ".join(dict.fromkeys(str(each.get("reason", "")).replace("_", " ") for each in refused))
        parts.append(f"{_count(len(refused), 'request')} refused ({why})")
    return "; ".join(parts) or "A download went on", "plain" if asked or not refused else "wrong"


def _named(answers: Iterable[Fields]) -> str:
    return ", ".join(dict.fromkeys(filter(None, map(topic, answers))))


def _on(fields: Fields, word: str = "on") -> str:
    device = str(fields.get("device") or "")
    if not device:
        return ""
    space = "" if word.startswith(",") else " "
    return f"{space}{word} {_DEVICES.get(device, f'a {device}')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
