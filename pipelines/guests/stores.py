"""Takes a guest out of what lies beside the lake: caches, orchestration storage, reports, texts, the warehouse."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path, PurePath
from stat import S_IMODE

from assets.common.workspace import Workspace
from pipelines.guests.needles import Needle, blank_out, held_kinds
from resources.atomic_files import write_whole
from resources.encryption import is_sealed, is_sealed_content
from resources.model_store import FINE_TUNED, FINE_TUNING_STUDIES
from resources.warehouse import build_warehouse

_SQLITE = b"SQLite format 3\0"
_SECONDS = 60
# What a needle can stand in and may be written over; everything else is only searched.
_TEXT_SUFFIXES = (".log", ".txt", ".json", ".jsonl", ".html", ".md", ".csv", ".yaml", ".err", ".out")


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder, links followed, in a fixed order."""
    for base, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(base) / name).is_file())


def files_of(workspace: Workspace) -> Iterator[Path]:
    """Every file of the pipeline on this machine: under the home, and in a restricted zone that lies elsewhere.

    The source's own files are not the pipeline's, even where they lie within the home: a delivery that is changed
    is another delivery, and its rows would come back under other ids.
    """
    home, restricted = workspace.settings.home, workspace.lake.state_root
    core = workspace.settings.core
    foreign = {path.resolve() for path in (core.data, core.notices) if path is not None}
    for root in [home] if home in restricted.parents else [home, restricted]:
        yield from (path for path in files_below(root) if not foreign & {path.resolve(), *path.resolve().parents})


def is_database(path: Path) -> bool:
    """Whether a file is a SQLite database."""
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def forget_embeddings(home: Path, contents: Sequence[str]) -> int:
    """Remove the vectors of those texts from every embedding cache; returns how many there were."""
    removed = 0
    keys = [(hashlib.sha256(text.encode()).digest(),) for text in contents]
    for path in sorted((home / "cache" / "embeddings").glob("*.sqlite")) if keys else ():
        with closing(sqlite3.connect(path, timeout=_SECONDS)) as database:
            database.execute("PRAGMA secure_delete = ON")
            with database:
                removed += database.executemany("DELETE FROM embeddings WHERE hash = ?", keys).rowcount
            _compact(database)
    return removed


def scrub_databases(workspace: Workspace, needles: Sequence[Needle]) -> list[Path]:
    """Write over the needles in every SQLite database (orchestration storage above all); returns those changed."""
    changed: list[Path] = []
    for path in files_of(workspace):
        if is_database(path) and _scrub_database(path, needles):
            changed.append(path)
    return changed


def _scrub_database(path: Path, needles: Sequence[Needle]) -> bool:
    with closing(sqlite3.connect(path, timeout=_SECONDS)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        database.execute("PRAGMA secure_delete = ON")
        count = sum(_scrub_table(database, table, needles) for table in tables if not table.startswith("sqlite_"))
        if count:
            _compact(database)
    return bool(count)


def _scrub_table(database: sqlite3.Connection, table: str, needles: Sequence[Needle]) -> int:
    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
    database.create_function("holds_one", 1, lambda text: bool(held_kinds(text.encode(), needles)))
    count = 0
    with database:
        for column in columns if needles else ():
            is_told = f'typeof("{column}") = \'text\' AND holds_one("{column}")'
            query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE {is_told}'
            for (text,) in database.execute(query).fetchall():
                clean = blank_out(text, needles)
                if clean != text:
                    statement = f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?'
                    count += database.execute(statement, (clean, text)).rowcount
    return count


def _compact(database: sqlite3.Connection) -> None:
    """Leave nothing of deleted rows in free pages or in the write-ahead log."""
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def drop_reports(home: Path) -> int:
    """Remove the report's files: pictures can't be searched, and the next run makes them again."""
    files = list(files_below(home / "reports"))
    for path in files:
        path.unlink()
    return len(files)


def drop_fine_tuned(workspace: Workspace) -> int:
    """Remove models that were trained on the guests' own words, and their studies: no run trains them again."""
    studies = list(files_below(workspace.settings.home / FINE_TUNING_STUDIES))
    for path in studies:
        path.unlink()
    return len(studies) + workspace.resource("model_store").drop(FINE_TUNED)


def scrub_texts(workspace: Workspace, needles: Sequence[Needle], skip: Path) -> list[PurePath]:
    """Write over the needles in text files (logs, reasons kept aside, fitted records); returns those changed.

    Args:
        workspace: says where the files are.
        needles: what must go.
        skip: the erasure's own journal.
    """
    changed: list[PurePath] = _scrub_objects(workspace, needles)
    for path in files_of(workspace):
        if path.suffix not in _TEXT_SUFFIXES or path == skip or is_sealed(path):
            continue
        content = path.read_bytes()
        if held_kinds(content, needles):
            clean = blank_out(content.decode("utf-8", "surrogateescape"), needles)
            write_whole(path, clean.encode("utf-8", "surrogateescape"), mode=S_IMODE(path.stat().st_mode))
            changed.append(path)
    return changed


def _scrub_objects(workspace: Workspace, needles: Sequence[Needle]) -> list[PurePath]:
    """The same for objects: fitted records, descriptions of models, reasons kept aside."""
    changed: list[PurePath] = []
    for path in workspace.lake.objects():
        if path.suffix not in _TEXT_SUFFIXES:
            continue
        store = workspace.lake.files.store(path)
        content = store.content(path)
        if not is_sealed_content(content) and held_kinds(content, needles):
            told = blank_out(content.decode("utf-8", "surrogateescape"), needles)
            store.replace(path, told.encode("utf-8", "surrogateescape"), is_private=False)
            changed.append(path)
    return changed


def renew_warehouse(workspace: Workspace) -> None:
    """Build the warehouse again where there is one; it holds views and no rows."""
    path = workspace.settings.home / "warehouse.duckdb"
    if path.exists():
        build_warehouse(path, workspace.lake, workspace.contracts)
