"""The sentences of a change of policy, and a line of them put into the reader's language.

Rules of this file: pure. Lines are written in English and kept so on the record, where anybody can read them; a page
finds the sentence that a line was made of, and says that one. A line that no sentence here makes is shown as it is.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from proxy.core.tongue import _, say

DAYS: Final = _("days %(first)s to %(last)s before the visit")
FINER: Final = _("figures finer than %(coarse)s: %(fine)s")
LIVE: Final = _("what happens during the visit, as it happens")
PAGES: Final = _("Nightscout's own pages")
ZONE: Final = _("the time zone")
OFFSET: Final = _("the offset from UTC")
WHO: Final = _("who it is: %(identity)s")
FILES: Final = _("files to keep: %(words)s")
DERIVED: Final = _("figures that we work out from what is not shared: %(words)s")
ROWS: Final = _("rows of %(collection)s, with their ids and times")
TYPES: Final = _("%(collection)s of type: %(words)s")
THE_FIELD: Final = _("%(collection)s, class %(privacy)s: its one field")
ALL_FIELDS: Final = _("%(collection)s, class %(privacy)s: all %(count)s fields")
OTHER_FIELD: Final = _("%(collection)s, class %(privacy)s: the other field")
OTHER_FIELDS: Final = _("%(collection)s, class %(privacy)s: the other %(count)s fields")
SOME_AND_MORE: Final = _("%(collection)s, class %(privacy)s: %(words)s and %(count)s more")
SOME: Final = _("%(collection)s, class %(privacy)s: %(words)s")

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "collection": {
        "entries": _("glucose readings"),
        "treatments": _("treatments"),
        "devicestatus": _("pump and loop status"),
        "profile": _("pump and loop settings"),
        "food": _("food"),
        "activity": _("activity"),
    },
    "privacy": {
        "glucose": _("glucose"),
        "insulin": _("insulin"),
        "carbs": _("carbs"),
        "device": _("devices"),
        "loop": _("loop"),
        "settings": _("settings"),
        "activity": _("activity"),
        "identifier": _("identifiers"),
        "text": _("free text"),
        "chat": _("chat"),
    },
    "coarse": {"hourly": _("hourly"), "daily": _("daily"), "summary": _("summary")},
    "fine": {"full": _("full"), "hourly": _("hourly"), "daily": _("daily")},
    "identity": {
        "initials": _("initials"),
        "name": _("name"),
        "name and birth date": _("name and birth date"),
    },
}
"""What the words of a policy file are on a page, by the value that they stand for in a sentence."""
_IN_SHORT: Final[Mapping[str, str]] = {
    "glucose": _("glucose readings"),
    "insulin": _("insulin doses and rates"),
    "carbs": _("carbohydrates"),
    "device": _("pump, sensor and battery"),
    "loop": _("what the loop planned and predicted"),
    "settings": _("pump and loop settings"),
    "activity": _("activity"),
    "identifier": _("identifiers"),
    "text": _("free text"),
    "chat": _("chat"),
}
"""The classes, as they are named where only a line is to be had for the whole change."""
_FORMS: Final = {"count": r"[0-9]+", "first": r"[0-9]+", "last": r"[0-9]+", "collection": r"[a-z]+"}


def _pattern(sentence: str) -> re.Pattern[str]:
    def part(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{_FORMS.get(found[1], '.+?')})"

    return re.compile(re.sub(r"%\\\((\w+)\\\)s", part, re.escape(sentence)))


_SENTENCES: Final = tuple(
    (sentence, _pattern(sentence))
    for sentence in (
        *(DAYS, FINER, LIVE, PAGES, ZONE, OFFSET, WHO, FILES, DERIVED, ROWS, TYPES),
        # From the narrow to the wide: paths match anything.
        *(THE_FIELD, ALL_FIELDS, OTHER_FIELD, OTHER_FIELDS, SOME_AND_MORE, SOME),
    )
)
_OF_CLASS: Final = re.compile(r"[a-z]+, class ([a-z]+): ")
_COMES_ALONG: Final = re.compile(r"rows of [a-z]+, with their ids and times|[a-z]+ of type: .+")


def change_said(line: str) -> str:
    """Say one line of a change, as `policydiff` words it behind "Reveals: ", to who reads now."""
    for sentence, pattern in _SENTENCES:
        found = pattern.fullmatch(line)
        if found:
            words = {
                name: say(_WORDS.get(name, {}).get(text, text)) for name, text in found.groupdict().items()
            }
            return say(sentence, **words) if words else say(sentence)
    return line


def changes_in_short(lines: Iterable[str]) -> list[str]:
    """Say a change in a few words: each class once, without the collections, types and fields that it comes with.

    What is of no class (more days, files) is said as it is; and so is everything, where nothing is of a class.
    """
    known = list(lines)
    of_classes = {
        line: found[1] for line in known if (found := _OF_CLASS.match(line)) and found[1] in _IN_SHORT
    }
    if not of_classes:
        return [change_said(line) for line in known]
    named = [say(words) for name, words in _IN_SHORT.items() if name in of_classes.values()]
    rest = [line for line in known if line not in of_classes and not _COMES_ALONG.fullmatch(line)]
    return named + [change_said(line) for line in rest]
