"""Contract checks of the raw room beyond column schemas. Pure: frames in, outcomes out."""

import polars as pl

from assets.raw.composition import kept_rows
from assets.raw.settings import POLICIES
from resources.contract import CheckOutcome, outcome_of

MAX_QUARANTINED_SHARE = 0.05  # of a day's delivery; the public files stay below 0.009 on every day
MIN_QUARANTINED_ROWS = 5  # a single bad row on a quiet day is no alarm


def validate_raw_bookings(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``raw_bookings``: sums, status, dates, rate."""
    is_stay = pl.col("reservation_status") == "Check-Out"
    last_day = pl.col("arrival_day") + pl.duration(days="nights")
    shown = ("row_id", "arrival_day", "nights", "reservation_status", "delivery_day")
    return [
        outcome_of(
            "nights_add_up",
            frame.filter(pl.col("nights") != pl.col("weekend_nights") + pl.col("week_nights")),
            show=("row_id", "nights", "weekend_nights", "week_nights"),
            advice="nights must be weekend plus week nights; mend parse_bookings",
        ),
        outcome_of(
            "cancellation_agrees_with_status",
            frame.filter(pl.col("is_canceled") == is_stay),
            show=("row_id", "is_canceled", "reservation_status"),
            advice="rows whose flag contradicts the status belong in quarantine; mend parse_bookings",
        ),
        outcome_of(
            "stays_begin_before_they_are_delivered",
            frame.filter(is_stay & (pl.col("arrival_day") > pl.col("delivery_day"))),
            show=shown,
            advice="stays that begin after their delivery belong in quarantine; mend parse_bookings",
        ),
        outcome_of(
            "rates_are_finite",
            frame.filter(~pl.col("rate").is_finite()),
            show=("row_id", "rate"),
            advice="a rate that is no number belongs in quarantine; mend parse_bookings",
        ),
        outcome_of(
            "stays_end_on_their_delivery_day",
            frame.filter(is_stay & (last_day != pl.col("delivery_day"))),
            show=shown,
            advice="guests who left early or late (27 public rows): the day of the row counts as the end of the stay",
            is_blocking=False,
        ),
    ]


def validate_raw_reviews(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``raw_reviews``: dates, scores, text."""
    texts = ("title", "positive_text", "negative_text", "tags")
    return [
        outcome_of(
            "reviews_are_posted_before_they_are_delivered",
            frame.filter(pl.col("posted_day") > pl.col("delivery_day")),
            show=("row_id", "posted_day", "delivery_day"),
            advice="reviews of a day after their delivery belong in quarantine; mend parse_reviews",
        ),
        outcome_of(
            "scores_are_finite",
            frame.filter(~pl.col("score").is_finite()),
            show=("row_id", "score"),
            advice="a score that is no number belongs in quarantine; mend parse_reviews",
        ),
        outcome_of(
            "texts_hold_no_nul_byte",
            frame.filter(pl.any_horizontal(pl.col(texts).str.contains("\0", literal=True).fill_null(value=False))),
            show=("row_id",),
            advice="rows with NUL bytes belong in quarantine; mend the source's reader",
        ),
        outcome_of(
            "reviews_hold_text",
            frame.filter(pl.all_horizontal(pl.col("title", "positive_text", "negative_text").is_null())),
            show=("row_id", "score"),
            advice="reviews without any text: kept here, set aside by the reviews room",
            is_blocking=False,
        ),
    ]


def validate_quarantine(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``quarantine``: a row can be looked up."""
    silent = (pl.col("reason").str.strip_chars() == "") | (pl.col("raw_text") == "")
    place = pl.format("{}:{}", "source_file", "source_row")
    return [
        outcome_of(
            "problems_have_reason_and_text",
            frame.filter(silent),
            show=("row_id", "column"),
            advice="a quarantined row without reason or text can't be looked up; mend quarantine_frame",
        ),
        outcome_of(
            "problems_name_their_place",
            frame.filter(pl.col("row_id") != place),
            show=("row_id", "source_file", "source_row"),
            advice="row_id must be <file>:<row>; mend quarantine_frame",
        ),
    ]


def validate_raw_counts(frame: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``raw_counts``: conservation, and a warning when much of a day is damaged."""
    share = pl.col("quarantined") / pl.col("delivered")
    many = (share > MAX_QUARANTINED_SHARE) & (pl.col("quarantined") >= MIN_QUARANTINED_ROWS)
    shown = ("stream", "policy", "delivered", "quarantined", "repeats_dropped", "missing_dropped", "kept")
    return [
        outcome_of(
            "counts_add_up",
            frame.filter(pl.col("kept") != kept_rows()),
            show=shown,
            advice="delivered rows must be quarantined, dropped by the policy, or kept; mend day_counts",
        ),
        outcome_of(
            "few_rows_are_quarantined",
            frame.filter(many),
            show=shown,
            advice="read the day's quarantine: a column may have changed its form at the publisher's",
            is_blocking=False,
            threshold=MAX_QUARANTINED_SHARE,
        ),
        outcome_of(
            "keys_name_one_thing",
            frame.filter((pl.col("unfit_key_rows") > 0) & (pl.col("policy") == POLICIES[0])),
            show=("stream", "unfit_keys", "unfit_key_rows", "delivery_day"),
            advice="keys that fit more rows, e-mails or names than one guest, reservation or review has (raw.*_max_*): "
            "these rows go on without the key; where it is a word for none, add it to raw.placeholders",
            is_blocking=False,
        ),
    ]
