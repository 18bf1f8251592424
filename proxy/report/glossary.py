"""What stands at the end of a report: how figures are computed, the words, the system's parts. Fixed text.

Clinic words first, the word of do-it-yourself systems beside them.
"""

from dataclasses import dataclass
from typing import Any, Final

from proxy.core.tongue import _, say


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means; `also` is the word that users of such systems say."""

    word: str
    also: str
    means: str


GLOSSARY: Final = (
    Term(_("Time in range"), "TIR", _("Share of readings inside the target range, both ends included; 1 % is about a quarter of an hour a day.")),
    Term(_("Glucose management indicator"), "GMI", _("The laboratory A1c that the mean glucose would suggest.")),
    Term(_("Coefficient of variation"), "CV", _("Standard deviation over mean; up to 36 % counts as stable.")),
    Term(_("Sensor active"), "", _("Share of the period for which there are readings.")),
    Term(_("Episode"), "", _("15 minutes or more beyond a threshold, ended by 15 minutes back; gaps of up to 45 minutes are bridged.")),
    Term(_("Temporary basal rate"), "temp basal", _("A basal rate that the system or its user set for a while in place of the programmed one.")),
    Term(_("Automatic micro bolus"), "SMB, auto-bolus", _("A small bolus that the system gave by itself.")),
    Term(_("Insulin on board"), "IOB", _("Insulin that is estimated to be still working.")),
    Term(_("Carbohydrates on board"), "COB", _("Carbohydrates that are estimated to be still absorbed.")),
    Term(_("Correction factor"), "ISF, sensitivity", _("How far one unit of insulin lowers glucose.")),
    Term(_("Carb ratio"), "CR, I:C", _("How many grams of carbohydrate one unit of insulin covers.")),
    Term(_("Automatic sensitivity"), "autosens, dynamic ISF", _("The system scales settings by how insulin worked lately.")),
    Term(_("Override, temporary target, profile switch"), "", _("The user scaled settings or targets for a while, for exercise or illness.")),
    Term(_("Closed loop, open loop"), "", _("The system changes insulin by itself; it only suggests.")),
)  # fmt: skip
PARTS: Final = (
    (_("Sensor"), _("measures glucose")),
    (_("Phone or rig"), _("works out insulin")),
    (_("Pump"), _("gives insulin")),
    (_("Nightscout"), _("the family's own store")),
    (_("This report"), _("what is shared of it")),
)
"""From left to right: who sends to whom."""
OVERVIEW: Final = _(
    "A sensor measures glucose every one to fifteen minutes. An app on a phone, or a small computer (a “rig”), works out "
    "insulin from it and tells the pump, often by a temporary basal rate or a small bolus every five minutes. It uploads "
    "readings, doses and its own state to Nightscout, a website that the family runs."
)
MADE: Final = _("This report was made from there: filtered by what the person chose to share, then computed.")
AUTOMATIC: Final = _(
    "Such systems (Loop, AndroidAPS, Trio, iAPS, OpenAPS) are built by their users and are not approved devices in most "
    "countries; they follow the same principle as commercial hybrid closed loops. In closed loop the app changes insulin "
    "by itself; in open loop it only suggests; suspended means that no insulin was given; off means that the pump ran on "
    "its own programme. Nightscout does not store the mode: it is inferred from what was uploaded, so a phone without "
    "network looks like “not known”. A dose counts as given by the system if the uploader marks it so."
)
COMPUTED: Final = (
    Term(_("Readings"), "", _("Sensor values of 39 mg/dL and more; of two uploaders of the same reading one counts. Each stands for the time between readings (1, 5 or 15 minutes).")),
    Term(_("Mean, SD, CV"), "", _("Arithmetic mean, standard deviation with n - 1, and SD / mean x 100.")),
    Term(_("GMI"), "", _("3.31 + 0.02392 x mean in mg/dL. Nightscout's own reports print an A1c by an older formula, (mean + 46.7) / 28.7: their number differs.")),
    Term(_("Ranges"), "", _("Of values rounded to whole mg/dL (mmol/L = mg/dL / 18.01559); exclusive bands. Shown as whole percentages that add to 100; what rounding leaves goes into “high”.")),
    Term(_("GRI"), "", _("3 x very low + 2.4 x low + 1.6 x very high + 0.8 x high, in percent, at most 100; zones A to E at 20, 40, 60, 80.")),
    Term(_("Sensor active"), "", _("Readings over the readings expected in the whole period asked for, missing ends included.")),
    Term(_("Typical day"), "", _("5th, 25th, 50th, 75th and 95th percentile of a quarter of an hour over all days, smoothed; only with seven days or more.")),
    Term(_("Episodes"), "", _("On a five-minute grid, gaps of up to 45 minutes filled in a straight line; very low ones count under low too; at night is 00:00 to 06:00.")),
    Term(_("Insulin"), "", _("Basal is the rate in force at each moment: suspended, temporary, or programmed. A day counts if its basal is known for at least 90 % of it.")),
    Term(_("Automation"), "", _("Inferred: a cycle that was enacted covers 15 minutes; a time without uploads counts as not known.")),
)  # fmt: skip
SOURCES: Final = (
    "Braune et al., open-source automated insulin delivery: international consensus, 2022, doi 10.1016/S2213-8587(21)00267-9.",
    "Battelino et al., clinical targets for glucose data, 2019, doi 10.2337/dci19-0028.",
    "Battelino et al., glucose metrics in trials, 2023, doi 10.1016/S2213-8587(22)00319-9.",
    "Bergenstal et al., GMI, 2018, doi 10.2337/dc18-1581. Klonoff et al., GRI, 2023, doi 10.1177/19322968221085273.",
)


def _said(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(Term(say(one.word), one.also, say(one.means)) for one in terms)


def explained() -> dict[str, Any]:
    """Give all of it by name, in the reader's language: for every template that prints it."""
    return {
        "parts": tuple((say(name), say(does)) for name, does in PARTS),
        "overview": say(OVERVIEW),
        "made": say(MADE),
        "automatic": say(AUTOMATIC),
        "computed": _said(COMPUTED),
        "glossary": _said(GLOSSARY),
        "sources": SOURCES,
    }
