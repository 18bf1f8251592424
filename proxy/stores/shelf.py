"""How documents are written to and read from a data file, inside one transaction."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from proxy.core.errors import Conflict
from proxy.core.ports import LARGEST_DOCUMENT, PASSING, Document

_SELECT: Final = "SELECT kind, key, body, version FROM documents WHERE site = ? AND kind = ?"


def document(connection: sqlite3.Connection, site: str, kind: str, key: str) -> Document | None:
    """Find a document."""
    row = connection.execute(f"{_SELECT} AND key = ?", (site, kind, key)).fetchone()
    return None if row is None else Document(*row)


def documents(connection: sqlite3.Connection, site: str, kind: str) -> Sequence[Document]:
    """Give all documents of a kind, by their keys."""
    return [Document(*row) for row in connection.execute(f"{_SELECT} ORDER BY key", (site, kind))]


def put(
    connection: sqlite3.Connection, site: str, kind: str, key: str, body: bytes, version: int | None
) -> int:
    """Keep a document in the place of the version that was read. Raises Conflict."""
    there = document(connection, site, kind, key)
    if (None if there is None else there.version) != version:
        raise changed()
    new = _moved_epoch(connection, site)
    connection.execute(
        "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", (site, kind, key, new, body)
    )
    return new


def drop(connection: sqlite3.Connection, site: str, kind: str, key: str) -> None:
    """Forget a document."""
    connection.execute("DELETE FROM documents WHERE site = ? AND kind = ? AND key = ?", (site, kind, key))
    _moved_epoch(connection, site)


def drop_of_grant(connection: sqlite3.Connection, site: str, grant_id: str) -> None:
    """Forget what is kept with a grant."""
    connection.execute(
        "DELETE FROM documents WHERE site = ? AND (key = ? OR substr(key, 1, ?) = ?)",
        (site, grant_id, len(grant_id) + 1, f"{grant_id}/"),
    )


def drop_passing(connection: sqlite3.Connection, site: str) -> None:
    """Forget what must not come alive again."""
    connection.execute(
        "DELETE FROM documents WHERE site = ? AND substr(kind, 1, ?) = ?", (site, len(PASSING), PASSING)
    )


def changed() -> Conflict:
    """Give the error of a version that is not there any more."""
    return Conflict("This was changed elsewhere in the meantime: load the page again.")


def require_small(body: bytes) -> None:
    """Raise ValueError for a body that is no small document."""
    if len(body) > LARGEST_DOCUMENT:
        raise ValueError("too large for a document")


def _moved_epoch(connection: sqlite3.Connection, site: str) -> int:
    row = connection.execute(
        "UPDATE sites SET epoch = epoch + 1 WHERE site = ? RETURNING epoch", (site,)
    ).fetchone()
    return int(row[0])
