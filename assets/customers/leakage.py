"""How much of the observed window's CLV is already inside its features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.features import FEATURE_NAMES, FEATURES, PAPER_FEATURES
from resources.errors import ContractError

_FOLDS = 5  # as in the evaluation
_DEALS = 2  # of customers to folds: one alone moves R² by a few hundredths
_TREES = 100  # a plain boosted tree: LightGBM's defaults but for the number of trees and what fixes its result
_PLAIN = {"objective": "regression", "verbosity": -1, "num_threads": 1, "deterministic": True,
          "force_row_wise": True, "seed": 42, "min_data_in_leaf": 5}  # fmt: skip
_MIN_ROWS = 50  # below, a tree of five-row leaves says nothing
FEATURE_GROUPS: Mapping[str, tuple[str, ...]] = {
    "recency": ("recency_days", "gap_volatility_days", "gap_mean_days", "tenure_days"),
    "counts": ("frequency", "bookings"),
    "money": ("monetary", "average_revenue", "price_per_night"),
    "stays": ("stay_nights", "stay_stability", "lead_time_days", "special_requests"),
    "cancellation": ("cancellation_ratio",),
    "price_sensitivity": ("price_sensitivity",),
    "rolling_windows": ("revenue_90d", "revenue_180d", "completed_90d", "completed_180d"),
    "trend_and_season": ("revenue_smoothed", "revenue_trend", "revenue_unevenness", "season_share"),
}  # a partition of the behaviour features; a test compares
TEXT_COUNTS = ("has_text", "text_weight", "reviews")  # only completed stays are paired: these count stays with revenue


@dataclass(frozen=True, kw_only=True)
class FeatureSet:
    """A named set of features."""

    name: str
    features: tuple[str, ...]

    @property
    def contains_target(self) -> tuple[str, ...]:
        """The features that hold the observed CLV, wholly or in part."""
        leaky = {item.name for item in FEATURES if item.target_in_observed_window != "no"} | set(TEXT_COUNTS)
        return tuple(name for name in self.features if name in leaky)


def feature_sets(text: Sequence[str] = ()) -> tuple[FeatureSet, ...]:
    """The sets of the leakage table.

    The paper's seven, without M, without M and F; ours, and ours without leaks; then each group of features alone,
    named ``group_...``. With text columns: what the texts say, the counts of reviews, ours without leaks beside the
    texts.

    Args:
        text: columns of the text block as the models read it, those of ``TEXT_COUNTS`` among them.
    """
    without_m = tuple(name for name in PAPER_FEATURES if name != "monetary")
    clean = tuple(item.name for item in FEATURES if item.target_in_observed_window == "no")
    said = tuple(name for name in text if name not in TEXT_COUNTS[1:])  # the mask goes with the texts
    texts = (
        FeatureSet(name="group_text", features=said),
        FeatureSet(name="group_text_counts", features=tuple(name for name in TEXT_COUNTS if name in text)),
        FeatureSet(name="extended_without_target_with_text", features=(*clean, *said)),
    )
    return (
        FeatureSet(name="all", features=PAPER_FEATURES),
        FeatureSet(name="without_m", features=without_m),
        FeatureSet(name="without_m_and_f", features=tuple(name for name in without_m if name != "frequency")),
        FeatureSet(name="extended", features=FEATURE_NAMES),
        FeatureSet(name="extended_without_target", features=clean),
        *(FeatureSet(name=f"group_{name}", features=features) for name, features in FEATURE_GROUPS.items()),
        *(texts if text else ()),
    )


def leakage_table(
    customers: pl.DataFrame,
    rng: np.random.Generator,
    sets: Sequence[FeatureSet] | None = None,
    text: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Out-of-fold R² of a plain boosted tree for the observed CLV, by feature set; the mean over two deals.

    Args:
        customers: one row per pseudo-customer with ``clv`` and the behaviour features of the same window.
        rng: deals the customers to the five folds, twice.
        sets: feature sets to compare, those of :func:`feature_sets` by default.
        text: pseudo_customer_id and the text block as numbers, of the same window; zeros where a customer is missing.

    Returns:
        feature_set, features, contains_target (names joined by ", "), n, r2 in currency
        units, r2_log of ln(1 + clv), where the few largest customers don't decide; both null below 50 customers.

    Raises:
        ContractError: a feature is missing.

    Source:
        specification 6.5: features that contain the target are stated.
    """
    missing = [name for name in ("clv", *FEATURE_NAMES) if name not in customers.columns]
    if missing:
        message = f"the leakage table needs columns {missing}; hand over the customers table"
        raise ContractError(message)
    words = [] if text is None else [name for name in text.columns if name != "pseudo_customer_id"]
    ordered = customers if text is None else customers.join(text, on="pseudo_customer_id", how="left")
    ordered = ordered.with_columns(pl.col(words).fill_null(0.0)).sort("pseudo_customer_id")
    target = ordered["clv"].cast(pl.Float64).to_numpy()
    deals = [rng.permutation(np.arange(len(target)) % _FOLDS) for _ in range(_DEALS)]
    rows = [_row(item, ordered, target, deals) for item in (sets or feature_sets(words))]
    schema = {"feature_set": pl.String, "features": pl.String, "contains_target": pl.String, "n": pl.Int64,
              "r2": pl.Float64, "r2_log": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _row(
    item: FeatureSet, ordered: pl.DataFrame, target: NDArray[np.float64], deals: Sequence[NDArray[np.int64]]
) -> dict[str, object]:
    values = ordered.select(item.features).to_numpy()
    return {
        "feature_set": item.name,
        "features": ", ".join(item.features),
        "contains_target": ", ".join(item.contains_target),
        "n": len(target),
        "r2": _mean_r2(values, target, deals),
        "r2_log": _mean_r2(values, np.log1p(np.maximum(target, 0.0)), deals),
    }


def _mean_r2(
    values: NDArray[np.float64], target: NDArray[np.float64], deals: Sequence[NDArray[np.int64]]
) -> float | None:
    known = [figure for folds in deals if (figure := out_of_fold_r2(values, target, folds)) is not None]
    return float(np.mean(known)) if known else None


def out_of_fold_r2(values: NDArray[np.float64], target: NDArray[np.float64], folds: NDArray[np.int64]) -> float | None:
    """R² of out-of-fold predictions; None with fewer than 50 rows or a constant target.

    Args:
        values: (n, n_features).
        target: (n,).
        folds: (n,) fold of each row.
    """
    spread = float(((target - target.mean()) ** 2).sum()) if len(target) else 0.0
    if len(target) < _MIN_ROWS or spread == 0.0:
        return None
    predicted = np.zeros_like(target)
    for fold in range(_FOLDS):
        inside = folds != fold
        data = lightgbm.Dataset(values[inside], label=target[inside])
        # LightGBM's signature holds NumPy types without their arguments.
        trees = lightgbm.train(dict(_PLAIN), data, num_boost_round=_TREES)  # pyright: ignore[reportUnknownMemberType]
        predicted[~inside] = np.asarray(trees.predict(values[~inside]))
    return 1.0 - float(((target - predicted) ** 2).sum()) / spread


def leakage_tree(table: pl.DataFrame) -> dict[str, dict[str, object]]:
    """The rows of :func:`leakage_table` as a branch of findings, by feature set."""
    return {
        row["feature_set"]: {name: row[name] for name in ("r2", "r2_log", "contains_target")}
        for row in table.iter_rows(named=True)
    }
