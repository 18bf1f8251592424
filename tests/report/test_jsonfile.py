"""JSON: by its schema, with the names that programs rely on, and nothing that is no figure."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from proxy.report.cover import UNNAMED
from proxy.report.facts import Shared
from proxy.report.figures import named_figures
from proxy.report.jsonfile import as_object, json_file, json_pieces
from proxy.report.material import read_material
from proxy.report.model import BANDS, EPISODE_KINDS, Summary
from proxy.report.summary import summarise
from tests.living import NOW
from tests.report.papers import COVER, START, ZONE, material, nothing, summary

SCHEMA = json.loads(files("proxy.report").joinpath("summary.schema.json").read_text())
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def read(made: Summary) -> Any:
    return json.loads(json_file(made, COVER))


def test_the_schema_is_one_and_lets_nothing_unknown_in() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    found = read(summary())
    CHECK.validate(found)
    for place in (found, found["metrics"], found["about"], found["days"][0], found["events"][0]):
        place["unknown"] = 1
        assert not CHECK.is_valid(found)
        del place["unknown"]


@pytest.mark.parametrize("name", SCHEMA["required"])
def test_nothing_may_be_left_out(name: str) -> None:
    found = read(summary())
    del found[name]
    assert not CHECK.is_valid(found)


def test_figures_have_the_names_that_programs_rely_on_and_are_not_rounded() -> None:
    found = read(summary())["metrics"]
    for name in ("mean_mgdl", "sd_mgdl", "cv_percent", "gmi_percent", "gri", "sensor_active_percent"):
        assert found[name] == named_figures(summary().period)[name].value
    assert set(found["percent"]) == set(BANDS)
    assert sum(found["percent"].values()) == pytest.approx(100, abs=1e-9)
    for kind in EPISODE_KINDS:
        assert found["episodes"][kind]["count"] == len(summary().period.episodes[kind].each)
    assert found["mean_mgdl"] != round(found["mean_mgdl"], 3)


def test_an_empty_site_has_no_zero_where_nothing_is_known() -> None:
    found = read(nothing())
    CHECK.validate(found)
    assert found["metrics"]["mean_mgdl"] is None
    assert found["not_available"]["mean_mgdl"] == "no_data"
    assert found["metrics"]["insulin"]["total_per_day"] is None


@pytest.mark.parametrize("detail", ["15min", "hourly", "daily", "summary"])
def test_averages_tell_of_no_single_moment(detail: Any) -> None:
    shared = replace(material(), shared=Shared(detail=detail))
    made = summarise(shared, start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW)
    found = read(made)
    CHECK.validate(found)
    moments = ("modes", "events", "gaps", "possible_artefacts", "overrides", "temporary_targets", "loop_off")
    assert [found[name] for name in (*moments, "suspends", "exercise")] == [[]] * 9
    assert not any(found["episodes"].values())
    assert bool(found["days"]) == (detail != "summary")


def test_what_is_not_shared_is_missing_with_its_reason() -> None:
    hidden = Shared(
        boluses=False, carbs=False, temp_basals=False, profile=False, loop=False, event_types=frozenset()
    )
    entries = [{"type": "sgv", "date": NOW - n * 300_000, "sgv": 120} for n in range(300)]
    made = summarise(
        read_material(entries=entries, shared=hidden), start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW
    )
    found = read(made)
    CHECK.validate(found)
    assert found["metrics"]["insulin"]["bolus_per_day"] is None
    assert found["not_available"]["insulin.bolus_per_day"] == "not_shared"
    assert found["settings"] == {"versions": [], "not_available": "not_shared"}


def test_removed_identifiers_say_what_that_is_and_is_not() -> None:
    found = json.loads(json_file(summary(), replace(COVER, unnamed=True)))
    CHECK.validate(found)
    assert found["about"]["identifiers_removed"] == list(UNNAMED)
    assert "HIPAA" in " ".join(UNNAMED)
    assert "GDPR" in " ".join(UNNAMED)


def test_a_long_file_is_written_piece_by_piece_as_one_text_would_be() -> None:
    pieces = list(json_pieces(summary(), COVER))
    whole = json.dumps(as_object(summary(), COVER), ensure_ascii=False, allow_nan=False, indent=1)
    assert b"".join(pieces) == json_file(summary(), COVER) == whole.encode() + b"\n"
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 100_000


def test_the_same_summary_gives_the_same_bytes() -> None:
    assert json_file(summary(), COVER) == json_file(summary(), COVER)
