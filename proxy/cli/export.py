"""`export`: files for a visit, from the same figures as the clinician's page, through the same policy."""

import asyncio
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from proxy.app import make_gate, nightscout
from proxy.cli.export_files import Form, Format, Written, require_export, require_place, summary_of, write
from proxy.cli.export_reading import Step, pieces_of, read
from proxy.cli.export_source import Asked, Source, source_of
from proxy.cli.export_spans import Part, Wanted, parts_of
from proxy.cli.frame import AsJson, Refused, answer, run, settings
from proxy.cli.noting import noted
from proxy.core.policy import Policy
from proxy.core.record import Draft, Value
from proxy.core.study import figures_view
from proxy.gate.gate import Gate
from proxy.house import House, opened
from proxy.locale.catalogues import SOURCE
from proxy.locale.reader import Reader, read_by
from proxy.report.bins import LENGTHS, Granularity, allowed
from proxy.report.cover import LANGUAGES, PAPERS, is_unnamed
from proxy.report.passwords import passphrase
from proxy.report.targets import TARGETS
from proxy.report.words import Units
from proxy.visit.file_bodies import Making
from proxy.visit.files_offered import may_remove

_UNITS: Final[Mapping[str, Units]] = {"mg/dl": "mg/dL", "mgdl": "mg/dL", "mmol/l": "mmol/L", "mmol": "mmol/L"}
_FORMATS: Final = ("text", "pdf", "png", "csv", "json", "html")
_SPOKEN: Final = ("text", "pdf", "png", "html")
_LOCKABLE: Final = ("pdf", "html")


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(export)


def export(
    grant: Annotated[
        str, typer.Option(metavar="GRANT", help="As this grant shows it; noted in its log.")
    ] = "",
    policy: Annotated[str, typer.Option(help="As this policy would show it: a name, or a YAML file.")] = "",
    days: Annotated[int | None, typer.Option(help="How many days back; default: all that are shown.")] = None,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day (2026-10-01).")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day (2026-10-31).")] = "",
    form: Annotated[
        str, typer.Option("--format", help="text, pdf, png, csv, json or html (locked).")
    ] = "pdf",
    granularity: Annotated[str, typer.Option(help="Of CSV: 5min, 15min, hour or day.")] = "day",
    units: Annotated[str, typer.Option(help="mg/dL or mmol/L.")] = "",
    targets: Annotated[str, typer.Option(help="standard, older or pregnancy.")] = "standard",
    paper: Annotated[
        str, typer.Option(help="Of PDF and picture: A4 or Letter; default: as under “About me”.")
    ] = "",
    language: Annotated[str, typer.Option(help="Of what people read: en or de.")] = "en",
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Lock a PDF with six words, shown once.")
    ] = False,
    unnamed: Annotated[
        bool, typer.Option("--remove-identifiers", help="Leave out names, notes and zone.")
    ] = False,
    split: Annotated[str, typer.Option(metavar="month", help="One file for each month.")] = "",
    out: Annotated[Path, typer.Option(help="A folder, or the name of the new file.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make files: PDF, picture, text, CSV, JSON, or the locked visit file."""
    if bool(grant) == bool(policy):
        raise typer.BadParameter("Write --grant or --policy; one of the two.")
    if (
        form not in _FORMATS
        or split not in ("", "month")
        or targets not in TARGETS
        or granularity not in LENGTHS
        or paper not in ("", *PAPERS)
        or language not in LANGUAGES
    ):
        raise typer.BadParameter(
            f"--format: {', '.join(_FORMATS)}. --split: month. --targets: {', '.join(TARGETS)}. "
            f"--granularity: {', '.join(LENGTHS)}. --paper: {', '.join(PAPERS)}. --language: {', '.join(LANGUAGES)}."
        )
    if encrypt and form not in _LOCKABLE:
        raise typer.BadParameter("Only PDF and HTML files can be locked.")
    if days is not None and (days < 1 or first):
        raise typer.BadParameter("--days: at least 1." if days < 1 else "Write --days, or --from and --to.")
    wanted = Wanted(days, _day(first, "--from"), _day(last, "--to"), by_month=split == "month")
    if wanted.last and not wanted.first:
        raise typer.BadParameter("--to needs --from.")
    words = passphrase(secrets.token_bytes) if encrypt or form == "html" else ""
    shape = Form(
        cast("Format", form),
        cast("Granularity", granularity),
        TARGETS[targets],
        unnamed,
        words,
        PAPERS[paper] if paper else None,
    )
    asked = Asked(grant, policy, wanted, shape, _units(units), out)
    require_place(out)
    files: list[Written] = []
    try:
        run(_export(asked, language, files))
    finally:
        # Of months, some may have their names when another fails: locked, they are lost without their words.
        if files:
            answer(_object(files, words), _told(files, words), as_json=as_json)


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option}: write a day such as 2026-10-01.") from None


def _units(text: str) -> Units | None:
    if text and text.lower() not in _UNITS:
        raise typer.BadParameter("--units: mg/dL or mmol/L.")
    return _UNITS[text.lower()] if text else None


async def _export(asked: Asked, language: str, made: list[Written]) -> None:
    # What programs read is the same in every language.
    read_by(Reader(language if asked.form.format in _SPOKEN else SOURCE))
    here = settings()
    async with opened(here) as house, nightscout(here) as site:
        await make_files(house, make_gate(house, site.nightscout), asked, made)


async def make_files(
    house: House, gate: Gate, asked: Asked, made: list[Written] | None = None
) -> list[Written]:
    """Make the files of an export: each is on record before it has its name, and in `made` from then on.

    Raises Refused, GrantEnded, UpstreamError, StoreUnavailable.
    """
    made = [] if made is None else made
    source = await source_of(house, gate, asked)
    form, policy, now = asked.form, source.policy, gate.clock()
    _require(policy, form)
    view = figures_view(source.grant, policy, site_key=gate.site_key)
    # Figures are read through the narrowed view; what it may show is decided by the policy itself.
    shown = replace(view, policy=replace(view.policy, detail=policy.detail))
    parts = parts_of(shown, asked.wanted, source.grant.days, now=now, compared=form.format != "csv")
    with _bar(sum(pieces_of(view, part.span) for part in parts)) as step:
        for part in parts:
            made.append(await _one(house, gate, asked, source, part, step))
    return made


async def _one(house: House, gate: Gate, asked: Asked, source: Source, part: Part, step: Step) -> Written:
    form, now = asked.form, gate.clock()
    view = figures_view(source.grant, source.policy, site_key=gate.site_key)
    material = await read(view, source.policy, part.span, gate.nightscout.rows, now=now, step=step)
    # In the thread that read: what it has let go of is used again.
    summary = await asyncio.to_thread(summary_of, material, part, view, form, now=now)
    making = Making(material, summary, source.cover)
    written = await write(making, part, form, asked.out, secrets.token_bytes)
    try:
        await _record(
            house, source, written, f"file {form.kind} days={part.span.days} units={source.cover.units}", now
        )
    except BaseException:
        written.drop()
        raise
    written.keep()
    return written


async def _record(house: House, source: Source, written: Written, query: str, now: int) -> None:
    fields: dict[str, Value] = {"query": query, "bytes": written.size, "sha256": written.sha256}
    grant = source.grant.id
    await noted(house, "file", policy=source.policy.name, **fields, **({"grant_of": grant} if grant else {}))
    if grant:
        draft = Draft("answer", now, {"by": "owner", "door": "summary", "status": 200, **fields})
        await house.store.append(grant, draft)


def _require(policy: Policy, form: Form) -> None:
    require_export(policy.exports, form.format)
    if form.format == "csv" and form.granularity not in allowed(policy.detail):
        finest = " or ".join(allowed(policy.detail)) or "none: it shows whole periods only"
        raise Refused(f"--granularity: this policy allows {finest}.")
    if form.unnamed and not (may_remove(policy) or is_unnamed(policy)):
        raise Refused(
            "--remove-identifiers: of averages, days would have other edges. Use the policy unnamed."
        )


@contextmanager
def _bar(total: int) -> Iterator[Step]:
    """Show how far it is, where somebody watches."""
    console = Console(stderr=True)
    columns = (
        TextColumn("Reading"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _object(files: list[Written], words: str) -> dict[str, Any]:
    listed = [{"file": str(one.path), "bytes": one.size, "sha256": one.sha256} for one in files]
    return {"files": listed, "passphrase": words or None}


def _told(files: list[Written], words: str) -> str:
    lines = [f"Written: {one.path} ({one.size:,} bytes)" for one in files]
    if words:
        lines += [
            "",
            f"Six words: {words}",
            "They are shown only this once. Send them another way than the file.",
        ]
    lines += ["", "A file can't be taken back: shred it, or file it in the medical record."]
    return "\n".join(lines)
