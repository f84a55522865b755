"""Tables behind the claims: tests, budgets, ablations, calibration by tenths."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.models.estimators.spec import claims
from assets.models.evaluation.ablations import REFERENCE, STUDIES
from assets.reports.inputs import ReportInputs
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import (
    MISSING,
    Estimate,
    capital,
    count,
    decimal,
    estimate,
    metric_digits,
    model_name,
    p_value,
    percent,
)

_NAMES = {"r2": "R²", "rmse": "RMSE", "mae": "MAE"}
_PROTOCOLS = {"observed": "observed window", "prospective_cv": "forecast"}


def claim_tables(inputs: ReportInputs) -> list[Table]:
    """One table per claim: three metrics, three tests, two intervals."""
    if inputs.claims is None:
        return []
    found = []
    for claim, first, second in claims():
        rows = inputs.claims.filter(pl.col("pair") == f"{first}_vs_{second}")
        if not rows.is_empty():
            found.append(_claim_table(claim, first, second, rows))
    return found


def _claim_table(claim: str, first: str, second: str, rows: pl.DataFrame) -> Table:
    cells = tuple(
        (
            _NAMES[row["metric"]],
            estimate(Estimate(row["difference"], row["low"], row["high"]), _digits(row["metric"])),
            f"{decimal(row['bootstrap_low'], _digits(row['metric']))} to "
            f"{decimal(row['bootstrap_high'], _digits(row['metric']))}",
            p_value(row["p_corrected"]),
            p_value(row["p_bonferroni"]),
            p_value(row["p_t"]),
            p_value(row["p_wilcoxon"]),
            decimal(row["effect"]),
        )
        for row in rows.iter_rows(named=True)
    )
    folds = int(rows["n"][0])
    return Table(
        key=f"claim_{first}_vs_{second}",
        title=f"Claim: {claim[0].lower()}{claim[1:]}. Verdict: {verdict(rows)}",
        columns=("Metric", "Difference", "Bootstrap over folds", "p, corrected", "p, Bonferroni", "p, paired t",
                 "p, Wilcoxon", "Effect (d)"),
        rows=cells,
        note=f"{capital(model_name(first))} minus {model_name(second)} on {folds} folds; interval and first p by the "
        "corrected resampled t, on which the verdict rests, Bonferroni over all claims.",
        disclosure=Disclosure.MODEL_METRIC,
    )  # fmt: skip


def _digits(metric: str) -> int:
    return 3 if metric == "r2" else metric_digits(metric)


def verdict(rows: pl.DataFrame) -> str:
    """``holds``, ``the opposite holds`` or ``not shown``, by the corrected test of R² at 5 %.

    Not shown, too, where R² has no value on enough folds: nobody in a fold brought revenue.
    """
    tested = rows.filter((pl.col("metric") == "r2") & (pl.col("p_corrected") < 0.05))
    if tested.is_empty():
        return "not shown"
    return "holds" if tested["difference"][0] > 0 else "the opposite holds"


def study_table(inputs: ReportInputs) -> Table | None:
    """One change at a time: what it does to RMSE and R²."""
    if inputs.studies is None:
        return None
    rows = []
    order = list(STUDIES)
    for row in sorted(inputs.studies.iter_rows(named=True), key=lambda row: order.index(row["study"])):
        is_reference = row["variant"] == REFERENCE
        rows.append((
            capital(row["study"].replace("_", " ")), row["variant"], percent(row["text_share"]), decimal(row["r2"], 3),
            MISSING if is_reference else _change(row, "r2"), decimal(row["rmse"], 0),
            MISSING if is_reference else _change(row, "rmse"),
            MISSING if is_reference or row.get("rmse_p") is None else p_value(row["rmse_p"]),
        ))  # fmt: skip
    return Table(
        key="studies",
        title="One change at a time",
        columns=("Study", "Variant", "With text", "R²", "Change of R²", "RMSE", "Change of RMSE", "p, corrected"),
        rows=tuple(rows),
        text_columns=2,
        note="Forecast, cross-validation, the tuned gated fusion unless the variant names another; change against the "
        "study's reference on the same folds, 95 % intervals in brackets. The reference trains without weighting; "
        "narrower windows drop pairs, they are not decided anew. Encoder and treatment change the vectors only; an "
        "encoder whose model is not on this machine is left out.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def _change(row: Mapping[str, Any], metric: str) -> str:
    value = row.get(f"{metric}_difference")
    if value is None:
        return MISSING
    return estimate(Estimate(value, row.get(f"{metric}_low"), row.get(f"{metric}_high")), 3 if metric == "r2" else 0)


def tuning_table(inputs: ReportInputs) -> Table | None:
    """Budgets and chosen values of every tuned model."""
    if inputs.tuning is None:
        return None
    rows = tuple(
        (
            capital(_PROTOCOLS.get(str(row["protocol"]), str(row["protocol"]))),
            capital(model_name(row["model"])),
            count(row["trials"]),
            decimal(row["seconds"], 0),
            decimal(row["default_rmse"], 0),
            decimal(row["chosen_rmse"], 0),
            row["values"],
        )
        for row in inputs.tuning.iter_rows(named=True)
    )
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
