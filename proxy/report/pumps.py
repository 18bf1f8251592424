"""Which pump uploads name: a maker and a model that we know, in the words that people use. Never a serial number.

Sources: device descriptions of MinimedKit, OmniKit, OmniBLE, DanaKit and MedtrumKit (Loop writes them into each device
state), PumpType of AAPS. The catalogue lets no other value through.
"""

from collections.abc import Mapping, Sequence
from typing import Final

_MAKERS: Final[Mapping[str, str]] = {"SOOIL": "Sooil", "Minimed": "Medtronic", "AAPS": ""}
"""Makers that are written in more than one way; AAPS stands for a pump that is none."""
_MODELS: Final[Mapping[str, str]] = {
    "Eros": "Omnipod Eros",
    "OMNIPOD_EROS": "Omnipod Eros",
    "Dash": "Omnipod DASH",
    "DASH": "Omnipod DASH",
    "OMNIPOD_DASH": "Omnipod DASH",
    "MD0201": "TouchCare Nano 200U",
    "MD8201": "TouchCare Nano 200U",
    "MD0202": "TouchCare Nano 200U",
    "MD5202": "TouchCare Nano 200U",
    "MD8301": "TouchCare Nano 300U",
    "Nano": "TouchCare Nano",
    "300U": "TouchCare Nano 300U",
    "VirtualPump": "VirtualPump",
}


def pump_name(maker: object, model: object) -> str:
    """Name a pump by what is told of it: `Medtronic 723`; empty if nothing is."""
    told = [
        _MAKERS.get(maker, maker) if isinstance(maker, str) else "",
        _MODELS.get(model, model) if isinstance(model, str) else "",
    ]
    return " ".join(one for one in dict.fromkeys(told) if one)


def pump_names(makers: Sequence[object], models: Sequence[object]) -> list[str]:
    """Name the pump of each row: a few names, however many rows there are."""
    known: dict[tuple[object, object], str] = {}
    return [
        known[pair] if pair in known else known.setdefault(pair, pump_name(*pair))
        for pair in zip(makers, models, strict=True)
    ]
