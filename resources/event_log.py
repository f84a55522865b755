"""Dagster's SQLite event log with batches: one transaction for many partition events instead of one each.

A range run over two years emits tens of thousands of planned and materialisation events. Dagster groups
them when ``DAGSTER_EVENT_BATCH_SIZE`` is set, but its SQLite storage stores each one by itself, with two new
connections per event. This subclass stores a batch of materialisation events in one transaction per
database; everything else goes the inherited way.

Connections stay open besides. SQLite writes its log back into the database whenever the last connection closes: with
one connection per statement that is after every event, the slower the larger the database has grown.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.pool import QueuePool

from resources.dagster_private import (
    ASSET_EVENTS,
    ConfigurableClassData,
    EventLogEntry,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
)
from resources.home_modes import keep_as_closed_as

_BUSY_SECONDS = 30  # to wait for a lock, as Dagster's own storage does
_Identity = tuple[int, int, int]  # process, device, file
_OPEN = 8  # databases that stay open: the index and those of the last runs


class BatchedSqliteEventLogStorage(SqliteEventLogStorage):
    """Named in ``dagster.yaml``; the files on disk are those of ``SqliteEventLogStorage``."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, tuple[_Identity, Engine]] = OrderedDict()
        keep_as_closed_as(Path(base_dir).parents[1])  # the UI and the daemon read no settings of ours
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchedSqliteEventLogStorage":
        """Made by Dagster from the instance's configuration: ``base_dir``."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on the database of a run, or on the index; the connection behind it is kept."""
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        path = Path(self.path_for_shard(shard))
        known = self._engines.get(shard)
        if known is None or known[0] != _identity(path):  # moved away, made anew, or opened before a fork
            self._close(shard)
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                max_overflow=-1,  # setting up a database takes a second one
                connect_args={"timeout": _BUSY_SECONDS},
            )
            event.listen(engine, "connect", _commit_without_waiting)
            if shard not in self._initialized_dbs or not path.exists():
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            self._engines[shard] = (_identity(path), engine)
        self._engines.move_to_end(shard)
        while len(self._engines) > _OPEN:
            self._close(next(iter(self._engines)))
        return self._engines[shard][1]

    def _close(self, shard: str) -> None:
        known = self._engines.pop(shard, None)
        if known is not None:  # what a fork copied is not the child's to close
            known[1].dispose(close=known[0][0] == os.getpid())

    def dispose(self) -> None:
        """Close what is open."""
        with self._db_lock:
            for shard in list(self._engines):
                self._close(shard)
        super().dispose()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store many events of one run; those of assets in one transaction per database."""
        plain = [entry for entry in events if not _is_asset_event(entry)]
        batch = [entry for entry in events if _is_asset_event(entry)]
        for entry in plain:
            self.store_event(entry)
        if not batch:
            return
        rows = [self._event_to_row(entry) for entry in batch]
        with self.run_connection(batch[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
            # The write lock is ours since the insert, so the new ids are the last ones, without gaps.
            last = connection.execute(select(func.max(SqlEventLogStorageTable.c.id))).scalar_one()
            ids = list(range(last - len(batch) + 1, last + 1))
            latest = {
                str(entry.get_dagster_event().asset_key): (entry, key) for entry, key in zip(batch, ids, strict=True)
            }
            self._store_asset_event_tags(connection, batch, ids)
            for entry, key in latest.values():  # the asset's row holds its last event only
                self._store_asset_event(connection, entry, key)


def _is_asset_event(entry: EventLogEntry) -> bool:
    return entry.is_dagster_event and entry.get_dagster_event().event_type in ASSET_EVENTS


def _identity(path: Path) -> _Identity:
    """Tells a database from another one of the same name, and this process from one that it was forked from."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return os.getpid(), 0, 0
    return os.getpid(), stat.st_dev, stat.st_ino


def _commit_without_waiting(connection: Any, _record: Any) -> None:
    """No wait for the disk at a commit: the kernel has the write, so a killed process loses nothing.

    A power cut may undo the last commits and never breaks the database (SQLite, "Write-Ahead Logging"). What the lake
    stored is told to Dagster again by the next run that meets it.
    """
    connection.execute("PRAGMA synchronous=NORMAL")
