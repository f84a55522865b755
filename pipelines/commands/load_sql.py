"""``stayworth load-sql``."""

from datetime import date

import click

from pipelines.terminal.options import day_options, source_options
from resources.settings import Given


@click.command("load-sql")
@day_options
@click.option("--from-source", type=click.Choice(["demo", "public"]), default="demo", show_default=True,
              help="Where rows come from.")  # fmt: skip
@source_options
def load_sql(given: Given, first: date | None, last: date | None, from_source: str) -> int:
    """Fill the database of source sql from another source, day by day; loading again adds nothing."""
    from pipelines.loading import load_into_database
    from resources.settings import load_settings

    load_into_database(load_settings(given=given), from_source, first, last)
    return 0
