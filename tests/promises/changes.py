"""Changes to what is withheld: after any of them, a site must answer as before, byte for byte."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from proxy.demo.moment import iso, parse_iso
from tests.living import HOUR, NOW
from tests.promises.still import Row, Rows

Change = Callable[[Rows], None]
CHAT = ("Announcement", "Note", "Question", "D.A.D. Alert", "CANARY-EVENT-made-up", "", None, 7, ["SMB"])
"""Event types that no bundled policy names, and some that are none."""
WORDS = ("notes", "reason", "reasonDisplay", "enteredBy", "device", "foodType", "location", "app", "subject")
ODD: tuple[Any, ...] = (
    None,
    True,
    1e308,
    -(10**30),
    "",
    "x" * 2_000,
    "\u2028\u0000\u202e</script>",
    {"notes": {"deep": [1, {"$where": "1"}]}},
    [[]],
)


def other_words(rows: Rows) -> None:
    """Other notes, reasons, names of people and devices."""
    for name in ("entries", "treatments", "devicestatus", "activity", "profile"):
        for number, row in enumerate(rows[name]):
            row.update({word: f"another {word} {number}" for word in WORDS})


def other_uploaders(rows: Rows) -> None:
    """Other phones, builds and clocks of servers; other serial numbers."""
    for row in _all(rows):
        row.update(
            device="loop://another phone",
            srvCreated=NOW - 5,
            srvModified=NOW - 3,
            utcOffset=-300,
            modifiedBy="x",
        )
        row.update(sysTime="2001-01-01T00:00:00.000Z", syncIdentifier="other", pumpSerial="1", pumpId=99)
        if "pump" in row:
            row["pump"].update(pumpID="another", serial="another", secondsFromGMT=-18_000)
        if "uploader" in row:
            row["uploader"]["name"] = "another"


def odd_hidden_values(rows: Rows) -> None:
    """Values of any kind and size in fields that are withheld, known and unknown ones, at any depth."""
    for number, row in enumerate(_all(rows)):
        odd = deepcopy(ODD[number % len(ODD)])
        row.update(
            {"notes": odd, "enteredBy": odd, f"unknown{number % 3}": odd, "reason": odd, "sysTime": odd}
        )
        for inner in [value for value in row.values() if isinstance(value, dict) and value is not odd][:3]:
            inner[f"unknown{number % 5}"] = odd
    for row in rows["treatments"][::7]:
        row["profileJson"] = _deep(90)


def hidden_rows(rows: Rows) -> None:
    """Hundreds of rows of types that are withheld, between the visible ones and at their very moment."""
    for number, row in enumerate(rows["treatments"][::3]):
        at = parse_iso(row["created_at"])
        rows["treatments"] += [
            {
                "_id": _id(number, kind),
                "eventType": word,
                "created_at": iso(at + shift),
                "notes": f"n{number}",
            }
            for kind, (word, shift) in enumerate(zip(CHAT, (0, 0, 0, 1, -1, 1000, 0, 0, 0), strict=True))
        ]
    for number, row in enumerate(rows["entries"][::2]):
        rows["entries"] += [
            {
                "_id": _id(number, kind),
                "type": word,
                "date": row["date"] + shift,
                "dateString": iso(row["date"]),
            }
            for kind, (word, shift) in enumerate((("rawbg", 0), ("note", 1), (None, 0)))
        ]


def invalidated_rows(rows: Rows) -> None:
    """Rows that were deleted but are kept with isValid: false, as AAPS and API v3 do."""
    for name in ("entries", "treatments", "devicestatus"):
        for number, row in enumerate(rows[name][:90]):
            for kind, mark in enumerate((False, 0, "false", [])):
                rows[name].append(
                    row | {"_id": _id(number, kind), "isValid": mark, "insulin": 9.9, "sgv": 99}
                )


def hidden_crowd(rows: Rows) -> None:
    """More hidden rows at one moment, that of a visible row, than are fetched to spare."""
    for name, hidden in (
        ("treatments", {"isValid": False}),
        ("entries", {"isValid": False}),
        ("devicestatus", {}),
    ):
        model = sorted(rows[name], key=_moment)[-5]
        moment = {
            key: model[key]
            for key in ("created_at", "date", "dateString", "type", "eventType")
            if key in model
        }
        rows[name] += [
            moment | hidden | {"_id": _id(number, 5), "notes": str(number)} for number in range(180)
        ]


def outside_the_window(rows: Rows) -> None:
    """Rows of last year and of the future."""
    for shift in (400 * 24 * HOUR, -3 * HOUR, -40 * 24 * HOUR):
        for name in ("entries", "treatments", "devicestatus"):
            for number, row in enumerate(rows[name][:60]):
                rows[name].append(_moved(row, (NOW - shift) + number, _id(number, 6)))


def other_profiles(rows: Rows) -> None:
    """Other therapy settings altogether."""
    rows["profile"] = [
        {
            "_id": _id(number, 7),
            "startDate": iso(NOW - number * HOUR),
            "store": {"x": {"dia": number, "basal": "?"}},
        }
        for number in range(9)
    ]


def no_profiles(rows: Rows) -> None:
    rows["profile"] = []


def other_names_of_profiles(rows: Rows) -> None:
    """Names that JavaScript would put in another order, since whole numbers come first in its objects."""
    for row in rows["profile"]:
        settings = list(row["store"].values())
        default = list(row["store"]).index(row["defaultProfile"])
        row["store"] = {str(len(settings) - number): one for number, one in enumerate(settings)}
        row["store"] = dict(sorted(row["store"].items()))
        row["defaultProfile"] = str(len(settings) - default)


def other_hidden_collections(rows: Rows) -> None:
    rows["food"] = [
        {"_id": _id(1, 8), "type": "food", "name": "another", "carbs": 1, "created_at": iso(NOW - 1)}
    ]
    rows["settings"] = [{"identifier": "another", "password": "another"}]


def wrong_kinds(word: str) -> Change:
    """Give a change that puts `word` where a number, a word of a list or a moment belongs: it is withheld there."""

    def change(rows: Rows) -> None:
        for row in rows["treatments"][::3]:
            row.update(carbs=word, insulin={"units": word}, glucoseType=word, rate=[word], mills=word)
        for row in rows["entries"][::3]:
            row.update(direction=word, noise=word, filtered={word: 1}, rssi=[1, word])
        for row in rows["devicestatus"][::3]:
            row.update(uploaderBattery=word, isCharging=word, loop=word)
            row["pump"] = {"reservoir": word, "battery": [word], "clock": word}

    return change


def other_order(rows: Rows) -> None:
    """The same rows as they come out of a database that stored them in another order, keys too."""
    for name, held in rows.items():
        rows[name] = [dict(reversed(row.items())) for row in reversed(held)]


ALIKE: dict[str, Change] = {
    change.__name__: change
    for change in (
        other_words,
        other_uploaders,
        odd_hidden_values,
        hidden_rows,
        invalidated_rows,
        hidden_crowd,
        outside_the_window,
        other_hidden_collections,
        other_order,
    )
}
"""Changes that none of the bundled policies may show."""

SETTINGS: dict[str, Change] = {change.__name__: change for change in (other_profiles, no_profiles)}
"""Changes that policies without settings may not show."""


def _all(rows: Rows) -> Iterable[Row]:
    return (
        row for name in ("entries", "treatments", "devicestatus", "activity", "profile") for row in rows[name]
    )


def _moment(row: Row) -> int:
    return parse_iso(row["created_at"]) if "created_at" in row else int(row["date"])


def _moved(row: Row, at: int, new_id: str) -> Row:
    moved = row | {"_id": new_id, "created_at": iso(at)}
    return moved | {"date": at, "dateString": iso(at)} if "date" in row else moved


def _id(number: int, kind: int) -> str:
    return f"{0xA0 + kind:02x}{number:022x}"


def _deep(levels: int) -> Any:
    inner: Any = "CANARY"
    for _ in range(levels):
        inner = {"in": [inner]} if _ % 2 else [inner]
    return inner
