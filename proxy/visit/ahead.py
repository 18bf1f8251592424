"""Pages computed before they are asked for: when a grant is made, and while somebody reads what comes before.

That is the page after the PIN, or a page for which Nightscout had not sent everything.
What is computed is remembered beside its rows, and shown as any other page is: on record, and to nobody whose grant has
ended.
"""

import asyncio
from contextlib import suppress
from functools import partial

from proxy.core.errors import ChaperoneError
from proxy.core.grant import Grant
from proxy.core.prepared import Paper, Prepared
from proxy.core.study import Study
from proxy.visit import reading
from proxy.visit.visit import Visit


def begin(visit: Visit, grant: Grant, days: int | None = None) -> None:
    """Begin to read and compute the page that comes first, or one of so many days. What goes wrong, the page itself will say."""
    if visit.studies is not None:
        with suppress(ChaperoneError):
            visit.studies.prepare(grant, partial(_computed, visit, grant), days)


async def prepare(visit: Visit, grant: Grant, paper: Paper) -> Prepared:
    """Make the files that go along with a share. Raises UpstreamError, StoreUnavailable."""
    from proxy.visit import preparing  # noqa: PLC0415 - loads all that reckons and prints

    return await preparing.prepare(visit, grant, paper)


async def _computed(visit: Visit, grant: Grant, study: Study) -> None:
    await asyncio.to_thread(_compute, visit, grant, study)


def _compute(visit: Visit, grant: Grant, study: Study) -> None:
    reading.load()
    from proxy.visit.choices import usual_choice  # noqa: PLC0415 - loaded just now

    assert visit.studies is not None
    # Of what isn't whole, the page will want another one.
    if not study.late and not study.failed:
        choice, policy = usual_choice(study.span.days), visit.studies.policy(grant)
        visit.remembered.summary(study, choice, policy, now=visit.clock())
