"""`grants`, `extend`, `revoke`, `erase`."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from proxy.cli.program import program
from tests.cli.place import Place


def test_nothing_shared_yet_is_said(place: Place) -> None:
    assert place.run("grants").out == "Nothing has been shared yet.\n"
    assert place.run("grants", "--json").json == []


def test_grants_are_listed_with_their_state(place: Place) -> None:
    one = place.mint()
    place.run("revoke", one["grant_id"])
    two = place.mint()
    listed = place.run("grants", "--json").json
    assert [(each["grant_id"], each["state"], each["ending"]) for each in listed] == [
        (two["grant_id"], "waiting", None),
        (one["grant_id"], "ended", "revoked"),
    ]
    table = place.run("grants").out
    assert one["grant_id"] in table
    assert "ended: you ended it" in table


def test_no_listing_has_a_hash_of_a_secret(place: Place) -> None:
    place.mint()
    assert not [key for key in place.run("grants", "--json").json[0] if "hash" in key]


def test_more_time_is_given_and_put_on_record(place: Place) -> None:
    made = place.mint()
    said = place.run("extend", made["grant_id"], "--by", "2h", "--json").json
    before, after = (datetime.fromisoformat(each["expires_at"]) for each in (made, said))
    assert after - before == timedelta(hours=2)
    assert place.run("log", made["grant_id"], "--json").json[-1]["kind"] == "extended"


def test_more_time_for_what_nobody_opened_says_how_long_it_then_lasts(place: Place) -> None:
    made = place.mint("--expires", "4h")
    said = place.run("extend", made["grant_id"], "--by", "2h").out
    assert "ends 4 hours after it is first opened" in said
    assert "can now be opened until" in said


def test_no_grant_lives_longer_than_thirty_days(place: Place) -> None:
    made = place.mint()
    said = place.run("extend", made["grant_id"], "--by", "30d")
    assert said.code == 2
    assert "30 days" in said.err


@pytest.mark.parametrize("by", ["", "0h", "soon"])
def test_more_time_needs_a_span(place: Place, by: str) -> None:
    made = place.mint()
    said = place.run("extend", made["grant_id"], "--by", by)
    assert said.code == 2
    assert "--by" in said.err


def test_an_ended_grant_gets_no_more_time(place: Place) -> None:
    made = place.mint()
    place.run("revoke", made["grant_id"])
    said = place.run("extend", made["grant_id"], "--by", "2h")
    assert said.code == 1
    assert "has ended" in said.err


def test_ending_twice_is_ending_once(place: Place) -> None:
    made = place.mint()
    first, second = (place.run("revoke", made["grant_id"], "--json").json for _ in range(2))
    assert first == second
    assert first["state"] == "ended"


def test_a_grant_is_found_by_how_its_id_begins(place: Place) -> None:
    made = place.mint()
    assert place.run("revoke", made["grant_id"][:6]).code == 0


@pytest.mark.parametrize("text", ["", "a", "zzzzzz", "' OR 1=1 --"])
def test_a_grant_that_is_not_there_is_not_found(place: Place, text: str) -> None:
    place.mint()
    said = place.run("revoke", text)
    assert said.code == 1
    assert "no such grant" in said.err


def test_what_has_not_ended_is_not_erased(place: Place) -> None:
    made = place.mint()
    said = place.run("erase", made["grant_id"], "--yes")
    assert said.code == 1
    assert f"{program()} revoke {made['grant_id']}" in said.err
    assert place.run("grants", "--json").json[0]["clinician"] == "Diabetes clinic"


def test_erasing_leaves_id_head_length_and_day(place: Place) -> None:
    made = place.mint("--words", "for my knee")
    ended = place.run("revoke", made["grant_id"], "--json").json
    gone = place.run("erase", made["grant_id"], "--yes", "--json").json
    assert (gone["grant_id"], gone["head"], gone["records"]) == (made["grant_id"], ended["head"], 2)
    assert gone["erased_on"]
    assert gone["clinician"] == ""
    said = place.run("log", made["grant_id"])
    assert said.out == ""
    assert "was erased" in said.err
    stored = b"".join(path.read_bytes() for path in place.data.iterdir())
    assert b"for my knee" not in stored
    assert b"Diabetes clinic" not in stored


def test_what_the_owner_does_is_on_a_chain_of_its_own_without_names(place: Place, tmp_path: Path) -> None:
    grant = place.mint()["grant_id"]
    place.run("extend", grant, "--by", "1h")
    place.run("log", grant)
    place.run("log", grant, "--out", str(tmp_path / "log.jsonl"))
    place.run("revoke", grant)
    place.run("revoke", grant)
    place.run("erase", grant, "--yes")
    place.run("preview")
    place.run("keys", "rotate")
    place.run("backup", str(tmp_path / "b.tar"))
    records = place.run("log", "owner-1", "--json").json
    assert [each["did"] for each in records] == [
        "mint", "extend", "log", "export", "revoke", "erase", "preview", "rotate keys", "backup",
    ]  # fmt: skip
    assert {each.get("grant_of") for each in records[:6]} == {grant}
    assert "Diabetes clinic" not in str(records)
    assert place.run("log", "verify", "owner-1").code == 0
    assert place.run("log", "owner").out.count("\n") == 9


@pytest.mark.parametrize("command", [("revoke",), ("erase", "--yes"), ("extend", "--by", "1h")])
def test_the_owners_chain_can_only_be_read(place: Place, command: tuple[str, ...]) -> None:
    place.mint()
    said = place.run(command[0], "owner-1", *command[1:])
    assert said.code == 1
    assert "your own chain" in said.err
    assert place.run("log", "verify", "owner-1").code == 0


def test_erasing_asks_first(place: Place) -> None:
    made = place.mint()
    place.run("revoke", made["grant_id"])
    assert place.run("erase", made["grant_id"], typed="n\n").code == 1
    assert place.run("grants", "--json").json[0]["erased_on"] is None
    assert place.run("erase", made["grant_id"], typed="y\n").code == 0
    assert place.run("grants", "--json").json[0]["erased_on"]
