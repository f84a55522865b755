"""One question, one verdict: every claim by the same rule, on the same customers; and every model beside the past."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.customers.settings import GUEST, MARKET
from assets.models.estimators.registry import NAIVE
from assets.models.estimators.spec import claims, versus
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.evaluation.paired import DRAWS, Floats, difference, drawn_figures, holm, verdict_of
from assets.models.findings.customer_lists import forecasts_of

PRIMARY = "rmse"  # what models are trained for, chosen and promoted by; named before anything is tested
# Of guests a few amounts decide RMSE, and nine in ten bring nothing: who comes at all is what can be told.
_OF_UNIT = {GUEST: "auc", MARKET: PRIMARY}
AGAINST_PAST = f"{PRIMARY}_minus_past"
_Fresh = Callable[[], np.random.Generator]


def primary_of(unit: str) -> str:
    """The metric by which claims and advice are judged: AUC of any revenue for guests, RMSE for markets."""
    return _OF_UNIT[unit]


def shared_draws(
    predictions: pl.DataFrame, protocol: str, rng: np.random.Generator, *, metric: str = PRIMARY, draws: int = DRAWS
) -> dict[str, Floats]:
    """(1 + draws,) the primary metric of each model, on the whole and on draws of customers that all models share.

    Args:
        predictions: ``model_predictions`` rows; those of the protocol's first deal are read.
        protocol: whose test rows.
        rng: of the draws.
        metric: primary one.
        draws: resamples of the customers.
    """
    own = predictions.filter((pl.col("protocol") == protocol) & (pl.col("repeat") == 0))
    models = {str(name): forecasts_of(rows) for (name,), rows in own.group_by("model", maintain_order=True)}
    return drawn_figures(models, metric, rng, draws)


def verdict_results(drawn: Mapping[str, Floats], metric: str = PRIMARY) -> Tree:
    """``<a>_vs_<b>``: the primary metric's difference on the same customers, p, the same corrected, and the verdict.

    Args:
        drawn: :func:`shared_draws` of the cross-validation.
        metric: that it holds.
    """
    tested = [(first, second) for _, first, second in claims() if first in drawn and second in drawn]
    apart = [difference(drawn[first], drawn[second]) for first, second in tested]
    corrected = holm([item.p for item in apart])
    return {
        versus(first, second): {
            "metric": metric,
            "difference": item.item.as_json(),
            "p": item.p,
            "p_holm": p,
            "claims": len(tested),
            "verdict": str(verdict_of(item, p, metric)),
        }
        for (first, second), item, p in zip(tested, apart, corrected, strict=True)
    }


def past_results(predictions: pl.DataFrame, fresh: _Fresh, draws: int) -> Tree:
    """``<protocol>.<model>.rmse_minus_past``: each model's error minus that of "same as the past", same customers.

    Args:
        predictions: ``model_predictions`` rows.
        fresh: a generator at the start of the room's stream, for each protocol anew.
        draws: resamples of the customers.
    """
    tree: Tree = {}
    for protocol in (PROSPECTIVE_CV, HOLDOUT):
        figures = shared_draws(predictions, protocol, fresh(), draws=draws)
        if NAIVE in figures:
            tree[protocol] = {
                model: {AGAINST_PAST: difference(own, figures[NAIVE]).item.as_json()}
                for model, own in figures.items()
                if model != NAIVE
            }
    return tree
