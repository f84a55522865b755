"""Dagster definitions of the privacy room."""

import polars as pl

from assets.common.daily import DayInputs, Produced, Reads, WholeInputs, WholeProduced, daily_asset, whole_asset
from assets.privacy.checks import (
    validate_bookings_by_month,
    validate_masked_reviews,
    validate_pseudonyms,
    validate_published_bookings,
    validate_released_bookings,
)
from assets.privacy.contract import (
    BOOKINGS_BY_MONTH,
    MASKED_REVIEWS,
    PSEUDONYMS,
    PUBLISHED_BOOKINGS,
    RELEASED_BOOKINGS,
)
from assets.privacy.masking import COUNT_COLUMNS
from assets.privacy.publication import pseudonymise, publish_bookings, publish_reviews, release_bookings
from assets.privacy.releases import QUERY, closed_months, release_month_counts
from assets.privacy.settings import SECTION, PrivacySettings

OWNERS = ["team:privacy"]


@daily_asset(
    contract=PSEUDONYMS,
    group="privacy",
    reads=[Reads("raw_bookings")],
    conserves="raw_bookings",
    validate=validate_pseudonyms,
    owners=OWNERS,
)
def pseudonyms(inputs: DayInputs) -> Produced:
    """Keyed hashes of row and guest, the pseudo-customer id and realised revenue of each booking."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    named = pseudonymise(inputs.frame("raw_bookings"), settings, inputs.key)
    return Produced(named, metadata={"key_epoch": inputs.key.epoch, "key_columns": ", ".join(settings.key_columns)})


@daily_asset(
    contract=MASKED_REVIEWS,
    group="privacy",
    reads=[Reads("raw_reviews")],
    conserves="raw_reviews",
    validate=validate_masked_reviews,
    owners=OWNERS,
)
def masked_reviews(inputs: DayInputs) -> Produced:
    """Reviews without names, e-mails, phones, card and booking numbers in their text."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    masked = publish_reviews(inputs.frame("raw_reviews"), settings, inputs.key)
    return Produced(masked, metadata={name: int(masked[name].sum()) for name in COUNT_COLUMNS})


@daily_asset(
    contract=PUBLISHED_BOOKINGS,
    group="privacy",
    reads=[Reads("raw_bookings"), Reads("pseudonyms")],
    conserves="raw_bookings",
    validate=validate_published_bookings,
    owners=OWNERS,
)
def published_bookings(inputs: DayInputs) -> Produced:
    """Bookings with generalised quasi-identifiers, k-anonymous within their delivery day."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    publication = publish_bookings(inputs.frame("raw_bookings"), inputs.frame("pseudonyms"), settings)
    shown = {"k": settings.k, "withheld": publication.withheld.height, **publication.loss_metadata()}
    return Produced(publication.published, set_aside=publication.withheld, metadata=shown)


@daily_asset(
    contract=RELEASED_BOOKINGS,
    group="privacy",
    reads=[Reads("published_bookings")],
    conserves="published_bookings",
    validate=validate_released_bookings,
    owners=OWNERS,
)
def released_bookings(inputs: DayInputs) -> Produced:
    """The k-anonymous labels and the outcome of each booking, without any id."""
    return Produced(release_bookings(inputs.frame("published_bookings")))


@whole_asset(
    contract=BOOKINGS_BY_MONTH,
    group="privacy",
    reads=[Reads("raw_bookings", None), Reads("pseudonyms", None)],
    validate=validate_bookings_by_month,
    kinds={"opendp", "parquet"},
    owners=OWNERS,
)
def bookings_by_month(inputs: WholeInputs) -> WholeProduced:
    """Differentially private counts of bookings per closed month and hotel, booked in the budget ledger."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    ledger = inputs.resource("ledger").under(settings.epsilon, {QUERY: settings.epsilon_month_counts})
    on = ["delivery_day", "row_id"]
    guests = inputs.frame("pseudonyms").select(*on, "guest_hash")
    bookings = inputs.frame("raw_bookings").select(*on, "hotel").join(guests, on=on, maintain_order="left")
    hotels = inputs.source.hotels()["hotel"].unique().sort().to_list()
    months = closed_months(set(inputs.workspace.lake.days("pseudonyms")), inputs.as_of)
    counts = release_month_counts(bookings, hotels, months, ledger, settings)
    spent: pl.DataFrame = ledger.report()
    shown = {f"epsilon_spent_{row['budget_period']}": row["epsilon_spent"] for row in spent.to_dicts()}
    return WholeProduced(counts.released, metadata={"months": len(months), "refused": len(counts.refused), **shown})
