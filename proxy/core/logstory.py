"""A grant's log as a story: runs of requests become a sentence, so that a patient can read it in a waiting room.

Rules of this file: pure. Nothing is left out silently: each sentence says how many records it stands for, and the
records themselves stay one tap away.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from proxy.core.logwords import (
    Fields,
    Moment,
    answered_whole,
    came_by,
    device_of,
    happened,
    refused_for,
    topic,
)
from proxy.core.tongue import _, say, say_number

Tone = Literal["plain", "wrong", "end"]
PAUSE: Final = 300_000
"""Milliseconds without a request after which the next one begins a new sentence."""
_ANSWERS: Final = ("answer", "begun", "part", "sent", "cut")


_TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {"sign_in": "wrong", "ended": "end", "entry_closed": "wrong"}
)


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


@dataclass(frozen=True, slots=True)
class Files:
    """Files of a share, in words: what its clinician took away, and what its owner made of it for themselves."""

    taken: Sequence[str] = ()
    made: Sequence[str] = ()


def files_of(records: Iterable[Fields]) -> Files:
    """Name the files, each once and with how often, if that is more than once."""
    known = list(records)
    return Files(
        _counted(fields for fields in known if fields.get("by") != "owner"),
        _counted(fields for fields in known if fields.get("by") == "owner"),
    )


def _counted(records: Iterable[Fields]) -> Sequence[str]:
    found = Counter(filter(None, map(_file_name, records)))
    return [
        name if count == 1 else say("%(what)s, %(count)s times", what=name, count=count)
        for name, count in found.items()
    ]


def _file_name(fields: Fields) -> str:
    return str(fields.get("file") or "") or (topic(fields) if _is_file(fields) else "")


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
    if fields.get("by") == "owner":
        return ""  # what the owner made of it is nobody's looking
    if fields["kind"] in _ANSWERS or fields["kind"] == "refusal":
        return "requests"
    return "wrong" if fields["kind"] == "sign_in" and fields.get("outcome") == "wrong_pin" else ""


def _told(run: Sequence[Fields], whole: frozenset[object], moment: Moment) -> tuple[str, Tone]:
    match _sort(run[0]):
        case "requests":
            return _requests(run, whole)
        case "wrong":
            return _wrong_pins(run), "wrong"
        case _:
            return _single(run[0], whole, moment)


def _wrong_pins(run: Sequence[Fields]) -> str:
    count = say_number(
        "A wrong PIN%(device)s", "%(count)s wrong PINs%(device)s", len(run), device=_from(run[0])
    )
    left = say_number("%(count)s try left", "%(count)s tries left", run[-1].get("tries_left", 0))
    return f"{count}; {left}"


def _single(fields: Fields, whole: frozenset[object], moment: Moment) -> tuple[str, Tone]:
    tone = _TONES.get(fields["kind"], "plain")
    match fields["kind"]:
        case "opened":
            return say("Opened for the first time%(device)s%(way)s", **_way(fields)), tone
        case "sign_in" if fields.get("outcome") == "entered":
            return say("Opened again%(device)s%(way)s", **_way(fields)), "plain"
        case "sign_in":
            device = _from(fields)
            return f"{happened(fields, whole, moment)}{',' if device else ''}{device}", tone
        case "closed":
            return say("Closed%(device)s; the access goes on", device=_on(fields)), tone
        case _:
            return happened(fields, whole, moment), tone


def _way(fields: Fields) -> Mapping[str, str]:
    # Who came with a token came with a tool: that is said once.
    way = "" if _is_tool(fields) and fields.get("by") == "token" else came_by(fields)
    return {"device": _on(fields), "way": f", {way}" if way else ""}


def _requests(run: Sequence[Fields], whole: frozenset[object]) -> tuple[str, Tone]:
    """Say what a run was about, how many requests it was, and what of it was refused or broke off."""
    refused = [fields for fields in run if fields["kind"] == "refusal"]
    # Of a long answer only its beginning counts: the rest is the same request.
    asked = [fields for fields in run if fields["kind"] in ("answer", "begun")]
    parts = [_answered(asked)] if asked else []
    broken = sum(fields["kind"] == "begun" and fields.get("request_id") not in whole for fields in run)
    broken += sum(fields["kind"] == "cut" for fields in run)
    if broken:
        parts.append(say("%(count)s of them broke off", count=broken))
    if refused:
        parts.append(_refused(refused))
    return "; ".join(parts) or say("A download went on"), "plain" if asked or not refused else "wrong"


def _answered(asked: Sequence[Fields]) -> str:
    taken = _named(fields for fields in asked if _is_file(fields))
    looked = _named(fields for fields in asked if not _is_file(fields))
    match bool(looked), bool(taken):
        case True, True:
            words = _("Looked at %(looked)s and took %(taken)s%(device)s (%(requests)s)")
        case True, False:
            words = _("Looked at %(looked)s%(device)s (%(requests)s)")
        case False, True:
            words = _("Took %(taken)s%(device)s (%(requests)s)")
        case _:
            words = _("Looked at what pages ask of their own accord%(device)s (%(requests)s)")
    requests = say_number("%(count)s request", "%(count)s requests", len(asked))
    return say(words, looked=looked, taken=taken, device=_on(asked[0]), requests=requests)


def _refused(refused: Sequence[Fields]) -> str:
    why = ", ".join(dict.fromkeys(map(refused_for, refused)))
    return say_number(
        "%(count)s request refused (%(why)s)", "%(count)s requests refused (%(why)s)", len(refused), why=why
    )


def _named(answers: Iterable[Fields]) -> str:
    return ", ".join(dict.fromkeys(filter(None, map(topic, answers))))


def _is_tool(fields: Fields) -> bool:
    return fields.get("device") == "tool"


def _on(fields: Fields) -> str:
    if _is_tool(fields):
        return " " + say("with a tool")
    device = device_of(fields)
    return " " + say("on %(device)s", device=device) if device else ""


def _from(fields: Fields) -> str:
    device = device_of(fields)
    return " " + say("from %(device)s", device=device) if device else ""
