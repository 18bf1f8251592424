"""Every way into Nightscout 15 by HTTP, in one table: open (filtered), authored by us, or closed.

Source: the routes of Nightscout 15.0.7. A path that is not matched here exactly, letter by letter, is no door:
nothing is decoded, folded or normalised, and a path of the client's is never passed on.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

Use = Literal["rows", "current", "one", "properties", "authored", "page", "closed"]
Api = Literal["v1", "v3", "page"]


@dataclass(frozen=True, slots=True)
class Door:
    """A line of the table."""

    name: str
    """The path with `{v}` for v1 or v2, `{arg}`, `{token}` or `{rest}` for a last part that varies; also its name in records."""
    api: Api
    use: Use
    collection: str = ""
    formats: tuple[str, ...] = ("json",)
    """The extensions it takes; the first is meant when there is none."""
    only: str = ""
    """The type of row that it gives, for doors that are about one."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A door that was found, and the parts of the path that vary."""

    door: Door
    format: str
    arg: str = ""


def _open(name: str, collection: str, use: Use = "rows", formats: tuple[str, ...] = ("json",)) -> Door:
    return Door(name, "v3" if "/v3/" in name else "v1", use, collection, formats)


def _authored(name: str, formats: tuple[str, ...] = ("json",)) -> Door:
    return Door(name, "v3" if "/v3/" in name else "v1", "authored", formats=formats)


def _closed(
    name: str, formats: tuple[str, ...] = ("json", "csv", "txt", "tsv", "html", "svg", "png")
) -> Door:
    return Door(name, "v3" if "/v3/" in name else "v1", "closed", formats=formats)


V3_COLLECTIONS = ("entries", "treatments", "devicestatus", "profile", "food")

DOORS: tuple[Door, ...] = (
    _open("/api/{v}/entries", "entries", formats=("json", "csv")),
    _open("/api/{v}/entries/current", "entries", "current", ("json", "csv")),
    _open("/api/{v}/entries/{arg}", "entries", "one", ("json", "csv")),
    _open("/api/{v}/treatments", "treatments"),
    _open("/api/{v}/devicestatus", "devicestatus"),
    _open("/api/{v}/profile", "profile"),
    _open("/api/{v}/profile/current", "profile", "current"),
    _open("/api/{v}/profiles", "profile"),
    _open("/api/{v}/food", "food"),
    Door("/api/{v}/food/quickpicks", "v1", "rows", "food", only="quickpick"),
    Door("/api/{v}/food/regular", "v1", "rows", "food", only="food"),
    _open("/api/{v}/activity", "activity"),
    _authored("/api/{v}/status", ("json", "js", "html", "txt")),
    _authored("/api/{v}/verifyauth"),
    _authored("/api/{v}/adminnotifies"),
    _authored("/api/versions"),
    _open("/api/v2/properties", "", "properties"),
    _open("/api/v2/properties/{arg}", "", "properties"),
    _authored("/api/v2/authorization/request/{token}"),
    _authored("/api/v3/version"),
    _authored("/api/v3/status"),
    _authored("/api/v3/lastModified"),
    *(_open(f"/api/v3/{name}", name) for name in V3_COLLECTIONS),
    *(_open(f"/api/v3/{name}/history", name, "rows") for name in V3_COLLECTIONS),
    *(_open(f"/api/v3/{name}/history/{{arg}}", name, "rows") for name in V3_COLLECTIONS),
    *(_open(f"/api/v3/{name}/{{arg}}", name, "one") for name in V3_COLLECTIONS),
    _closed("/api/{v}/slice/{rest}"),
    _closed("/api/{v}/times"),
    _closed("/api/{v}/times/{rest}"),
    _closed("/api/{v}/echo/{rest}"),
    _closed("/api/{v}/count/{rest}"),
    _closed("/api/{v}/entries/preview"),
    _closed("/api/{v}/notifications/{rest}"),
    _closed("/api/{v}/experiments/{rest}"),
    _closed("/api/{v}/alexa"),
    _closed("/api/{v}/googlehome"),
    _closed("/api/v2/ddata"),
    _closed("/api/v2/ddata/{rest}"),
    _closed("/api/v2/summary"),
    _closed("/api/v2/authorization/permissions"),
    _closed("/api/v2/authorization/permissions/trie"),
    _closed("/api/v2/authorization/subjects"),
    _closed("/api/v2/authorization/subjects/{rest}"),
    _closed("/api/v2/authorization/roles"),
    _closed("/api/v2/authorization/roles/{rest}"),
    _closed("/api/v2/authorization/debug/check/{rest}"),
    _closed("/api/v3/settings"),
    _closed("/api/v3/settings/{rest}"),
    _closed("/api/v3/test"),
    _closed("/pebble"),
    _closed("/split"),
    _closed("/admin"),
    _closed("/admin/{rest}"),
    _closed("/food"),
    _closed("/profile"),
    _closed("/report"),
    _closed("/report/{rest}"),
    _closed("/clock/{rest}"),
    _closed("/api-docs"),
    _closed("/api-docs/{rest}"),
    _closed("/api3-docs"),
    _closed("/api3-docs/{rest}"),
    _closed("/swagger"),
    _closed("/report-violation"),
)

_ARG = r"(?P<arg>[A-Za-z0-9_,-]{1,128})"


def _pattern(door: Door) -> re.Pattern[str]:
    text = re.escape(door.name).replace(r"\{v\}", "v[12]").replace(r"\{arg\}", _ARG)
    text = text.replace(r"\{token\}", r"(?P<arg>[A-Za-z0-9_.-]{1,2000})")
    text = text.replace(r"\{rest\}", r"[!-~]{1,2000}")
    return re.compile(text + rf"(?:\.(?P<format>{'|'.join(door.formats)}))?/?", re.ASCII)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Door], ...]:
    """Give each door with its pattern, made for the first who asks: that takes as long as loading all of the core.

    Doors without a varying part come first: `/entries/current` is not an id.
    """
    ordered = sorted(DOORS, key=lambda door: "{" in door.name.replace("{v}", ""))
    return tuple((_pattern(door), door) for door in ordered)


@lru_cache(maxsize=256)
def find_door(path: str) -> Entrance | None:
    """Find the door of a raw, undecoded path; None if there is none."""
    for pattern, door in _patterns():
        found = pattern.fullmatch(path)
        if found is not None:
            parts = found.groupdict()
            return Entrance(door, parts.get("format") or door.formats[0], parts.get("arg") or "")
    return None
