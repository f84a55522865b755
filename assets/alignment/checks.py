"""What must hold for candidates and pairs before they are promoted."""

import polars as pl

from resources.contract import CheckOutcome, outcome_of
from resources.errors import ContractError

_IDS = ("booking_id", "review_id")


def validate_candidates(candidates: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of match_candidates."""
    # Nearness is above 0 exactly inside the window, whatever its width and kind.
    outside = ~(pl.col("time_agreement").fill_null(0.0) > 0.0) | (pl.col("gap_days_from") > pl.col("gap_days_to"))
    return [
        outcome_of(
            "candidate_key_is_unique",
            candidates.filter(pl.struct(*_IDS, "delivery_day").is_duplicated()),
            show=_IDS,
            advice="a review has two identity keys: look at hotel_identity.review_keys",
        ),
        outcome_of(
            "candidate_review_is_posted_in_window",
            candidates.filter(outside),
            show=(*_IDS, "gap_days_from", "gap_days_to", "time_agreement"),
            advice="look at blocking.window_pairs and comparisons.nearness",
        ),
        outcome_of(
            "candidate_is_stored_before_its_stay_is_decided",
            candidates.filter(pl.col("delivery_day") > pl.col("decision_day")),
            show=(*_IDS, "decision_day", "delivery_day"),
            advice="a decided stay must not get new candidates: look at blocking.window_pairs",
        ),
        outcome_of(
            "candidate_is_among_its_rivals",
            candidates.filter(pl.col("rival_stays") + 1e-6 < pl.col("identity_share")),
            show=(*_IDS, "identity_share", "rival_stays"),
            advice="rivals must count the stay itself: look at blocking.RivalCounts",
        ),
    ]


def validate_pairs(pairs: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of booking_review_pairs that need no other table."""
    assigned = pairs.filter(pl.col("is_assigned"))
    is_empty_row = pl.col("rank") == 0
    says_nothing = pl.all_horizontal(
        pl.col("review_id").is_null(), pl.col("match_weight").is_null(), pl.col("match_probability").is_null(),
        ~pl.col("is_assigned"),
    )  # fmt: skip
    return [
        outcome_of(
            "pair_key_is_unique",
            pairs.filter(pl.struct("booking_id", "rank", "delivery_day").is_duplicated()),
            show=("booking_id", "rank"),
            advice="a stay was decided twice: look at the decision days in sides.completed_stays",
        ),
        outcome_of(
            "stay_is_assigned_at_most_once",
            # Of one day: a correction from long after the decision is a stay of its own (corrections.Standing).
            assigned.filter(pl.struct("booking_id", "delivery_day").is_duplicated()),
            show=_IDS,
            advice="look at assignment.assign",
        ),
        outcome_of(
            "review_is_assigned_at_most_once",
            assigned.filter(pl.col("review_id").is_duplicated() & pl.col("is_exclusive")),
            show=_IDS,
            advice="earlier decisions stand: look at assignment.decide",
        ),
        outcome_of(
            "match_probability_is_a_probability",
            pairs.filter(~pl.col("match_probability").is_between(0.0, 1.0) | pl.col("match_probability").is_nan()),
            show=(*_IDS, "match_probability"),
            advice="look at matching.matching_probabilities",
        ),
        outcome_of(
            "stay_is_not_decided_before_its_end",
            pairs.filter(pl.col("stay_end") > pl.col("delivery_day")),
            show=("booking_id", "stay_end", "delivery_day"),
            advice="a decision may only use what was known on its day: look at sides.completed_stays",
        ),
        outcome_of(
            "rank_zero_names_no_review",
            pairs.filter(is_empty_row != says_nothing),
            show=("booking_id", "rank", "review_id"),
            advice="rank 0 is for stays without any candidate, and only for them",
        ),
    ]


def validate_assignments(
    pairs: pl.DataFrame, earlier: pl.DataFrame, bookings: pl.DataFrame, candidates: pl.DataFrame
) -> list[CheckOutcome]:
    """Checks of booking_review_pairs against the tables it was made from.

    Args:
        pairs: staged rows.
        earlier: promoted rows of earlier days.
        bookings: rows of ``booking_rows`` that were read.
        candidates: match_candidates that were read.
    """
    earlier_reviews = earlier.filter(pl.col("is_assigned")).select("review_id")
    again = pairs.filter(pl.col("is_assigned") & pl.col("is_exclusive")).join(
        earlier_reviews, on="review_id", how="semi"
    )
    cancelled = bookings.filter(pl.col("reservation_status") != "Check-Out").select("booking_id")
    named = pairs.filter(pl.col("review_id").is_not_null())
    known = candidates.select(*_IDS, stored_day="delivery_day")
    late = named.join(known, on=list(_IDS), how="left").filter(
        pl.col("stored_day").is_null() | (pl.col("stored_day") > pl.col("delivery_day"))
    )
    return [
        outcome_of(
            "review_was_not_assigned_before",
            again,
            show=_IDS,
            advice="earlier decisions stand: look at the own look-back of booking_review_pairs",
        ),
        outcome_of(
            "only_completed_stays_are_decided",
            pairs.join(cancelled, on="booking_id", how="semi"),
            show=("booking_id",),
            advice="cancelled and no-show bookings have no stay to review: look at sides.completed_stays",
        ),
        outcome_of(
            "pair_was_a_candidate_by_its_decision_day",
            late,
            show=(*_IDS, "delivery_day", "stored_day"),
            advice="a pair may only use candidates stored by its decision day: look at assignment.decide",
        ),
    ]


def require(outcomes: list[CheckOutcome]) -> None:
    """Stop when a check that spans tables fails: such a fault lies in the code, not in a day's data.

    Raises:
        ContractError: names every failed check, its rows and what to look at.
    """
    failed = [item for item in outcomes if not item.passed]
    if failed:
        told = "; ".join(
            f"{item.name}: {item.rows} rows such as {list(item.examples)[:2]}, {item.advice}" for item in failed
        )
        message = f"booking_review_pairs breaks {told}"
        raise ContractError(message)
