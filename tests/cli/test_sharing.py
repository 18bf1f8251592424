"""What keeps a share from being made."""

from pathlib import Path

import pytest

from proxy.cli.frame import Refused
from proxy.cli.sharing import require_lasting
from proxy.core.mint import Minted
from proxy.owner.giving import Share
from proxy.settings import Settings, is_loopback, read_settings
from tests.cli.place import Place
from tests.core.test_receipt import GRANT

PASSING = "overlay / overlay rw 0 0\n"
LASTING = "overlay / overlay rw 0 0\n/dev/sda1 {} ext4 rw 0 0\n"


def real(**more: str | Path) -> Settings:
    return read_settings(
        {}, NIGHTSCOUT_URL="https://ns.example.org", NIGHTSCOUT_TOKEN="reader-0123456789abcdef", **more
    )


def test_a_real_site_is_not_shared_from_a_folder_that_will_be_lost(tmp_path: Path) -> None:
    settings = real(public_url="https://visit.example.org", data=tmp_path)
    with pytest.raises(Refused, match="would be lost"):
        require_lasting(settings, mounts_text=PASSING)
    require_lasting(settings, mounts_text=LASTING.format(tmp_path))


def test_trying_it_out_on_this_machine_is_let_pass(tmp_path: Path) -> None:
    require_lasting(real(data=tmp_path), mounts_text=PASSING)
    demo = read_settings({}, public_url="https://visit.example.org", data=tmp_path)
    require_lasting(demo, mounts_text=PASSING)


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("https://visit.example.org", False),
        ("https://127.example.org", False),
    ],
)
def test_only_loopback_is_this_machine_alone(origin: str, is_ours: bool) -> None:
    assert is_loopback(origin) is is_ours


def test_a_clock_that_is_behind_the_record_makes_no_share(place: Place) -> None:
    import sqlite3  # noqa: PLC0415

    place.mint()
    with sqlite3.connect(place.data / "chaperone.db") as connection:
        connection.execute("UPDATE sites SET newest_at = 4102444800000")
    connection.close()
    said = place.run("mint", "--clinician", "Diabetes clinic")
    assert said.code == 1
    assert "clock" in said.err


def test_the_text_of_a_share_has_no_secret() -> None:
    consent = None
    shared = Share(Minted(GRANT, "LINK", "CODE", "PIN", consent), "TOKEN")  # type: ignore[arg-type]  # not looked at
    assert not [word for word in ("LINK", "CODE", "PIN", "TOKEN") if word in repr(shared)]
