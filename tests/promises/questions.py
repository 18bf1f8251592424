"""Every question that can be put: each door of the table, in each spelling, format, filter, sort and count."""

from collections.abc import Iterator, Sequence

from proxy.core.doors import DOORS, Door
from tests.living import HOUR, NOW

SINCE = NOW - 30 * HOUR
UNKNOWN_ID = "5f5f5f5f5f5f5f5f5f5f5f5f"
DATE = {"entries": "date", "profile": "startDate"}

COUNTS = ("count=1", "count=2", "count=7", "count=70", "count=3000")
V3_COUNTS = ("limit=1", "limit=2", "limit=7", "limit=70", "limit=1000", "limit=5&skip=3", "limit=70&skip=70")
REFUSED_V1 = (
    "find[notes]=CANARY",
    "find[notes][$regex]=^C",
    "find[$where]=1",
    "find[nonsense]=1",
    "find[_id][$gte]=0",
    "find[enteredBy]=Ines",
    "sort[notes]=1",
    "sort[nonsense]=1",
    "count=0",
    "count=-1",
    "count=50001",
    "count=1&count=2",
    "fields=notes",
    "pipeline[0][$match][notes]=x",
)
REFUSED_V3 = (
    "notes=CANARY",
    "notes$re=^C",
    "nonsense$re=^C",
    "$where$eq=1",
    "fields=notes",
    "fields=nonsense",
    "fields=date,enteredBy",
    "sort=notes",
    "sort$desc=nonsense",
    "srvModified$gte=1",
    "limit=0",
    "limit=1001",
    "skip=-1",
)


def date_of(collection: str) -> str:
    return DATE.get(collection, "created_at")


def paths(door: Door, args: Sequence[str] = ()) -> Iterator[str]:
    """Spell a door: both API versions, all extensions, a trailing slash, and its last part for each of `args`."""
    names = (
        [door.name.replace("{v}", version) for version in ("v1", "v2")] if "{v}" in door.name else [door.name]
    )
    for name in names:
        for filled in _filled(name, args):
            yield filled
            yield from (f"{filled}.{extension}" for extension in door.formats)
            yield f"{filled}/"


def _filled(name: str, args: Sequence[str]) -> Iterator[str]:
    if "{arg}" in name:
        yield from (name.replace("{arg}", arg) for arg in args)
    else:
        yield name.replace("{rest}", "entries/sgv")


def args_of(door: Door, ids: Sequence[str] = ()) -> tuple[str, ...]:
    """What a door's last part may be: moments, types, ids that are visible, hidden or of nothing."""
    if "/history/" in door.name:
        return ("0", str(SINCE))
    if "properties" in door.name:
        return ("bgnow", "iob,cob,pump", "delta,direction,buckets", "nonsense", "sage,basal,openaps,loop")
    if "authorization" in door.name:
        return ()
    types = ("sgv", "mbg", "cal", "nonsense") if door.api == "v1" else ()
    return (*types, UNKNOWN_ID, *ids)


def queries(door: Door) -> list[str]:
    """What may be asked of a door, and what may not."""
    if door.use in ("one", "authored", "closed"):
        return ["", "find[notes]=CANARY"]
    if door.use == "properties":
        return ["", "pretty=1", "find[notes]=CANARY"]
    return _v3(door) if door.api == "v3" else _v1(door)


def _v1(door: Door) -> list[str]:
    date = date_of(door.collection)
    since, until = f"find[{date}][$gte]={SINCE}", f"find[{date}][$lt]={NOW - 3 * HOUR}"
    asked = ["", "t=1&_=2", *COUNTS, f"{since}&count=3000", f"{since}&{until}&count=70", f"{since}&{until}"]
    asked += [f"{since}&sort[{date}]=1&count={count}" for count in (1, 7, 70)]
    asked += [f"find[{type_of(door)}]={value}" for value in values_of(door)]
    asked += [f"find[{type_of(door)}][$in][]={value}&count=70" for value in values_of(door)[:2]]
    return asked + list(REFUSED_V1)


def _v3(door: Door) -> list[str]:
    asked = ["", *V3_COUNTS, f"date$gte={SINCE}&limit=70", f"created_at$gt={SINCE}&date$lte={NOW}&limit=7"]
    asked += [
        "sort$desc=date&limit=70",
        "sort=date&limit=7",
        "fields=_all",
        "fields=date,identifier,created_at",
    ]
    asked += [f"{type_of(door)}$eq={value}" for value in values_of(door)]
    return asked + list(REFUSED_V3)


def type_of(door: Door) -> str:
    return "type" if door.collection == "entries" else "eventType"


def values_of(door: Door) -> tuple[str, ...]:
    """Shown, hidden and unknown values of the field that tells a collection's rows apart."""
    if door.collection == "entries":
        return ("sgv", "mbg", "cal", "nonsense", "/s/i")
    if door.collection == "treatments":
        return ("SMB", "Meal+Bolus", "/bolus/i", "Announcement", "/announce/i", "Profile+Switch", "Nonsense")
    return ("anything",)


def all_questions(ids: dict[str, Sequence[str]]) -> list[str]:
    """Every path; the plainest spelling of a door gets all queries, each other one of them in turn."""
    found: list[str] = []
    for door in DOORS:
        asked = queries(door)
        for number, path in enumerate(paths(door, args_of(door, ids.get(door.collection, ())))):
            few = asked if number == 0 else [asked[number % min(8, len(asked))]]
            found += [f"{path}?{query}" if query else path for query in few]
    return found
