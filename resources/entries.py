"""Digest and record of inputs of stored partitions, read once per state of a file.

A folder of this machine says cheaply whether a file changed, and the file is read again when it did. Objects cost a
request each, so what was learned of them is kept by ETag, in memory and in a small SQLite file of this machine: a
process that starts anew fetches only objects that it, or an earlier one, has not seen. The file is a cache; without
it, objects are fetched ahead in growing groups.
"""

import itertools
import os
import sqlite3
from collections.abc import Callable, Hashable, Sequence
from contextlib import closing
from pathlib import Path, PurePath

from resources.input_record import InputRecord
from resources.object_store import ObjectStore
from resources.stored_files import StoredFiles

RECORD_KEY = "stayworth_record"
_PARQUET = ".parquet"
_MOST_AHEAD = 64
_WAIT_SECONDS = 10.0
_TABLE = """
CREATE TABLE IF NOT EXISTS seen (address TEXT PRIMARY KEY, etag TEXT, size INTEGER, digest TEXT, record TEXT)
"""
Known = tuple[Hashable, str, InputRecord]


class Entries:
    """Knows digest and record of every partition that it was asked about.

    Args:
        files: reads them.
        notes: SQLite file that outlives the process; None: nothing does.
    """

    def __init__(self, files: StoredFiles, notes: Path | None = None) -> None:
        self._files, self._notes = files, notes
        self._seen: dict[PurePath, Known] = {}
        self._noted: set[PurePath] = set()  # folders whose notes were read
        self._ahead: dict[PurePath, int] = {}

    def of(self, path: PurePath) -> tuple[str, InputRecord] | None:
        """Digest and record of the partition at a path; None where there is none."""
        store = self._files.store(path)
        stamp = store.stamp(path)
        if stamp is None:
            self._seen.pop(path, None)
            return None
        if not self._is_known(path, stamp) and isinstance(store, ObjectStore):
            self._recall(store, path.parent)
            if not self._is_known(path, stamp):
                self._fetch(store, path)
        elif not self._is_known(path, stamp):
            self._keep(path, stamp, None)
        _, digest, record = self._seen[path]
        return digest, record

    def learn(self, path: PurePath, raw: bytes, stamp: Hashable | None) -> None:
        """Remember an object from the bytes that were just put there, under the stamp that the store gave them."""
        if stamp is not None:
            self._keep(path, stamp, raw)
            self._note([path])

    def _is_known(self, path: PurePath, stamp: Hashable) -> bool:
        known = self._seen.get(path)
        return known is not None and known[0] == stamp

    def _keep(self, path: PurePath, stamp: Hashable, raw: bytes | None) -> None:
        digest, text = self._files.metadata(path, RECORD_KEY, raw)
        self._seen[path] = (stamp, digest, InputRecord.from_json(text))

    def _fetch(self, store: ObjectStore, path: PurePath) -> None:
        """Fetch an unknown object, and with it the unknown ones after it: twice as many each time.

        Raises:
            FileNotFoundError: another process has removed it meanwhile.
        """
        folder = path.parent
        wanted = self._ahead.get(folder, 1)
        self._ahead[folder] = min(2 * wanted, _MOST_AHEAD)
        later = (folder / name for name in store.names(folder) if name > path.name and name.endswith(_PARQUET))
        unknown = (item for item in later if not self._is_known(item, store.stamp(item)))
        paths = [path, *itertools.islice(unknown, wanted - 1)]
        # The store's own word for what it handed over: the listing may be a moment older.
        for item, (raw, stamp) in zip(paths, store.stamped(paths), strict=True):
            self._keep(item, stamp, raw)
        self._note(paths)

    def _recall(self, store: ObjectStore, folder: PurePath) -> None:
        """Read what was noted of a folder's objects, once."""
        if folder in self._noted:
            return
        self._noted.add(folder)

        def read(database: sqlite3.Connection) -> None:
            first = f"{folder}/"
            rows = database.execute(
                "SELECT address, etag, size, digest, record FROM seen WHERE address >= ? AND address < ?",
                (first, f"{folder}0"),  # "0" follows "/"
            )
            for address, etag, size, digest, record in rows:
                path = folder / address.removeprefix(first)
                if store.stamp(path) == (etag, size):
                    self._seen[path] = ((etag, size), digest, InputRecord.from_json(record))

        self._open_notes(read)

    def _note(self, paths: Sequence[PurePath]) -> None:
        rows: list[tuple[object, ...]] = []
        for path in paths:
            stamp, digest, record = self._seen[path]
            rows.append((str(path), *stamp, digest, record.to_json()))  # type: ignore[misc]

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", rows)

        self._open_notes(write)

    def _open_notes(self, use: Callable[[sqlite3.Connection], None]) -> None:
        """Use the notes; damaged ones are begun anew, and a process that can't open them goes on without."""
        if self._notes is None:
            return
        try:
            self._notes.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._notes, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self._notes, timeout=_WAIT_SECONDS)) as database:
                database.execute("PRAGMA synchronous = OFF")
                database.execute(_TABLE)
                use(database)
        except (sqlite3.OperationalError, OSError):
            return
        except sqlite3.DatabaseError:
            self._notes.unlink(missing_ok=True)
