"""What a file of a grant says of itself: no more than the grant's pages do, and in the reader's language."""

from dataclasses import replace

from proxy.core.grant import Grant
from proxy.core.policy import Policy
from proxy.locale.reader import reader
from proxy.report.cover import LANGUAGES, Cover, Paper
from proxy.report.words import Units
from proxy.visit.summary_page import Remarks
from proxy.visit.visit import Shared


def cover_of(
    grant: Grant,
    shared: Shared,
    policy: Policy,
    written: Remarks,
    *,
    units: Units,
    unnamed: bool,
    paper: Paper = "a4",
) -> Cover:
    """Write the cover; without identifiers it has no name and none of the patient's words either."""
    cover = Cover(
        recipient=grant.clinician,
        visit=grant.id[:8] if grant.clinician else "",
        whose="",
        policy=shared.title,
        shown=shared.shown,
        withheld=shared.withheld,
        units=units,
        unnamed=unnamed,
        paper=paper,
        language=LANGUAGES[reader().language],
        zone_shared=policy.timezone == "site" and not unnamed,
    )
    if unnamed:
        return cover
    remarks = (*written.dated, *written.picked)
    return replace(
        cover, whose=shared.whose, questions=written.questions, remarks=remarks, equipment=shared.equipment
    )
