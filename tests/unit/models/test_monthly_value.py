"""Scores by month: first scored days, two digits, reasons without values, cells of k."""

from datetime import date

import polars as pl

from assets.models.contract_serving import CUSTOMER_VALUE
from assets.models.serving.monthly_value import (
    SHOWN_CELL,
    first_scored_days,
    main_reason,
    significant,
    value_view,
)
from resources.secret_keys import SecretKey

KEY = SecretKey(b"a key of thirty-two bytes or more")
DAY = date(2024, 3, 5)


def scores(values: list[float], segment: str = "low", reasons: str = "frequency = 3 bookings: +12") -> pl.DataFrame:
    return pl.DataFrame({
        "pseudo_customer_id": [f"customer {number} of {segment}" for number in range(len(values))],
        "value": values, "segment": [segment] * len(values), "reasons": [reasons] * len(values),
        "target": ["revenue_next_180d"] * len(values),
    })  # fmt: skip


def test_later_scores_of_a_month_are_not_shown() -> None:
    days = [date(2024, 3, 9), DAY, date(2024, 2, 29), date(2024, 3, 31)]
    assert first_scored_days(days) == [date(2024, 2, 29), DAY]


def test_values_keep_their_first_digits() -> None:
    given = pl.Series([0.0, 0.044, 9.96, 126.0, 1_249.0, 99_500.0])
    assert significant(given, 2).to_list() == [0.0, 0.044, 10.0, 130.0, 1_200.0, 100_000.0]


def test_a_reason_keeps_its_name_and_sign_and_loses_its_value() -> None:
    told = pl.DataFrame({"reasons": [
        "gap_mean_days = 80.7 days: -1,200; frequency = 3 bookings: +4",
        "realised revenue of the last 180 days = 123",
        "",
    ]})  # fmt: skip
    assert told.select(main_reason(pl.col("reasons"))).to_series().to_list() == [
        "gap_mean_days -", "realised revenue of the last 180 days", "any",
    ]  # fmt: skip


def test_every_cell_is_shared_and_small_ones_lose_digits_first() -> None:
    rows = pl.concat([scores([121.0] * 5 + [133.0] * 2 + [140.0] * 3), scores([7_777.0] * 2, "high")])
    view = value_view(rows, DAY, KEY, 5)
    shown = CUSTOMER_VALUE.conform(view.rows)
    assert sorted(shown.filter(pl.col("segment") == "low")["value"]) == [100.0] * 5 + [120.0] * 5
    assert shown.group_by(SHOWN_CELL).len().filter(pl.col("len") < 5).is_empty()
    assert view.withheld == 2


def test_a_rare_reason_is_given_up() -> None:
    common, rare = scores([100.0] * 5), scores([100.0] * 5, reasons="recency = 4 days: -3")
    one = rare.head(1).with_columns(reasons=pl.lit("lead_time = 2 days: +1"), pseudo_customer_id=pl.lit("x"))
    view = value_view(pl.concat([common, rare.with_columns(pl.col("pseudo_customer_id") + " b"), one]), DAY, KEY, 5)
    assert view.rows["main_reason"].value_counts().sort("main_reason").rows() == [("frequency +", 5), ("recency -", 5)]
    assert view.withheld == 1
