"""The arithmetic of the ceilings: same rows for all, shares where they mean something, worlds that never mix."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assets.models.evaluation.ceilings import (
    DATA_RICH,
    LEARNERS,
    ORACLE,
    OWN_MODELS,
    TRUE_LINKS,
    WITH_TEXT,
    by_seed,
    ceiling_of,
    data_rich_figures,
    dealt,
    gain,
    means_by_model,
    shares_of,
    world_figures,
)
from resources.errors import ContractError
from tests.unit.models.build import QUICKEST, examples_of


def toy(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Examples whose target is a known expectation and chance."""
    rng = np.random.default_rng(seed)
    rows = examples_of(seed, customers=60).filter((pl.col("protocol") == "prospective") & (pl.col("split") == "cv"))
    expected = rng.gamma(2.0, 200.0, rows.height)
    target = np.maximum(expected + rng.normal(0.0, 40.0, rows.height), 0.0)
    rows = rows.with_columns(pl.Series("target_clv", target))
    return rows, rows.select("pseudo_customer_id", "as_of", expected=pl.Series(expected))


@pytest.fixture(scope="module")
def worlds() -> dict[int, tuple[pl.DataFrame, pl.DataFrame]]:
    return {seed: toy(seed) for seed in (1, 2, 3)}


@pytest.fixture(scope="module")
def found(worlds: dict[int, tuple[pl.DataFrame, pl.DataFrame]]) -> pl.DataFrame:
    parts = []
    for seed, (rows, expected) in worlds.items():
        others = [part for other, (part, _) in worlds.items() if other != seed]
        rich = data_rich_figures(others, {"own": rows}, QUICKEST)["own"]
        own = world_figures(rows, rows, expected, QUICKEST)
        parts.append(pl.concat([own, rich]).with_columns(seed=pl.lit(seed, pl.Int64)))
    return pl.concat(parts)


def test_every_model_and_both_ceilings_have_every_figure(found: pl.DataFrame) -> None:
    models = set(found["model"])
    assert {*OWN_MODELS, ORACLE, *(f"{DATA_RICH}_{name}" for name in LEARNERS)} <= models
    assert {name for name in models if name.endswith(TRUE_LINKS)} == {f"{name}_{TRUE_LINKS}" for name in WITH_TEXT}
    assert found.group_by("model").len()["len"].unique().to_list() == [9]


def test_the_oracle_is_above_the_data_rich_ceiling_on_average(found: pl.DataFrame) -> None:
    means = means_by_model(found, "r2")
    oracle, rich = ceiling_of(means, ORACLE), ceiling_of(means, DATA_RICH)
    assert oracle is not None
    assert rich is not None
    assert oracle[1] > rich[1]
    assert oracle[1] > 0.9
    assert all(value <= oracle[1] for value in means.values())


def test_texts_of_the_same_pairs_give_the_same_figures(found: pl.DataFrame) -> None:
    means = means_by_model(found, "r2")
    assert means["gated_fusion_true_links"] == pytest.approx(means["gated_fusion"])
    assert means["anchored_text_true_links"] == pytest.approx(means["anchored_text"])


def test_a_world_of_too_few_customers_has_no_figures() -> None:
    rows, expected = toy(4)
    assert world_figures(rows.head(3), rows.head(3), expected, replace(QUICKEST, folds=5)).is_empty()


def test_a_ceiling_needs_other_worlds() -> None:
    with pytest.raises(ContractError, match="at least one other world"):
        data_rich_figures([], {"1": toy(1)[0]}, QUICKEST)


def test_shares_are_quoted_only_where_the_ceiling_explains_something() -> None:
    means = {"lightgbm": 0.08, "same_as_past": 0.05, "oracle": 0.9}
    assert [item.share for item in shares_of(means, 0.0999)] == [None, None]
    assert [(item.model, item.share) for item in shares_of(means, 0.16)] == [
        ("lightgbm", pytest.approx(0.5)), ("same_as_past", pytest.approx(0.3125)),
    ]  # fmt: skip


def rows_of(**values: Sequence[float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"seed": seed, "model": model, "metric": "r2", "value": value}
         for model, found in values.items() for seed, value in enumerate(found)],
        schema={"seed": pl.Int64, "model": pl.String, "metric": pl.String, "value": pl.Float64},
    )  # fmt: skip


def test_the_gain_is_the_corrected_resampled_t_over_seeds() -> None:
    first, second = [0.5, 0.55, 0.61, 0.52], [0.45, 0.47, 0.5, 0.49]
    got = gain(rows_of(fusion=first, plain=second), "fusion", "plain", folds=5)
    assert got is not None
    difference = np.subtract(first, second)
    t = difference.mean() / (difference.std(ddof=1) * np.sqrt(1 / 4 + 1 / 4))
    assert got.n == 4
    assert got.p_corrected == pytest.approx(2 * stats.t.sf(abs(t), df=3))


def test_a_world_that_a_model_lacks_is_left_out_for_all() -> None:
    rows = rows_of(fusion=[0.5, None, 0.7], plain=[0.4, 0.4, 0.4])
    assert by_seed(rows, "r2")["seed"].to_list() == [0, 2]
    assert means_by_model(rows, "r2") == {"fusion": pytest.approx(0.6), "plain": pytest.approx(0.4)}
    assert gain(rows.filter(pl.col("seed") == 0), "fusion", "plain", folds=5) is None
    assert gain(rows, "fusion", "unknown", folds=5) is None


@given(st.sets(st.integers(1, 500), min_size=1, max_size=40), st.integers(1, 8))
def test_every_seed_is_in_one_group(seeds: set[int], groups: int) -> None:
    found = dealt(sorted(seeds), groups)
    assert sorted(seed for group in found for seed in group) == sorted(seeds)
    assert len(found) == min(groups, len(seeds))
    assert max(map(len, found)) - min(map(len, found)) <= 1
