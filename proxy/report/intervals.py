"""Spans of time as sorted, disjoint intervals."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import sub
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Intervals:
    """Sorted intervals [start, end) that do not touch one another."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, at: int) -> bool:
        """Say whether an instant is inside."""
        place = bisect_right(self.starts, at) - 1
        return place >= 0 and at < self.ends[place]

    def within(self, start: int, end: int) -> list[tuple[int, int]]:
        """Give the parts inside [start, end)."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = bisect_right(self.starts, end)
        pairs = zip(self.starts[first:last], self.ends[first:last], strict=True)
        return [(max(a, start), min(b, end)) for a, b in pairs if a < end and b > start]

    def length(self, start: int, end: int) -> int:
        """Give how much of [start, end) is inside."""
        return sum(b - a for a, b in self.within(start, end))

    def outside(self, start: int, end: int) -> list[tuple[int, int]]:
        """Give the parts of [start, end) that are not inside."""
        edges = [start, *(edge for span in self.within(start, end) for edge in span), end]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def followed(each: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Pair each with the one after it; the last with None."""
    return zip(each, [*each[1:], None], strict=False)  # of nothing there is no last one


def holding(moments: Sequence[int], length: int) -> Intervals:
    """Join spans of one length that begin at moments in order: as `union`, for the many uploads of a loop."""
    if not moments:
        return Intervals((), ())
    apart = list(map(sub, islice(moments, 1, None), moments))
    broken = max(apart, default=0) > length
    breaks = [place for place, gap in enumerate(apart, 1) if gap > length] if broken else []
    return Intervals(
        (moments[0], *(moments[place] for place in breaks)),
        (*(moments[place - 1] + length for place in breaks), moments[-1] + length),
    )


def union(spans: Iterable[tuple[int, int]]) -> Intervals:
    """Join spans, in any order, that overlap or touch; empty ones vanish."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Intervals(tuple(starts), tuple(ends))
