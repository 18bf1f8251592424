import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices, SecretStr

from proxy.settings import _SECRETS, Settings

LINE = re.compile(r"(?P<off># )?(?P<name>[A-Z][A-Z_]+)=(?P<value>.*)")
TEXT = (Path(__file__).parents[2] / "deploy/env.example").read_text(encoding="utf-8")
FOUND = tuple(found for line in TEXT.splitlines() if (found := LINE.fullmatch(line)))


def _name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return alias if isinstance(alias, str) else f"CHAPERONE_{field.upper()}"


def _plain(value: Any) -> str:
    return str(value.get_secret_value() if isinstance(value, SecretStr) else value or "")


def test_every_setting_is_in_the_example_and_every_line_of_it_is_a_setting() -> None:
    known = {_name(field) for field in Settings.model_fields} | {f"{name}_FILE" for name in _SECRETS}
    names = [found["name"] for found in FOUND]
    assert sorted(names) == sorted(known)


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_a_line_that_is_off_shows_the_default(field: str) -> None:
    (found,) = (found for found in FOUND if found["name"] == _name(field))
    if found["off"]:
        assert found["value"] == _plain(Settings.model_fields[field].default)


def test_the_example_is_taken_as_it_stands_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in FOUND:
        if not found["off"]:
            monkeypatch.setenv(found["name"], found["value"])
    monkeypatch.setenv("NIGHTSCOUT_TOKEN", "reader-0123456789abcdef")
    settings = Settings()
    assert settings.public_origin == "https://visit.example.org"
    assert settings.owner_origin == "https://owner.example.org"
    assert not settings.is_demo


def test_no_secret_stands_in_the_example() -> None:
    secrets = {"NIGHTSCOUT_TOKEN", "CHAPERONE_METRICS_TOKEN"}
    assert [found["value"] for found in FOUND if found["name"] in secrets] == ["", ""]
