"""Files that an owner prepares: of an access that nobody has opened yet, both of one moment, and no more than it shows."""

import io
from dataclasses import replace

import pikepdf
import pypdf
import pytest

from proxy.core.errors import UpstreamError
from proxy.core.grant import Grant
from proxy.core.study import Study
from proxy.gate.study import Studies
from proxy.visit.described import described
from proxy.visit.preparing import prepare
from proxy.visit.visit import Visit
from tests.living import ENTRY_KEY, Living, living
from tests.promises.still import StillSite
from tests.report.test_visitfile import opened as unlocked
from tests.visit.summaries import COARSE


def visit_at(house: Living) -> Visit:
    gate = house.gate
    return Visit(
        store=house.store,
        entry_key=ENTRY_KEY,
        clock=house.clock,
        public_url=gate.public_url,
        zone=gate.zone,
        describe=lambda grant: described(gate.policy(grant), grant),
        seen=lambda _: {},
        studies=house.studies,
        random=house.dice,
    )


async def test_both_files_open_with_the_same_words_and_show_the_same_before_anybody_opened_the_access(
    site: StillSite,
) -> None:
    async with living(site) as house:
        await house.mint("consultant", days=7)
        grant = (await house.store.grants())[0]
        told = await prepare(visit_at(house), grant)
        kept = await house.store.grant(grant.id)
    assert kept is not None
    assert kept.opened_at is None
    assert [one.name for one in told.files] == ["glucose-2026-11-23-locked.pdf", "glucose-2026-11-23.html"]
    paper, page = (one.body for one in told.files)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(paper))
    reader = pypdf.PdfReader(io.BytesIO(paper), password=told.words)
    first, inside = reader.pages[0].extract_text(), unlocked(page.decode(), told.words)
    for words in ("Tue 17 Nov to Mon 23 Nov 2026 (7 days)", "Made for Diabetes clinic"):
        assert words in " ".join(first.split())
        assert words in inside
    assert told.words not in repr(told)


async def test_the_report_is_made_for_the_paper_that_was_asked_for(site: StillSite) -> None:
    sizes = []
    async with living(site) as house:
        await house.mint("consultant", days=7)
        grant = (await house.store.grants())[0]
        for paper in ("a4", "us-letter"):
            told = await prepare(visit_at(house), grant, paper)
            reader = pypdf.PdfReader(io.BytesIO(told.files[0].body), password=told.words)
            sizes.append(tuple(map(round, reader.pages[0].mediabox[2:])))
    assert sizes == [(595, 842), (612, 792)]


async def test_a_policy_without_exports_makes_no_files(site: StillSite) -> None:
    async with living(site) as house:
        await house.mint(COARSE.format(detail="full"), days=7)
        told = await prepare(visit_at(house), (await house.store.grants())[0])
    assert told.files == ()


class Half(Studies):
    """Nightscout keeps the treatments to itself."""

    async def study(self, grant: Grant, days: int) -> Study:
        return replace(await super().study(grant, days), failed=frozenset({"treatments"}))


async def test_half_of_the_data_makes_no_file(site: StillSite) -> None:
    async with living(site) as house:
        await house.mint("consultant", days=7)
        grant = (await house.store.grants())[0]
        half = Half(house.gate, patience=60)
        with pytest.raises(UpstreamError):
            await prepare(replace(visit_at(house), studies=half), grant)
        await half.stop()
