"""The request to Nightscout: built from a query, never copied from the client's.

All collections are read through API v1, which gives the stored documents as they are to an access token in a
header: no JWT has to be fetched, kept or renewed, and v3's answers are the same documents in another envelope.
"""

from dataclasses import dataclass

from proxy.core.grant import DAY
from proxy.core.lens import DATE_FIELD, TYPE_FIELD
from proxy.core.tidy import written

SECOND = 1_000
PATHS = {
    "entries": "/api/v1/entries.json",
    "treatments": "/api/v1/treatments.json",
    "devicestatus": "/api/v1/devicestatus.json",
    "profile": "/api/v1/profiles",
    "food": "/api/v1/food.json",
    "activity": "/api/v1/activity.json",
}
SLICE = {"entries": 30 * DAY, "treatments": 90 * DAY, "devicestatus": DAY, "activity": 15 * DAY}
"""How much time is asked for at once: a slice is filtered in a few milliseconds and stays a few megabytes."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One question to Nightscout: rows of [since, until), newest first, at most `count`."""

    collection: str
    since: int
    until: int
    types: tuple[str, ...] | None
    count: int

    @property
    def path(self) -> str:
        return PATHS[self.collection]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Give the query as name and value pairs, not yet encoded."""
        if self.collection == "food":
            return []
        date = DATE_FIELD[self.collection]
        pairs = [
            (f"find[{date}][$gte]", _moment(date, self.since, whole=self.since // SECOND * SECOND)),
            (f"find[{date}][$lt]", _moment(date, self.until, whole=-(-self.until // SECOND) * SECOND)),
            ("count", str(self.count)),
        ]
        kind = TYPE_FIELD.get(self.collection)
        if kind is not None and self.types is not None:
            pairs += [(f"find[{kind}][$in][]", name) for name in self.types]
        return pairs


def _moment(field: str, at: int, *, whole: int) -> str:
    # Nightscout compares texts: "10:00:00Z" comes after "10:00:00.001Z". So of texts, whole seconds are asked for.
    return str(at) if field == "date" else written(whole)


def slices(collection: str, since: int, until: int, *, newest_first: bool) -> list[tuple[int, int]]:
    """Cut a span into parts of at most a slice, in the order in which they are wanted."""
    step = SLICE.get(collection)
    if since >= until:
        return []
    if step is None:
        return [(since, until)]
    ends = range(until, since, -step)
    parts = [(max(since, end - step), end) for end in ends]
    return parts if newest_first else parts[::-1]
