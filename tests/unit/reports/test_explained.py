"""What is drawn of the tables that take forecasts apart."""

import polars as pl

from assets.models.contract import EXPLAINED_TEXTS, FEATURE_INFLUENCE
from assets.reports.explained import drawn_influence, explanations_of, influence_by_customer

ROWS = pl.DataFrame(
    [{"pseudo_customer_id": f"c{number}", "model": "lightgbm", "feature": feature, "influence": sign * number,
      "scaled_value": number / 8}
     for number in range(9) for feature, sign in (("b_x", 1.0), ("b_y", -1.0))],
    schema=FEATURE_INFLUENCE.schema,
)  # fmt: skip


def test_customers_are_thinned_evenly_and_alike_for_every_feature() -> None:
    drawn = drawn_influence(ROWS.sample(fraction=1.0, shuffle=True, seed=3), 4)
    assert drawn is not None
    assert drawn.filter(pl.col("feature") == "b_x")["shap"].to_list() == [0.0, 3.0, 6.0]
    assert drawn.filter(pl.col("feature") == "b_y")["shap"].to_list() == [-0.0, -3.0, -6.0]
    everybody = drawn_influence(ROWS, 9)
    assert everybody is not None
    assert everybody.height == ROWS.height
    assert drawn_influence(ROWS.clear(), 4) is None


def test_one_row_per_customer_one_column_per_feature() -> None:
    wide = influence_by_customer(ROWS.sample(fraction=1.0, shuffle=True, seed=3))
    assert wide is not None
    assert wide["pseudo_customer_id"].to_list() == [f"c{number}" for number in range(9)]
    assert wide["b_y"].to_list() == [-float(number) for number in range(9)]
    assert influence_by_customer(ROWS.clear()) is None


def test_texts_come_from_low_to_high_value() -> None:
    rows = [
        {"model": "gated_fusion", "segment": segment, "pseudo_customer_id": "c", "review_id": "r", "prediction": 5.0,
         "share": 0.5, "fit": None, "text": segment, "words": ["a"], "weights": [1.0]}
        for segment in ("high", "low")
    ]  # fmt: skip
    shown = explanations_of(pl.DataFrame(rows, schema=EXPLAINED_TEXTS.schema))
    assert [item.segment for item in shown] == ["low", "high"]
    assert (shown[0].words, shown[0].weights, shown[0].share, shown[0].fit) == (("a",), (1.0,), 0.5, None)
    assert explanations_of(EXPLAINED_TEXTS.empty()) == ()
