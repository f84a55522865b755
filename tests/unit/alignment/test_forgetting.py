"""A review that is erased leaves the pairs; the stays stay."""

from datetime import date

import polars as pl

from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.forgetting import without_reviews

_DAY = date(2024, 5, 1)


def pairs(*rows: tuple[str, int, str | None]) -> pl.DataFrame:
    told = [
        {
            "booking_id": booking, "rank": rank, "review_id": review, "identity": "exact", "match_weight": 3.0,
            "match_probability": 0.9, "is_assigned": rank == 1, "is_exclusive": True, "stay_end": _DAY,
            "delivery_day": _DAY,
        }
        for booking, rank, review in rows
    ]  # fmt: skip
    return pl.DataFrame(told, schema=BOOKING_REVIEW_PAIRS.schema)


def test_a_stay_with_other_candidates_keeps_them() -> None:
    rows = pairs(("s1", 1, "mine"), ("s1", 2, "hers"), ("s2", 1, "hers"))
    assert without_reviews(rows, ["mine"]).equals(rows.filter(pl.col("review_id") == "hers"))


def test_a_stay_that_loses_its_last_candidate_stays_without() -> None:
    kept = without_reviews(pairs(("s1", 1, "mine"), ("s2", 1, "hers")), ["mine"])
    assert kept["booking_id"].to_list() == ["s1", "s2"]
    lost = kept.row(0, named=True)
    assert (lost["rank"], lost["is_assigned"]) == (0, False)
    assert lost["review_id"] is lost["identity"] is lost["match_weight"] is lost["match_probability"] is None


def test_stays_without_a_review_are_nobody_s_loss() -> None:
    rows = pairs(("s1", 0, None), ("s2", 1, "hers"))
    assert without_reviews(rows, ["mine"]).equals(rows)
    assert without_reviews(rows, []).equals(rows)
