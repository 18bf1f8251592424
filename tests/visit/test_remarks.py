"""The patient's words on the clinician's side: as given, harmless, with one grant only, and gone with its end."""

import re
from dataclasses import replace

import msgspec
import pytest

from proxy.core.identity import ABOUT_ME, ME, AboutMe
from proxy.core.record import Draft
from proxy.core.remarks import REMARKS, Picked, Remark, Remarks
from proxy.visit.remarks import as_lines, remarks_of
from tests.living import NOW, POLICIES, Access, Living, living
from tests.memory_store import MemoryStore
from tests.visit.place import opened

ATTACK = "<img src=x onerror=alert(1)>{{ 7*7 }}\"'"
SAID = Remarks(
    ("Is my basal right?", ATTACK),
    (Remark("flu", "2026-03-03", "2026-03-06"), Remark("open loop: travel")),
    (Picked("key-of-the-row", "2026-03-04", "felt sick"),),
    "aa" * 16,
)
ADA = AboutMe("Ada Example", "1985-03-31", "K-123", ATTACK, "Dexcom G6", "AAPS", "Fiasp", units="mmol/L")
PATHS = ("/visit/summary", "/visit/summary.txt", "/visit/home", "/visit/welcome", "/visit/whoami")


async def keep(house: Living, access: Access, said: Remarks = SAID) -> None:
    await house.store.put(REMARKS, access.id, msgspec.json.encode(said), version=None)


async def read(house: Living, access: Access, path: str) -> str:
    async with house.get(path, headers=await house.enter(access)) as response:
        assert response.status == 200
        return str(await response.text())


async def test_the_summary_shows_the_words_as_given_and_harmless() -> None:
    async with living() as house:
        access = await house.mint("consultant")
        await keep(house, access)
        page = await read(house, access, "/visit/summary")
        assert "<bdi>Is my basal right?</bdi>" in page
        assert '<span class="small">3 to 6 March 2026</span> <bdi>flu</bdi>' in page
        assert "<bdi>open loop: travel</bdi>" in page
        assert '<span class="small">4 March 2026</span> <bdi>felt sick</bdi>' in page
        assert "<img src=x" not in page
        assert "{{ 7*7 }}" in page
        for kept_inside in ("key-of-the-row", "aaaaaaaa"):
            assert kept_inside not in page


async def test_the_text_for_a_record_has_them_too_each_on_a_line() -> None:
    async with living() as house:
        access = await house.mint("consultant")
        await keep(house, access)
        lines = (await read(house, access, "/visit/summary.txt")).splitlines()
        begin = lines.index("From the patient, in their own words")
        assert lines[begin - 1] == ""
        assert "- 3 to 6 March 2026: flu" in lines[begin:]
        assert "- 4 March 2026: felt sick" in lines[begin:]


async def test_words_of_one_grant_are_on_no_page_of_another() -> None:
    async with living() as house:
        first, second = await house.mint("consultant"), await house.mint("consultant")
        await keep(house, first)
        for path in PATHS:
            page = await read(house, second, path)
            assert "basal right" not in page
            assert "From the patient" not in page


async def test_words_end_with_the_access() -> None:
    async with living() as house:
        access = await house.mint("consultant")
        headers = await house.enter(access)
        await keep(house, access)
        await house.store.end(access.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
        for path in PATHS:
            async with house.get(path, headers=headers) as response:
                assert response.status in (401, 303)
                assert "basal right" not in await response.text()


@pytest.mark.parametrize("policy", ["consultant", "cgm-only", "summary"])
async def test_the_words_change_nothing_else_of_the_page(policy: str) -> None:
    async with living() as house:
        access = await house.mint(policy)
        headers = await house.enter(access)
        await house.studies.settled()
        pages = []
        for said in (Remarks(), SAID):
            await house.store.drop(REMARKS, access.id)
            await keep(house, access, said)
            async with house.get("/visit/summary", headers=headers) as response:
                pages.append(re.sub(r"<(pre|textarea).*?</\1>", "", await response.text(), flags=re.DOTALL))
        without, with_words = pages
        found = re.search(r'<section aria-labelledby="remarks".*?</section>', with_words, re.DOTALL)
        assert found
        assert "felt sick" in found.group()
        assert with_words.replace(found.group(), "").split() == without.split()


async def test_without_words_there_is_nothing_to_see() -> None:
    store = MemoryStore()
    async with living(store=store) as house:
        access = await house.mint("consultant")
        grant = await store.grant(access.id)
        assert grant
        assert as_lines(await remarks_of(store, grant)) == ""
        await keep(house, access, Remarks(salt="aa"))
        assert "From the patient" not in await read(house, access, "/visit/summary")


NAMED = """
version: 1
name: named
title: With a name
window: 90
detail: full
identity: {level}
timezone: site
show:
  entries:
    types: [sgv]
    classes: [glucose]
"""


@pytest.mark.parametrize(
    ("level", "told", "hidden"),
    [
        ("nothing", "Patient not named", ("Ada", "1985", "K-123", "A. E.")),
        ("initials", "A. E.", ("Ada", "1985", "K-123")),
        ("name", "Ada Example", ("1985", "K-123")),
        ("name and birth date", "Ada Example, born 31 March 1985, clinic number K-123", ()),
    ],
)
async def test_every_page_tells_who_it_is_as_far_as_the_policy_says(
    level: str, told: str, hidden: tuple[str, ...]
) -> None:
    async with living() as house:
        await house.store.put(ABOUT_ME, ME, msgspec.json.encode(ADA), version=None)
        access = await house.mint(NAMED.format(level=level))
        for path in PATHS:
            page = await read(house, access, path)
            for word in (*hidden, "Dexcom", "AAPS", "Fiasp", "<img src=x"):
                assert word not in page, (path, word)
        assert told in await read(house, access, "/visit/summary")
        whoami = msgspec.json.decode(await read(house, access, "/visit/whoami"))
        assert whoami["whose"] == ("" if level == "nothing" else told)


async def test_what_the_patient_uses_stands_on_the_summary_where_its_class_is_shared_with_a_name() -> None:
    async with living() as house:
        await house.store.put(ABOUT_ME, ME, msgspec.json.encode(ADA), version=None)
        text = (POLICIES / "consultant.yaml").read_text().replace("identity: nothing", "identity: initials")
        page = await read(house, await house.mint(text), "/visit/summary")
        assert "sensor <bdi>Dexcom G6</bdi>" in page
        assert "insulin <bdi>Fiasp</bdi>" in page
        assert "<img src=x" not in page
        for policy in ("consultant", "cgm-only", "unnamed", NAMED.format(level="name")):
            page = await read(house, await house.mint(policy), "/visit/summary")
            assert "As the patient says" not in page
            assert "Dexcom" not in page


async def test_a_name_that_was_taken_back_is_gone_at_once() -> None:
    async with living() as house:
        version = await house.store.put(ABOUT_ME, ME, msgspec.json.encode(ADA), version=None)
        access = await house.mint(NAMED.format(level="name"))
        assert "Ada Example" in await read(house, access, "/visit/home")
        await house.store.put(ABOUT_ME, ME, msgspec.json.encode(replace(ADA, name="")), version=version)
        assert "Ada Example" not in await read(house, access, "/visit/home")


async def test_the_summary_begins_with_the_patients_units_until_the_clinic_chooses() -> None:
    async with living() as house:
        access = await house.mint("consultant")
        assert '<strong aria-current="true">mg/dL</strong>' in await read(house, access, "/visit/summary")
        await house.store.put(ABOUT_ME, ME, msgspec.json.encode(ADA), version=None)
        assert '<strong aria-current="true">mmol/L</strong>' in await read(house, access, "/visit/summary")
        chosen = await read(house, access, "/visit/summary?units=mgdl")
        assert '<strong aria-current="true">mg/dL</strong>' in chosen


async def test_words_that_cannot_be_read_are_no_empty_page() -> None:
    async with opened() as place:
        minted = await place.mint()
        cookie = await place.enter(minted)
        await place.store.put(ABOUT_ME, ME, b"[]", version=None)
        answer = await place.get("/visit/home", cookie=cookie)
        assert (answer.status, "can&#39;t be shown just now" in answer.text) == (503, True)
