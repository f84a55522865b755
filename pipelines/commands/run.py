"""``stayworth run``."""

from datetime import date

import click

from pipelines.terminal.options import day_options, results_option, source_options, with_settings
from resources.settings import Given


@click.command()
@day_options
@click.option("--profile", type=click.Choice(["quick", "full"]), help="How much the report computes.")
@source_options
@results_option
def run(given: Given, first: date | None, last: date | None, profile: str | None) -> int:
    """The whole chain: daily stages, models, scores, report.

    Partitions whose inputs did not change are used again.
    """
    from pipelines.chain import run_chain

    chosen = with_settings(given, "core", profile=profile) if profile else given
    return 0 if run_chain(chosen, first, last) else 1
