"""Each model's figures come from its own rows, over whole deals, with the same draws for all."""

from datetime import date
from functools import partial

import numpy as np
import polars as pl
import pytest

from assets.models.evaluation.customer_metrics import CUSTOMER_METRICS
from assets.models.findings.customer_lists import customer_results, forecasts_of

fresh = partial(np.random.default_rng, 7)


def predictions(model="lightgbm", *, factor=1.0, chance=None, number=300):
    """Rows of one protocol, each customer at two origins, in two repeats of which the second is nonsense."""
    rng = np.random.default_rng(3)
    target = np.where(rng.random(number) < 0.4, rng.gamma(1, 300, number), 0.0)
    first = pl.DataFrame(
        {
            "protocol": "prospective_cv", "model": model, "repeat": 0, "fold": np.arange(number) % 5,
            "pseudo_customer_id": [f"c{index // 2:04d}" for index in range(number)],
            "as_of": [date(2024, 1, 1 + index % 2) for index in range(number)],
            "target": target, "prediction": factor * (target + 100.0), "chance": chance,
        },
        schema_overrides={"chance": pl.Float64},
    )  # fmt: skip
    return pl.concat([first, first.with_columns(repeat=1, prediction=pl.lit(0.0))], how="vertical_relaxed")


def test_every_figure_of_every_model_has_an_interval():
    tree = customer_results(pl.concat([predictions(), predictions("tweedie", factor=0.5)]), 50, fresh)
    trees, tweedie = (tree["prospective_cv"][name] for name in ("lightgbm", "tweedie"))
    assert set(trees) == set(CUSTOMER_METRICS)
    assert all(set(item) == {"value", "low", "high"} for item in trees.values())
    assert tweedie["bias"]["value"] == pytest.approx(0.5 * trees["bias"]["value"])
    assert tweedie["captured_10"] == trees["captured_10"]  # another level, the same order, the same draws


def test_a_chance_is_ranked_where_every_row_has_one():
    plain = customer_results(predictions(), 10, fresh)["prospective_cv"]["lightgbm"]["auc"]
    constant = customer_results(predictions(chance=0.3), 10, fresh)["prospective_cv"]["lightgbm"]["auc"]
    assert plain["value"] == 1.0
    assert constant["value"] == 0.5
    assert forecasts_of(predictions().head(0)).chance is None


def test_no_rows_no_figures():
    assert customer_results(predictions().clear(), 10, fresh) == {}
