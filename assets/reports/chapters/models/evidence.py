"""Tables behind the claims: paired tests, one table per claim, budgets of tuning."""

from collections.abc import Mapping
from typing import Any

from assets.common.findings import Estimate, estimate_of
from assets.models.estimators.spec import claims, comparisons, versus
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import capital, count, decimal, estimate, metric_digits, model_name, p_value

_NAMES = {"r2": "R²", "rmse": "RMSE", "mae": "MAE", "auc": "AUC of any revenue"}
_PROTOCOLS = {"observed": "observed window", "prospective_cv": "forecast"}
Branch = Mapping[str, Any]


def significance_table(branch: Branch) -> Table | None:
    """Paired comparisons over folds. None where no two models were compared.

    Args:
        branch: ``models.significance``.
    """
    tested = sorted((versus(first, second), first, second) for first, second in comparisons())
    rows = tuple(
        (
            f"{capital(model_name(first))} against {model_name(second)}",
            estimate(estimate_of(branch[name].get("difference")), 3),
            *(p_value(branch[name].get(key)) for key in ("p_corrected", "p_t", "p_wilcoxon")),
            decimal(branch[name].get("effect")),
        )
        for name, first, second in tested
        if name in branch
    )
    if not rows:
        return None
    return Table(
        key="significance",
        title="Differences between models on the same folds",
        columns=("Comparison", "Difference in R²", "p, corrected", "p, paired t", "p, Wilcoxon", "Effect (d)"),
        rows=rows,
        note="Corrected resampled t test (Nadeau and Bengio 2003): folds share training rows, so "
        "the plain paired t test is too sure of itself. On five folds Wilcoxon can't fall below p = 0.0625; paper 001 "
        "claims significance from five folds and prints no p-value that survived.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def claim_tables(branch: Branch, verdicts: Branch) -> list[Table]:
    """One table per claim: the verdict, three metrics, three tests, two intervals.

    Args:
        branch: ``claims``: pair of models -> metric -> figures of the tests over folds.
        verdicts: pair of models -> what is said of it, and on what difference it rests.
    """
    return [
        _claim_table(claim, first, second, branch[name], verdicts.get(name, {}))
        for claim, first, second in claims()
        if (name := versus(first, second)) in branch
    ]


def _claim_table(claim: str, first: str, second: str, tested: Branch, said: Branch) -> Table:
    cells = tuple(
        (
            _NAMES[metric],
            estimate(Estimate(own["difference"], own.get("low"), own.get("high")), _digits(metric)),
            f"{decimal(own.get('bootstrap_low'), _digits(metric))} to "
            f"{decimal(own.get('bootstrap_high'), _digits(metric))}",
            *(p_value(own.get(key)) for key in ("p_corrected", "p_bonferroni", "p_t", "p_wilcoxon")),
            decimal(own.get("effect")),
        )
        for metric, own in tested.items()
    )
    folds = int(next(iter(tested.values()))["n"])
    return Table(
        key=f"claim_{versus(first, second)}",
        title=f"Claim: {claim[0].lower()}{claim[1:]}. Verdict: {said.get('verdict', 'not shown')}",
        columns=("Metric", "Difference", "Bootstrap over folds", "p, corrected", "p, Bonferroni", "p, paired t",
                 "p, Wilcoxon", "Effect (d)"),
        rows=cells,
        note=f"{capital(model_name(first))} minus {model_name(second)}. {_rests_on(said)} In the table, beside it: "
        f"{folds} folds, interval and first p by the corrected resampled t, Bonferroni over all claims.",
        disclosure=Disclosure.MODEL_METRIC,
    )  # fmt: skip


def _digits(metric: str) -> int:
    return 3 if metric in ("r2", "auc") else metric_digits(metric)


def _rests_on(said: Branch) -> str:
    """The figures behind a verdict, as sentences; why there is none, where there is none."""
    if not said:
        return "No verdict: the models were not tested on the same customers."
    metric = said["metric"]
    shown = estimate(estimate_of(said["difference"]), _digits(metric))
    return (
        f"The verdict rests on {_NAMES[metric]} for the same customers: {shown}, customers resampled; p "
        f"{p_value(said['p_holm'])} after Holm's correction for {count(said['claims'])} claims, below 0.05 it is told."
    )


def tuning_table(branch: Branch) -> Table | None:
    """Budgets and chosen values of every tuned model; None where none was tuned.

    Args:
        branch: ``tuning``: protocol -> model -> trials, seconds, errors, values.
    """
    rows = tuple(
        (
            capital(_PROTOCOLS.get(protocol, protocol)),
            capital(model_name(model)),
            count(own["trials"]),
            *(decimal(own.get(name), 0) for name in ("seconds", "default_rmse", "chosen_rmse")),
            own["values"],
        )
        for protocol, models in branch.items()
        for model, own in models.items()
    )
    if not rows:
        return None
    return Table(
        key="tuning",
        title="Tuning: the same number of trials for every model",
        columns=("Protocol", "Model", "Trials", "Seconds", "RMSE, default", "RMSE, chosen", "Chosen values"),
        rows=rows,
        text_columns=2,
        words_at=(6,),
        note="Errors over inner folds of customers that no table above tests. Trial 0 is the documented default; "
        "variants (heads, weights, masked texts) take over the values of the model that they vary. BG/NBD and “same as "
        "the past” have nothing to tune.",
        disclosure=Disclosure.MODEL_METRIC,
    )
