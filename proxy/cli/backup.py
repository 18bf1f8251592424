"""`backup` and `restore`: data and keys in one file, and back again with all access ended."""

import json
import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Final

import typer

from proxy import __version__
from proxy.cli.frame import AsJson, Refused, answer, run, settings
from proxy.cli.noting import noted
from proxy.house import clock, opened
from proxy.settings import Settings
from proxy.stores.datafile import NAME
from proxy.stores.folder import prepare_folder
from proxy.stores.keys import load_keys

_KEYS: Final = "keys.json"
_ABOUT: Final = "about.json"
_PARTS: Final = (_ABOUT, NAME, _KEYS)
_FORMAT: Final = 1
_IN_PLACE: Final = (NAME, f"{NAME}-wal", f"{NAME}-shm", "epoch", _KEYS)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(backup)
    app.command()(restore)


def backup(file: Annotated[Path, typer.Argument(help="A new file.")], as_json: AsJson = False) -> None:
    """Copy data and keys into one file, also while Chaperone runs. Whoever has the file has the keys."""
    house = settings()
    _require_sqlite(house)
    if not (house.data / NAME).is_file():
        raise Refused(f"There is no data in {house.data} yet: check CHAPERONE_DATA.")
    run(_noted(house))
    size = _written(file, house.data)
    words = f"Written to {file} ({size:,} bytes). Keep it where only you can read it: the keys are in it."
    answer({"file": str(file), "bytes": size}, words, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put aside what is in the data folder now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put data and keys back. All access ends: somebody may have been shut out since the backup was made."""
    house = settings()
    _require_sqlite(house)
    prepare_folder(house.data)
    with tempfile.TemporaryDirectory(dir=house.data, prefix="restore-") as place:
        _unpack(file, Path(place))
        aside = _make_room(house.data, replace=replace)
        for name in (_KEYS, NAME):
            (Path(place) / name).rename(house.data / name)
    ended = run(_settle(house))
    kept = f" What was there before is in {aside}." if aside else ""
    words = (
        f"Restored. Access that was open or waiting has ended ({ended}); share anew where it is needed.{kept}"
    )
    value = {"file": str(file), "ended": ended, "put_aside": str(aside) if aside else None}
    answer(value, words, as_json=as_json)


def _require_sqlite(settings: Settings) -> None:
    if settings.store.get_secret_value() != "sqlite":
        raise Refused(
            "The data is in Redis: back that up with Redis's own means, and copy the data folder for the keys."
        )


def _written(file: Path, data: Path) -> int:
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Refused(f"The file {file} exists already: name a new one.") from error
    except OSError as error:
        raise Refused(f"The file {file} can't be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb") as target:
            _pack(target, data)
            os.fsync(target.fileno())
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        file.unlink(missing_ok=True)
        raise Refused(f"The backup could not be written: {error}.") from error
    return file.stat().st_size


def _pack(target: IO[bytes], data: Path) -> None:
    with tempfile.TemporaryDirectory(dir=data, prefix="backup-") as place:
        copy = Path(place) / NAME
        with (
            closing(sqlite3.connect(f"{(data / NAME).absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as consistent,
        ):
            source.backup(consistent)
        about = Path(place) / _ABOUT
        made = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        about.write_text(json.dumps({"format": _FORMAT, "version": __version__, "made_at": made}))
        with tarfile.open(fileobj=target, mode="w") as packed:
            for path in (about, copy, data / _KEYS):
                packed.add(path, arcname=path.name, recursive=False)


def _unpack(file: Path, place: Path) -> None:
    """Take the parts out by their names: no name of the file's own is followed. Raises Refused."""
    try:
        with tarfile.open(file, mode="r:") as packed:
            for name in _PARTS:
                part = packed.extractfile(name)
                if part is None:
                    raise Refused(f"{file} is not a backup of Chaperone's.")
                with (
                    part,
                    os.fdopen(
                        os.open(place / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"
                    ) as out,
                ):
                    shutil.copyfileobj(part, out)
                    out.flush()
                    os.fsync(out.fileno())
        if json.loads((place / _ABOUT).read_text())["format"] != _FORMAT:
            raise Refused(f"{file} was made by a newer Chaperone: install that one first.")
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise Refused(f"{file} can't be read as a backup of Chaperone's.") from error
    _require_whole(place, file)


def _require_whole(place: Path, file: Path) -> None:
    load_keys(place, random=secrets.token_bytes)
    try:
        with closing(sqlite3.connect(place / NAME)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error:
        found = None
    if found != ("ok",):
        raise Refused(f"The data in {file} is damaged: take another backup.")


def _make_room(data: Path, *, replace: bool) -> Path | None:
    """Put aside what is in the folder; give the folder where it is now, if there was anything. Raises Refused."""
    there = [data / name for name in _IN_PLACE if (data / name).exists()]
    if not there:
        return None
    if not replace:
        raise Refused(f"There is data in {data} already: to put it aside, run this again with --replace.")
    _require_stopped(data / NAME)
    aside = data / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    # The epoch goes too: a store without one counts as put back, and ends all access when it is opened.
    for path in there:
        if path.exists():
            path.rename(aside / path.name)
    return aside


def _require_stopped(path: Path) -> None:
    """Refuse if another process has the data file open."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise Refused("Chaperone is running on this data: stop it first.") from error
    except sqlite3.DatabaseError:
        # A damaged file is a reason to restore, not one against it.
        return


async def _settle(settings: Settings) -> int:
    """Open the store, which ends all access, and count what was ended by it."""
    begun = clock()
    async with opened(settings) as house:
        grants = await house.store.grants()
        await noted(house, "restore")
        visits = [grant for grant in grants if grant.kind != "owner" and grant.ending == "restored"]
        return sum((grant.ended_at or 0) >= begun for grant in visits)


async def _noted(settings: Settings) -> None:
    async with opened(settings) as house:
        await noted(house, "backup")
