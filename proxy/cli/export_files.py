"""Writes an export's files: made beside their place, put on record, and only then given their names."""

import asyncio
import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Literal, cast

from proxy.cli.export_spans import Part
from proxy.cli.frame import Refused
from proxy.core.policy import EXPORTS
from proxy.core.study import MOST_COMPARED
from proxy.core.view import View
from proxy.report.bins import Granularity
from proxy.report.cover import Paper, file_name, made_on
from proxy.report.facts import Material
from proxy.report.jsonfile import json_pieces
from proxy.report.lessened import offset_of, without_automation_before
from proxy.report.model import Summary
from proxy.report.summary import summarise
from proxy.report.targets import Targets
from proxy.report.words_text import as_text
from proxy.visit.file_bodies import Making, body_of, table_of
from proxy.visit.files_offered import Kind

Format = Literal["text", "pdf", "png", "csv", "json", "html"]
_GOES_WITH: dict[str, str] = {"text": "pdf", "png": "pdf", "html": "pdf"}


@dataclass(frozen=True, slots=True)
class Form:
    """In which form files are wanted."""

    format: Format
    granularity: Granularity
    targets: Targets
    unnamed: bool
    words: str
    """The passphrase of a locked file; empty for one that isn't locked."""
    paper: Paper | None = None
    """None for that which the owner prints on."""

    @property
    def kind(self) -> str:
        """Give the kind of file, as downloads name it."""
        if self.format == "csv":
            return f"csv-{self.granularity}"
        return "pdf-locked" if self.format == "pdf" and self.words else self.format


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written beside its place."""

    path: Path
    beside: Path
    size: int
    sha256: str

    def keep(self) -> None:
        """Give it its name. Raises Refused if another has it meanwhile."""
        try:
            _give_name(self.beside, self.path)
        finally:
            self.drop()

    def drop(self) -> None:
        """Remove what was written."""
        with suppress(FileNotFoundError):
            self.beside.unlink()


def _give_name(beside: Path, path: Path) -> None:
    try:
        os.link(beside, path)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError:
        # A file system without links, as on a USB stick.
        if path.exists():
            raise _taken(path) from None
        try:
            beside.rename(path)
        except OSError as error:
            raise _unwritable(path, error) from error


def _taken(path: Path) -> Refused:
    return Refused(f"The file {path} exists already: name another one, or a folder.")


def require_export(exports: tuple[str, ...], wanted: Format) -> None:
    """Refuse a form that the policy doesn't list. Raises Refused."""
    needed = _GOES_WITH.get(wanted, wanted)
    assert needed in EXPORTS
    if needed not in exports:
        raise Refused(f"This policy makes no such file: its `exports` do not name {needed}.")


def summary_of(material: Material, part: Part, view: View, form: Form, *, now: int) -> Summary:
    """Compute the figures of a file."""
    span = part.span
    zone = offset_of(view.zone, span.end) if form.unnamed else view.zone
    summary = summarise(
        material,
        start_ms=span.start,
        end_ms=span.end,
        zone=zone,
        now_ms=now,
        targets=form.targets,
        floor_ms=span.floor,
    )
    return without_automation_before(summary) if span.days > MOST_COMPARED else summary


async def write(making: Making, part: Part, form: Form, out: Path, random: Any) -> Written:
    """Make a file beside its place; a table goes to the disk row by row. Raises Refused."""
    if form.unnamed:
        making = making.unnamed()
    path, stop = _path(making.summary, part, form, out), Event()
    beside = path.with_name(f".{path.name}.{random(4).hex()}.part")
    work = asyncio.ensure_future(
        asyncio.to_thread(_written, path, beside, _chunks(making, form, random), stop)
    )
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        # A thread can't be interrupted: whoever presses Ctrl-C waits until it has cleared up.
        stop.set()
        await asyncio.wait([work])
        beside.unlink(missing_ok=True)
        raise


def require_place(out: Path) -> None:
    """Refuse a place that is taken, or in no folder, before anything is read for it. Raises Refused."""
    try:
        if out.is_dir():
            return
        if out.exists():
            raise _taken(out)
        if not out.parent.is_dir():
            raise Refused(f"--out: there is no folder {out.parent}. Make it first, or name another one.")
    except OSError as error:
        raise _unwritable(out, error) from error


def _chunks(making: Making, form: Form, random: Any) -> Iterable[bytes]:
    if form.format == "csv":
        return table_of(making, form.granularity)
    if form.format == "json":
        return json_pieces(making.summary, making.cover)
    if form.format == "text":
        return [as_text(making.summary, making.cover.units, withheld=making.cover.withheld).encode()]
    return [body_of(making, cast("Kind", form.kind), form.words, random)]


def _path(summary: Summary, part: Part, form: Form, out: Path) -> Path:
    if not out.is_dir():
        if part.month:
            raise Refused(f"--out: with --split, name a folder that exists; {out} is none.")
        return out
    detail = form.granularity if form.format == "csv" else ""
    ending = "txt" if form.format == "text" else form.format
    name = file_name(made_on(summary), ending, detail)
    return out / (name.replace(made_on(summary).isoformat(), part.month) if part.month else name)


def _written(path: Path, beside: Path, chunks: Iterable[bytes], stop: Event) -> Written:
    """Write a file as far as it goes; what could not be finished, on a full disk, is removed again."""
    digest, size = hashlib.sha256(), 0
    if path.exists():
        raise _taken(path)
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            for chunk in chunks:
                if stop.is_set():
                    break
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise
    return Written(path, beside, size, digest.hexdigest())


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused(f"The file {path} can't be written ({error.strerror}).")
