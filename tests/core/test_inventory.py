import msgspec
import pytest

from proxy.core.errors import UpstreamError
from proxy.core.inventory import MOST_PATHS, MOST_UPLOADERS, OTHER, Collected, kind_of, telling, unknown
from proxy.core.inventory_told import SORT_WORDS, as_object, leaves_as, report
from proxy.core.inventory_words import SORTS, app_of, looks_like

AT = "2026-11-20T10:00:00.000Z"


def counted(collection: str, *documents: object) -> Collected:
    found = Collected(collection)
    found.add(msgspec.json.encode(documents))
    return found


def test_documents_uploaders_and_moments_are_counted() -> None:
    found = counted(
        "treatments",
        {"created_at": AT, "enteredBy": "openaps://AndroidAPS", "eventType": "SMB", "insulin": 0.5},
        {"created_at": "2026-11-21T10:00:00Z", "enteredBy": "AndroidAPS-DexcomG6", "isValid": False},
        {"created_at": "nonsense", "enteredBy": "Emma"},
    )
    assert (found.documents, found.deleted, found.last - found.first) == (3, 1, 86_400_000)
    assert [(one.app, one.documents) for one in found.uploaders.values()] == [("AndroidAPS", 2), ("", 1)]
    assert found.paths["insulin"].kinds == {"number": 1}
    assert found.paths["eventType"].known


def test_what_the_catalogue_does_not_know_is_told_with_kind_and_count_and_no_value() -> None:
    found = counted(
        "devicestatus",
        {"created_at": AT, "openaps": {"iob": {"iob": 1.5, "novel": "secret words"}}, "Brand New": {"x": 1}},
        {"created_at": AT, "openaps": {"iob": [{"iob": 1.5, "novel": None}]}},
    )
    assert {each.path for each in unknown(found)} == {
        "openaps.iob.novel",
        "openaps.iob[].novel",
        f"{OTHER}.x",
    }
    assert "secret words" not in "\n".join(report(found))
    assert "devicestatus  openaps.iob.novel  text  1" in report(found)
    assert leaves_as(found.paths["openaps.iob.iob"]) == "insulin"
    assert leaves_as(found.paths["openaps.iob[].iob"]) == "insulin"


def test_names_that_a_patient_gave_to_profiles_are_looked_at_and_shown_as_none() -> None:
    found = counted(
        "profile", {"startDate": AT, "store": {"Dr. Berg 2": {"dia": 5, "timezone": "Europe/Berlin"}}}
    )
    assert not [path for path in found.paths if "Berg" in path]
    assert ("name", "store.* (its names)") in [(sort, each.path) for sort, each in telling(found)]
    assert found.paths["store.*.dia"].known
    assert "store.*.timezone" in [each.path for sort, each in telling(found) if sort == "place"]
    assert "Berg" not in str(as_object(found, show=False))
    assert "Berg" in str(as_object(found, show=True))


def test_without_show_no_text_of_the_data_is_in_the_answer() -> None:
    found = counted(
        "treatments",
        {"created_at": AT, "enteredBy": "Emma", "notes": "call +49 30 1234567", "eventType": "Note"},
        {"created_at": AT, "device": "Emma's iPhone", "ÜBER": "x"},
    )
    told = str(as_object(found, show=False))
    assert not [word for word in ("Emma", "1234567", "iPhone", "ÜBER") if word in told]
    assert "Emma" in str(as_object(found, show=True))


def test_a_value_of_another_kind_than_expected_is_counted_as_odd() -> None:
    found = counted("treatments", {"insulin": "lots"}, {"insulin": 2}, {"insulin": {"a": 1}})
    assert found.paths["insulin"].odd == 1
    assert found.paths["insulin.a"].known is None


def test_lists_of_numbers_are_counted_in_one_step_and_those_of_texts_one_by_one() -> None:
    found = counted(
        "devicestatus", {"openaps": {"suggested": {"predBGs": {"IOB": [100, 101.5, 99]}}}, "x": ["a", "b"]}
    )
    assert found.paths["openaps.suggested.predBGs.IOB[]"].count == 3
    assert found.paths["openaps.suggested.predBGs.IOB[]"].known
    assert found.paths["x[]"].count == 2


def test_memory_does_not_grow_with_what_uploaders_make_up() -> None:
    found = counted(
        "treatments", *({f"field{n}": n, "enteredBy": f"person {n}"} for n in range(MOST_PATHS + 500))
    )
    assert len(found.paths) == MOST_PATHS + 1
    assert found.paths[OTHER].count == 501
    assert len(found.uploaders) == MOST_UPLOADERS + 1
    assert sum(one.documents for one in found.uploaders.values()) == MOST_PATHS + 500


def test_depth_and_odd_documents_do_no_harm() -> None:
    deep: object = "end"
    for _ in range(200):
        deep = {"a": deep}
    found = counted("treatments", {"x": deep}, 5, "text", None, [1], {})
    assert found.documents == 2
    assert max(path.count(".") for path in found.paths) < 20
    found.add(b'[{"notes": "half \\ud83d"}]')
    assert found.documents == 3
    with pytest.raises(UpstreamError):
        found.add(b"<html>")
    with pytest.raises(UpstreamError):
        found.add(b'{"status": 401}')


@pytest.mark.parametrize(
    ("path", "text", "sort"),
    [
        ("enteredBy", "Emma", "name"),
        ("device", "loop://Emma's iPhone", "name"),
        ("device", "loop://iPhone von Emma", "name"),
        ("notes", "saw Dr. Berg", "name"),
        ("notes", "mail jane.doe@example.org", "mail"),
        ("notes", "call +49 30 1234567", "phone"),
        ("notes", "0171/1234567 if low", "phone"),
        ("notes", "at Hauptstraße 12", "address"),
        ("notes", "12 Mill Lane", "address"),
        ("timezone", "Europe/Berlin", "place"),
        ("photo", "https://example.org/a.jpg", "web"),
        ("ip", "203.0.113.77", "web"),
        ("device", "Dexcom G6 8JX7Q2", "serial"),
        ("notes", "SensorID: 3MH0051", "serial"),
        ("pump.pumpID", "554433", "serial"),
        ("loopSettings.deviceToken", "abc", "key"),
        ("notes", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3", "key"),
        ("notes", "0123456789abcdef0123456789abcdef", "key"),
        ("notes", "q7Zr1xK0pLw8Vb3Nn5Td9Yf2Hj6Mc4Gs", "key"),
    ],
)
def test_what_could_tell_who_it_is_is_seen(path: str, text: str, sort: str) -> None:
    assert sort in looks_like(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes", "hypo before lunch, 12 g"),
        ("notes", "took 12 ms longer"),
        (
            "openaps.suggested.reason",
            "COB: 0, Dev: 12, BGI: -1.5, ISF: 2.4, CR: 8; Eventual BG 110 >= 100, no temp",
        ),
        ("enteredBy", "openaps://AndroidAPS"),
        ("enteredBy", "xDrip"),
        ("eventType", "Temporary Target Cancel"),
        ("carbs", ""),
        ("units", "mg/dl"),
        ("time", "10:00:00"),
        ("version", "3.2.0.4-dev"),
        ("txStatusString", "OK"),
        ("direction", "FortyFiveDown"),
    ],
)
def test_what_is_plain_is_not_called_private(path: str, text: str) -> None:
    assert looks_like(path, text) == []


def test_every_sort_has_words_and_programs_are_named_without_a_persons_text() -> None:
    assert set(SORT_WORDS) == set(SORTS)
    assert app_of("openaps://Emma's AndroidAPS") == "AndroidAPS"
    assert app_of("Emma") == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "number"),
        (True, "yes or no"),
        (None, "nothing"),
        ("", "empty text"),
        (AT, "moment"),
        ("6b028738b6ad8f464b02d38d", "id"),
        ("a", "text"),
        ({}, "nested"),
    ],
)
def test_kinds_of_value(value: object, kind: str) -> None:
    assert kind_of(value) == kind
