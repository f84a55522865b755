"""Dagster's own storage, under the one folder of the pipeline: ``<home>/dagster``."""

import os
from pathlib import Path

import dagster as dg

EVENT_BATCH_SIZE = 500  # events per transaction; Dagster's default of 0 stores each event by itself

_CONFIGURATION = """\
# Written by stayworth; edit freely, it is not overwritten.
telemetry:
  enabled: false
nux:
  enabled: false
run_storage:
  module: dagster._core.storage.runs
  class: SqliteRunStorage
  config: {{base_dir: "{base}/history"}}
event_log_storage:
  module: resources.event_log
  class: BatchedSqliteEventLogStorage
  config: {{base_dir: "{base}/history/runs"}}
schedule_storage:
  module: dagster._core.storage.schedules
  class: SqliteScheduleStorage
  config: {{base_dir: "{base}/schedules"}}
local_artifact_storage:
  module: dagster._core.storage.root
  class: LocalArtifactStorage
  config: {{base_dir: "{base}"}}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def prepare_dagster_home(home: Path) -> Path:
    """Make ``<home>/dagster`` with its configuration, and point this process and its children at it.

    Returns:
        The folder, to be used as ``DAGSTER_HOME``.
    """
    folder = home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(_CONFIGURATION.format(base=folder), "utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(EVENT_BATCH_SIZE))
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    return folder


def open_instance(home: Path) -> dg.DagsterInstance:
    """The Dagster instance of this home."""
    return dg.DagsterInstance.from_config(str(prepare_dagster_home(home)))
