"""Forecasts beside what came, over groups of customers: tenths, what the best hold, errors, sizes of the scores."""

from typing import TYPE_CHECKING

import polars as pl

from assets.models.estimators.registry import FUSION, NAIVE
from assets.models.findings.curves import CALIBRATION, ERROR, FORECAST, GAIN, SCORES
from assets.reports.chapters.models.figures import draw_deciles, draw_gain, draw_steps
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import FORECASTS, Accuracy, accuracy_of
from assets.reports.telling.blocks import Block, Disclosure, Picture
from assets.reports.telling.guests import customer_words
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import count, decimal, model_name, percent

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_TENTHS = 10
_GAIN_AT = 0.1  # share of the customers of whom the sentence speaks


def curve_blocks(told: "Told") -> list[Block]:
    """Tenths, gain and errors under the last forecast that has them; a note where no group is large enough."""
    curves = told.table("forecast_curves")
    for protocol in reversed(FORECASTS):
        accuracy = accuracy_of(told, protocol)
        models = [model for model in dict.fromkeys([accuracy.best or "", NAIVE, FUSION]) if model]
        own = curves.filter((pl.col("protocol") == protocol) & pl.col("model").is_in(models))
        if not own.filter(pl.col("curve") == CALIBRATION).is_empty():
            currency = told.run.currency
            return [
                _decile_picture(accuracy, _by_model(own, CALIBRATION, models), currency),
                *_gain_picture(accuracy, _by_model(own, GAIN, models)),
                *_error_picture(accuracy, _by_model(own, ERROR, models), currency),
            ]
    return [missing("predicted against actual by tenths", told, Need.FORECASTS)]


def spread_blocks(told: "Told") -> list[Block]:
    """How the scores of the last scored day are spread; nothing where nobody is scored."""
    rows = told.table("forecast_curves").filter((pl.col("protocol") == SCORES) & (pl.col("curve") == FORECAST))
    if rows.is_empty():
        return []
    steps, many = rows.sort("step"), customer_words(told).many
    low = steps.row(0, named=True)
    border = low["high"]
    few = f"below {count(border)} {told.run.currency}" if border is not None else "in one step"
    return [
        Picture(
            key="score_spread",
            title=f"How the scores of today's {many} are spread",
            sentence=f"Of {count(float(steps['n'].sum()))} scored {many} {percent(low['share'], 0)} are expected to "
            f"bring {few}. Every step holds {count(min(steps['n'].to_list()))} or more.",
            alt="Bars of the share of customers by expected revenue, in steps with fixed borders.",
            figure=draw_steps(steps, f"expected revenue, {told.run.currency}"),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]


def _by_model(curves: pl.DataFrame, curve: str, models: list[str]) -> dict[str, pl.DataFrame]:
    rows = {model: curves.filter((pl.col("curve") == curve) & (pl.col("model") == model)) for model in models}
    return {model: own.sort("step") for model, own in rows.items() if not own.is_empty()}


def _decile_picture(accuracy: Accuracy, frames: dict[str, pl.DataFrame], currency: str) -> Picture:
    model, rows = next(iter(frames.items()))
    last = rows.row(rows.height - 1, named=True)
    total, number = float((rows["rows"] * rows["realised"]).sum()), int(rows["rows"].sum())
    share = last["rows"] * last["realised"] / total if total > 0 else 0.0
    best = "The tenth that" if last["step"] == _TENTHS else f"The {percent(last['rows'] / number)} whom"
    ratio = last["predicted"] / last["realised"] if last["realised"] else float("nan")
    return Picture(
        key="deciles",
        title="Predicted and actual value by tenths of customers",
        sentence=f"{best} {model_name(model)} ranks highest: {decimal(100 * share, 0)} % of the later "
        f"revenue, and a forecast of {decimal(ratio, 2)} times what came ({accuracy.title.lower()}). Bars: "
        "actual, line: predicted; equal predictions share a bar, and so do tenths of few customers.",
        alt="Bars of actual and lines of predicted mean value in ten groups ordered by prediction.",
        figure=draw_deciles(frames, currency),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def _gain_picture(accuracy: Accuracy, frames: dict[str, pl.DataFrame]) -> list[Picture]:
    if not frames:
        return []
    model, rows = next(iter(frames.items()))
    reached = rows.filter(pl.col("share") >= _GAIN_AT).row(0, named=True)  # the last step holds everybody
    return [
        Picture(
            key="gain",
            title="What the customers ranked highest bring",
            sentence=f"The {percent(reached['share'], 0)} whom {model_name(model)} ranks highest brought "
            f"{percent(reached['captured'], 0)} of the later revenue{_bounds(accuracy, model)} "
            f"({accuracy.title.lower()}); the dashed line is a list in random order.",
            alt="Curves of the share of revenue held by the share of customers ranked highest, one per model.",
            figure=draw_gain(frames),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _bounds(accuracy: Accuracy, model: str) -> str:
    """The interval of what the best tenth holds; nothing where it was not measured."""
    tenth = accuracy.estimate(model, "captured_10")
    if tenth is None or tenth.low is None or tenth.high is None:
        return ""
    return f", 95 % for the best tenth {percent(tenth.low, 0)} to {percent(tenth.high, 0)}"


def _error_picture(accuracy: Accuracy, frames: dict[str, pl.DataFrame], currency: str) -> list[Picture]:
    if not frames:
        return []
    model, rows = next(iter(frames.items()))
    over = float(rows.filter(pl.col("low") >= 0.0)["share"].sum())
    under = float(rows.filter(pl.col("high") <= 0.0)["share"].sum())
    return [
        Picture(
            key="errors",
            title=f"Errors of {model_name(model)}",
            sentence=f"{percent(over, 0)} of the forecasts are too high and {percent(under, 0)} too low by more than "
            f"the step around nought ({accuracy.title.lower()}). Borders are fixed and the outer steps open: no "
            "single error is shown.",
            alt="Bars of the share of forecasts by error, in steps with fixed borders.",
            figure=draw_steps(rows, f"forecast minus what came, {currency}"),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]
