"""What was measured, as Markdown: ratios, since the figures themselves are this machine's."""

from collections.abc import Sequence

from tests.bench import kernel, memory, start
from tests.bench.kernel import Kernel
from tests.bench.load import Sample
from tests.bench.memory import Memory
from tests.bench.start import Start
from tests.bench.whole import Seen


def kernels(measured: Sequence[Kernel]) -> str:
    """Write the filter's table."""
    rows = [
        [
            each.source,
            each.collection,
            f"{each.megabytes:.1f}",
            str(each.rows),
            f"{each.orjson_ms:.0f}",
            f"{each.filter_ms:.0f}",
            f"**{each.ratio:.2f}**",
            f"{kernel.BUDGETS[each.collection]:.1f}",
            f"{each.floor:.2f}",
            f"{each.both_ways:.2f}",
        ]
        for each in measured
    ]
    heads = ["data", "90 days of", "MB", "rows shown", "orjson ms", "filter ms", "filter / orjson", "budget"]
    heads += ["reading and writing alone", "orjson, reading and writing"]
    return _table(heads, rows)


def wholes(seen: Sequence[Seen]) -> str:
    """Write each scene's subjects, and how many times as many answers Chaperone gives, by the clock and by CPU."""
    rows = []
    for each in seen:
        ours = next(one for one in seen if one.scene == each.scene and one.subject == "Chaperone")
        rows.append(
            [
                each.scene,
                each.subject,
                f"{each.full.rate:.1f}",
                f"{each.full.percentile(50):.2f}",
                f"{each.full.percentile(99):.2f}",
                f"{each.cpu:.2f}" if each.cpu else "–",  # noqa: RUF001 - a dash where there is no figure
                f"**{ours.full.rate / each.full.rate:.2f}**" if each is not ours else "1",
                ("1" if each is ours else f"**{each.cpu / ours.cpu:.2f}**") if each.cpu else "–",  # noqa: RUF001 - as above
                str(each.full.failed),
            ]
        )
    heads = [
        "asked",
        "of",
        "answers / s",
        "p50 ms",
        "p99 ms",
        "CPU ms each",
        "Chaperone : this",
        "by CPU",
        "failed",
    ]
    return _table(heads, rows)


def added(pairs: Sequence[tuple[Seen, Sample]], commit: Sample) -> str:
    """Write what Chaperone adds at half its load, against direct at the same rate, and what its commit takes alone."""
    rows = []
    for seen, direct in pairs:
        assert seen.half is not None
        more = [seen.half.percentile(each) - direct.percentile(each) for each in (50, 99)]
        rows.append([seen.scene, f"{seen.full.rate / 2:.0f}", *(f"{each:.2f}" for each in more)])
    alone = [f"{commit.percentile(each):.2f}" for each in (50, 99)]
    rows.append(["a durable commit by SQLite alone, on the same disk", f"{commit.rate:.0f}", *alone])
    return _table(["asked", "answers / s", "added p50 ms", "added p99 ms"], rows)


def memories(measured: Sequence[Memory]) -> str:
    """Write the memory's table."""
    rows = [
        [
            each.what,
            f"**{each.megabytes:.0f}**",
            str(memory.BUDGETS[each.what]),
            f"{each.answered:.0f}",
            f"{each.seconds:.1f}",
        ]
        for each in measured
    ]
    return _table(["download", "resident MB at most", "budget", "MB answered", "s"], rows)


def starts(measured: Sequence[Start]) -> str:
    """Write the table of starts."""
    rows = [
        [
            each.what,
            f"**{each.clock:.0f}**",
            str(start.BUDGET_MS) if each.what == "Chaperone" else "",
            f"{each.cpu:.0f}",
        ]
        for each in measured
    ]
    return _table(["server", "ms until it answers", "budget", "CPU ms"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
