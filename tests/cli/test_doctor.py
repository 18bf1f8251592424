"""`doctor`, on this machine and on a real server."""

from pathlib import Path

import pytest

from proxy.cli.house_checks import check_address
from proxy.cli.program import program
from proxy.settings import read_settings
from tests.cli.place import Place

READER = "reader-0123456789abcdef"


def levels(place: Place, **environ: str) -> dict[str, str]:
    return {
        each["check"]: each["level"] for each in place.run("doctor", "--json", **environ).json["findings"]
    }


def test_before_setup_it_says_to_set_up(place: Place) -> None:
    said = place.run("doctor")
    assert said.code == 1
    assert f"{program()} setup" in said.out
    assert not place.data.exists()


def test_after_setup_nothing_is_wrong(place: Place) -> None:
    assert place.run("setup").code == 0
    said = place.run("doctor", "--json")
    assert (said.code, said.json["ok"]) == (0, True)
    assert "fault" not in levels(place).values()


def test_a_file_that_others_can_read_is_a_fault(place: Place) -> None:
    place.run("setup")
    (place.data / "chaperone.db").chmod(0o644)
    assert levels(place)["data folder"] == "fault"
    assert "chmod" in place.run("doctor").out


def test_a_policy_that_is_not_sound_is_a_fault(place: Place, tmp_path: Path) -> None:
    place.run("setup")
    (tmp_path / "bad.yaml").write_text("version: 1\n")
    assert levels(place, CHAPERONE_POLICIES=str(tmp_path))["policies"] == "fault"
    assert levels(place, CHAPERONE_POLICIES=str(tmp_path / "none"))["policies"] == "fault"


@pytest.mark.parametrize(
    ("public_url", "found"),
    [
        ("", {"address": "warning"}),
        ("https://visit.example.org", {"address": "ok", "host name": "ok"}),
        ("https://ns.example.org", {"address": "ok", "host name": "fault"}),
    ],
)
def test_the_address_is_https_and_has_a_host_name_of_its_own(public_url: str, found: dict[str, str]) -> None:
    settings = read_settings(
        {}, NIGHTSCOUT_URL="https://ns.example.org", NIGHTSCOUT_TOKEN=READER, public_url=public_url
    )
    assert {each.check: each.level for each in check_address(settings)} == found


def test_it_tells_a_good_token_from_the_api_secret_on_a_server(place: Place) -> None:
    place.run("setup")
    with place.started("demo", "--port", "0", "--json") as demo:
        site = demo.first_object()
        good = levels(place, NIGHTSCOUT_URL=site["url"], NIGHTSCOUT_TOKEN=site["token"])
        assert "fault" not in good.values(), good
        said = place.run(
            "doctor", NIGHTSCOUT_URL=site["url"], NIGHTSCOUT_TOKEN="CANARY-SECRET-demo-api-secret"
        )
        assert said.code == 1
        assert "API secret" in said.out
        assert "CANARY" not in said.out
        assert demo.stop().code == 0
