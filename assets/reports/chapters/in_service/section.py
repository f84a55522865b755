"""The chapter on scores in service: which model serves and why, drift, predictions against what came of them."""

import polars as pl

from assets.models.serving.drift import DRAWN
from assets.models.serving.pictures import newest_deciles
from assets.reports.chapters.in_service import figures as figures_scores
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section, Table
from assets.reports.telling.wording import count, decimal, model_name, percent, plain

_RUNS_SHOWN = 10
_DAYS_SHOWN = 12
_KINDS = {"stored": "as served", "replayed": "replayed"}


def scores_section(
    runs: pl.DataFrame | None, drift: pl.DataFrame | None, back_test: pl.DataFrame | None, currency: str
) -> Section | None:
    """Tables and pictures of trainings, drift and back-test; None where none of them was made.

    Args:
        runs: rows of ``training_runs``.
        drift: rows of ``model_drift``.
        back_test: rows of ``back_test``.
        currency: of the amounts.
    """
    if runs is None and drift is None and back_test is None:
        return None
    blocks = [*_run_blocks(runs), *_back_test_blocks(back_test, currency), *_drift_blocks(drift)]
    lead = (
        "A newly trained model serves only when it is not worse than the serving one on the newest rolling origin, by "
        "a metric and a tolerance set beforehand; both are judged by twins that have seen no target of that origin."
    )
    return Section(anchor="in_service", title="Scores in service", lead=lead, blocks=tuple(blocks))


def _run_blocks(runs: pl.DataFrame | None) -> list[Block]:
    if runs is None or runs.is_empty():
        return [Notice(text="No training is recorded: there was nothing to learn from yet.", tone="missing")]
    shown = runs.sort("number", descending=True).head(_RUNS_SHOWN)
    metric = str(shown["metric"][0]).upper()
    rows = tuple(
        (
            f"{row['number']}", model_name(row["model"]), row["version"][:8], str(row["as_of"]), row["input_hash"][:8],
            row["settings_digest"][:8], decimal(row["rmse"], 1), decimal(row["r2"], 3), decimal(row["error"], 1),
            decimal(row["serving_error"], 1), "yes" if row["is_promoted"] else "no",
        )
        for row in shown.iter_rows(named=True)
    )  # fmt: skip
    columns = ("Run", "Model", "Version", "As of", "Inputs", "Settings", "RMSE", "R²", f"{metric} at the origin",
               f"{metric} of the serving model", "Serves")  # fmt: skip
    table = Table(
        key="training_runs_table", title="Trainings, newest first", columns=columns, rows=rows, text_columns=6,
        words_at=(10,), note="RMSE and R² from cross-validation. Settings and inputs of two runs side by side: "
        "“stayworth models --compare”.", disclosure=Disclosure.MODEL_METRIC,
    )  # fmt: skip
    refused = not shown["is_promoted"][0]
    told = f"The newest training was {shown['decision'][0]}." if refused else ""
    return [*([Notice(text=told, tone="warning")] if refused else []), table]


def _back_test_blocks(back_test: pl.DataFrame | None, currency: str) -> list[Block]:
    if back_test is None or back_test.is_empty():
        return [Notice(text="No prediction is old enough to be held against what came of it.", tone="missing")]
    days = back_test.filter(pl.col("decile") == 0).sort("kind", "as_of", "model_version", descending=True)
    if days.is_empty():
        return [Notice(text="No prediction was held against what came of all its customers.", tone="missing")]
    table = Table(
        key="back_test_table",
        title="Past predictions against the revenue realised since",
        columns=("Prediction", "As of", "Model", "Customers", "Predicted", "Realised", "MAE", "Gini",
                 "Inside interval"),
        rows=tuple(
            (_KINDS[row["kind"]], str(row["as_of"]), model_name(row["model"]), count(row["n"]),
             decimal(row["predicted"], 1), decimal(row["realised"], 1), decimal(row["mae"], 1),
             decimal(row["gini"], 3), percent(row["coverage"], 1))
            for row in days.head(_DAYS_SHOWN).iter_rows(named=True)
        ),
        note="As served: stored daily scores whose horizon has passed. Replayed: the newest rolling origin, predicted "
        f"from what was known on its day. Means per customer in {currency}.",
        text_columns=3,
        disclosure=Disclosure.MODEL_METRIC,
    )  # fmt: skip
    newest = days.row(0, named=True)
    picture = Picture(
        key="back_test_picture",
        title="Predicted and realised, by tenth",
        sentence=f"Scores of {newest['as_of']} ({_KINDS[newest['kind']]}): {percent(newest['coverage'], 1)} of the "
        f"customers ended inside their interval; mean absolute error {decimal(newest['mae'], 1)} {currency}.",
        alt="Two lines over ten groups of customers: mean predicted and mean realised revenue.",
        figure=figures_scores.draw_back_test(newest_deciles(back_test), currency),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )
    return [picture, table]


def _drift_blocks(drift: pl.DataFrame | None) -> list[Block]:
    if drift is None or drift.is_empty():
        return [Notice(text="Drift can't be measured: there are no training examples yet.", tone="missing")]
    ordered = drift.sort("psi", "name", descending=[True, False])
    moved = ordered.filter(pl.col("is_drifted"))
    threshold = float(ordered["threshold"][0])
    names = ", ".join(plain(name) for name in moved["name"].head(5).to_list())
    told = f"{count(moved.height)} of {count(ordered.height)} are above the threshold: {names}." if moved.height else (
        "Nothing is above the threshold."
    )  # fmt: skip
    picture = Picture(
        key="drift_picture",
        title="Drift of inputs and scores since training",
        sentence=f"Training examples up to {ordered['reference_to'][0]} against the customers of "
        f"{ordered['as_of'][0]}. {told} A history that grows moves tenure and counts by itself.",
        alt="Bars of the population stability index per feature, largest on top, with the threshold as a line.",
        figure=figures_scores.draw_drift(ordered.head(DRAWN), threshold),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture]
