"""The words of the strip on Nightscout's pages, in the reader's language: its script has none of its own.

What stands between `{` and `}` is put in by the script: moments are told by the reader's own clock.
"""

from proxy.core.tongue import say, say_number
from proxy.locale.marked import _
from proxy.locale.reader import reader
from proxy.visit.visit import Shared

_LOCALES = {"en": "en-GB"}
_FIXED = {
    "label": _("About this access"),
    "since": _("since {day}"),
    "until": _("until {moment}"),
    "live": _("live view: nobody is asked to watch it"),
    "units": _("Units"),
    "close": _("Close on this computer"),
    "heading": _("Not shared"),
    "all": _("All that is shared"),
    "home": _("What is shared"),
    "report": _("Summary"),
    "summary": _("Open the summary"),
    "not_live": _(
        "Not live: new readings do not arrive here just now. Reload this page, or use the summary."
    ),
    "site_away": _(
        "Not up to date: Nightscout does not answer just now. It goes on here by itself when it is back."
    ),
}


def strip_words(shared: Shared, clinician: str, *, days: int, preview: bool) -> dict[str, str]:
    """Give each of the strip's texts by its name, and the `locale` in which moments are written.

    `days` is how far back a grant reaches.
    """
    language = reader().language
    return {
        **{name: say(text) for name, text in _FIXED.items()},
        "locale": _LOCALES.get(language, language),
        "title": _title(shared, clinician, preview=preview),
        "days": say_number("%(count)s day shown", "%(count)s days shown", days),
        "not_shared": " ".join([*_not_shared(shared), _how_far_back(days)]),
    }


def _title(shared: Shared, clinician: str, *, preview: bool) -> str:
    if preview:
        return say(_("Preview, only for you"))
    if shared.whose:
        return say(_("%(whose)s shares with %(clinician)s"), whose=shared.whose, clinician=clinician)
    return say(_("Shared with %(clinician)s"), clinician=clinician)


def _not_shared(shared: Shared) -> list[str]:
    withheld = "; ".join(map(say, shared.withheld)) or say(_("nothing that these pages could show"))
    told = [
        say(_("Not shared: %(withheld)s."), withheld=withheld),
        say(_("Whether there is any cannot be seen from here.")),
    ]
    if "profile" not in shared.parts and "treatments" in shared.parts:
        told.append(
            say(
                _(
                    "Basal rates and insulin totals are left out too: these pages compute them from pump settings."
                )
            )
        )
        if "targets" not in shared.parts:
            told.append(
                say(
                    _(
                        "The dashboard leaves out temporary targets, since it draws them at their target; the report "
                        "lists them."
                    )
                )
            )
    elif {"profile", "treatments"} <= set(shared.parts) and "switches" not in shared.parts:
        told.append(
            say(
                _(
                    "Names of settings profiles are left out: after a switch of profiles, basal rates and insulin totals on "
                    "these pages are those of the default profile."
                )
            )
        )
    if shared.live:
        told.append(say(_("This is a live view, and nobody is asked to watch it.")))
    return [*told, say(_("Times are by this computer's clock."))]


def _how_far_back(days: int) -> str:
    return say_number(
        "Only the last day before the opening is shared: a report that reaches further back is empty there, and its "
        "figures are of that day alone.",
        "Only the last %(count)s days before the opening are shared: a report that reaches further back is empty "
        "there, and its figures are of those days alone.",
        days,
    )
