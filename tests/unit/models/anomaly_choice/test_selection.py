import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.models.anomaly_choice.evidence import OFF, Configuration, Evidence
from assets.models.anomaly_choice.selection import FoldRidge, configurations, sensitivity_table
from assets.models.checks import validate_sensitivity
from assets.models.settings import ModelSettings
from assets.reviews.settings import ReviewSettings

SMALL = ModelSettings(folds=4, anomaly_step=0.5, anomaly_taus=(0.2, 0.4))


def evidence(seed: int = 0, number: int = 240) -> Evidence:
    """Customers whose value their honest reviews tell; a third of the reviews is noise and marked by duplication."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=number)
    noisy = rng.random(number) < 0.35
    told = np.where(noisy, 4 * rng.normal(size=number), mood)
    parts = np.column_stack([rng.random(number) * 0.2, np.where(noisy, 1.0, 0.0), rng.random(number) * 0.2])
    return Evidence(
        customers=np.array([f"c{at:04d}" for at in range(number)]),
        behaviour=rng.normal(size=(number, 2)),
        target=(10 + 3 * mood) ** 2,
        row=np.arange(number),
        review=np.arange(number),
        weight=np.ones(number),
        content=told[:, None],
        parts={"ours": parts, "paper": parts[:, [0, 2, 1]]},
    )


def table(seed: int = 0) -> pl.DataFrame:
    return sensitivity_table(evidence(seed), SMALL, ReviewSettings(), np.random.default_rng(1))


def test_grid_lies_on_the_simplex_and_holds_uniform_weights_and_no_filter() -> None:
    grid = configurations(0.25, (0.2, 0.4))
    assert len({item.weights for item in grid}) == 16
    assert all(sum(item.weights) == pytest.approx(1) for item in grid)
    assert grid[-1].tau == OFF
    assert any(item.distance == 0 for item in grid)


def test_noise_is_left_out_where_the_parts_mark_it() -> None:
    rows = table()
    errors = dict(
        rows.filter((pl.col("study") == "filter") & (pl.col("timing") == "ours")).select("label", "rmse").iter_rows()
    )
    assert errors["on"] < errors["off"]
    assert errors["without duplication"] == pytest.approx(errors["off"])
    chosen = rows.filter(
        (pl.col("study") == "selection") & (pl.col("label") == "chosen") & (pl.col("timing") == "ours")
    )
    assert chosen.height == SMALL.folds
    assert (chosen["beta"] > 0).all()
    assert chosen["tau"].null_count() == 0


def test_choice_of_a_fold_does_not_see_its_targets() -> None:
    base = evidence()
    first = sensitivity_table(base, SMALL, ReviewSettings(), np.random.default_rng(1))
    from assets.models.examples.splits import customer_folds, fold_of

    tested = fold_of(base.customers, customer_folds(base.customers, SMALL.folds, np.random.default_rng(1))) == 0
    other = Evidence(**{**base.__dict__, "target": np.where(tested, base.target[::-1] * 7, base.target)})
    second = sensitivity_table(other, SMALL, ReviewSettings(), np.random.default_rng(1))
    own = (pl.col("study") == "selection") & (pl.col("fold") == 0)
    columns = ["timing", "label", "alpha", "beta", "gamma", "tau", "validation_rmse"]
    assert first.filter(own).select(columns).equals(second.filter(own).select(columns))
    assert not first.filter(own)["rmse"].equals(second.filter(own)["rmse"])


def test_checks_are_green_and_turn_red() -> None:
    rows = table()
    assert all(outcome.passed for outcome in validate_sensitivity(rows))
    broken = rows.with_columns(pl.col("alpha") + 0.5)
    assert not validate_sensitivity(broken)[0].passed
    worse = rows.with_columns(
        pl.when(pl.col("label") == "chosen").then(pl.lit(1e9)).otherwise("validation_rmse").alias("validation_rmse")
    )
    assert not validate_sensitivity(worse)[1].passed


def test_too_few_customers_give_no_rows() -> None:
    assert sensitivity_table(evidence(number=5), SMALL, ReviewSettings(), np.random.default_rng(1)).is_empty()


def test_kept_reviews_follow_weights_and_threshold() -> None:
    parts = evidence().parts["ours"]
    kept = evidence().kept(Configuration((0.0, 1.0, 0.0), 0.5), "ours")
    assert (kept == (parts[:, 1] <= 0.5)).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000))
def test_fold_sums_give_the_plain_ridge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, target = rng.normal(size=(60, 3)), rng.uniform(0, 400, 60)
    fold = np.arange(60) % 3
    found = FoldRidge(features, target, fold, 3).predict([0, 1], 2)
    train, root = features[fold != 2], np.sqrt(target[fold != 2])
    centre, spread = train.mean(axis=0), train.std(axis=0)
    scaled = (train - centre) / spread
    weights = np.linalg.solve(scaled.T @ scaled + 10 * np.eye(3), scaled.T @ (root - root.mean()))
    noise = ((root - root.mean() - scaled @ weights) ** 2).mean()
    plain = np.clip((features[fold == 2] - centre) / spread @ weights + root.mean(), 0, root.max()) ** 2 + noise
    assert np.allclose(found, plain)
