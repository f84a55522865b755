"""``stayworth screenshots``."""

from pathlib import Path

import click

from pipelines.terminal.options import PATH, source_options
from resources.settings import Given


@click.command()
@click.option("--out", type=PATH, default="docs/pictures", show_default=True, help="Folder to write.")
@source_options
def screenshots(given: Given, out: Path) -> int:
    """Pictures of the report and the UI over what this home holds, for the docs."""
    from assets.reports.contract import REPORT_INDEX
    from pipelines.screenshots import take_screenshots
    from pipelines.terminal.entering import enter, hand_to_processes
    from pipelines.terminal.speaking import say
    from pipelines.workspace import build_workspace
    from resources.errors import NotFittedError

    workspace = build_workspace(enter(given))
    if not workspace.lake.exists(REPORT_INDEX.asset, None):
        message = "no finished run is stored in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    hand_to_processes(given)
    for path in take_screenshots(workspace.settings.home, out):
        say(f"wrote {path}")
    return 0
