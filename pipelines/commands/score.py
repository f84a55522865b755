"""``stayworth score``."""

from datetime import date

import click

from pipelines.terminal.options import DAY, source_options
from resources.settings import Given


@click.command()
@click.argument("customer")
@click.option("--as-of", type=DAY, help="The last scored day up to this one (default: the last scored day).")
@source_options
def score(given: Given, customer: str, as_of: date | None) -> int:
    """Look up one customer: value, interval, segment, main reasons, model, as-of day.

    CUSTOMER is a pseudo_customer_id, 32 hexadecimal digits. Ends with status 1 when they have no score.
    """
    from pipelines.scores import show_score
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    return 0 if show_score(build_workspace(enter(given)), customer, as_of) else 1
