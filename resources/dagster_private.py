"""Everything of Dagster that its public interface does not offer, in one place.

Dagster is pinned below its next minor version for these names alone. Each is used for a reason that stands beside
it; ``tests/definitions/test_dagster_private.py`` holds a canary for each, which says what to look for when it goes.
No other module imports ``dagster._...``; a test holds that.
"""

from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.events import ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.remote_origin import RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.tags import EXTERNALLY_MANAGED_ASSETS_TAG, PARTITION_NAME_TAG
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget, WorkspaceLoadTarget
from dagster._serdes import ConfigurableClassData
from dagster._time import get_current_datetime
from dagster._utils.schedules import is_valid_cron_string

__all__ = [
    "ASSET_EVENTS",  # which events of a batch belong to assets (resources/event_log.py)
    "EXTERNALLY_MANAGED_ASSETS_TAG",  # keeps Dagster from telling of partitions that failed (assets/common/shell.py)
    "PARTITION_NAME_TAG",  # the partition of a run over a cluster (pipelines/running.py)
    "SINGLETON_REPOSITORY_NAME",  # which repository the runs of the command line are filed under (code_location.py)
    "STORAGE_MODULES",
    "ConfigurableClassData",  # signature of a storage class (resources/event_log.py)
    "EventLogEntry",  # signature of a storage class (resources/event_log.py)
    "ModuleTarget",  # the code location by module and name (pipelines/code_location.py)
    "ProxyServerManager",  # the code server that webserver and daemon share (pipelines/web/serving.py)
    "ReconstructableRepository",  # a job that other processes load by themselves (pipelines/running.py)
    "RemoteJobOrigin",  # what the UI knows a run's job by (pipelines/code_location.py)
    "RemoteRepositoryOrigin",  # the same
    "SqlEventLogStorageTable",  # one transaction for a batch of events (resources/event_log.py)
    "SqliteEventLogStorage",  # parent of our batched storage (resources/event_log.py)
    "SqliteRunStorage",  # SQLite means that a run was of this host (pipelines/abandoned.py)
    "WorkspaceFileTarget",  # the code server that webserver and daemon share (pipelines/web/serving.py)
    "WorkspaceProcessContext",  # what Dagster's web application shows (pipelines/web/serving.py)
    "WorkspaceLoadTarget",  # what either of them loads (pipelines/web/serving.py)
    "get_current_datetime",  # Dagster's clock, which its own tests freeze (pipelines/partitions.py, sensors.py)
    "is_valid_cron_string",  # judges a cron as the schedules will (pipelines/operations.py)
]
# Modules of the storage classes that dagster.yaml names; Dagster's own default configuration names them so, too.
STORAGE_MODULES = {
    "runs_module": "dagster._core.storage.runs",
    "schedules_module": "dagster._core.storage.schedules",
    "root_module": "dagster._core.storage.root",
    "logs_module": "dagster._core.storage.noop_compute_log_manager",
}
