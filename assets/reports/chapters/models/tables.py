"""Tables of the forecasts: what accuracy costs, whom a model serves worse, today's scores, tenths by prediction."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assets.common.findings import Estimate
from assets.reports.telling.accuracy import Accuracy, metric_cell
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.guests import customer_words
from assets.reports.telling.tables import value_order
from assets.reports.telling.wording import capital, count, decimal, estimate, model_name, percent, plain

if TYPE_CHECKING:
    from assets.reports.telling.told import Told


def cost_table(protocols: Sequence[Accuracy]) -> Table | None:
    """What each model costs beside what it brings: parameters and seconds, with R² to judge them by.

    Args:
        protocols: the first under which a model was evaluated is shown.
    """
    accuracy = next((item for item in protocols if item.models), None)
    if accuracy is None:
        return None
    rows = tuple(
        (
            capital(model_name(model)),
            count(own.get("parameters") or 0.0),
            decimal(own.get("train_seconds") or 0.0, 2),
            decimal(own.get("predict_seconds") or 0.0, 3),
            metric_cell(accuracy.estimate(model, "r2"), "r2"),
        )
        for model, own in accuracy.figures.items()
    )
    return Table(
        key="costs",
        title="What the accuracy costs",
        columns=("Model", "Parameters", "Training, s per fit", "Prediction, s per test", "R²"),
        rows=rows,
        note=f"{accuracy.title}; seconds on the machine of this run.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def group_error_table(branch: Mapping[str, Any]) -> Table | None:
    """Errors by country group and channel: whom the model serves worse.

    Args:
        branch: ``models.groups``: grouping -> group -> ``n``, ``mae``, ``bias`` and their bounds.
    """
    rows = tuple(
        (
            capital(plain(grouping)),
            group,
            count(own["n"]),
            estimate(Estimate(own["mae"], own.get("mae_low"), own.get("mae_high")), 1),
            estimate(Estimate(own["bias"], own.get("bias_low"), own.get("bias_high")), 1),
        )
        for grouping, groups in branch.items()
        for group, own in sorted(groups.items(), key=lambda item: (-item[1]["n"], item[0]))
    )
    if not rows:
        return None
    return Table(
        key="group_errors",
        title="Errors by group of customers",
        columns=("Grouping", "Group", "n", "MAE", "Mean error"),
        rows=rows,
        text_columns=2,
        note="Mean error above zero: the model promises more than these customers bring. Groups below 30 rows are "
        "left out; 95 % intervals over customers in brackets.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def score_table(told: "Told", horizon_days: int | None) -> Table | None:
    """Expected value of the current customers by segment, from the scores of the last day; None where nobody is scored.

    Args:
        told: to a chapter that reads ``scores``.
        horizon_days: how far the scores look ahead.
    """
    branch = told.branch("scores")
    if not branch:
        return None
    rows = tuple(
        (
            capital(segment),
            count(own["customers"]),
            count(own.get("expected")),
            percent(own.get("share")),
            count(own.get("mean")),
        )
        for segment, own in sorted(branch.items(), key=lambda item: value_order(item[0]))
    )
    withheld = sorted({f"{why}" for path, why in told.left_out().items() if path.startswith("scores.")})
    note = "From the daily scores (customer_scores)."
    note += f" A dash: {'; '.join(withheld)}." if withheld else ""
    ahead = f"the next {horizon_days} days" if horizon_days else "the time to come"
    return Table(
        key="scores",
        title=f"Expected revenue of today's {customer_words(told).many} in {ahead}",
        columns=("Segment", capital(customer_words(told).many), f"Expected, {told.run.currency}", "Share", "Mean"),
        rows=rows,
        note=note,
        disclosure=Disclosure.GUEST_AGGREGATE,
    )
