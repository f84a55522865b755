"""The one code location, and who its runs belong to.

A schedule that is switched on, a run, a tick are filed under the *name* of the code location. ``make ui``, the
services, ``workspace.yaml`` and ``pyproject.toml`` use this name, and so do runs of the command line: what one of them
does, all show.
"""

import dagster as dg

from resources.dagster_private import SINGLETON_REPOSITORY_NAME, ModuleTarget, RemoteJobOrigin, RemoteRepositoryOrigin

MODULE = "pipelines.definitions"
NAME = "stayworth"


def load_target() -> ModuleTarget:
    """What the webserver and the daemon load, each in a process of its own."""
    return ModuleTarget(module_name=MODULE, attribute=None, working_directory=None, location_name=NAME)


def job_origin(job: str) -> RemoteJobOrigin:
    """Where the UI and the daemon look for a job of this code location."""
    (location,) = load_target().create_origins()
    return RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME).get_job_origin(job)


def file_runs_under(instance: dg.DagsterInstance, job: str) -> None:
    """Let the runs that this instance makes from now on be shown with the job, and on the timeline.

    A run in this process has no origin: Dagster gives one to runs that its own servers ask for, and the UI leaves out
    what has none. Nothing else than the record of the run changes.
    """
    create, origin = instance.create_run_for_job, job_origin(job)

    def create_with_origin(*args: object, **asked: object) -> dg.DagsterRun:
        return create(*args, **{**asked, "remote_job_origin": origin})  # type: ignore[arg-type]

    instance.create_run_for_job = create_with_origin
