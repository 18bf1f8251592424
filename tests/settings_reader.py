"""Settings in tests: read from an environment that holds nothing else of ours."""

from collections.abc import Callable

import pytest

from proxy.settings import Settings, SettingsError, read_settings

SECRET = "CANARY-0123456789abcdef"


ADDRESS = "https://nightscout.example.org"


Read = Callable[..., Settings]


def reader(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the settings from an environment that holds nothing else of ours."""
    for name in (*Settings.model_fields, "metrics_token_file", "store_file"):
        monkeypatch.delenv(f"CHAPERONE_{name.upper()}", raising=False)
    for name in ("NIGHTSCOUT_URL", "NIGHTSCOUT_TOKEN", "NIGHTSCOUT_TOKEN_FILE", "PORT"):
        monkeypatch.delenv(name, raising=False)

    def from_environment(**environ: str) -> Settings:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            return read_settings()

    return from_environment


def faults(read: Read, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(**environ)
    first, *lines = str(caught.value).splitlines()
    assert first == "These settings need a change:"
    assert SECRET not in str(caught.value)
    return [line.strip() for line in lines]
