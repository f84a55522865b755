"""The chapter on the forecasts: how good, against what, at what cost, and on what evidence."""

import polars as pl

from assets.models.estimators.registry import FUSION, NAIVE
from assets.reports.chapters.models.evidence import claim_tables, significance_table, tuning_table
from assets.reports.chapters.models.figures import draw_deciles
from assets.reports.chapters.models.tables import cost_table, decile_frame, group_error_table, score_table
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import FORECASTS, PROTOCOL_TITLES, Accuracy, accuracy_of
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section
from assets.reports.telling.comparison import comparison_blocks, model_table
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import decimal, model_name, percent

_TENTHS = 10


def models_section(told: Told) -> Section:
    """Both forecasts, tenths of customers, today's scores, and the tables behind the claims."""
    horizon_days = horizon_of(told.table("examples"))
    advice = told.value("models.recommendation.sentence")
    blocks: list[Block] = [Notice(text=advice, disclosure=Disclosure.MODEL_METRIC)] if advice else []
    for protocol in FORECASTS:
        blocks += comparison_blocks(told, protocol, Need.FORECASTS)
    blocks += _decile_blocks(told)
    scores = told.table("customer_scores")
    if not scores.is_empty():
        blocks.append(score_table(scores, horizon_days, told.run.currency))
    blocks += _tables(told)
    horizon = f"{horizon_days} days" if horizon_days else "months"
    return Section(
        anchor="forecast",
        title="How well future value can be forecast",
        lead=f"What counts: features from the past only, value from the {horizon} after. Every model is compared with "
        "the simplest rule there is, “the same as in the past”.",
        blocks=tuple(blocks),
    )


def horizon_of(examples: pl.DataFrame) -> int | None:
    """Days that a forecast looks ahead; None before there are forecasts.

    Args:
        examples: rows of ``examples``.
    """
    ahead = examples.filter(pl.col("protocol") == "prospective")["horizon_days"]
    return int(ahead.max()) if len(ahead) else None  # type: ignore[arg-type]


def _tables(told: Told) -> list[Block]:
    protocols = [accuracy_of(told, protocol) for protocol in PROTOCOL_TITLES]
    tables = (
        significance_table(told.branch("models.significance")),
        *claim_tables(told.branch("claims"), told.branch("verdicts")),
        tuning_table(told.branch("tuning")),
        cost_table(protocols),
        group_error_table(told.branch("models.groups")),
        model_table(accuracy_of(told, "long_horizon"), told.run.currency),
    )
    return [table for table in tables if table is not None]


def _decile_blocks(told: Told) -> list[Block]:
    predictions = told.table("model_predictions").filter(pl.col("repeat") == 0)  # each example is tested once in it
    for protocol in reversed(FORECASTS):
        accuracy = accuracy_of(told, protocol)
        models = [model for model in dict.fromkeys([accuracy.best or "", NAIVE, FUSION]) if model]
        frames = {model: decile_frame(_rows(predictions, protocol, model)) for model in models}
        frames = {model: rows for model, rows in frames.items() if not rows.is_empty()}
        if frames:
            return [_decile_picture(accuracy, frames, told.run.currency)]
    return [missing("predicted against actual by tenths", told, Need.FORECASTS)]


def _rows(predictions: pl.DataFrame, protocol: str, model: str) -> pl.DataFrame:
    return predictions.filter((pl.col("protocol") == protocol) & (pl.col("model") == model))


def _decile_picture(accuracy: Accuracy, frames: dict[str, pl.DataFrame], currency: str) -> Picture:
    model, rows = next(iter(frames.items()))
    last = rows.row(rows.height - 1, named=True)
    total, number = float((rows["n"] * rows["actual"]).sum()), int(rows["n"].sum())
    share = last["n"] * last["actual"] / total if total > 0 else 0.0
    best = "The tenth that" if last["decile"] == _TENTHS else f"The {percent(last['n'] / number)} whom"
    ratio = last["predicted"] / last["actual"] if last["actual"] else float("nan")
    return Picture(
        key="deciles",
        title="Predicted and actual value by tenths of customers",
        sentence=f"{best} {model_name(model)} ranks highest: {decimal(100 * share, 0)} % of the later "
        f"revenue, and a forecast of {decimal(ratio, 2)} times what came ({accuracy.title.lower()}). Bars: "
        "actual, line: predicted; equal predictions share a bar.",
        alt="Bars of actual and lines of predicted mean value in ten groups ordered by prediction.",
        figure=draw_deciles(frames, currency),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )
