"""``stayworth catalogue``."""

from pathlib import Path

import click

from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command()
@source_options
def catalogue(given: Given) -> int:  # noqa: ARG001  (the pages are the same for every source)
    """Write the generated pages of docs: assets, data, checks, settings, commands."""
    from pipelines.catalogue import write_pages
    from pipelines.terminal.speaking import say

    whole = click.get_current_context().find_root().command
    assert isinstance(whole, click.Group)  # a command has its group above it
    for page in write_pages(Path("docs/reference"), whole):
        say(f"wrote {page}")
    return 0
