"""`keys list|rotate`."""

from tests.cli.place import Place


def test_a_new_key_signs_and_the_earlier_one_still_holds(place: Place) -> None:
    (first,) = place.run("keys", "list", "--json").json
    assert first["signs"]
    new = place.run("keys", "rotate", "--json").json["kid"]
    assert {each["kid"]: each["signs"] for each in place.run("keys", "list", "--json").json} == {
        first["kid"]: False,
        new: True,
    }


def test_no_secret_key_is_shown(place: Place) -> None:
    said = place.run("keys", "list", "--json").out + place.run("keys", "list").out
    stored = (place.data / "keys.json").read_text()
    assert all(value not in said for value in stored.split('"') if len(value) > 30)
