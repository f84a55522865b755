"""Tables of what each part of the fusion brings, and of one change at a time."""

from collections.abc import Mapping
from typing import Any

from assets.common.findings import Estimate, estimate_of
from assets.models.evaluation.ablations import REFERENCE, STUDIES
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.accuracy import metric_cell
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import MISSING, NOT_PRINTED, capital, decimal, estimate, p_value, percent, plain

_METRICS = ("mae", "rmse", "r2")
Branch = Mapping[str, Any]


def ablation_table(branch: Branch) -> Table | None:
    """Table 13 of paper 001: what each component brings; None where nothing was left out.

    Args:
        branch: ``ablations.observed``: variant -> metric -> value.
    """
    if not branch:
        return None
    rows = []
    for variant, own in branch.items():
        printed = paper.ABLATION.get(variant)
        ours = [metric_cell(estimate_of(own.get(metric)), metric) for metric in _METRICS]
        theirs = (
            [decimal(printed.mae, 1), decimal(printed.rmse, 1), decimal(printed.r2)] if printed else [NOT_PRINTED] * 3
        )
        rows.append((capital(plain(variant)), *ours, *theirs))
    return Table(
        key="ablations",
        title="Table 13 of paper 001: what each component brings",
        columns=("Variant", "MAE", "RMSE", "R²", "MAE, paper", "RMSE, paper", "R², paper"),
        rows=tuple(rows),
        paper_columns=(4, 5, 6),
        disclosure=Disclosure.MODEL_METRIC,
    )


def study_table(branch: Branch) -> Table | None:
    """One change at a time: what it does to RMSE and R²; None where no study was run.

    Args:
        branch: ``studies``: study -> variant -> means, and differences from the reference.
    """
    if not branch:
        return None
    rows = []
    for study in sorted(branch, key=list(STUDIES).index):
        for variant, own in branch[study].items():
            is_reference = variant == REFERENCE
            rows.append((
                capital(plain(study)), variant, percent(own["text_share"]), decimal(own.get("r2"), 3),
                MISSING if is_reference else _change(own, "r2"), decimal(own.get("rmse"), 0),
                MISSING if is_reference else _change(own, "rmse"),
                MISSING if is_reference else p_value(own.get("rmse_p")),
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


def _change(own: Branch, metric: str) -> str:
    value = own.get(f"{metric}_difference")
    if value is None:
        return MISSING
    return estimate(Estimate(value, own.get(f"{metric}_low"), own.get(f"{metric}_high")), 3 if metric == "r2" else 0)
