"""What was released over the same real data, whichever home, source or schema asked: one file per user and machine.

A budget protects people, not folders. So data is told by its content: keyed marks of a sample of its rows, per year. A
ledger that is about to charge a year looks here for charges over the same rows, takes over those that it lacks, and
notes its own. The marks are made with a key that lies beside them and fit nothing outside this file.
"""

import hashlib
import hmac
import math
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from resources.errors import PrivacyError
from resources.privacy_accounting import Accounting
from resources.secret_keys import kept_key

FILE_NAME, KEY_NAME, FALLBACK = "charges.sqlite3", "marks.key", "budget_registry"
COLUMNS = (
    "release_id", "budget_period", "query", "period", "unit", "loss_nano", "schema_version", "is_private",
    "disjoint_group", "payload",
)  # fmt: skip
_SAME_DATA = 0.1  # share of the smaller sample that two worlds have in common
_MARK_CHARACTERS = 24
_WAIT_SECONDS = 60.0
_OWNER_FOLDER, _OWNER_FILE = 0o700, 0o600
_TABLES = f"""
CREATE TABLE IF NOT EXISTS marks (world TEXT NOT NULL, year TEXT NOT NULL, mark TEXT NOT NULL,
    PRIMARY KEY (year, mark, world));
CREATE TABLE IF NOT EXISTS promises (world TEXT NOT NULL, year TEXT NOT NULL, name TEXT NOT NULL, epsilon REAL NOT NULL,
    delta REAL NOT NULL, PRIMARY KEY (world, year));
CREATE TABLE IF NOT EXISTS charges (world TEXT NOT NULL, {", ".join(COLUMNS)}, PRIMARY KEY (world, release_id));
"""
MarksOf = Callable[[str], Sequence[bytes]]  # content digests of a sample of the rows of a year


def registry_folder(home: Path, asked: Path | None, environment: Mapping[str, str] | None = None) -> Path:
    """Where the registry lies: as asked, else in the user's state folder, else, where there is none, in the home.

    Args:
        home: of the pipeline.
        asked: ``privacy.budget_registry``.
        environment: variables to read instead of the process's own (tests).

    Source:
        XDG Base Directory Specification 0.8, ``XDG_STATE_HOME``.
    """
    env = os.environ if environment is None else environment
    if asked is not None:
        return asked
    base = env.get("XDG_STATE_HOME") or (str(Path(user, ".local", "state")) if (user := env.get("HOME")) else None)
    if base is None or not Path(base).is_absolute():
        return home / FALLBACK
    folder = Path(base) / "stayworth"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_FOLDER)
    except OSError:
        return home / FALLBACK
    return folder if os.access(folder, os.W_OK) else home / FALLBACK


@dataclass(frozen=True)
class SharedBudget:
    """The registry, and the data that a ledger is about to ask.

    Attributes:
        folder: of the registry.
        marks_of: called only where a year is charged.
    """

    folder: Path
    marks_of: MarksOf

    @contextmanager
    def peers(self, year: str) -> Iterator["Peers"]:
        """Charges over the same rows of a year, under the registry's write lock; kept at the end, or nothing is.

        Raises:
            PrivacyError: the registry can't be opened or written.
        """
        path = self.folder / FILE_NAME
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_FOLDER)
            key = kept_key(self.folder / KEY_NAME)
            marks = {_mark(key, year, content) for content in self.marks_of(year)}
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_FILE))
            with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.executescript(_TABLES)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield Peers(connection, year, _world_of(connection, year, marks))
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            message = (
                f"the registry of privacy budgets in {self.folder} can't be used ({error}); mend its rights, or name "
                "another folder in privacy.budget_registry and move its files there: what other homes have spent over "
                "this data is unknown without it"
            )
            raise PrivacyError(message) from error


@dataclass(frozen=True)
class Peers:
    """Charges over the same rows of a year."""

    _connection: sqlite3.Connection
    year: str
    world: str

    def charges(self) -> list[tuple[object, ...]]:
        """Every charge of the year, in ``COLUMNS``, in the order in which they were booked."""
        return self._connection.execute(
            f"SELECT {', '.join(COLUMNS)} FROM charges WHERE world = ? AND budget_period = ? ORDER BY rowid",
            (self.world, self.year),
        ).fetchall()

    def promise(self) -> Accounting | None:
        """What was promised of the year with its first charge."""
        row = self._connection.execute(
            "SELECT name, epsilon, delta FROM promises WHERE world = ? AND year = ?", (self.world, self.year)
        ).fetchone()
        return Accounting(name=row[0], epsilon=row[1], delta=row[2]) if row else None

    def add(self, charge: Sequence[object], accounting: Accounting) -> None:
        """Note a charge, and with the first one what is promised; a payload that is there already stays.

        Args:
            charge: in ``COLUMNS``.
            accounting: under which it was booked.
        """
        self._connection.execute(
            "INSERT OR IGNORE INTO promises VALUES (?, ?, ?, ?, ?)",
            (self.world, self.year, accounting.name, accounting.epsilon, accounting.delta),
        )
        places = ", ".join("?" * (len(COLUMNS) + 1))
        self._connection.execute(f"INSERT OR IGNORE INTO charges VALUES ({places})", (self.world, *charge))
        self.draw(str(charge[0]), charge[-1])

    def draw(self, release_id: str, payload: object) -> object:
        """Keep what was drawn for a charge unless another home was first; what is kept."""
        keys = (self.world, release_id)
        statement = "UPDATE charges SET payload = ? WHERE world = ? AND release_id = ? AND payload IS NULL"
        self._connection.execute(statement, (payload, *keys))
        query = "SELECT payload FROM charges WHERE world = ? AND release_id = ?"
        row = self._connection.execute(query, keys).fetchone()
        return row[0] if row else payload


def _mark(key: bytes, year: str, content: bytes) -> str:
    return hmac.new(key, year.encode() + b"\x1f" + content, hashlib.sha256).hexdigest()[:_MARK_CHARACTERS]


def _world_of(connection: sqlite3.Connection, year: str, marks: set[str]) -> str:
    """Name of the data whose sample the marks share, made where there is none; two that turn out one are joined."""
    shared: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for world, mark in connection.execute("SELECT world, mark FROM marks WHERE year = ?", (year,)):
        sizes[world] = sizes.get(world, 0) + 1
        shared[world] = shared.get(world, 0) + (mark in marks)
    least = {world: max(1, math.ceil(_SAME_DATA * min(size, len(marks)))) for world, size in sizes.items()}
    same = sorted(world for world in sizes if shared[world] >= least[world])
    name = same[0] if same else uuid.uuid4().hex
    for other in same[1:]:
        for table in ("marks", "charges"):
            connection.execute(f"UPDATE OR IGNORE {table} SET world = ? WHERE world = ?", (name, other))
        connection.execute(
            "INSERT INTO promises SELECT ?, year, name, epsilon, delta FROM promises WHERE world = ? "
            "ON CONFLICT DO UPDATE SET epsilon = MIN(epsilon, excluded.epsilon), delta = MIN(delta, excluded.delta)",
            (name, other),
        )
        connection.execute("DELETE FROM promises WHERE world = ?", (other,))
    connection.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?, ?)", [(name, year, mark) for mark in marks])
    return name
