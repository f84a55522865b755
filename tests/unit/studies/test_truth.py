"""Pairs against the known truth, hand-counted."""

import polars as pl

from assets.studies.truth import alignment_truth


def test_a_pair_with_any_room_of_the_stay_is_right() -> None:
    pairs = pl.DataFrame(
        {"booking_id": ["b1", "b2", "b3"], "rank": [1, 1, 0], "review_id": ["r1", "r9", None],
         "match_probability": [0.9, 0.4, None], "is_assigned": [True, True, False]}
    )  # fmt: skip
    links = pl.DataFrame(
        {"booking_id": ["b0", "b1", "b3"], "review_id": ["r1", "r1", "r3"], "is_first_room": [True, False, True]}
    )
    truth = alignment_truth(pairs, links)
    assert truth["precision"] == 0.5
    assert truth["recall"] == 1.0
    nothing = alignment_truth(pairs.with_columns(is_assigned=False), links)
    assert "precision" not in nothing
