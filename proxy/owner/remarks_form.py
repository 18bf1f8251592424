"""The form of “My notes for this visit”: read from what was sent, or the first thing that is wrong with it."""

from datetime import date
from typing import Final

from proxy.core.plaintext import plain
from proxy.core.remarks import LONGEST, MOST_QUESTIONS, MOST_REMARKS, Remark, Remarks
from proxy.owner.forms import Form
from proxy.owner.words import Said, _

_TOO_LONG: Final = Said(_("Each line can have up to %(most)s letters; please shorten it."), {"most": LONGEST})
_NO_WORDS: Final = Said(_("There is a day without words. Write what happened then, or empty the day."))
_NO_DAY: Final = Said(_("This is no day. Write it as in 2026-03-31."))
_BACKWARDS: Final = Said(_("The last day is before the first one."))


def read_remarks_form(form: Form, known: Remarks, salt: str) -> tuple[Remarks, Said | None]:
    """Read what was typed; of the notes that were picked before (`known`), keep those that are not to go."""
    questions = [plain(form.get(f"question-{number}")) for number in range(MOST_QUESTIONS)]
    remarks = [remark for number in range(MOST_REMARKS) if (remark := _remark(form, number)) is not None]
    gone = set(form.all("unpick"))
    picked = tuple(each for each in known.picked if each.key not in gone)
    read = Remarks(tuple(each for each in questions if each), tuple(remarks), picked, salt)
    return read, _fault(read)


def _remark(form: Form, number: int) -> Remark | None:
    words = plain(form.get(f"words-{number}"))
    first, last = form.get(f"first-{number}")[:40], form.get(f"last-{number}")[:40]
    return Remark(words, _day(first), _day(last)) if words or first or last else None


def _day(text: str) -> str:
    """Give a day as it is kept; what is none stays as it is, to be told."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return text


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _fault(read: Remarks) -> Said | None:
    words = [*read.questions, *(each.words for each in read.dated)]
    if any(len(each) > LONGEST for each in words):
        return _TOO_LONG
    for each in read.dated:
        if not _is_day(each.first) or not _is_day(each.last):
            return _NO_DAY
        if not each.words:
            return _NO_WORDS
        if each.first and each.last and each.last < each.first:
            return _BACKWARDS
    return None
