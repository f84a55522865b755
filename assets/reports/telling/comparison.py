"""Picture and table of all models under one protocol: of a forecast, or of the paper's window."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from assets.common.findings import Estimate, estimate_of
from assets.models.estimators.registry import NAIVE
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.models.findings.verdicts import AGAINST_PAST
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import HEADINGS, Accuracy, accuracy_of, metric_cell
from assets.reports.telling.blocks import Block, Disclosure, Picture, Table
from assets.reports.telling.figure_style import BLUE, ORANGE, mark_estimate, panels, styled
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import capital, estimate, metric_digits, model_name

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_BESIDE = ("bias", "r2_without_20")  # over all customers, where measured


def comparison_blocks(told: "Told", protocol: str, need: Need) -> list[Block]:
    """R² and MAE of every model with their intervals, and all metrics; a note where no model was evaluated.

    Args:
        told: to a chapter that reads ``models.<protocol>``.
        protocol: name in the results.
        need: what the figures are computed from.
    """
    accuracy = accuracy_of(told, protocol)
    table = model_table(accuracy, told.run.currency)
    if table is None:
        return [missing(accuracy.title.lower(), told, need)]
    titles = {"r2": "R² (higher is better)", "mae": f"MAE, {told.run.currency} (lower is better)"}
    estimates = [
        (title, {model: item for model in accuracy.models if (item := accuracy.estimate(model, metric)) is not None})
        for metric, title in titles.items()
    ]
    picture = Picture(
        key=f"comparison_{protocol}",
        title=accuracy.title,
        sentence=comparison_sentence(accuracy),
        alt="Dots with 95 % intervals for each model: R² on the left, mean absolute error on the right.",
        figure=draw_model_comparison(estimates, NAIVE, tuple(metric_digits(metric) for metric in titles)),
        disclosure=Disclosure.MODEL_METRIC,
    )
    totals = totals_table(accuracy)
    return [picture, table, *([totals] if totals else [])]


def comparison_sentence(accuracy: Accuracy) -> str:
    """Best model against the reference: both figures, and the difference on the same customers where it was taken."""
    best = accuracy.best
    if best is None:
        return "No model was evaluated."
    top, base = accuracy.estimate(best, "r2"), accuracy.estimate(NAIVE, "r2")
    text = f"Best is “{model_name(best)}” with R² {estimate(top, 3)}"
    if base is None or top is None or best == NAIVE:
        return f"{text}." if best != NAIVE else f"{text}: no model beats the simplest rule, so scoring uses that rule."
    text += f", “same as the past” reaches {estimate(base, 3)}"
    text += _total(accuracy.estimate(best, "bias"))
    apart = estimate_of(accuracy.figures[best].get(AGAINST_PAST))
    if apart is None or apart.low is None or apart.high is None:
        return f"{text}."
    shown = f"for the same customers its RMSE is {estimate(apart, metric_digits('rmse'))} beside the past's"
    proof = "better beyond chance" if apart.high < 0.0 else "worse beyond chance" if apart.low > 0.0 else "not proven"
    return f"{text}; {shown}: {proof}."


def _total(bias: Estimate | None) -> str:
    """How the forecast total lies beside what came, as a clause; nothing where it was not measured."""
    return "" if bias is None else f"; all its forecasts together are {estimate(bias)} times what came"


def model_table(accuracy: Accuracy, currency: str) -> Table | None:
    """All metrics of all models under one protocol, 95 % intervals in brackets; None where there is no model."""
    if not accuracy.models:
        return None
    rows = tuple(
        (
            capital(model_name(model)),
            *(metric_cell(accuracy.estimate(model, metric), metric) for metric in METRIC_NAMES),
        )
        for model in accuracy.models
    )
    return Table(
        key=f"models_{accuracy.protocol}",
        title=accuracy.title,
        columns=("Model", *(HEADINGS[metric] for metric in METRIC_NAMES)),
        rows=rows,
        note=f"Errors in {currency}; 95 % intervals in brackets as the folds or the resampled customers give them: few "
        "folds tell little, and then a bound may lie beyond what a metric can be. MAPE counts only customers above a "
        "floor. Two intervals side by side prove no difference.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def totals_table(accuracy: Accuracy) -> Table | None:
    """Totals of every model beside what came, and R² without the largest; None where they were not measured."""
    told = [name for name in _BESIDE if any(name in own for own in accuracy.figures.values())]
    if not told:
        return None
    return Table(
        key=f"totals_{accuracy.protocol}",
        title=f"{accuracy.title}: totals, and what a few customers decide",
        columns=("Model", *(HEADINGS[metric] for metric in told)),
        rows=tuple(
            (capital(model_name(model)), *(metric_cell(accuracy.estimate(model, metric), metric) for metric in told))
            for model in accuracy.models
        ),
        note="Predicted / realised: the sum of all forecasts over what came. R² without the 20 customers who "
        "brought most: what is left when a few decide. 95 % intervals over resampled customers.",
        disclosure=Disclosure.MODEL_METRIC,
    )


@styled
def draw_model_comparison(
    panels_of: Sequence[tuple[str, Mapping[str, Estimate]]], reference: str, digits: Sequence[int]
) -> Figure:
    """One panel per metric: each model's value with its 95 % interval, the reference model as a line.

    Args:
        panels_of: (panel title, model -> estimate); all panels list the models of the first, in its order.
        reference: model that a new one has to beat; drawn as a dashed line.
        digits: decimals of the labels, one per panel.
    """
    models = list(panels_of[0][1]) if panels_of else []
    figure, axes = panels(max(len(panels_of), 1), height=0.8 + 0.36 * max(len(models), 1), share_y=True)
    for panel, (title, estimates), decimals in zip(axes, panels_of, digits, strict=False):
        for position, model in enumerate(models):
            mark_estimate(panel, position, estimates.get(model), BLUE if model != reference else ORANGE, decimals)
        if reference in estimates:
            panel.axvline(estimates[reference].value, color=ORANGE, linewidth=1, linestyle="--", zorder=0)
        panel.set_title(title)
        panel.grid(axis="x")
        panel.margins(x=0.18)
    axes[0].set_yticks(range(len(models)), [model_name(model) for model in models])
    axes[0].set_ylim(len(models) - 0.4, -0.6)
    return figure
