"""Dagster's own storage, under the one folder of the pipeline: ``<home>/dagster``."""

import json
import os
from pathlib import Path

import dagster as dg

from pipelines.addressed import addressed
from pipelines.code_location import MODULE, NAME
from resources.atomic_files import write_whole
from resources.dagster_private import STORAGE_MODULES
from resources.home_modes import close_home, keep_as_closed_as

EVENT_BATCH_SIZE = 500  # events per transaction; Dagster's default of 0 stores each event by itself

_CONFIGURATION = """\
# Written by stayworth; edit freely, it is not overwritten.
telemetry:
  enabled: false
nux:
  enabled: false
run_storage:
  module: {runs_module}
  class: SqliteRunStorage
  config: {{base_dir: {history}}}
event_log_storage:
  module: resources.event_log
  class: BatchedSqliteEventLogStorage
  config: {{base_dir: {events}}}
schedule_storage:
  module: {schedules_module}
  class: SqliteScheduleStorage
  config: {{base_dir: {schedules}}}
local_artifact_storage:
  module: {root_module}
  class: LocalArtifactStorage
  config: {{base_dir: {base}}}
concurrency:  # steps of one pool run one at a time over all runs; the UI changes a pool under Deployment
  pools: {{default_limit: 1, granularity: op}}
  runs: {{max_concurrent_runs: {runs}}}
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  max_runtime_seconds: 43200
  free_slots_after_run_end_seconds: 60
compute_logs:
  module: {logs_module}
  class: NoOpComputeLogManager
"""
_WORKSPACE = """\
# Written by stayworth; the code location of webserver, daemon and command line.
load_from:
  - python_module:
      module_name: {module}
      location_name: {name}
"""


def prepare_dagster_home(home: Path) -> Path:
    """Make ``<home>/dagster`` with its configuration, and point this process and its children at it.

    Returns:
        The folder, to be used as ``DAGSTER_HOME``.
    """
    if not home.exists():
        close_home(home, "owner")
    keep_as_closed_as(home)
    (home / "dagster").mkdir(parents=True, exist_ok=True)
    folder = addressed(home / "dagster")
    configuration = folder / "dagster.yaml"
    if not configuration.exists():
        write_whole(configuration, _configuration(folder))  # whole or not at all: it is never written again
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(EVENT_BATCH_SIZE))
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    return folder


def _configuration(folder: Path) -> str:
    folders = {"base": "", "history": "history", "events": "history/runs", "schedules": "schedules"}
    # JSON's strings are YAML's: a quote or a backslash in the path ends no string.
    quoted = {name: json.dumps(str(folder / below), ensure_ascii=False) for name, below in folders.items()}
    return _CONFIGURATION.format(runs=max(2, os.cpu_count() or 1), **quoted, **STORAGE_MODULES)


def workspace_file(home: Path) -> Path:
    """The file that names the code location for Dagster's own programs, wherever they are started; written anew."""
    file = prepare_dagster_home(home) / "workspace.yaml"
    write_whole(file, _WORKSPACE.format(module=MODULE, name=NAME))
    return file


def open_instance(home: Path) -> dg.DagsterInstance:
    """The Dagster instance of this home."""
    return dg.DagsterInstance.from_config(str(prepare_dagster_home(home)))
