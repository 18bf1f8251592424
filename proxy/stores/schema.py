"""The tables of a data file, and how an older file becomes a newer one.

Rules of this file: a migration that was released is never edited; a new one goes last. `user_version` counts
those that were applied. Every table carries the site.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from proxy.core.errors import StoreUnavailable

_FIRST: Final = (
    """CREATE TABLE sites (
        site TEXT PRIMARY KEY,
        epoch INTEGER NOT NULL,
        epoch_at INTEGER NOT NULL,  -- time of the record that moved the epoch last
        newest_at INTEGER NOT NULL  -- time of the newest record that was erased
    ) WITHOUT ROWID""",
    """CREATE TABLE grants (
        site TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, clinician TEXT NOT NULL,
        policy_name TEXT NOT NULL, policy_text TEXT NOT NULL, policy_hash TEXT NOT NULL, days INTEGER NOT NULL,
        minted_at INTEGER NOT NULL, opens_at INTEGER NOT NULL, lasts INTEGER, expires_at INTEGER NOT NULL,
        opened_at INTEGER, ended_at INTEGER, ending TEXT, zone TEXT,
        link_hash TEXT NOT NULL, code_hash TEXT NOT NULL, pin_hash TEXT NOT NULL, tries_left INTEGER NOT NULL,
        url_token INTEGER NOT NULL, token_hash TEXT NOT NULL,
        erased_on TEXT, length INTEGER, head TEXT,  -- length and head: only once the records are erased
        PRIMARY KEY (site, id)
    )""",
    "CREATE UNIQUE INDEX grants_by_link ON grants (site, link_hash) WHERE link_hash <> ''",
    "CREATE UNIQUE INDEX grants_by_code ON grants (site, code_hash) WHERE code_hash <> ''",
    "CREATE UNIQUE INDEX grants_by_token ON grants (site, token_hash) WHERE token_hash <> ''",
    # The last record tells length and head of its chain: an append changes one page, and nothing can disagree.
    """CREATE TABLE records (
        site TEXT NOT NULL, grant_id TEXT NOT NULL, number INTEGER NOT NULL,
        at INTEGER NOT NULL, body BLOB NOT NULL, head TEXT NOT NULL,
        PRIMARY KEY (site, grant_id, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE sessions (
        site TEXT NOT NULL, key TEXT NOT NULL, grant_id TEXT NOT NULL, csrf TEXT NOT NULL,
        created_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
        PRIMARY KEY (site, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE spending (
        site TEXT NOT NULL, grant_id TEXT NOT NULL, day INTEGER NOT NULL, worker TEXT NOT NULL,
        records INTEGER NOT NULL, upstream_bytes INTEGER NOT NULL,
        PRIMARY KEY (site, grant_id, day, worker)
    ) WITHOUT ROWID""",
    """CREATE TABLE endings (
        number INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, grant_id TEXT NOT NULL
    )""",
    """CREATE TRIGGER record_added AFTER INSERT ON records
    WHEN NEW.at >= (SELECT epoch_at + 60000 FROM sites WHERE site = NEW.site) BEGIN
        UPDATE sites SET epoch = epoch + 1, epoch_at = NEW.at WHERE site = NEW.site;
    END""",
    """CREATE TRIGGER grant_added AFTER INSERT ON grants BEGIN
        UPDATE sites SET epoch = epoch + 1 WHERE site = NEW.site;
    END""",
    """CREATE TRIGGER grant_changed AFTER UPDATE OF opened_at, expires_at, ended_at, pin_hash ON grants BEGIN
        UPDATE sites SET epoch = epoch + 1 WHERE site = NEW.site;
    END""",
    """CREATE TRIGGER grant_ended AFTER UPDATE OF ended_at ON grants
    WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL BEGIN
        INSERT INTO endings (site, grant_id) VALUES (NEW.site, NEW.id);
    END""",
)

_SECOND: Final = (
    # The version is the site's epoch at the writing: it never comes twice, and a copy put back is behind.
    """CREATE TABLE documents (
        site TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (site, kind, key)
    ) WITHOUT ROWID""",
    # Who listens for endings cuts what is on its way: the same is due when something else is shared from now on.
    """CREATE TRIGGER grant_reshaped AFTER UPDATE OF policy_hash, days ON grants
    WHEN NEW.ended_at IS NULL AND (OLD.policy_hash <> NEW.policy_hash OR OLD.days <> NEW.days) BEGIN
        INSERT INTO endings (site, grant_id) VALUES (NEW.site, NEW.id);
    END""",
)

MIGRATIONS: Final[Sequence[Sequence[str]]] = (_FIRST, _SECOND)


def migrate(connection: sqlite3.Connection, steps: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring a data file to the newest schema, in one transaction.

    Raises StoreUnavailable for a file of a newer version, or one that is not ours.
    """
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise StoreUnavailable(
            f"The data file was written by a newer Chaperone (its format is {version}, this one knows "
            f"{len(steps)}): install that version again, or a newer one."
        )
    if not version and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise StoreUnavailable("The data file is not one of Chaperone's: choose another folder.")
    for step in steps[version:]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(steps)}")
    connection.execute("COMMIT")
