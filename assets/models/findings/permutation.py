"""The control of texts dealt out anew: do models rank customers better with the texts that are theirs?"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from assets.common.findings import Estimate, Tree
from assets.models.evaluation.customer_metrics import percentile_bounds
from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.models.evaluation.paired import DRAWS, Floats, difference, drawn_figures, holm
from assets.models.findings.customer_lists import forecasts_of

METRIC = "auc"  # of any revenue: amounts are decided by a few customers, and hardly by what a review says


def permutation_results(
    real: pl.DataFrame, dealt: pl.DataFrame, models: Sequence[str], rng: np.random.Generator, draws: int = DRAWS
) -> Tree:
    """Models that read text, with texts as paired and with texts dealt out anew, on the same customers.

    Args:
        real: ``model_predictions`` rows.
        dealt: the same of the run with the texts of others.
        models: names to compare; those that were not run in both are left out.
        rng: of the draws of customers.
        draws: resamples of the customers, the same on both sides.

    Returns:
        By model: metric, real, shuffled, difference (with 95 % intervals) and p_corrected, after Holm for the models
        compared.
    """
    apart, told = [], {}
    for model in models:
        sides = {name: _first_deal(rows, model) for name, rows in (("real", real), ("shuffled", dealt))}
        if any(rows.is_empty() for rows in sides.values()):
            continue
        figures = {name: forecasts_of(rows) for name, rows in sides.items()}
        drawn = drawn_figures(figures, METRIC, rng, draws)
        apart.append(difference(drawn["real"], drawn["shuffled"]))
        told[model] = {name: _estimate(values).as_json() for name, values in drawn.items()}
    corrected = holm([item.p for item in apart])
    return {
        model: {"metric": METRIC, **own, "difference": item.item.as_json(), "p_corrected": p}
        for (model, own), item, p in zip(told.items(), apart, corrected, strict=True)
    }


def _first_deal(rows: pl.DataFrame, model: str) -> pl.DataFrame:
    return rows.filter((pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("model") == model) & (pl.col("repeat") == 0))


def _estimate(drawn: Floats) -> Estimate:
    return Estimate(float(drawn[0]), *percentile_bounds(drawn[1:][np.isfinite(drawn[1:])]))
