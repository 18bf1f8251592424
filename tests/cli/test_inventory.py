"""`inventory`, on the invented site that comes with every installation."""

from proxy.core.catalog import COLLECTIONS
from tests.cli.place import Place


def test_it_tells_what_there_is_with_stable_keys_and_masks_texts(place: Place) -> None:
    said = place.run("inventory", "--days", "2", "--json")
    assert said.code == 0, said.err
    assert said.json["days"] == 2
    found = {each["collection"]: each for each in said.json["collections"]}
    assert list(found) == list(COLLECTIONS)
    assert set(found["treatments"]) == {
        *("collection", "documents", "bytes", "deleted", "since", "first", "last", "unread_parts"),
        *("uploaders", "looks_private", "unknown", "fields"),
    }
    assert found["entries"]["documents"] > 500
    assert found["devicestatus"]["since"] < found["devicestatus"]["first"]
    assert "serial" in [each["looks_like"] for each in found["devicestatus"]["looks_private"]]
    assert "example" not in str(found)
    log = place.run("log", "owner", "--json")
    assert "inventory read" in log.out


def test_in_words_texts_of_the_data_are_printed_only_when_asked_for(place: Place) -> None:
    plain = place.run("inventory", "--days", "2")
    assert plain.code == 0, plain.err
    assert "Glucose readings (entries)" in plain.out
    assert "There is data since" in plain.out
    assert "CANARY" not in plain.out
    by = [
        line.split("by ", 1)[1]
        for line in plain.out.splitlines()
        if line.strip()[:1].isdigit() and "  by " in line
    ]
    assert sum("another program or person, or not said" in each for each in by) <= len(COLLECTIONS)
    assert "CANARY" in place.run("inventory", "--days", "2", "--show").out
