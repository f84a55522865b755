"""Which model a user should take, and why, in one sentence."""

from collections.abc import Mapping

import polars as pl

from assets.common.findings import Estimate, Tree
from assets.common.wording import estimate
from assets.models.estimators.spec import Side, model_name, model_spec
from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.models.evaluation.paired import HIGHER_IS_BETTER, Floats, Verdict, difference, verdict_of
from assets.models.findings.verdicts import PRIMARY


def recommendation(
    metrics: pl.DataFrame, drawn: Mapping[str, Floats], protocol: str = PROSPECTIVE_CV, *, metric: str = PRIMARY
) -> Tree:
    """Which model a user should take, by the primary metric on the folds that all models share, and why.

    Args:
        metrics: rows of ``model_metrics``.
        drawn: the metric of each model on the same draws of customers
            (:func:`assets.models.findings.verdicts.shared_draws`).
        protocol: whose folds.
        metric: that ``drawn`` holds; models are ranked by it, and scoring serves by RMSE, since it needs amounts.

    Returns:
        ours (networks and models on top of the past), baseline (the best of each), difference (the metric of ours minus
        the baseline's), take, served, sentence;
        empty where one of the two sides was not run. The difference is of the same customers, by the rule of every
        other verdict.
    """
    own = metrics.filter((pl.col("protocol") == protocol) & (pl.col("repeat") == 0))
    means = own.group_by("model").agg(pl.col("rmse").mean()).drop_nulls().sort("rmse", "model")["model"].to_list()
    ranked = (
        means if metric == PRIMARY else sorted(set(means) & set(drawn), key=lambda name: _rank(drawn, name, metric))
    )
    ours = next((name for name in ranked if model_spec(name).side is Side.OURS), None)
    baseline = next((name for name in ranked if model_spec(name).side is Side.BASELINE), None)
    if ours is None or baseline is None or not {ours, baseline} <= set(drawn):
        return {}
    apart = difference(drawn[ours], drawn[baseline])
    item, said = apart.item, verdict_of(apart, apart.p, metric)
    is_worse, is_better = said is Verdict.OPPOSITE, said is Verdict.HOLDS
    take = ours if is_better else baseline
    served = next(name for name in means if model_spec(name).is_servable)
    shown = _shown(item, metric)
    sentence = _advice(ours, baseline, shown, is_worse=is_worse, is_better=is_better) + _serving(take, served)
    return {"ours": ours, "baseline": baseline, "difference": item.as_json(), "take": take, "served": served,
            "sentence": sentence}  # fmt: skip


def _rank(drawn: Mapping[str, Floats], name: str, metric: str) -> tuple[float, str]:
    value = float(drawn[name][0])
    return (-value if HIGHER_IS_BETTER[metric] else value), name


def _shown(item: Estimate, metric: str) -> str:
    if metric == "auc":
        return f"for the same customers the AUC of any revenue differs by {estimate(item, 3)}"
    return f"for the same customers {metric.upper()} differs by {estimate(item, 0)} currency units"


def _advice(ours: str, baseline: str, shown: str, *, is_worse: bool, is_better: bool) -> str:
    names = f"“{model_name(ours)}”, the best of ours, and “{model_name(baseline)}”, the best baseline"
    if is_better:
        return f"Take “{model_name(ours)}”: {names}, are apart beyond chance ({shown})."
    if is_worse:
        return f"Take “{model_name(baseline)}”: it is better than the best of ours beyond chance ({names}; {shown})."
    return (
        f"{names}, can't be told apart: {shown}. Take “{model_name(baseline)}”: with "
        "equal accuracy the simpler model, quicker to train, is the better choice."
    )


def _serving(take: str, served: str) -> str:
    if take == served:
        return " Scoring serves it."
    words = "in cross-validation the best of those that can be kept without pickle"
    return f" Scoring serves “{model_name(served)}”, {words}."
