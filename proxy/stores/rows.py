"""How grants, sessions and records are written to and read from a data file, inside one transaction."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.mint import TRIES
from proxy.core.ports import Session
from proxy.core.record import Draft, Record
from proxy.stores import shelf
from proxy.stores.chain import Step, appending, begun, chained, erased

_COLUMNS: Final = (
    "id", "site", "kind", "clinician", "policy_name", "policy_text", "policy_hash", "days", "minted_at", "opens_at",
    "lasts", "expires_at", "opened_at", "ended_at", "ending", "zone", "link_hash", "code_hash", "pin_hash",
    "tries_left", "url_token", "token_hash", "erased_on",
)  # fmt: skip

# Only names of this file go into these texts.
_SELECT: Final = (
    f"SELECT {', '.join('g.' + name for name in _COLUMNS)},"  # noqa: S608
    " coalesce(g.length, r.number) AS length, coalesce(g.head, r.head) AS head"
    " FROM grants g LEFT JOIN records r ON r.site = g.site AND r.grant_id = g.id AND r.number ="
    " (SELECT max(number) FROM records WHERE site = g.site AND grant_id = g.id) WHERE g.site = ?"
)
_INSERT: Final = (
    f"INSERT INTO grants ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"  # noqa: S608
)
_CHANGE: Final = (
    "UPDATE grants SET opened_at = :opened_at, expires_at = :expires_at, ended_at = :ended_at, ending = :ending,"
    " zone = :zone, pin_hash = :pin_hash, tries_left = :tries_left, policy_name = :policy_name,"
    " policy_text = :policy_text, policy_hash = :policy_hash, days = :days WHERE site = :site AND id = :id"
)
_ERASE: Final = (
    f"UPDATE grants SET {', '.join(f'{name} = :{name}' for name in (*_COLUMNS, 'length', 'head'))}"  # noqa: S608
    " WHERE site = :site AND id = :id"
)
_NEWEST: Final = (
    "SELECT max(s.newest_at, ifnull((SELECT max((SELECT r.at FROM records r WHERE r.site = g.site"
    " AND r.grant_id = g.id ORDER BY r.number DESC LIMIT 1)) FROM grants g WHERE g.site = s.site), 0))"
    " FROM sites s WHERE s.site = ?"
)
_ADD: Final = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)"
_PAGE: Final = 500
_DAY: Final = 86_400_000


def grant_by(connection: sqlite3.Connection, site: str, column: str, value: str) -> Grant | None:
    """Find a grant by its id or one of its hashes. An empty value finds nothing."""
    if not value:
        return None
    # The empty ones are left out of the indexes, and SQLite uses an index only when told so.
    some = "" if column == "id" else f" AND g.{column} <> ''"
    row = connection.execute(f"{_SELECT} AND g.{column} = ?{some}", (site, value)).fetchone()
    return None if row is None else _grant(row)


def all_grants(connection: sqlite3.Connection, site: str) -> Sequence[Grant]:
    """Give all grants, newest first."""
    return [_grant(row) for row in connection.execute(f"{_SELECT} ORDER BY g.minted_at DESC, g.id", (site,))]


def add_grant(connection: sqlite3.Connection, grant: Grant, consent: Draft) -> Grant:
    """Keep a new grant with its first record."""
    new, records = begun(grant, consent)
    try:
        connection.execute(_INSERT, _row(new))
    except sqlite3.IntegrityError as error:
        raise StoreUnavailable("This grant, its link, code or token is not new: share once more.") from error
    _add_records(connection, new, records, [consent])
    return new


def take(connection: sqlite3.Connection, site: str, grant_id: str, step: Step) -> Grant:
    """Take a step with a grant. The head is read in this transaction, so no other process is in between."""
    grant = grant_by(connection, site, "id", grant_id)
    if grant is None:
        raise GrantEnded("There is no such access.")
    changed, drafts = step(grant)
    if not drafts:
        return grant
    new, records = chained(changed, drafts)
    if changed is not grant:
        connection.execute(_CHANGE, _row(changed))
    _add_records(connection, new, records, drafts)
    return new


def append_each(
    connection: sqlite3.Connection, site: str, drafts: Mapping[str, Draft]
) -> dict[str, Grant | GrantEnded]:
    """Add a record to each grant's chain; those that have ended are passed over, with the reason in their place."""
    given: dict[str, Grant | GrantEnded] = {}
    added: list[tuple[Any, ...]] = []
    for grant_id, draft in drafts.items():
        try:
            grant, records = _appended(connection, site, grant_id, draft)
        except GrantEnded as error:
            given[grant_id] = error
            continue
        given[grant_id] = grant
        added += _record_rows(grant, records, [draft])
    connection.executemany(_ADD, added)
    return given


def _appended(
    connection: sqlite3.Connection, site: str, grant_id: str, draft: Draft
) -> tuple[Grant, Sequence[Record]]:
    grant = grant_by(connection, site, "id", grant_id)
    if grant is None:
        raise GrantEnded("There is no such access.")
    return chained(*appending((draft,))(grant))


def spend_try(connection: sqlite3.Connection, site: str, grant_id: str) -> int:
    """Take one PIN try."""
    row = connection.execute(
        "UPDATE grants SET tries_left = tries_left - 1 WHERE site = ? AND id = ? AND tries_left > 0"
        " RETURNING tries_left",
        (site, grant_id),
    ).fetchone()
    return -1 if row is None else int(row[0])


def restore_tries(connection: sqlite3.Connection, site: str, grant_id: str) -> None:
    """Give all tries back, unless the grant has ended."""
    connection.execute(
        "UPDATE grants SET tries_left = ? WHERE site = ? AND id = ? AND ended_at IS NULL",
        (TRIES, site, grant_id),
    )


def erase(connection: sqlite3.Connection, site: str, grant_id: str, day: str) -> None:
    """Remove names, policy and log of an ended grant. Raises GrantEnded if there is none."""
    grant = grant_by(connection, site, "id", grant_id)
    if grant is None:
        raise GrantEnded("There is no such access.")
    newest = newest_record_at(connection, site)
    connection.execute("UPDATE sites SET newest_at = ? WHERE site = ?", (newest, site))
    connection.execute(_ERASE, {**_row(erased(grant, day)), "length": grant.length, "head": grant.head})
    for table in ("records", "sessions", "spending"):
        connection.execute(f"DELETE FROM {table} WHERE site = ? AND grant_id = ?", (site, grant_id))  # noqa: S608
    shelf.drop_of_grant(connection, site, grant_id)


def page_of_records(connection: sqlite3.Connection, site: str, grant_id: str, after: int) -> Sequence[Record]:
    """Give the next few hundred records after a number."""
    rows = connection.execute(
        "SELECT number, CAST(body AS BLOB), head FROM records WHERE site = ? AND grant_id = ? AND number > ?"
        " ORDER BY number LIMIT ?",
        (site, grant_id, after, _PAGE),
    )
    return [Record(*row) for row in rows]


def newest_record_at(connection: sqlite3.Connection, site: str) -> int:
    """Give the time of the newest record, 0 if there is none."""
    row = connection.execute(_NEWEST, (site,)).fetchone()
    return 0 if row is None else int(row[0])


def add_session(connection: sqlite3.Connection, site: str, session: Session) -> None:
    """Keep a session; forget those that began more than two days before it (none lives that long)."""
    connection.execute(
        "DELETE FROM sessions WHERE site = ? AND created_at < ?", (site, session.created_at - 2 * _DAY)
    )
    connection.execute(
        "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
        (site, session.key, session.grant, session.csrf, session.created_at, session.used_at),
    )


def session_by_key(connection: sqlite3.Connection, site: str, key: str) -> Session | None:
    """Find a session."""
    row = connection.execute(
        "SELECT key, grant_id, csrf, created_at, used_at FROM sessions WHERE site = ? AND key = ?",
        (site, key),
    ).fetchone()
    return None if row is None else Session(*row)


def touch_session(connection: sqlite3.Connection, site: str, key: str, used_at: int) -> None:
    """Note that a session was used, unless a later use is known."""
    connection.execute(
        "UPDATE sessions SET used_at = max(used_at, ?) WHERE site = ? AND key = ?", (used_at, site, key)
    )


def drop_session(connection: sqlite3.Connection, site: str, key: str) -> None:
    """Forget a session."""
    connection.execute("DELETE FROM sessions WHERE site = ? AND key = ?", (site, key))


def endings_after(connection: sqlite3.Connection, site: str, number: int) -> Sequence[tuple[int, str]]:
    """Give the endings after one, as (number, grant's id)."""
    return connection.execute(
        "SELECT number, grant_id FROM endings WHERE site = ? AND number > ? ORDER BY number", (site, number)
    ).fetchall()


def newest_ending(connection: sqlite3.Connection) -> int:
    """Give the number of the newest ending, 0 if there is none."""
    (number,) = connection.execute("SELECT ifnull(max(number), 0) FROM endings").fetchone()
    return int(number)


def _add_records(
    connection: sqlite3.Connection, grant: Grant, records: Sequence[Record], drafts: Sequence[Draft]
) -> None:
    connection.executemany(_ADD, _record_rows(grant, records, drafts))


def _record_rows(
    grant: Grant, records: Sequence[Record], drafts: Sequence[Draft]
) -> list[tuple[str, str, int, int, bytes, str]]:
    return [
        (grant.site, grant.id, record.number, draft.at, record.body, record.head)
        for record, draft in zip(records, drafts, strict=True)
    ]


def _row(grant: Grant) -> dict[str, Any]:
    return {name: getattr(grant, name) for name in _COLUMNS}


def _grant(row: Sequence[Any]) -> Grant:
    # Checked, since a file may hold what no version of ours wrote; strict=False because SQLite has no booleans.
    return msgspec.convert(dict(zip((*_COLUMNS, "length", "head"), row, strict=True)), Grant, strict=False)
