"""What a sharing receipt says, once for the page and the PDF. Moments are given in the zone of the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from proxy.core.adjusted import title_said
from proxy.core.grant import Grant
from proxy.core.logstory import Files
from proxy.core.tongue import say, say_number
from proxy.locale.reader import reader
from proxy.owner import pages
from proxy.owner.access_shown import Access
from proxy.owner.words import Said, _
from proxy.report.receipt_pdf import Sheet

TITLE: Final = _("Sharing receipt")
CHECK: Final = _("Check number")
FINAL: Final = _(
    "This number belongs to exactly the lines of the access log, which is closed. The clinician was shown the same number at the end: if it is equal, nothing was changed afterwards."
)
SO_FAR: Final = _(
    "This number belongs to exactly the lines of the access log so far. Access has not ended: each further look changes it."
)
QR: Final = _("The check number and its signature, as a square code")
_ENDINGS: Final = {
    "finished": _("%(at)s, by the clinician, who was done"),
    "revoked": _("%(at)s, by you"),
    "restored": _("%(at)s, because a backup was put back"),
    "expired": _("%(at)s, because its time was over"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything on it."""

    access: Access
    stated: str
    """The text that is signed."""
    signature: str
    """Empty where nothing can be signed."""
    kid: str
    public_key: str
    ways: Sequence[str]
    files: Files
    counts: Mapping[str, int]
    whose: str = ""
    """Whose data it is, as far as this share tells it; empty if it tells nothing."""
    copies: str = ""
    """What the clinician ticked at the end; empty if nothing."""

    @property
    def grant(self) -> Grant:
        """Give the share itself."""
        return self.access.grant

    @property
    def is_final(self) -> bool:
        """Whether the log is sealed."""
        return self.grant.ended_at is not None

    @property
    def proof(self) -> str:
        """Give the statement with its signature: what the square code holds."""
        return f"{self.stated}\nkey {self.kid}\nsignature {self.signature}" if self.signature else self.stated


def counts_of(records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count what a log tells: sign-ins, requests that were answered or refused, wrong PINs."""
    return {
        "sign_ins": sum(each.get("outcome") == "entered" for each in records),
        # What the owner made for themselves is no request of the clinician's.
        "answered": sum(
            each["kind"] in ("answer", "begun") and each.get("by") != "owner" for each in records
        ),
        "refused": sum(each["kind"] == "refusal" for each in records),
        "wrong_pins": sum(each.get("outcome") == "wrong_pin" for each in records),
    }


def facts(receipt: Receipt) -> list[tuple[str, Said]]:
    """List what was shared, with whom, when, and how it ended."""
    access, grant = receipt.access, receipt.grant
    return [
        (_("Data of"), _as_it_is(receipt.whose) if receipt.whose else Said(_("not told in this share"))),
        (_("Shared with"), _as_it_is(grant.clinician)),
        (_("Shared on"), _at(grant, grant.minted_at)),
        (
            _("What"),
            Said(
                _("“%(title)s”, days shown: %(days)s"),
                {"title": title_said(access.what.title), "days": grant.days},
            ),
        ),
        (_("Shown"), _listed(map(say, access.what.shown))),
        (_("Not shared"), _listed(map(say, access.what.withheld))),
        (_("First opened"), _at(grant, grant.opened_at)),
        (_("Way"), _listed(receipt.ways)),
        (_("Files taken"), _listed(receipt.files.taken)),
        *([(_("Files made by you"), _listed(receipt.files.made))] if receipt.files.made else []),
        (_("Use"), _as_it_is(_use(receipt.counts))),
        (_("Ended"), _end(access)),
        (_("Said by the clinician at the end"), _listed([receipt.copies])),
        (_("Lines of the log"), _as_it_is(str(grant.length))),
        (_("Number of the share"), _as_it_is(grant.id)),
    ]


def sheet_of(receipt: Receipt, qr: str) -> Sheet:
    """Give what is set as a PDF."""
    return Sheet(
        title=say(TITLE),
        lead=receipt.grant.clinician,
        facts=[(say(name), plain(said)) for name, said in facts(receipt)],
        check_title=say(CHECK),
        check_words=say(check_words(receipt)),
        check_number=receipt.grant.head,
        statement=receipt.proof,
        qr=qr,
        qr_words=say(QR),
        language=reader().language,
    )


def check_words(receipt: Receipt) -> str:
    """Say what the check number is good for."""
    return FINAL if receipt.is_final else SO_FAR


def plain(said: Said) -> str:
    """Put a sentence together as text in the reader's language, for what is no page."""
    return say(said.text, **said.values)


def _as_it_is(text: str) -> Said:
    return Said("%(text)s", {"text": text})


def _use(counts: Mapping[str, int]) -> str:
    parts = (
        say_number("%(count)s sign-in", "%(count)s sign-ins", counts["sign_ins"]),
        say_number("%(count)s request answered", "%(count)s requests answered", counts["answered"]),
        say("%(count)s refused", count=counts["refused"]),
        say_number("%(count)s wrong PIN", "%(count)s wrong PINs", counts["wrong_pins"]),
    )
    return "; ".join(parts)


def _listed(texts: Iterable[str]) -> Said:
    return _as_it_is("; ".join(filter(None, texts)) or "–")  # noqa: RUF001 - a dash for nothing


def _at(grant: Grant, at: int | None) -> Said:
    if at is None:
        return Said(_("never"))
    return _as_it_is(_moment(grant, at))


def _moment(grant: Grant, at: int) -> str:
    zone = grant.zone or "UTC"
    words = pages.moment(at, zone)["words"]
    return words if zone == "UTC" else f"{words} ({zone})"


def _end(access: Access) -> Said:
    at = _moment(access.grant, access.at_end)
    if access.ending is None:
        return Said(_("not yet; at the latest %(at)s"), {"at": at})
    return Said(_ENDINGS[access.ending], {"at": at})
