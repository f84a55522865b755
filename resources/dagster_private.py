"""Everything of Dagster that its public interface does not offer, in one place.

Dagster is pinned below its next minor version for these names alone. Each is used for a reason that stands beside
it; ``tests/definitions/test_dagster_private.py`` holds a canary for each, which says what to look for when it goes.
No other module imports ``dagster._...``, tests included; a test holds that. What tests alone use (the daemon's loops,
its clock stopped) is loaded when it is asked for, so that the pipeline does not load a daemon.
"""

import importlib
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from dagster._core.definitions.selector import InstigatorSelector
    from dagster._core.events import EngineEventData
    from dagster._core.remote_origin import InProcessCodeLocationOrigin
    from dagster._core.test_utils import freeze_time
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
    from dagster._core.workspace.load import location_origins_from_yaml_paths
    from dagster._core.workspace.load_target import (
        EmptyWorkspaceTarget,
        InProcessWorkspaceLoadTarget,
        PyProjectFileTarget,
    )
    from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration
    from dagster._daemon.sensor import execute_sensor_iteration
    from dagster._scheduler.scheduler import launch_scheduled_runs

__all__ = [
    "ASSET_EVENTS",  # which events of a batch belong to assets (resources/event_log.py)
    "DAEMON_MODULE",
    "EXTERNALLY_MANAGED_ASSETS_TAG",  # keeps Dagster from telling of partitions that failed (assets/common/shell.py)
    "PARTITION_NAME_TAG",  # the partition of a run over a cluster (pipelines/running.py)
    "SINGLETON_REPOSITORY_NAME",  # which repository the runs of the command line are filed under (code_location.py)
    "STORAGE_MODULES",
    "ConfigurableClassData",  # signature of a storage class (resources/event_log.py)
    "EmptyWorkspaceTarget",  # a server without code (tests/security/test_forged_requests.py)
    "EngineEventData",  # the process of a run, as Dagster's launcher reports it (tests/crash/test_restarts.py)
    "EventLogEntry",  # signature of a storage class (resources/event_log.py)
    "InProcessCodeLocationOrigin",  # a code location of the test's own process (tests/end_to_end/daemon.py)
    "InProcessWorkspaceLoadTarget",  # the workspace of that location (tests/end_to_end/daemon.py)
    "InstigatorSelector",  # what the state of a schedule is filed under (tests/definitions/test_code_location.py)
    "LoadableTargetOrigin",  # a code location of the test's own process (tests/end_to_end/daemon.py)
    "ModuleTarget",  # the code location by module and name (pipelines/code_location.py)
    "ProxyServerManager",  # the code server that webserver and daemon share (pipelines/web/serving.py)
    "PyProjectFileTarget",  # what `dagster dev` makes of pyproject.toml (tests/definitions/test_code_location.py)
    "ReconstructableRepository",  # a job that other processes load by themselves (pipelines/running.py)
    "RemoteJobOrigin",  # what the UI knows a run's job by (pipelines/code_location.py)
    "RemoteRepositoryOrigin",  # the repository of that job (pipelines/code_location.py)
    "SqlEventLogStorageTable",  # one transaction for a batch of events (resources/event_log.py)
    "SqliteEventLogStorage",  # parent of our batched storage (resources/event_log.py)
    "SqliteRunStorage",  # SQLite means that a run was of this host (pipelines/abandoned.py)
    "WorkspaceFileTarget",  # the code server that webserver and daemon share (pipelines/web/serving.py)
    "WorkspaceLoadTarget",  # what either of them loads (pipelines/web/serving.py)
    "WorkspaceProcessContext",  # what Dagster's web application shows (pipelines/web/serving.py)
    "execute_run_monitoring_iteration",  # one round of the watch over runs (tests/end_to_end/daemon.py)
    "execute_sensor_iteration",  # one round of the sensors (tests/end_to_end/daemon.py)
    "freeze_time",  # that clock, stopped (tests/end_to_end/daemon.py, tests/unit/pipelines/test_operations.py)
    "get_current_datetime",  # Dagster's clock, which its own tests freeze (pipelines/partitions.py, sensors.py)
    "is_valid_cron_string",  # judges a cron as the schedules will (pipelines/operations.py)
    "launch_scheduled_runs",  # one round of the schedules (tests/end_to_end/daemon.py)
    "location_origins_from_yaml_paths",  # what is made of workspace.yaml (tests/definitions/test_code_location.py)
]
# Modules of the storage classes that dagster.yaml names; Dagster's own default configuration names them so, too.
STORAGE_MODULES = {
    "runs_module": "dagster._core.storage.runs",
    "schedules_module": "dagster._core.storage.schedules",
    "root_module": "dagster._core.storage.root",
    "logs_module": "dagster._core.storage.noop_compute_log_manager",
}
DAEMON_MODULE = "dagster._daemon"  # `dagster-daemon` as a module, run in this process (pipelines/web/serving.py)
_TESTED_WITH = {
    "EmptyWorkspaceTarget": "dagster._core.workspace.load_target",
    "EngineEventData": "dagster._core.events",
    "InProcessCodeLocationOrigin": "dagster._core.remote_origin",
    "InProcessWorkspaceLoadTarget": "dagster._core.workspace.load_target",
    "InstigatorSelector": "dagster._core.definitions.selector",
    "LoadableTargetOrigin": "dagster._core.types.loadable_target_origin",
    "PyProjectFileTarget": "dagster._core.workspace.load_target",
    "execute_run_monitoring_iteration": "dagster._daemon.monitoring.run_monitoring",
    "execute_sensor_iteration": "dagster._daemon.sensor",
    "freeze_time": "dagster._core.test_utils",
    "launch_scheduled_runs": "dagster._scheduler.scheduler",
    "location_origins_from_yaml_paths": "dagster._core.workspace.load",
}


def __getattr__(name: str) -> Any:
    """A name that tests alone use, from the module where Dagster keeps it."""
    if name not in _TESTED_WITH:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(_TESTED_WITH[name]), name)
