from pathlib import Path
from typing import Any

import pytest
import yaml

from proxy.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES = ("chaperone", "caddy")


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_only_caddy_publishes_ports_and_only_those_of_the_web(compose: Any) -> None:
    published = {name: service.get("ports", []) for name, service in compose["services"].items()}
    assert published == {"chaperone": [], "caddy": ["80:80", "443:443", "443:443/udp"]}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_can_write_nowhere_and_become_nothing(compose: Any, name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all("noexec" in each for each in service["tmpfs"])
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service
    assert service.get("network_mode") is None


def test_chaperone_gets_no_capability_back_and_caddy_only_low_ports(compose: Any) -> None:
    assert "cap_add" not in compose["services"]["chaperone"]
    assert compose["services"]["caddy"]["cap_add"] == ["NET_BIND_SERVICE"]


def test_the_token_comes_by_a_file_and_by_no_variable(compose: Any) -> None:
    chaperone = compose["services"]["chaperone"]
    assert chaperone["secrets"] == ["nightscout_token"]
    assert compose["secrets"]["nightscout_token"] == {"file": "./nightscout-token"}
    assert chaperone["environment"]["NIGHTSCOUT_TOKEN_FILE"] == "/run/secrets/nightscout_token"
    assert "NIGHTSCOUT_TOKEN" not in chaperone["environment"]
    assert not any("TOKEN" in key for key in compose["services"]["caddy"]["environment"])


def test_keys_and_records_are_in_a_named_volume(compose: Any) -> None:
    chaperone = compose["services"]["chaperone"]
    assert chaperone["volumes"] == ["data:/data"]
    assert chaperone["environment"]["CHAPERONE_DATA"] == "/data"
    assert "data" in compose["volumes"]


def test_chaperone_listens_and_believes_only_on_the_network_that_it_shares_with_caddy(compose: Any) -> None:
    chaperone, caddy = (compose["services"][name] for name in SERVICES)
    ours = chaperone["networks"]["front"]["ipv4_address"]
    told = chaperone["environment"]
    assert told["CHAPERONE_HOST"] == told["CHAPERONE_OWNER_HOST"] == ours
    assert told["CHAPERONE_TRUSTED_PROXIES"] == caddy["networks"]["front"]["ipv4_address"]
    assert caddy["environment"]["CHAPERONE_BEHIND"] == ours
    assert compose["networks"]["front"]["internal"] is True
    assert set(chaperone["networks"]) & set(caddy["networks"]) == {"front"}


def test_chaperone_accepts_the_settings_that_it_is_given(
    compose: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = compose["services"]["chaperone"]["environment"]
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NIGHTSCOUT_URL", "https://nightscout.example.org")
    monkeypatch.setenv("NIGHTSCOUT_TOKEN", "from-the-file")
    monkeypatch.setenv("CHAPERONE_PUBLIC_URL", "https://visit.example.org")
    settings = Settings()
    assert settings.host == told["CHAPERONE_HOST"]
    assert str(settings.port) == told["CHAPERONE_PORT"]
    assert str(settings.owner_port) == told["CHAPERONE_OWNER_PORT"]
    assert settings.trusted == (told["CHAPERONE_TRUSTED_PROXIES"],)


def test_caddy_holds_little_of_what_it_has_not_yet_sent_on(compose: Any) -> None:
    sizes = compose["services"]["caddy"]["sysctls"]
    for name in ("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"):
        assert int(sizes[name].split()[-1]) <= 256 * 1024
