"""The customers at risk by id, as the command ``at-risk`` shows them; the report tells their number alone."""

from assets.common.workspace import Workspace
from assets.customers.contract import CUSTOMERS
from assets.customers.units import of_main_unit
from assets.models.contract import EXAMPLES
from assets.models.segment_pages.at_risk import at_risk_customers, expected_precision
from assets.models.settings import model_settings
from pipelines.terminal.speaking import say
from resources.access_log import reading_for
from resources.errors import NotFittedError

_PURPOSE = "command at-risk"


def show_at_risk(workspace: Workspace, precision: float, limit: int) -> bool:
    """Tell who is at risk, the most valuable first, and how sure the links are; whether there is anybody.

    Args:
        workspace: where the tables lie.
        precision: least mean match probability of the reviews behind a customer.
        limit: customers shown.

    Raises:
        NotFittedError: nothing was made yet to list from.
    """
    lake = workspace.lake
    if not (lake.exists(CUSTOMERS.asset, None) and lake.exists(EXAMPLES.asset, None)):
        message = "no customer has been looked at yet; run the chain first (stayworth run)"
        raise NotFittedError(message)
    with reading_for(_PURPOSE):
        customers, examples = of_main_unit(lake.read(CUSTOMERS)), of_main_unit(lake.read(EXAMPLES))
    border = model_settings(workspace.settings).at_risk_polarity
    everybody = at_risk_customers(examples, customers, border)
    listed = at_risk_customers(examples, customers, border, precision)
    sure, currency = expected_precision(listed), workspace.settings.core.currency
    if sure is None:
        say(
            f"Nobody: of {everybody.height} high-value customers with negative reviews (mean polarity below {border:g})"
        )
        say(f"none has links of an expected precision of {precision:.0%} or more.")
        return False
    say(f"{listed.height} high-value customers with negative reviews (mean polarity below {border:g})")
    say(f"expected precision of the links behind them: {sure:.0%} (mean match probability of their reviews);")
    say(f"{everybody.height - listed.height} more have links of less than {precision:.0%} and are left out")
    say(f"{'customer':<34}{'value, ' + currency:>14}{'polarity':>10}{'reviews':>9}{'precision':>11}  as of")
    for row in listed.head(limit).iter_rows(named=True):
        say(f"{row['pseudo_customer_id']:<34}{row['clv']:>14,}{row['polarity']:>10.2f}{row['reviews']:>9}"
            f"{row['expected_precision']:>11.0%}  {row['as_of']}")  # fmt: skip
    if listed.height > limit:
        say(f"and {listed.height - limit} more: --limit {listed.height} shows all")
    return True
