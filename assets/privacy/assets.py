"""Dagster definitions of the privacy room."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from assets.common.daily import DayInputs, Produced, Reads, WholeInputs, WholeProduced, daily_asset, whole_asset
from assets.common.declaration import LEDGER
from assets.common.measuring import findings_asset
from assets.privacy.aggregates import booking_aggregates, score_aggregate, unit_of
from assets.privacy.budget_tables import budget_metadata
from assets.privacy.checks import (
    validate_bookings_by_month,
    validate_guest_aggregates,
    validate_labelled_bookings,
    validate_masked_reviews,
    validate_pseudonyms,
    validate_published_bookings,
    validate_released_bookings,
    validate_stays,
)
from assets.privacy.contract import (
    BOOKINGS_BY_MONTH,
    GUEST_AGGREGATES,
    LABELLED_BOOKINGS,
    MASKED_REVIEWS,
    PRIVACY_FINDINGS,
    PSEUDONYMS,
    PUBLISHED_BOOKINGS,
    RELEASED_BOOKINGS,
    REVIEW_CLAIMS,
    STAYS,
)
from assets.privacy.data_marks import BOOKING_FACTS, REVIEW_FACTS, data_marks
from assets.privacy.findings import privacy_finding_rows
from assets.privacy.fixed_labels import keep_labels, renamed
from assets.privacy.generalisation import batch_key, batch_span
from assets.privacy.masking import COUNT_COLUMNS
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels, publish_reviews, release_bookings
from assets.privacy.releases import (
    GUEST_COLUMNS,
    RAW_COLUMNS,
    SCORE_COLUMNS,
    closed_months,
    closed_years,
    release_aggregates,
    release_month_counts,
    restricted_bookings,
)
from assets.privacy.review_claims import claims_of, validate_review_claims
from assets.privacy.settings import SECTION, PrivacySettings
from assets.privacy.stays import stays_of
from assets.raw.settings import RawSettings
from resources.budget_registry import SharedBudget, registry_folder
from resources.privacy_budget import BudgetLedger
from resources.secret_keys import load_previous_key
from resources.settings import Settings

OWNERS = ["team:privacy"]


def released_on(settings: Settings, day: date) -> tuple[date, date]:
    """First and last day of the batch that comes out on ``day`` (first > last when none does)."""
    return batch_span(day, settings.room(SECTION, PrivacySettings).batch)


def is_exported(settings: Settings) -> bool:
    """Whether the group exports k-anonymous rows."""
    return settings.room(SECTION, PrivacySettings).is_exported


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
    contract=STAYS,
    group="privacy",
    reads=[Reads("raw_bookings"), Reads("pseudonyms")],
    conserves="raw_bookings",
    validate=validate_stays,
    owners=OWNERS,
)
def stays(inputs: DayInputs) -> Produced:
    """Every booking, exact, with keyed hashes in the place of identifiers; links, features and models read it."""
    return Produced(stays_of(inputs.frame("raw_bookings"), inputs.frame("pseudonyms")))


@daily_asset(
    contract=REVIEW_CLAIMS,
    group="privacy",
    reads=[Reads("raw_reviews")],
    validate=validate_review_claims,
    owners=OWNERS,
)
def review_claims(inputs: DayInputs) -> Produced:
    """Reviews that name their stay or their writer, under keyed hashes; no other table has these names."""
    columns = ["row_id", "reservation_id", "guest_key", "delivery_day"]
    return Produced(claims_of(inputs.history("raw_reviews", columns), inputs.key))


@daily_asset(
    contract=MASKED_REVIEWS,
    group="privacy",
    reads=[Reads("raw_reviews")],
    conserves="raw_reviews",
    validate=validate_masked_reviews,
    owners=OWNERS,
    code_version="2",
)
def masked_reviews(inputs: DayInputs) -> Produced:
    """Reviews without names, e-mails, phones, card, booking and passport numbers in their text."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    masked = publish_reviews(inputs.frame("raw_reviews"), settings, inputs.key)
    return Produced(masked, metadata={name: int(masked[name].sum()) for name in COUNT_COLUMNS})


@daily_asset(
    contract=LABELLED_BOOKINGS,
    group="privacy",
    reads=[Reads("raw_bookings", days_of=released_on), Reads("pseudonyms", days_of=released_on)],
    conserves="raw_bookings",
    validate=validate_labelled_bookings,
    owners=OWNERS,
    code_version="3",
)
def labelled_bookings(inputs: DayInputs) -> Produced:
    """Bookings with generalised quasi-identifiers, k-anonymous within their batch, on the batch's last day."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    raw, named = inputs.frame("raw_bookings"), inputs.frame("pseudonyms")
    fixed = sorted(inputs.resource("tombstones").load().fixed_days & set(inputs.days))
    lies_fixed = [batch_key(frame["delivery_day"], settings.batch).is_in(fixed) for frame in (raw, named)]
    publication = publish_bookings(raw.filter(~lies_fixed[0]), named.filter(~lies_fixed[1]), settings)
    shown = {"k": settings.k, "withheld": publication.withheld.height, **publication.loss_metadata()}
    shown |= publication.risk.metadata()
    if not fixed:
        return Produced(publication.published, set_aside=publication.withheld, metadata=shown)
    stored, previous = inputs.as_it_stands(LABELLED_BOOKINGS, fixed)
    present = named.filter(lies_fixed[1])
    stored = renamed(stored, present, load_previous_key(), settings.batch)
    kept, withheld = keep_labels(stored, previous, present, settings.batch)
    shown["days_with_labels_fixed_by_erasure"] = len(fixed)
    return Produced(
        pl.concat([publication.published, kept]), set_aside=pl.concat([publication.withheld, withheld]), metadata=shown
    )


@daily_asset(
    contract=PUBLISHED_BOOKINGS,
    group="privacy",
    reads=[Reads("labelled_bookings")],
    conserves="labelled_bookings",
    validate=validate_published_bookings,
    owners=OWNERS,
    code_version="3",
)
def published_bookings(inputs: DayInputs) -> Produced:
    """The k-anonymous labels, the outcome and the class's mean revenue of each booking, without any id."""
    return Produced(publish_labels(inputs.frame("labelled_bookings")))


@daily_asset(
    contract=RELEASED_BOOKINGS,
    group="privacy",
    reads=[Reads("published_bookings")],
    conserves="published_bookings",
    validate=validate_released_bookings,
    owners=OWNERS,
    code_version="3",
)
def released_bookings(inputs: DayInputs) -> Produced:
    """The published rows without the mean, where the group exports them; empty days elsewhere."""
    if not is_exported(inputs.settings):
        return Produced(RELEASED_BOOKINGS.empty(), rows_in={}, metadata={"is_exported": False})
    return Produced(release_bookings(inputs.frame("published_bookings")), metadata={"is_exported": True})


@whole_asset(
    contract=BOOKINGS_BY_MONTH,
    group="privacy",
    reads=[Reads("raw_bookings", None), Reads("pseudonyms", None)],
    validate=validate_bookings_by_month,
    kinds={"opendp", "parquet"},
    owners=OWNERS,
    pool=LEDGER,
)
def bookings_by_month(inputs: WholeInputs) -> WholeProduced:
    """Differentially private counts of bookings per closed month and hotel, booked in the budget ledger."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    ledger = _ledger(inputs, settings, {"raw_bookings": BOOKING_FACTS})
    bookings = _bookings(inputs)
    hotels = inputs.source.hotels()["hotel"].unique().sort().to_list()
    months = closed_months(set(inputs.stored_days("pseudonyms")), inputs.as_of)
    gone = {f"{day:%Y-%m}" for day in inputs.removed_days("raw_bookings")}
    counts = release_month_counts(bookings, hotels, months, unit_of(bookings), ledger, settings, gone)
    shown = {"months": len(months), "refused": len(counts.refused), **budget_metadata(ledger)}
    return WholeProduced(counts.released, metadata=shown)


@whole_asset(
    contract=GUEST_AGGREGATES,
    group="privacy",
    reads=[Reads("raw_bookings", None), Reads("pseudonyms", None), Reads("raw_reviews", None)],
    validate=validate_guest_aggregates,
    kinds={"opendp", "parquet"},
    owners=OWNERS,
    pool=LEDGER,
)
def guest_aggregates(inputs: WholeInputs) -> WholeProduced:
    """Differentially private figures per closed year: segment sizes, value, cancellation rates, service scores."""
    settings = inputs.settings.room(SECTION, PrivacySettings)
    ledger = _ledger(inputs, settings, {"raw_bookings": BOOKING_FACTS, "raw_reviews": REVIEW_FACTS})
    bookings = _bookings(inputs)
    reviews = inputs.history("raw_reviews", SCORE_COLUMNS)
    unit = unit_of(bookings)
    scored = inputs.source.hotels()["hotel_name"].drop_nulls().unique().sort().to_list()
    years = closed_years(set(inputs.stored_days("pseudonyms")), inputs.as_of)
    asked = [item for year in years for item in booking_aggregates(bookings, year, unit, settings)]
    scored_years = closed_years({*inputs.stored_days("raw_reviews"), *inputs.removed_days("raw_reviews")}, inputs.as_of)
    asked += [score_aggregate(reviews, scored, year) for year in scored_years]
    gone = {f"{day:%Y}" for asset in ("raw_bookings", "raw_reviews") for day in inputs.removed_days(asset)}
    made = release_aggregates(asked, ledger, settings, gone)
    shown = {"releases": len(asked), "refused": len(made.refused), **budget_metadata(ledger)}
    return WholeProduced(made.released, metadata=shown)


def _ledger(inputs: WholeInputs, settings: PrivacySettings, facts: Mapping[str, tuple[str, ...]]) -> BudgetLedger:
    """The ledger under the settings' budget; over real data, with what other homes have spent over the same rows.

    Args:
        inputs: of the table that asks.
        settings: of the room.
        facts: table -> columns by which its rows are known again.
    """
    ledger = inputs.resource("ledger").under(settings.budget, settings.allotments)
    if inputs.settings.core.kind.is_simulated:  # its guests are invented
        return ledger

    def marks_of(year: str) -> list[bytes]:
        of_year = pl.col("delivery_day").dt.year() == int(year)
        return [
            mark for asset, names in facts.items() for mark in data_marks(inputs.history(asset, names, of_year), year)
        ]

    return ledger.over(SharedBudget(registry_folder(inputs.settings.home, settings.budget_registry), marks_of))


@findings_asset(
    contract=PRIVACY_FINDINGS,
    reads=[
        Reads("labelled_bookings", None),
        Reads("raw_counts", None),
        Reads("bookings_by_month", is_whole=True, is_optional=True),  # with them the ledger changes
        Reads("guest_aggregates", is_whole=True, is_optional=True),
    ],
    owners=OWNERS,
)
def privacy_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the privacy room measures of itself: k-anonymity, its loss, the budget, bookings withheld."""
    return privacy_finding_rows(
        inputs.frame("labelled_bookings"),
        inputs.frame("raw_counts"),
        inputs.settings.room("raw", RawSettings).policy,
        inputs.settings.room(SECTION, PrivacySettings),
        inputs.resource("ledger").report(),
    )


def _bookings(inputs: WholeInputs) -> pl.DataFrame:
    raw, guests = inputs.history("raw_bookings", RAW_COLUMNS), inputs.history("pseudonyms", GUEST_COLUMNS)
    return restricted_bookings(raw, guests)
