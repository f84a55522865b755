"""``stayworth score``."""

from datetime import date

import click

from pipelines.terminal.options import DAY, source_options
from resources.settings import Given


@click.command()
@click.argument("customer")
@click.option("--as-of", type=DAY, help="The last scored day up to this one (default: the last scored day).")
@click.option("--why", is_flag=True, help="What moves their forecast: features, reviews, words.")
@source_options
def score(given: Given, customer: str, as_of: date | None, *, why: bool) -> int:
    """Look up one customer: value, interval, segment, main reasons, model, as-of day.

    CUSTOMER is a pseudo_customer_id, 32 hexadecimal digits. Ends with status 1 when they have no score. What is shown
    is about one guest and stands in no report; the access log notes who asked.
    """
    from pipelines.scores import show_score
    from pipelines.single_forecasts import show_why
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    workspace = build_workspace(enter(given))
    if not show_score(workspace, customer, as_of):
        return 1
    if why:
        show_why(workspace, customer)
    return 0
