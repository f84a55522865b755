"""``stayworth at-risk``."""

import click

from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command("at-risk")
@click.option(
    "--precision",
    type=click.FloatRange(0.0, 1.0),
    default=0.5,
    show_default=True,
    help="Least mean match probability of the reviews behind a customer; others are left out.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Customers to show.")
@source_options
def at_risk(given: Given, precision: float, limit: int) -> int:
    """List high-value customers whose reviews are negative, with their ids: whom to call first.

    Reads restricted tables, and the access log says so. A customer is listed by links of which the expected precision
    is printed: the share of the reviews that is expected to be theirs. Ends with status 1 when nobody is on the list.
    """
    from pipelines.at_risk_list import show_at_risk
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    return 0 if show_at_risk(build_workspace(enter(given)), precision, limit) else 1
