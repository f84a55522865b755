"""Checks of what is about to leave ``restricted``. Pure: frames in, outcomes out."""

import polars as pl

from assets.privacy.generalisation import NUMBER_COLUMNS, STAY
from assets.privacy.masking import RESIDUAL_EMAIL, RESIDUAL_PHONE, TEXT_COLUMNS
from assets.privacy.pseudonyms import HEX_CHARACTERS
from assets.privacy.risk import LABEL_COLUMNS
from resources.contract import CheckOutcome, Zone, outcome_of

# Columns that name a person, a row of the source, or an exact value that the labels generalise.
RESTRICTED_COLUMNS = frozenset(
    {
        "row_id", "guest_key", "guest_hash", "guest_name", "email", "phone", "card_number", "rate", "arrival_day",
        "nights", "lead_time_days", "adults", "children", "country", "agent", "company", "raw_text", "source_row",
    }
)  # fmt: skip
# Ids that link rows inside the internal zone and must not leave it.
INTERNAL_IDS = frozenset({"booking_id", "review_id", "pseudo_customer_id", "class_id"})


def identifier_columns(columns: list[str], zone: Zone) -> list[str]:
    """Columns that a table of the zone must not have, ascending."""
    if zone is Zone.RESTRICTED:
        return []
    forbidden = RESTRICTED_COLUMNS | (INTERNAL_IDS if zone is Zone.RELEASED else frozenset())
    return sorted(forbidden & set(columns))


def zone_outcome(frame: pl.DataFrame, zone: Zone) -> CheckOutcome:
    """Whether the table holds only columns that its zone may carry."""
    found = identifier_columns(frame.columns, zone)
    return CheckOutcome(
        name="no_identifier_outside_its_zone",
        passed=not found,
        rows=frame.height if found else 0,
        failed_days=frozenset(frame["delivery_day"].to_list())
        if found and "delivery_day" in frame.columns
        else frozenset(),
        examples=tuple({"column": name} for name in found),
        advice=f"drop these columns before they leave for the {zone} zone",
    )


def k_outcome(frame: pl.DataFrame) -> CheckOutcome:
    """Whether each label of each batch stands for k rows or more, counted on the labels themselves."""
    keys = ["delivery_day", *LABEL_COLUMNS]
    sizes = frame.group_by(keys).agg(pl.len().alias("rows"), pl.col("class_size").min(), pl.col("k").max())
    bad = sizes.filter((pl.col("rows") < pl.col("k")) | (pl.col("class_size") < pl.col("k"))).sort(keys)
    return outcome_of(
        "classes_reach_k",
        bad,
        show=("delivery_day", "rows", "class_size", "k"),
        advice="withhold the batch: a class is smaller than k; look at generalisation.generalise",
    )


def interval_outcome(frame: pl.DataFrame) -> CheckOutcome:
    """Whether every interval begins before it ends."""
    wrong = pl.any_horizontal(pl.col(f"{name}_from") > pl.col(f"{name}_to") for name in NUMBER_COLUMNS)
    return outcome_of(
        "intervals_are_ordered", frame.filter(wrong), show=("delivery_day", *LABEL_COLUMNS[-2:]),
        advice="a label's first value lies above its last; look at generalisation",
    )  # fmt: skip


def validate_pseudonyms(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``pseudonyms``."""
    hexadecimal = rf"^[0-9a-f]{{{HEX_CHARACTERS}}}$"
    named = ("booking_id", "guest_hash", "pseudo_customer_id")
    wrong = pl.any_horizontal(~pl.col(name).str.contains(hexadecimal) for name in named)
    return [
        outcome_of(
            "hashes_are_well_formed", frame.filter(wrong.fill_null(value=False)), show=("delivery_day", "key_epoch"),
            advice="a keyed hash is not 32 hex characters; a raw value may stand in its place",
        ),
        outcome_of(
            "booking_ids_are_unique_within_a_day",
            frame.filter(pl.struct("delivery_day", "booking_id").is_duplicated()),
            show=("delivery_day", "booking_id"),
            advice="two rows of a day share an id; look at row_id in raw_bookings",
        ),
    ]  # fmt: skip


def validate_masked_reviews(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``masked_reviews``; examples show ids, never text."""
    residual = f"{RESIDUAL_EMAIL}|{RESIDUAL_PHONE}"
    found = pl.any_horizontal(pl.col(name).str.contains(residual).fill_null(value=False) for name in TEXT_COLUMNS)
    return [
        zone_outcome(frame, Zone.INTERNAL),
        outcome_of(
            "no_email_or_phone_is_left", frame.filter(found), show=("review_id", "delivery_day"),
            advice="extend the patterns in masking.py; the review must not leave restricted like this",
        ),
    ]  # fmt: skip


def validate_published_bookings(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``published_bookings``."""
    is_stay = pl.col("class_id").str.contains(f"-{STAY}-", literal=True)
    first = pl.col("delivery_day") - pl.duration(days=pl.col("nights_to"))
    last = pl.col("delivery_day") - pl.duration(days=pl.col("nights_from"))
    independent = is_stay & ((pl.col("arrival_from") != first) | (pl.col("arrival_to") != last))
    return [
        zone_outcome(frame, Zone.INTERNAL),
        k_outcome(frame),
        interval_outcome(frame),
        outcome_of(
            "arrival_of_a_stay_follows_from_its_nights", frame.filter(independent), show=("class_id", "delivery_day"),
            advice="delivery day and nights give the arrival: its label must be derived from them",
        ),
        outcome_of(
            "batch_is_in_the_class_id",
            frame.filter(~pl.col("class_id").str.starts_with(pl.col("delivery_day").cast(pl.String))),
            show=("class_id", "delivery_day"),
            advice="a class must lie within one batch",
        ),
    ]  # fmt: skip


def validate_released_bookings(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``released_bookings``."""
    return [zone_outcome(frame, Zone.RELEASED), k_outcome(frame), interval_outcome(frame)]


def validate_bookings_by_month(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``bookings_by_month``."""
    return [
        zone_outcome(frame, Zone.RELEASED),
        outcome_of(
            "noise_is_private", frame.filter(~pl.col("is_private")), show=("month", "hotel", "release_id"),
            advice="a test seed made this noise: unset STAYWORTH_PRIVACY__TEST_NOISE_SEED before anything is shared",
            is_blocking=False,
        ),
        outcome_of(
            "a_month_is_one_release",
            frame.filter(pl.col("release_id").n_unique().over("month") > 1),
            show=("month", "hotel", "release_id"),
            advice="a month holds rows of two releases; keep one, each has its own noise",
        ),
    ]  # fmt: skip
