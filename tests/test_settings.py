"""Settings: defaults that are safe, and all faults told at once."""

from pathlib import Path

import pytest

from proxy.settings import Settings, is_loopback, read_settings
from tests.settings_reader import ADDRESS, SECRET, Read, faults, reader


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the settings from an environment that holds nothing else of ours."""
    return reader(monkeypatch)


def test_without_settings_it_is_the_demo_site_on_this_machine(read: Read) -> None:
    settings = read()
    assert settings.is_demo
    assert (settings.nightscout_url, settings.nightscout_token.get_secret_value()) == ("", "")
    assert (settings.host, settings.port, settings.public_origin) == (
        "127.0.0.1",
        8080,
        "http://127.0.0.1:8080",
    )
    assert (settings.owner_host, settings.owner_port) == ("127.0.0.1", 8081)
    assert settings.owner_origin == "http://localhost:8081"
    assert (settings.data, settings.store.get_secret_value(), settings.policies) == (
        Path("data"),
        "sqlite",
        None,
    )
    assert (settings.trusted, settings.timezone, settings.retention, settings.workers) == ((), "", 24, 1)
    assert (settings.metrics_token.get_secret_value(), settings.log_level) == ("", "info")


def test_every_setting_is_read_from_the_environment(read: Read) -> None:
    settings = read(
        NIGHTSCOUT_URL=f"{ADDRESS}/",
        NIGHTSCOUT_TOKEN=SECRET,
        CHAPERONE_PUBLIC_URL="https://visit.example.org/",
        CHAPERONE_OWNER_URL="https://owner.example.org",
        CHAPERONE_HOST="0.0.0.0",
        CHAPERONE_PORT="9000",
        CHAPERONE_OWNER_HOST="::1",
        CHAPERONE_OWNER_PORT="9001",
        CHAPERONE_TRUSTED_PROXIES="172.31.254.2, ::1,",
        CHAPERONE_DATA="/data",
        CHAPERONE_STORE="redis://redis:6379/0",
        CHAPERONE_POLICIES="/policies",
        CHAPERONE_TIMEZONE="Europe/Berlin",
        CHAPERONE_RETENTION="12",
        CHAPERONE_WORKERS="3",
        CHAPERONE_METRICS_TOKEN="metrics",
        CHAPERONE_LOG_LEVEL="debug",
    )
    assert not settings.is_demo
    assert (settings.nightscout_url, settings.nightscout_token.get_secret_value()) == (ADDRESS, SECRET)
    assert (settings.public_origin, settings.owner_origin) == (
        "https://visit.example.org",
        "https://owner.example.org",
    )
    assert (settings.host, settings.port, settings.owner_host, settings.owner_port) == (
        "0.0.0.0",
        9000,
        "::1",
        9001,
    )
    assert settings.trusted == ("172.31.254.2", "::1")
    assert (settings.data, settings.policies) == (Path("/data"), Path("/policies"))
    assert settings.store.get_secret_value() == "redis://redis:6379/0"
    assert (settings.timezone, settings.retention, settings.workers) == ("Europe/Berlin", 12, 3)
    assert (settings.metrics_token.get_secret_value(), settings.log_level) == ("metrics", "debug")


def test_the_addresses_follow_the_ports(read: Read) -> None:
    settings = read(CHAPERONE_PORT="9000", CHAPERONE_OWNER_PORT="9001")
    assert (settings.public_origin, settings.owner_origin) == (
        "http://127.0.0.1:9000",
        "http://localhost:9001",
    )


def test_port_is_taken_as_hosts_set_it_and_our_own_name_goes_before(read: Read) -> None:
    assert read(PORT="5000").port == 5000
    assert read(PORT="5000", CHAPERONE_PORT="6000").port == 6000


def test_a_setting_that_is_left_empty_is_not_set(read: Read) -> None:
    assert (
        read(**{f"CHAPERONE_{name.upper()}": "" for name in Settings.model_fields}, NIGHTSCOUT_URL="")
        == read()
    )


def test_a_setting_that_is_not_ours_is_left_alone(read: Read) -> None:
    assert read(CHAPERONE_BEHIND="172.31.254.3", NIGHTSCOUT_API_SECRET="x").is_demo


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"CHAPERONE_PORT": "x"}, "CHAPERONE_PORT: "),
        ({"CHAPERONE_PORT": "65536"}, "CHAPERONE_PORT: "),
        ({"PORT": "x"}, "CHAPERONE_PORT: "),
        ({"CHAPERONE_OWNER_PORT": "-1"}, "CHAPERONE_OWNER_PORT: "),
        ({"CHAPERONE_WORKERS": "0"}, "CHAPERONE_WORKERS: "),
        ({"CHAPERONE_WORKERS": "33"}, "CHAPERONE_WORKERS: "),
        ({"CHAPERONE_RETENTION": "0"}, "CHAPERONE_RETENTION: "),
        ({"CHAPERONE_LOG_LEVEL": "loud"}, "CHAPERONE_LOG_LEVEL: "),
        (
            {"CHAPERONE_TIMEZONE": "Berlin"},
            "CHAPERONE_TIMEZONE: give the name of a time zone such as Europe/Berlin",
        ),
        ({"CHAPERONE_TIMEZONE": "../../etc/passwd"}, "CHAPERONE_TIMEZONE: give the name"),
        (
            {"CHAPERONE_TRUSTED_PROXIES": "127.0.0.1, caddy"},
            "CHAPERONE_TRUSTED_PROXIES: give addresses such as 127.0.0.1",
        ),
        (
            {"CHAPERONE_TRUSTED_PROXIES": "10.0.0.0/8"},
            "CHAPERONE_TRUSTED_PROXIES: give addresses such as 127.0.0.1",
        ),
        (
            {"CHAPERONE_STORE": "reddis://redis"},
            "CHAPERONE_STORE: write sqlite, or an address that begins with redis://",
        ),
        (
            {"CHAPERONE_PUBLIC_URL": "visit.example.org"},
            "CHAPERONE_PUBLIC_URL: give an address such as https://example.org",
        ),
        ({"CHAPERONE_PUBLIC_URL": "ftp://visit.example.org"}, "CHAPERONE_PUBLIC_URL: give an address"),
        ({"CHAPERONE_PUBLIC_URL": "https://"}, "CHAPERONE_PUBLIC_URL: give an address"),
        (
            {"CHAPERONE_PUBLIC_URL": "https://visit.example.org/x"},
            "CHAPERONE_PUBLIC_URL: give the address alone",
        ),
        ({"CHAPERONE_PUBLIC_URL": "https://[::1"}, "CHAPERONE_PUBLIC_URL: "),
        (
            {"CHAPERONE_OWNER_URL": "https://owner.example.org?x=1"},
            "CHAPERONE_OWNER_URL: give the address alone",
        ),
        (
            {"CHAPERONE_OWNER_URL": "https://owner.example.org#x"},
            "CHAPERONE_OWNER_URL: give the address alone",
        ),
        ({"NIGHTSCOUT_URL": ADDRESS}, "NIGHTSCOUT_TOKEN: NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN go together"),
        ({"NIGHTSCOUT_TOKEN": SECRET}, "NIGHTSCOUT_TOKEN: NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN go together"),
        ({"NIGHTSCOUT_TOKEN_FILE": "/nowhere/token"}, "NIGHTSCOUT_TOKEN_FILE: this file can't be read"),
        ({"CHAPERONE_STORE_FILE": "/"}, "CHAPERONE_STORE_FILE: this file can't be read"),
    ],
)
def test_a_fault_names_its_setting_and_what_to_write(read: Read, environ: dict[str, str], fault: str) -> None:
    [told] = faults(read, **environ)
    assert told.startswith(fault)
    assert not any(value in told for value in environ.values() if len(value) > 8)


@pytest.mark.parametrize("name", ["CHAPERONE_PUBLIC_URL", "CHAPERONE_OWNER_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://visit.example.org",
        "http://192.168.1.10:8080",
        "http://0.0.0.0:8080",
        "http://localhost.example.org",
        "http://127.0.0.1.nip.io",
    ],
)
def test_a_sign_in_over_plain_http_works_on_this_machine_only(read: Read, name: str, url: str) -> None:
    assert faults(read, **{name: url}) == [
        f"{name}: must begin with https:// unless it is this machine's own address"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9",
        "http://localhost:9",
        "http://[::1]:9",
        "http://127.9.9.9",
        "https://visit.example.org",
    ],
)
def test_https_or_this_machine_is_taken(read: Read, url: str) -> None:
    assert read(CHAPERONE_PUBLIC_URL=url).public_origin == url
    assert read(CHAPERONE_OWNER_URL=url).owner_origin == url


def test_the_two_sides_may_share_a_port_but_not_an_address(read: Read) -> None:
    told = faults(read, CHAPERONE_PUBLIC_URL="https://a.example", CHAPERONE_OWNER_URL="https://a.example")
    assert "must differ" in told[0]
    assert read(CHAPERONE_PORT="8080", CHAPERONE_OWNER_PORT="8080").on_one_port
    assert not read().on_one_port


def test_a_site_on_the_same_network_may_speak_plain_http(read: Read) -> None:
    assert (
        read(NIGHTSCOUT_URL="http://nightscout:1337", NIGHTSCOUT_TOKEN=SECRET).nightscout_url
        == "http://nightscout:1337"
    )


def test_all_faults_are_told_at_once(read: Read) -> None:
    told = faults(
        read,
        NIGHTSCOUT_URL=ADDRESS,
        CHAPERONE_PUBLIC_URL="http://visit.example.org",
        CHAPERONE_OWNER_URL="x",
        CHAPERONE_PORT="x",
        CHAPERONE_TIMEZONE="x",
        CHAPERONE_STORE="x",
        CHAPERONE_TRUSTED_PROXIES="x",
        CHAPERONE_WORKERS="x",
        CHAPERONE_METRICS_TOKEN_FILE="/nowhere",
    )
    assert {line.partition(":")[0].removeprefix("CHAPERONE_") for line in told} == {
        "NIGHTSCOUT_TOKEN",
        "PUBLIC_URL",
        "OWNER_URL",
        "PORT",
        "TIMEZONE",
        "STORE",
        "TRUSTED_PROXIES",
        "WORKERS",
        "METRICS_TOKEN_FILE",
    }


def test_what_is_given_in_code_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAPERONE_OWNER_PORT", "9000")
    assert read_settings(owner_port=9001).owner_port == 9001


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:1", True),
        ("http://localhost.", False),
        ("http://10.0.0.1", False),
        ("http://example.org", False),
        ("", False),
    ],
)
def test_this_machine_is_told_from_others(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_one_more_version_of_nightscout_can_be_allowed(read: Read) -> None:
    assert read().allow_version == ""
    assert read(CHAPERONE_ALLOW_VERSION="15.1.0").allow_version == "15.1.0"


@pytest.mark.parametrize("version", ["all", "*", "15", "15.1.0, 16.0.0", "15.1.0\n"])
def test_what_is_no_single_version_is_refused(read: Read, version: str) -> None:
    assert "CHAPERONE_ALLOW_VERSION" in str(faults(read, CHAPERONE_ALLOW_VERSION=version))
