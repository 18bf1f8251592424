"""“Adjust for this visit”: a policy with whole classes switched off or on, written as a policy's text again.

Rules of this file: pure. What is switched off takes along every field and event that would tell of it; what is
switched on is shown by whole classes, never by single words of text. A narrower choice never shows more.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from proxy.core.catalog import COLLECTIONS
from proxy.core.policy import TYPE_KEYS, Identity, Policy, Shown, fields_of_class, row_fields
from proxy.core.tongue import say

_ADJUSTED: Final = ", adjusted"


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of the page: the classes behind it, and the entries and treatments that are there for it."""

    key: str
    words: str
    classes: frozenset[str]
    types: frozenset[str]
    collections: tuple[str, ...]
    """Where its classes are shown when it is switched on."""


def _switch(key: str, words: str, classes: str, types: str, collections: str) -> Switch:
    named = frozenset(types.split("|"))
    return Switch(key, words, frozenset(classes.split()), named, tuple(collections.split()))


SWITCHES: Final = (
    _switch("glucose", "Glucose readings", "glucose", "sgv|mbg|cal|BG Check|Mbg|Calibration", "entries treatments"),
    _switch(
        "insulin",
        "Insulin doses and rates",
        "insulin",
        "<none>|Snack Bolus|Meal Bolus|Correction Bolus|Combo Bolus|Bolus Wizard|Bolus|SMB|External Insulin|Temp Basal|"
        "Temp Basal Start|Temp Basal End|Suspend Pump|Resume Pump|Basal Suspension|Basal Resume|Remote Bolus Entry",
        "treatments devicestatus",
    ),
    _switch(
        "carbs",
        "Carbohydrates",
        "carbs",
        "<none>|Snack Bolus|Meal Bolus|Combo Bolus|Bolus Wizard|Carb Correction|Remote Carbs Entry",
        "treatments devicestatus",
    ),
    _switch(
        "devices",
        "Pump, sensor and battery",
        "device",
        "Site Change|Insulin Change|Pump Battery Change|Sensor Start|Sensor Change|Sensor Stop",
        "treatments devicestatus",
    ),
    _switch(
        "settings",
        "Pump and loop settings",
        "settings loop",
        "Temporary Target|Temporary Target Cancel|Temporary Override|Temporary Override Cancel|Profile Switch|"
        "OpenAPS Offline",
        "treatments devicestatus profile",
    ),
)  # fmt: skip

_FIGURES: Final = frozenset({"glucose", "insulin", "carbs"})
_MIXED: Final = frozenset({"settings", "loop"})
_ORDER: Final = {switch.key: switch for switch in SWITCHES}
_EVERY: Final[Mapping[str, frozenset[str]]] = {
    "entries": frozenset({"sgv", "mbg", "cal"}),
    "treatments": frozenset().union(*(switch.types for switch in SWITCHES)) - {"sgv", "mbg", "cal", "<none>"},
}
"""What may be switched on; rows without a type are shown only where a policy itself names them."""


def is_on(policy: Policy, key: str) -> bool:
    """Say whether a policy shows anything of a switch; that something was, without what, does not count."""
    classes = _ORDER[key].classes
    return any(
        COLLECTIONS[name][path].privacy in classes
        and COLLECTIONS[name][path].kind not in ("iso", "ms", "time")
        for name, shown in policy.collections.items()
        for path in shown.fields
    )


def can_switch_on(policy: Policy) -> bool:
    """Say whether anything can be added: averages are of what the policy names, and stay so."""
    return policy.detail == "full"


def adjusted(policy: Policy, on: Collection[str]) -> str:
    """Give the text of the policy with exactly these switches on; its own text if nothing changes.

    `on` are keys of SWITCHES. If nothing is left, the text is no policy, and `parse` says so.
    """
    off = [switch for switch in SWITCHES if switch.key not in on and is_on(policy, switch.key)]
    added = [switch for switch in SWITCHES if switch.key in on and not is_on(policy, switch.key)]
    if not can_switch_on(policy):
        added = []
    if not off and not added:
        return policy.text
    shown: dict[str, Shown] = dict(policy.collections)
    for switch in added:
        shown = _with(shown, switch)
    left = {name: _without(name, part, off, on) for name, part in shown.items()}
    # Without any of the switches, what is left (that there was exercise) is nothing to share.
    parts = {name: part for name, part in left.items() if on and _tells(name, part)}
    said = [f"without {_said(off)}"] if off else []
    said += [f"with {_said(added)}"] if added else []
    # Adjusted twice is adjusted: what was asked for is added to what was chosen before.
    title = policy.title.removesuffix(_ADJUSTED)
    named = replace(
        policy,
        name=f"{policy.name.removesuffix('-adjusted')[:31]}-adjusted",
        title=f"{title[:69]}{_ADJUSTED}",
        # A figure that we work out from what is not shared could tell of what was just taken away.
        derive=() if off else policy.derive,
    )
    return _text(named, parts, f"{policy.name}, adjusted for one visit: {'; '.join(said)}")


def title_said(title: str) -> str:
    """Say a policy's title in the reader's language, also that of one which was adjusted."""
    plain = title.removesuffix(_ADJUSTED)
    return say(title) if plain == title else say("%(title)s, adjusted", title=say(plain))


def identified(policy: Policy, level: Identity) -> str:
    """Give the text of the policy that tells so much of whose data it is; its own text if it does already."""
    if policy.identity == level:
        return policy.text
    said = f"{policy.name}, for one visit telling of who it is: {level}"
    return _text(replace(policy, identity=level), policy.collections, said)


def _with(shown: Mapping[str, Shown], switch: Switch) -> dict[str, Shown]:
    wider = dict(shown)
    for name in switch.collections:
        table = COLLECTIONS[name]
        before = shown.get(name)
        fields = before.fields if before else row_fields(table)
        for each in switch.classes:
            fields |= fields_of_class(table, each)
        types = None
        if name in TYPE_KEYS:
            old = before.types or () if before else ()
            types = tuple(sorted({*old, *(switch.types & _EVERY[name])}))
        wider[name] = Shown(fields, types)
    return wider


def _without(name: str, shown: Shown, off: list[Switch], on: Collection[str]) -> Shown:
    """Take away what the switches that are off stand for; an event stays while one of its switches is on."""
    classes = frozenset[str]().union(*(switch.classes for switch in off))
    if name in ("treatments", "devicestatus") and not _FIGURES.issubset(on):
        # What a loop or a bolus calculator wrote down holds all three figures: it needs them all.
        fields = {path for path in shown.fields if not _is_mixed(name, path)}
    else:
        fields = set(shown.fields)
    fields = {path for path in fields if COLLECTIONS[name][path].privacy not in classes}
    return Shown(frozenset(fields), _types(shown.types, off, on))


def _is_mixed(name: str, path: str) -> bool:
    privacy = COLLECTIONS[name][path].privacy
    return privacy in _MIXED if name == "devicestatus" else path.startswith("boluscalc.")


def _types(types: tuple[str, ...] | None, off: list[Switch], on: Collection[str]) -> tuple[str, ...] | None:
    if types is None:
        return None
    gone = frozenset[str]().union(*(switch.types for switch in off))
    kept = frozenset[str]().union(*(_ORDER[key].types for key in on if key in _ORDER))
    return tuple(each for each in types if each not in gone or each in kept)


def _tells(name: str, shown: Shown) -> bool:
    """Say whether more is left of a collection than moments. Of events, that they were is something."""
    if shown.types is not None and not shown.types:
        return False
    if name == "treatments":
        return True
    return any(
        COLLECTIONS[name][path].privacy != "row" and COLLECTIONS[name][path].kind not in ("iso", "ms", "time")
        for path in shown.fields
    )


def _text(policy: Policy, left: Mapping[str, Shown], said: str) -> str:
    lines = [
        f"# {said}.",
        "version: 1",
        f"name: {policy.name}",
        f"title: {json.dumps(policy.title, ensure_ascii=False)}",
        f"window: {policy.window}",
        f"detail: {policy.detail}",
        f"identity: {policy.identity}",
        f"timezone: {policy.timezone}",
        f"pages: {str(policy.pages).lower()}",
        f"live: {str(policy.live).lower()}",
        f"exports: [{', '.join(policy.exports)}]",
        f"derive: [{', '.join(policy.derive)}]",
        f"may_ask: [{', '.join(policy.may_ask)}]",
        "",
        "show:" if left else "show: {}",
    ]
    for name in COLLECTIONS:
        if name in left:
            lines += [f"  {name}:", *_part(name, left[name])]
    return "\n".join(lines) + "\n"


def _said(switches: list[Switch]) -> str:
    return ", ".join(switch.words.lower() for switch in switches)


def _part(name: str, shown: Shown) -> Iterator[str]:
    table = COLLECTIONS[name]
    if shown.types is not None:
        yield f"    {TYPE_KEYS[name][0]}: [{', '.join(json.dumps(each) for each in shown.types)}]"
    privacies = sorted({table[path].privacy for path in shown.fields})
    whole = [each for each in privacies if (part := fields_of_class(table, each)) and part <= shown.fields]
    covered = row_fields(table).union(*(fields_of_class(table, each) for each in whole))
    if whole:
        yield f"    classes: [{', '.join(whole)}]"
    single = sorted(shown.fields - covered)
    if single:
        yield f"    fields: [{', '.join(json.dumps(each) for each in single)}]"
