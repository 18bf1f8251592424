"""Files of a grant for its owner, before the visit: what its clinician could take, of one look at the data, locked."""

import asyncio
from dataclasses import replace
from typing import Final

from proxy.core.errors import UpstreamError
from proxy.core.grant import Grant
from proxy.core.prepared import Paper, Prepared, PreparedFile
from proxy.core.study import Study, days_offered, first_days
from proxy.report.cover import is_unnamed
from proxy.report.lessened import offset_of, without_automation_before
from proxy.report.passwords import passphrase
from proxy.report.targets import STANDARD
from proxy.report.words import UNITS
from proxy.visit.choices import Choice
from proxy.visit.file_bodies import Making, body_of, name_of
from proxy.visit.file_cover import cover_of
from proxy.visit.files_offered import Kind, files_offered
from proxy.visit.remarks import remarks_of
from proxy.visit.studies import Studies
from proxy.visit.visit import Visit
from proxy.visit.whole import whole

_KINDS: Final[dict[Kind, str]] = {"pdf-locked": "application/pdf", "html": "text/html"}


async def prepare(visit: Visit, grant: Grant, paper: Paper = "a4") -> Prepared:
    """Make the locked PDF and the visit file of a grant, as it would show now, whether it is open or not yet.

    Raises UpstreamError if Nightscout does not send everything, StoreUnavailable.
    """
    assert visit.studies is not None
    policy = visit.studies.policy(grant)
    if grant.opened_at is None or grant.zone is None:
        grant = replace(grant, opened_at=visit.clock(), zone=await visit.zone())
    offered, shared = days_offered(grant, policy), await visit.shared(grant)
    if not offered or "pdf" not in policy.exports:
        return Prepared("", ())
    units = next((each for each in UNITS if each == shared.units), UNITS[0])
    days = first_days(offered)
    choice = Choice(days, units, STANDARD, days)
    study = await _whole(visit.studies, grant, days)
    written = await remarks_of(visit.store, grant)
    unnamed = is_unnamed(policy)
    if unnamed:
        study = replace(study, zone=offset_of(study.zone, study.span.end))
    cover = cover_of(grant, shared, policy, written, units=units, unnamed=unnamed, paper=paper)
    words, now = passphrase(visit.random), visit.clock()

    def made() -> Prepared:
        summary = visit.remembered.summary(study, choice, policy, now=now)
        if "devicestatus" in study.compared_from:
            summary = without_automation_before(summary)
        making = Making(visit.remembered.material(study, policy), summary, cover, visit.remembered.press())
        making = making.unnamed() if unnamed else making
        kinds = [one.kind for one in files_offered(policy, choice) if one.kind in _KINDS]
        return Prepared(words, tuple(_file(making, kind, choice, words, visit) for kind in kinds))

    return await asyncio.to_thread(made)


def _file(making: Making, kind: Kind, choice: Choice, words: str, visit: Visit) -> PreparedFile:
    body = body_of(making, kind, words, visit.random)
    return PreparedFile(
        kind, name_of(making.summary, kind), _KINDS[kind], f"file {kind} {choice.words}", body
    )


async def _whole(studies: Studies, grant: Grant, days: int) -> Study:
    study = await whole(lambda: studies.study(grant, days))
    if not study.is_whole:
        raise UpstreamError(
            "upstream_unreachable",
            "Nightscout did not answer everything just now. Wait a moment and try again.",
        )
    return study
