"""Secrets in the settings: from files or the environment, never quoted, never shown."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from proxy.settings import Settings
from tests.settings_reader import ADDRESS, SECRET, Read, faults, reader


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the settings from an environment that holds nothing else of ours."""
    return reader(monkeypatch)


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{SECRET}@nightscout.example.org",
        f"{ADDRESS}?token={SECRET}",
        f"{ADDRESS}#{SECRET}",
        f"//{SECRET}",
    ],
)
def test_an_address_with_a_secret_in_it_is_refused_and_not_quoted(read: Read, url: str) -> None:
    [told] = faults(read, NIGHTSCOUT_URL=url, NIGHTSCOUT_TOKEN=SECRET)
    assert told.startswith("NIGHTSCOUT_URL: give ")


@pytest.mark.parametrize(
    "name",
    [
        "PORT",
        "CHAPERONE_PORT",
        "CHAPERONE_WORKERS",
        "CHAPERONE_STORE",
        "CHAPERONE_LOG_LEVEL",
        "CHAPERONE_TIMEZONE",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_quoted(read: Read, name: str) -> None:
    assert len(faults(read, **{name: SECRET})) == 1


def test_a_fault_of_the_library_underneath_quotes_no_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(NIGHTSCOUT_URL=f"{ADDRESS}?token={SECRET}", store=SecretStr(SECRET))
    assert SECRET not in str(caught.value)


def test_no_secret_is_shown(read: Read) -> None:
    settings = read(
        NIGHTSCOUT_URL=ADDRESS,
        NIGHTSCOUT_TOKEN=SECRET,
        CHAPERONE_STORE=f"redis://:{SECRET}@redis:6379",
        CHAPERONE_METRICS_TOKEN=SECRET,
    )
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert SECRET not in shown
        assert "nightscout.example.org" in shown


def test_each_secret_may_lie_in_a_file(read: Read, tmp_path: Path) -> None:
    for name, text in (("token", SECRET), ("store", "redis://redis"), ("metrics", "m")):
        (tmp_path / name).write_text(f"{text}\n", encoding="utf-8")
    settings = read(
        NIGHTSCOUT_URL=ADDRESS,
        NIGHTSCOUT_TOKEN_FILE=str(tmp_path / "token"),
        CHAPERONE_STORE_FILE=str(tmp_path / "store"),
        CHAPERONE_METRICS_TOKEN_FILE=str(tmp_path / "metrics"),
    )
    assert settings.nightscout_token.get_secret_value() == SECRET
    assert settings.store.get_secret_value() == "redis://redis"
    assert settings.metrics_token.get_secret_value() == "m"
    assert SECRET not in repr(settings)


def test_a_file_that_holds_no_text_is_a_fault_that_quotes_nothing(read: Read, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(SECRET.encode() + b"\xff")
    told = faults(read, NIGHTSCOUT_URL=ADDRESS, NIGHTSCOUT_TOKEN_FILE=str(tmp_path / "token"))
    assert "NIGHTSCOUT_TOKEN_FILE: this file can't be read" in told


def test_a_secret_and_a_file_for_it_are_one_too_many(read: Read, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(SECRET, encoding="utf-8")
    told = faults(
        read,
        NIGHTSCOUT_URL=ADDRESS,
        NIGHTSCOUT_TOKEN="other-0123456789abcdef",
        NIGHTSCOUT_TOKEN_FILE=str(tmp_path / "token"),
    )
    assert "NIGHTSCOUT_TOKEN and NIGHTSCOUT_TOKEN_FILE are both set: keep one of them" in told


def test_an_empty_name_of_a_file_is_no_file(read: Read) -> None:
    assert read(NIGHTSCOUT_TOKEN_FILE="").is_demo
