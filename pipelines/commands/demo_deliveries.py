"""``stayworth demo-deliveries``."""

from datetime import date
from pathlib import Path

import click

from pipelines.terminal.options import DAY, PATH, day_options, source_options
from resources.settings import Given


@click.command("demo-deliveries")
@click.option("--folder", required=True, type=PATH, help="The inbox to fill.")
@day_options
@click.option("--until", type=DAY, help="What has arrived by this day's morning (default: all).")
@click.option(
    "--late", type=float, default=0.0, show_default=True, help="Share of files that come up to four days late."
)
@click.option("--missing", type=float, default=0.0, show_default=True, help="Share of files that never come.")
@click.option(
    "--repeated", type=float, default=0.0, show_default=True, help="Share of files that come again as they were."
)
@click.option("--corrected", type=float, default=0.0, show_default=True,
              help="Share of files that come incomplete and later whole.")  # fmt: skip
@source_options
def demo_deliveries(
    given: Given, folder: Path, first: date | None, last: date | None, until: date | None, **shares: float
) -> int:
    """The demo group's rows as files that arrive day by day; called again with a later day, it adds to them."""
    from pipelines.delivering import fill_inbox
    from resources.settings import load_settings
    from resources.sources.demo.deliveries import FileShares

    fill_inbox(load_settings(given=given), folder, FileShares(**shares), first=first, last=last, until=until)
    return 0
