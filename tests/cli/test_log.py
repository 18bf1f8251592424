"""`log`, `log verify`, `receipt`."""

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from proxy.core.receipt import is_signed
from tests.cli.place import Place


def ended(place: Place) -> str:
    made = place.mint()
    place.run("extend", made["grant_id"], "--by", "1h")
    place.run("revoke", made["grant_id"])
    return str(made["grant_id"])


def exported(place: Place, grant: str, file: Path) -> str:
    return str(place.run("log", grant, "--out", str(file), "--json").json["head"])


def test_a_log_is_told_in_plain_words(place: Place) -> None:
    lines = place.run("log", ended(place)).out.splitlines()
    assert "I share “For a clinic visit” with Diabetes clinic" in lines[0]
    assert "You gave more time: until" in lines[1]
    assert lines[2].endswith("Access ended by you")


def test_a_log_as_json_is_an_array_of_records(place: Place) -> None:
    records = place.run("log", ended(place), "--json").json
    assert [(each["n"], each["kind"]) for each in records] == [(1, "consent"), (2, "extended"), (3, "ended")]


def test_a_log_is_exported_as_its_exact_bytes_for_the_owner_alone(place: Place, tmp_path: Path) -> None:
    grant, file = ended(place), tmp_path / "log.jsonl"
    exported(place, grant, file)
    lines = file.read_bytes().splitlines()
    assert [json.loads(line) for line in lines] == place.run("log", grant, "--json").json
    assert all(line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() for line in lines)  # fmt: skip
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_export_overwrites_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("mine")
    said = place.run("log", ended(place), "--out", str(file))
    assert said.code == 1
    assert "exists already" in said.err
    assert file.read_text() == "mine"


def test_a_whole_log_is_verified_in_the_store_and_offline(place: Place, tmp_path: Path) -> None:
    grant, file = ended(place), tmp_path / "log.jsonl"
    head = exported(place, grant, file)
    assert place.run("log", "verify", grant).code == 0
    assert place.run("log", "verify", grant, "--head", head).code == 0
    said = place.run(
        "log", "verify", "--file", str(file), "--head", head, "--json", CHAPERONE_DATA="/nowhere"
    )
    assert (said.code, said.json["ok"], said.json["records"]) == (0, True, 3)


@pytest.mark.parametrize("change", ["word", "missing", "swapped", "cut", "added", "empty"])
def test_a_changed_log_is_found_offline(place: Place, tmp_path: Path, change: str) -> None:
    file = tmp_path / "log.jsonl"
    head = exported(place, ended(place), file)
    lines = file.read_bytes().splitlines(keepends=True)
    changed = {
        "word": [lines[0].replace(b"Diabetes", b"Dentists"), *lines[1:]],
        "missing": [lines[0], lines[2]],
        "swapped": [lines[1], lines[0], lines[2]],
        "cut": lines[:2],
        "added": [*lines, lines[2]],
        "empty": [],
    }
    file.write_bytes(b"".join(changed[change]))
    said = place.run("log", "verify", "--file", str(file), "--head", head)
    assert said.code == 1
    assert "Traceback" not in said.err


def test_without_a_check_number_it_is_said_that_a_cut_end_goes_unnoticed(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "log.jsonl"
    exported(place, ended(place), file)
    assert "--head" in place.run("log", "verify", "--file", str(file)).out


def test_a_changed_log_is_found_in_the_store(place: Place) -> None:
    import sqlite3  # noqa: PLC0415

    grant = ended(place)
    with sqlite3.connect(place.data / "chaperone.db") as connection:
        connection.execute(
            "UPDATE records SET body = CAST(replace(body, 'Diabetes', 'Dentists') AS BLOB) WHERE number = 1"
        )
    connection.close()
    said = place.run("log", "verify", grant)
    assert said.code == 1
    assert "changed" in said.out


def test_another_check_number_is_not_accepted(place: Place) -> None:
    grant = ended(place)
    assert place.run("log", "verify", grant, "--head", "00" * 32).code == 1


@pytest.mark.parametrize("arguments", [(), ("x", "--file", "y")])
def test_verify_wants_a_grant_or_a_file(place: Place, arguments: tuple[str, ...]) -> None:
    assert place.run("log", "verify", *arguments).code == 2


def test_a_file_can_not_drive_the_terminal(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(json.dumps({"n": "\x1b]0;title\x07"}))
    said = place.run("log", "verify", "--file", str(file))
    assert said.code == 1
    assert "\x1b" not in said.out


def test_a_receipt_is_signed_by_the_installation(place: Place) -> None:
    grant = ended(place)
    found = place.run("receipt", grant, "--json").json
    keys = place.run("keys", "list", "--json").json
    (public,) = [each["public_key"] for each in keys if each["kid"] == found["kid"]]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    assert is_signed(found["statement"], found["signature"], key)
    assert found["head"] in found["statement"]
    assert place.run("log", "verify", grant, "--head", found["head"]).code == 0


def test_a_receipt_says_whether_it_is_final(place: Place) -> None:
    made = place.mint()
    assert place.run("receipt", made["grant_id"], "--json").json["final"] is False
    assert "has not ended" in place.run("receipt", made["grant_id"]).out
    place.run("revoke", made["grant_id"])
    assert place.run("receipt", made["grant_id"], "--json").json["final"] is True
    assert "has not ended" not in place.run("receipt", made["grant_id"]).out
