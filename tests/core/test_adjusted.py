"""Switches on a policy: narrowing never widens, and what comes out is a policy."""

from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from proxy.core.adjusted import SWITCHES, adjusted, can_switch_on, identified, is_on, title_said
from proxy.core.catalog import COLLECTIONS
from proxy.core.errors import PolicyError
from proxy.core.policy import IDENTITIES, Identity, Policy
from proxy.core.policydiff import diff
from proxy.core.policyfile import parse
from proxy.locale.reader import Reader, as_before, read_by

FILES = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))
POLICIES = [parse(file.read_text(encoding="utf-8"), file=file.name) for file in FILES]
KEYS = [switch.key for switch in SWITCHES]
ALL = [frozenset(some) for size in range(len(KEYS) + 1) for some in combinations(KEYS, size)]
BY_NAME = {policy.name: policy for policy in POLICIES}


def now_on(policy: Policy) -> frozenset[str]:
    return frozenset(key for key in KEYS if is_on(policy, key))


def parsed(policy: Policy, on: frozenset[str]) -> Policy | None:
    """Give the adjusted policy; None if nothing is left of it."""
    return read(adjusted(policy, on))


@cache
def read(text: str) -> Policy | None:
    if not text.endswith("show: {}\n"):
        return parse(text, file="adjusted")
    with pytest.raises(PolicyError, match="name at least one of"):
        parse(text, file="adjusted")
    return None


def paths(policy: Policy | None) -> set[tuple[str, str]]:
    """Everything that a policy names, fields and types alike."""
    if policy is None:
        return set()
    shown = policy.collections.items()
    return {(name, path) for name, each in shown for path in each.fields} | {
        (name, f"type {kind}") for name, each in shown for kind in each.types or ()
    }


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_what_is_not_touched_stays_to_the_letter(policy: Policy) -> None:
    assert adjusted(policy, now_on(policy)) == policy.text


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_narrowing_never_widens(policy: Policy) -> None:
    for on in ALL:
        if on <= now_on(policy):
            narrow = parsed(policy, on)
            assert paths(narrow) <= paths(policy), on
            if narrow is not None:
                assert not [line for line in diff(policy, narrow) if line.startswith("Reveals")], on


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_with_fewer_switches_on_never_more_is_shown(policy: Policy) -> None:
    seen = {on: paths(parsed(policy, on)) for on in ALL}
    for less in ALL:
        for key in set(KEYS) - less:
            assert seen[less] <= seen[less | {key}], (sorted(less), key)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_what_is_off_is_not_shown_and_what_is_on_is(policy: Policy) -> None:
    for on in ALL:
        narrow = parsed(policy, on)
        if narrow is None:
            continue
        assert now_on(narrow) <= on
        if can_switch_on(policy) and on >= {"glucose", "insulin", "carbs"}:
            assert now_on(narrow) == on


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_no_switch_shows_words_names_or_secrets(policy: Policy) -> None:
    for on in ALL:
        for name, path in paths(parsed(policy, on)) - paths(policy):
            if not path.startswith("type "):
                field = COLLECTIONS[name][path]
                assert field.privacy not in ("text", "chat", "identifier", "secret"), path
                assert field.kind != "text" or field.privacy == "row", path


def test_without_one_of_the_three_figures_no_record_that_mixes_them_is_shown() -> None:
    full = BY_NAME["full-loop"]
    for gone in ("glucose", "insulin", "carbs"):
        narrow = parsed(full, now_on(full) - {gone})
        assert narrow is not None
        assert not [path for _, path in paths(narrow) if path.startswith("boluscalc.")]
        table = COLLECTIONS["devicestatus"]
        left = {
            table[path].privacy for name, path in paths(narrow) if name == "devicestatus" and path in table
        }
        assert not left & {"loop", "settings"}


def test_without_insulin_no_dose_is_seen_even_as_a_moment() -> None:
    narrow = parsed(BY_NAME["consultant"], frozenset({"glucose", "carbs", "devices"}))
    assert narrow is not None
    types = narrow.collections["treatments"].types or ()
    assert not {"Bolus", "SMB", "Correction Bolus", "Temp Basal", "Suspend Pump"} & set(types)
    assert {"Carb Correction", "Meal Bolus", "Site Change"} <= set(types)


def test_averages_can_only_be_made_fewer() -> None:
    summary = BY_NAME["summary"]
    assert not can_switch_on(summary)
    assert adjusted(summary, now_on(summary) | {"settings", "devices"}) == summary.text


def test_a_snapshot_has_a_name_title_and_hash_of_its_own() -> None:
    odd = parse(
        BY_NAME["cgm-only"].text.replace("title: Glucose only", 'title: "A \\"title\\": # [not] a list"'),
        file="odd",
    )
    wide = parsed(odd, frozenset({"glucose", "carbs"}))
    assert wide is not None
    assert (wide.name, wide.title) == ("cgm-only-adjusted", 'A "title": # [not] a list, adjusted')
    assert wide.hash != odd.hash
    assert wide.derive == ()


@pytest.mark.parametrize("level", IDENTITIES)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_a_policy_that_tells_otherwise_who_it_is_shows_nothing_else_otherwise(
    policy: Policy, level: Identity
) -> None:
    text = identified(policy, level)
    other = parse(text, file="other")
    assert other == replace(policy, identity=level, text=text, hash=other.hash)
    assert (text == policy.text) == (level == policy.identity)


def test_a_title_is_said_with_what_became_of_it() -> None:
    assert title_said("For a clinic visit, adjusted") == "For a clinic visit, adjusted"
    token = read_by(Reader("de"))
    try:
        assert title_said("For a clinic visit") == "Für einen Termin in der Klinik"
        assert title_said("For a clinic visit, adjusted") == "Für einen Termin in der Klinik, angepasst"
        assert title_said("For Ada's school, adjusted") == "For Ada's school, angepasst"
    finally:
        as_before(token)
