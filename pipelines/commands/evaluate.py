"""``stayworth evaluate``."""

from datetime import date

import click

from pipelines.terminal.options import day_options, results_option, source_options, with_settings
from resources.settings import Given

_REPEATS = 10  # of all models, for the spread that the report shows


@click.command()
@day_options
@click.option("--everything", is_flag=True, help="Ten repeats of all models, and every study: hours, told first.")
@source_options
@results_option
def evaluate(given: Given, first: date | None, last: date | None, everything: bool) -> int:
    """As run, with the full report."""
    from pipelines.chain import run_chain

    chosen = with_settings(given, "core", profile="full")
    if everything:
        chosen = with_settings(chosen, "models", other_repeats=_REPEATS)
    return 0 if run_chain(chosen, first, last, with_studies=everything) else 1
