"""Material: rows that were read in parts say what they say when they are read at once."""

from proxy.demo import generate
from proxy.report.facts import Material
from proxy.report.material import gathered, read_facts, read_material
from tests.living import NOW


def test_rows_in_parts_make_the_same_material() -> None:
    site = generate("tests", NOW, days=9)
    rows = {
        "entries": sorted(site.collections["entries"], key=lambda row: -row["date"]),
        "treatments": sorted(site.collections["treatments"], key=lambda row: row["created_at"], reverse=True),
        "devicestatus": sorted(site.devicestatus(site.since, site.until), key=lambda row: row["created_at"]),
    }
    parts = [
        read_facts(**{name: [row for at, row in enumerate(some) if at * 3 // len(some) == part]})
        for name, some in rows.items()
        for part in range(3)
    ]
    settings = read_facts(profiles=site.collections["profile"])
    whole = read_material(
        entries=rows["entries"],
        treatments=rows["treatments"],
        devicestatus=rows["devicestatus"],
        profiles=site.collections["profile"],
    )
    assert gathered([*parts, settings]) == whole
    assert gathered(parts) != whole


def test_devices_have_one_number_each_whatever_part_names_them_first() -> None:
    def entries(*devices: str) -> list[dict[str, object]]:
        return [
            {"type": "sgv", "sgv": 100 + at, "date": NOW - at * 300_000, "device": device}
            for at, device in enumerate(devices)
        ]

    names = ("a", "b", "", "b", "c", "a")
    rows = entries(*names)
    made = gathered(
        [read_facts(entries=rows[:2]), read_facts(entries=rows[2:4]), read_facts(entries=rows[4:])]
    )
    assert told(made) == [*reversed(names)]
    assert made == read_material(entries=rows)


def told(material: Material) -> list[str]:
    return [material.devices[place] for place in material.readings.device]


def test_what_two_parts_both_hold_counts_once() -> None:
    bolus = {"eventType": "Bolus", "insulin": 2, "created_at": "2026-11-22T08:00:00.000Z"}
    both = [read_facts(treatments=[bolus]), read_facts(treatments=[bolus])]
    assert len(gathered(both).doses) == 1
