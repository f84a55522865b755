"""What an invented run knows of its guests: customers, their texts, and why they are valued so."""

from typing import Any

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.models.contract import FEATURE_INFLUENCE, WORD_INFLUENCE, WORDS_BY_VALUE


def explain_tree() -> Tree:
    """The branches of the results that say why."""
    spread = {"low": (0.52, 0.06), "mid": (0.55, 0.05), "high": (0.61, 0.05)}
    return {
        "gate": {segment: {"mean": mean, "std": std, "n": 40} for segment, (mean, std) in spread.items()},
        "explanations": explanations(5.0),
    }


def bounded(value: float, reach: float) -> dict[str, float]:
    """A leaf with its interval."""
    return {"value": value, "low": value - reach, "high": value + reach}


def explanations(reach: float) -> dict[str, Any]:
    """Shapley values of 20 features and of the text, and deletion tests whose differences reach this far from 60."""
    sizes = {
        f"remove_{size}": {"n": 40, "important": bounded(90.0 * size, 9.0), "random": bounded(30.0 * size, 9.0),
                           "difference": bounded(60.0, reach), "wins": bounded(0.8, 0.1)}
        for size in (1, 3)
    }  # fmt: skip
    importance = {f"b_feature_{number}": bounded(100.0 - number, 1.0) for number in range(20)}
    fusion = {
        "n": 200,
        "importance": {**importance, "text": bounded(2.0, 0.5)},
        "with_text": {"n": 50, "text": bounded(8.0, 1.0), "share": bounded(0.1, 0.02)},
    }
    return {"shapley": {"gated_fusion": fusion}, "faithfulness": {"gated_fusion": sizes, "words": sizes}}


def feature_influence(rng: np.random.Generator, n: int = 300) -> pl.DataFrame:
    """SHAP values of five features, two of which lower the forecast."""
    frames = []
    names = ("b_monetary", "b_frequency", "b_recency", "b_cancellation_ratio", "b_mean_nights")
    for number, feature in enumerate(names):
        value = rng.random(n)
        sign = -1 if feature in ("b_recency", "b_cancellation_ratio") else 1
        frames.append(
            pl.DataFrame(
                {
                    "pseudo_customer_id": [f"c{customer:05d}" for customer in range(n)],
                    "model": "lightgbm",
                    "feature": feature,
                    "influence": sign * (value - 0.5) * 300 / (number + 1) + rng.normal(0, 10, n),
                    "scaled_value": value,
                }
            )
        )
    return pl.concat(frames).select(list(FEATURE_INFLUENCE.schema))


def constant_influence(customers: pl.DataFrame, **features: float) -> pl.DataFrame:
    """The same SHAP values for every customer."""
    frames = [
        customers.select("pseudo_customer_id", model=pl.lit("lightgbm"), feature=pl.lit(name), influence=pl.lit(value),
                         scaled_value=pl.lit(0.5))
        for name, value in features.items()
    ]  # fmt: skip
    return pl.concat(frames)


def word_rows() -> pl.DataFrame:
    """Words that move forecasts, one of them in no direction for certain."""
    moved = {"friendly": (9.5, 2.0, 30), "rude": (-12.0, 3.0, 12), "clean": (1.0, 4.0, 41)}
    rows = [
        {"model": "gated_fusion", "word": word, "n": n, "influence": mean, "low": mean - reach, "high": mean + reach,
         "texts": 80}
        for word, (mean, reach, n) in moved.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=WORD_INFLUENCE.schema)


def value_words() -> pl.DataFrame:
    """Words that go with high and with low value."""
    rows = [("breakfast", "low", -5.0, 30), ("noise", "high", 6.0, 40), ("poor", "low", -4.0, 15)]
    return pl.DataFrame(rows, schema=WORDS_BY_VALUE.schema, orient="row")
