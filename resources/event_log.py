"""Dagster's SQLite event log with batches: one transaction for many partition events instead of one each.

A range run over two years emits tens of thousands of planned and materialisation events. Dagster groups
them when ``DAGSTER_EVENT_BATCH_SIZE`` is set, but its SQLite storage stores each one by itself, with two new
connections per event. This subclass stores a batch of materialisation events in one transaction per
database; everything else goes the inherited way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dagster._core.events import ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import func, select


class BatchedSqliteEventLogStorage(SqliteEventLogStorage):
    """Named in ``dagster.yaml``; the files on disk are those of ``SqliteEventLogStorage``."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchedSqliteEventLogStorage":
        """Made by Dagster from the instance's configuration: ``base_dir``."""
        return cls(inst_data=inst_data, **config_value)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store many events of one run; those of assets in one transaction per database."""
        plain = [event for event in events if not _is_asset_event(event)]
        batch = [event for event in events if _is_asset_event(event)]
        for event in plain:
            self.store_event(event)
        if not batch:
            return
        rows = [self._event_to_row(event) for event in batch]
        with self.run_connection(batch[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
            # The write lock is ours since the insert, so the new ids are the last ones, without gaps.
            last = connection.execute(select(func.max(SqlEventLogStorageTable.c.id))).scalar_one()
            ids = list(range(last - len(batch) + 1, last + 1))
            latest = {
                str(event.get_dagster_event().asset_key): (event, key) for event, key in zip(batch, ids, strict=True)
            }
            self._store_asset_event_tags(connection, batch, ids)
            for event, key in latest.values():  # the asset's row holds its last event only
                self._store_asset_event(connection, event, key)


def _is_asset_event(event: EventLogEntry) -> bool:
    return event.is_dagster_event and event.get_dagster_event().event_type in ASSET_EVENTS
