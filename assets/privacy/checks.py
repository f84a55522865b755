"""Checks of what is about to leave ``restricted``. Pure: frames in, outcomes out."""

import polars as pl

from assets.privacy.class_labels import NUMBER_COLUMNS
from assets.privacy.generalisation import COMPLETED_STATUS, STAY
from assets.privacy.masking import RESIDUAL_EMAIL, RESIDUAL_PHONE, TEXT_COLUMNS
from assets.privacy.pseudonyms import HEX_CHARACTERS
from assets.privacy.risk import LABEL_COLUMNS
from assets.raw.contract import RAW_BOOKINGS
from resources.contract import CheckOutcome, Zone, outcome_of

# Columns that name a person, a row of the source, or an exact value that the labels generalise.
RESTRICTED_COLUMNS = frozenset(
    {
        "row_id", "guest_key", "guest_hash", "guest_name", "email", "phone", "card_number", "rate", "arrival_day",
        "nights", "lead_time_days", "adults", "children", "country", "agent", "company", "raw_text", "source_row",
    }
)  # fmt: skip
# Columns of raw rows that lead to a person or back to the source's row.
DIRECT_IDENTIFIERS = frozenset(RAW_BOOKINGS.personal)
# Ids that link rows inside the internal zone and must not leave it.
INTERNAL_IDS = frozenset({"booking_id", "review_id", "pseudo_customer_id", "class_id"})


_ROUNDING = 1e-8  # stored distances are rounded up at the ninth digit


def identifier_columns(columns: list[str], zone: Zone) -> list[str]:
    """Columns that a table of the zone must not have, ascending."""
    if zone is Zone.RESTRICTED:
        return []
    forbidden = RESTRICTED_COLUMNS | (INTERNAL_IDS if zone is Zone.RELEASED else frozenset())
    return sorted(forbidden & set(columns))


def zone_outcome(frame: pl.DataFrame, zone: Zone) -> CheckOutcome:
    """Whether the table holds only columns that its zone may carry."""
    forbidden_columns = identifier_columns(frame.columns, zone)
    return CheckOutcome(
        name="no_identifier_outside_its_zone",
        passed=not forbidden_columns,
        rows=frame.height if forbidden_columns else 0,
        failed_days=frozenset(frame["delivery_day"].to_list())
        if forbidden_columns and "delivery_day" in frame.columns
        else frozenset(),
        examples=tuple({"column": name} for name in forbidden_columns),
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


def l_outcome(frame: pl.DataFrame) -> CheckOutcome:
    """Whether each class holds as many bands of the rate as were asked for."""
    return outcome_of(
        "classes_reach_l",
        frame.filter(pl.col("rate_bands").fill_null(0) < pl.col("l_diversity")),
        show=("class_id", "delivery_day", "rate_bands", "l_diversity"),
        advice="withhold the batch: a class holds too few bands of the rate; look at partitioning.Limits",
    )


def t_outcome(frame: pl.DataFrame) -> CheckOutcome:
    """Whether the rates of each class lie as close to the batch's as was asked for."""
    return outcome_of(
        "classes_keep_t",
        frame.filter(pl.col("rate_distance").fill_null(1.0) > pl.col("t_closeness") + _ROUNDING),
        show=("class_id", "delivery_day", "rate_distance", "t_closeness"),
        advice="withhold the batch: a class's rates lie too far from the batch's; look at partitioning.Limits",
    )


def rate_band_outcome(frame: pl.DataFrame) -> CheckOutcome:
    """Whether revenue divided by the class's band of the rate gives back no narrower nights than the label."""
    paid = pl.col("deposit_aware_revenue") > 0
    low, high = (pl.max_horizontal(f"nights_{end}", pl.lit(1)) for end in ("from", "to"))
    narrower = (pl.col("rate_from") * high > pl.col("deposit_aware_revenue")) | (
        pl.col("rate_to") * low < pl.col("deposit_aware_revenue")
    )
    return outcome_of(
        "rate_band_undoes_no_label",
        frame.filter(paid & narrower.fill_null(value=False)),
        show=("class_id", "delivery_day", "rate_from", "rate_to"),
        advice="widen the band until revenue / nights lies in it for both ends of the nights label: rate_limits.py",
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
    return _hash_outcomes(frame)


def validate_stays(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``stays``."""
    named = sorted(DIRECT_IDENTIFIERS & set(frame.columns))
    earned = pl.when(pl.col("reservation_status") == COMPLETED_STATUS).then(pl.col("rate") * pl.col("nights"))
    wrong = pl.col("realised_revenue") != earned.fill_null(0).round(0).cast(pl.Int64)
    return [
        *_hash_outcomes(frame),
        CheckOutcome(
            name="no_direct_identifier_is_carried",
            passed=not named,
            rows=frame.height if named else 0,
            failed_days=frozenset(frame["delivery_day"].to_list()) if named else frozenset(),
            examples=tuple({"column": name} for name in named),
            advice="drop these columns in stays.stays_of: the history is exact, and knows guests by hash only",
        ),
        outcome_of(
            "revenue_follows_from_rate_and_nights", frame.filter(wrong), show=("booking_id", "delivery_day"),
            advice="revenue must be rate * nights of a completed stay, rounded; see pseudo_customers.realised_revenue",
        ),
    ]  # fmt: skip


def _hash_outcomes(frame: pl.DataFrame) -> list[CheckOutcome]:
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
    holds_contact = pl.any_horizontal(
        pl.col(name).str.contains(residual).fill_null(value=False) for name in TEXT_COLUMNS
    )
    return [
        zone_outcome(frame, Zone.INTERNAL),
        outcome_of(
            "no_email_or_phone_is_left", frame.filter(holds_contact), show=("review_id", "delivery_day"),
            advice="extend the patterns in masking.py; the review must not leave restricted like this",
        ),
    ]  # fmt: skip


def validate_labelled_bookings(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``labelled_bookings``."""
    is_stay = pl.col("class_id").str.contains(f"-{STAY}-", literal=True)
    first = pl.col("delivery_day") - pl.duration(days=pl.col("nights_to"))
    last = pl.col("delivery_day") - pl.duration(days=pl.col("nights_from"))
    independent = is_stay & ((pl.col("arrival_from") != first) | (pl.col("arrival_to") != last))
    return [
        k_outcome(frame),
        l_outcome(frame),
        t_outcome(frame),
        rate_band_outcome(frame),
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
        _mean_outcome(frame),
    ]  # fmt: skip


def _mean_outcome(frame: pl.DataFrame) -> CheckOutcome:
    """Whether every class has one mean revenue, on its completed stays alone."""
    means = pl.col("class_mean_revenue").drop_nulls().n_unique().over("delivery_day", "class_id")
    several = (means > 1) | (pl.col("class_mean_revenue").is_not_null() & ~pl.col("is_completed"))
    return outcome_of(
        "a_class_has_one_mean_of_its_completed_stays", frame.filter(several), show=("class_id", "delivery_day"),
        advice="revenue leaves restricted as the class's mean only; see publication.class_mean_revenue",
    )  # fmt: skip


def validate_published_bookings(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``published_bookings``."""
    told = pl.col("mean_revenue").is_not_null()
    single = told & ((pl.col("mean_revenue") % 10 != 0) | (pl.col("reservation_status") != COMPLETED_STATUS))
    return [
        zone_outcome(frame, Zone.RELEASED),  # no id of any kind stands beside a row of a booking
        k_outcome(frame),
        interval_outcome(frame),
        outcome_of(
            "revenue_is_told_as_a_mean_in_tens", frame.filter(single), show=("delivery_day",),
            advice="publish the class's stored mean, rounded, on completed stays; see publication.publish_labels",
        ),
    ]  # fmt: skip


def validate_released_bookings(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``released_bookings``."""
    return [zone_outcome(frame, Zone.RELEASED), k_outcome(frame), interval_outcome(frame)]


def validate_bookings_by_month(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``bookings_by_month``."""
    return [
        zone_outcome(frame, Zone.RELEASED),
        private_outcome(frame, ("month", "hotel", "release_id")),
        outcome_of(
            "a_month_is_one_release",
            frame.filter(pl.col("release_id").n_unique().over("month") > 1),
            show=("month", "hotel", "release_id"),
            advice="a month holds rows of two releases; keep one, each has its own noise",
        ),
    ]


def validate_guest_aggregates(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``guest_aggregates``."""
    shown = ("family", "period", "group", "measure")
    is_share = pl.col("measure") == "cancellation_rate"
    outside = (is_share & ~pl.col("value").is_between(0, 1)) | (is_share & (pl.col("plus_minus_95") > 1))
    return [
        zone_outcome(frame, Zone.RELEASED),
        private_outcome(frame, (*shown, "release_id")),
        outcome_of(
            "a_family_and_year_is_one_release",
            frame.filter(pl.col("release_id").n_unique().over("family", "period") > 1),
            show=(*shown, "release_id"),
            advice="a family of one year holds rows of two releases; keep one, each has its own noise",
        ),
        outcome_of(
            "one_accounting", frame if frame["accounting"].n_unique() > 1 else frame.clear(),
            show=(*shown, "accounting"), advice="epsilon and rho don't add up: a home keeps to one accounting",
        ),
        outcome_of(
            "rates_are_shares", frame.filter(outside), show=(*shown, "value"),
            advice="a rate must lie between 0 and 1; look at measurements.noisy_means",
        ),
    ]  # fmt: skip


def private_outcome(frame: pl.DataFrame, show: tuple[str, ...]) -> CheckOutcome:
    """Whether all noise came from OpenDP; a warning, because tests run with seeded noise."""
    return outcome_of(
        "noise_is_private", frame.filter(~pl.col("is_private")), show=show,
        advice="a test seed made this noise: unset STAYWORTH_PRIVACY__TEST_NOISE_SEED before anything is shared",
        is_blocking=False,
    )  # fmt: skip
