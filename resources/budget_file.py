"""The ledger's file: one SQLite database, its transactions, and the marker that remembers that it exists."""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from resources.atomic_files import write_whole
from resources.errors import PrivacyError

_WAIT_SECONDS = 60.0
_TABLES = """
CREATE TABLE IF NOT EXISTS ledger (ledger_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounting (name TEXT NOT NULL, delta REAL);
CREATE TABLE IF NOT EXISTS promise (
    name TEXT NOT NULL, epsilon REAL NOT NULL, delta REAL NOT NULL, period TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS taken_over (release_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS told (release_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS releases (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id TEXT NOT NULL UNIQUE,
    budget_period TEXT NOT NULL,
    query TEXT NOT NULL,
    period TEXT NOT NULL,
    unit TEXT NOT NULL,
    loss_nano INTEGER NOT NULL,
    schema_version TEXT NOT NULL,
    is_private INTEGER NOT NULL,
    disjoint_group TEXT,
    payload TEXT
);
"""


Partitions = Callable[[str], Sequence[object]]  # of a table


def refuse_released(path: Path, tables: Sequence[str], partitions: Partitions | None) -> None:
    """Raise when releases lie in the object store and this machine has no ledger: a new one would begin at nothing.

    Raises:
        PrivacyError: the ledger was lost, or is another machine's.
    """
    released = [table for table in tables if partitions and partitions(table)] if not path.exists() else []
    if released:
        message = (
            f"the privacy budget ledger {path} is missing, but the object store holds {', '.join(released)}; restore "
            "the ledger from its backup, or run on the machine that has it: the budget already spent is unknown here"
        )
        raise PrivacyError(message)


class LedgerFile:
    """Opens the database, or makes it where no ledger has been.

    Args:
        path: the database, in the restricted zone.
        marker: small file outside the restricted zone with the ledger's id and its number of releases.
        evidence: files or folders that only a release can have made.

    Raises:
        PrivacyError: the database was lost, replaced or rolled back.
    """

    def __init__(self, path: Path, marker: Path, evidence: tuple[Path, ...] = ()) -> None:
        self.path, self.marker = path, marker
        self._refuse_lost(evidence)
        self._open_or_create()

    def _refuse_lost(self, evidence: tuple[Path, ...]) -> None:
        traces = [path for path in (self.marker, *evidence) if path.exists()]
        if traces and not self.path.exists():
            message = (
                f"the privacy budget ledger {self.path} is missing, but {traces[0]} shows that releases were made; "
                "restore the ledger from its backup: without it the budget already spent is unknown"
            )
            raise PrivacyError(message)

    def _open_or_create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        marker = json.loads(self.marker.read_text("utf-8")) if self.marker.exists() else None
        with self.transaction() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            _adopt_earlier(connection)
            row = connection.execute("SELECT ledger_id FROM ledger").fetchone()
            if row is None and marker is None:
                connection.execute("INSERT INTO ledger VALUES (?)", (uuid.uuid4().hex,))
            count = connection.execute("SELECT COUNT(*) FROM releases").fetchone()[0]
            if marker is not None and not _fits(connection, marker):
                message = (
                    f"the privacy budget ledger {self.path} holds {count} releases, but its marker {self.marker} "
                    f"knows of {marker['releases']}, or of another ledger; it was restored from before a charge, or "
                    "is not its own: restore the newest backup of the ledger"
                )
                raise PrivacyError(message)
        self.path.chmod(0o600)
        if marker is None:
            self.remember()

    def remember(self) -> None:
        """Remember outside the restricted zone how many releases there are; may lag, never leads."""
        with self.connection() as connection:
            ledger_id = connection.execute("SELECT ledger_id FROM ledger").fetchone()[0]
            count = connection.execute("SELECT COUNT(*) FROM releases").fetchone()[0]
            head = _head(connection, count)
        self.marker.parent.mkdir(parents=True, exist_ok=True)
        told = json.dumps({"ledger_id": ledger_id, "releases": count, "head": head})
        write_whole(self.marker, told, lasting=True)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading."""
        # One connection per use: a connection must not cross a fork, and Dagster forks its steps.
        with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection that holds the write lock; commits at the end, rolls back on any error."""
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def refuse_restored(ledger: Path, known: Collection[str], shown: Mapping[str, Collection[str]]) -> None:
    """Raise when released tables show releases that the ledger has no charge for.

    Args:
        ledger: its file, for the message.
        known: ids of the releases that it holds.
        shown: released table -> ids of the releases that its rows name.

    Raises:
        PrivacyError: the ledger was restored from before a charge.
    """
    for table, ids in shown.items():
        if missing := set(ids) - set(known):
            message = (
                f"the privacy budget ledger {ledger} lacks {len(missing)} of the releases that {table} shows: it was "
                "restored from before they were charged; restore its newest backup: what they cost is unknown here"
            )
            raise PrivacyError(message)


def _fits(connection: sqlite3.Connection, marker: Mapping[str, Any]) -> bool:
    """Whether a ledger begins with the charges that its marker remembers."""
    row = connection.execute("SELECT ledger_id FROM ledger").fetchone()
    count = connection.execute("SELECT COUNT(*) FROM releases").fetchone()[0]
    if row is None or row[0] != marker["ledger_id"] or count < marker["releases"]:
        return False
    return "head" not in marker or marker["head"] == _head(connection, marker["releases"])


def _head(connection: sqlite3.Connection, count: int) -> str:
    """Digest of the first charges, in their order: no other history of as many has it."""
    rows = connection.execute("SELECT release_id, loss_nano FROM releases ORDER BY sequence LIMIT ?", (count,))
    return hashlib.sha256("|".join(f"{name}={loss}" for name, loss in rows).encode()).hexdigest()


def _adopt_earlier(connection: sqlite3.Connection) -> None:
    """A ledger made before there were two accountings books pure epsilon."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(releases)")}
    if "epsilon_nano" in columns:
        connection.execute("ALTER TABLE releases RENAME COLUMN epsilon_nano TO loss_nano")
        if connection.execute("SELECT COUNT(*) FROM releases").fetchone()[0]:
            connection.execute("INSERT INTO accounting VALUES ('pure', NULL)")
