"""``stayworth daemon``."""

from pathlib import Path

import click

from pipelines.terminal.options import PATH, source_options
from resources.settings import Given

_LEVELS = ["critical", "error", "warning", "info", "debug"]


@click.command()
@click.option("--workspace", type=PATH, help="Workspace file (default: one that names this code location).")
@click.option("--log-level", type=click.Choice(_LEVELS), default="info", show_default=True, help="What it tells.")
@source_options
def daemon(given: Given, workspace: Path | None, log_level: str) -> int:
    """Run schedules, sensors and queued runs, as a service beside the webserver."""
    from pipelines.instance import workspace_file
    from pipelines.terminal.entering import hand_to_processes, settings_of
    from pipelines.web.serving import run_daemon
    from pipelines.workspace import build_workspace

    own = workspace_file(build_workspace(settings_of(given)).settings.home)
    hand_to_processes(given)
    run_daemon(workspace or own, log_level)
    return 0
