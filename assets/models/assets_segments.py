"""What the models room tells of groups of customers, in Dagster; a room of its own may take it over as it stands."""

import polars as pl

from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.customers.group_figures import minimum_customers
from assets.customers.units import of_main_unit
from assets.models.checks_segments import pages_stand_on_enough
from assets.models.contract_segments import SEGMENT_PAGES, SEGMENT_THEMES
from assets.models.segment_pages.guests import WRITTEN, Guests, influence_by_customer, written_texts
from assets.models.segment_pages.pages import segment_pages as pages_of_guests
from assets.models.segment_pages.rows import page_rows
from assets.models.segment_pages.themes import themes_by_value
from assets.models.settings import model_settings

_OWNERS = ["team:value"]
# customers_findings holds the minimum: another one makes these tables stale.
_TEXTS = (Reads("customers", None), Reads("customers_findings", None), Reads("customer_reviews", None),
          Reads("clean_reviews", None))  # fmt: skip


def _texts(inputs: WholeInputs) -> pl.DataFrame:
    return written_texts(inputs.frame("customer_reviews"), inputs.history("clean_reviews", WRITTEN), inputs.as_of)


@whole_asset(contract=SEGMENT_PAGES, group="models",
             reads=[*_TEXTS, Reads("examples", None), Reads("customer_scores", 0), Reads("feature_influence", None)],
             kinds={"polars"}, owners=_OWNERS,
             further_checks=[pages_stand_on_enough(SEGMENT_PAGES.empty(), 0)])  # fmt: skip
def segment_pages(inputs: WholeInputs) -> WholeProduced:
    """One page per guest segment, folded until no figure stands on fewer customers than the minimum."""
    minimum = minimum_customers(inputs.settings)
    guests = Guests(
        customers=of_main_unit(inputs.frame("customers")),
        examples=of_main_unit(inputs.frame("examples")),
        scores=inputs.frame("customer_scores"),
        influence=influence_by_customer(inputs.frame("feature_influence")),
        texts=_texts(inputs),
    )
    negative = model_settings(inputs.settings).at_risk_polarity
    rows = page_rows(pages_of_guests(guests, minimum=minimum, negative=negative))
    return WholeProduced(rows, outcomes=[pages_stand_on_enough(rows, minimum)])


@whole_asset(contract=SEGMENT_THEMES, group="models", reads=_TEXTS, kinds={"polars"}, owners=_OWNERS)
def segment_themes(inputs: WholeInputs) -> pl.DataFrame:
    """Which themes of reviews go with high and with low value, over all reviewed customers."""
    return themes_by_value(_texts(inputs), of_main_unit(inputs.frame("customers")), minimum_customers(inputs.settings))
