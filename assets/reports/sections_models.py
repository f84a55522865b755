"""The best model and whether the text helps, for the opening page."""

import polars as pl

from assets.models.estimators.registry import FUSION, WITHOUT_TEXT
from assets.reports.inputs import ReportInputs
from assets.reports.telling.absence import Need
from assets.reports.telling.wording import (
    Estimate,
    estimate,
)


def text_gain(inputs: ReportInputs) -> tuple[str, Estimate] | None:
    """R² of the fusion minus R² without text on the same folds; forecasts preferred over the observed window.

    Returns:
        (protocol, difference); the interval only where the paired comparison gave one.
    """
    if inputs.significance is not None:
        rows = inputs.significance.filter((pl.col("a") == FUSION) & (pl.col("b") == WITHOUT_TEXT))
        if not rows.is_empty():
            row = rows.row(0, named=True)
            return "prospective_cv", Estimate(row["difference"], row.get("low"), row.get("high"))
    for protocol in ("prospective_cv", "prospective_holdout"):
        with_text, without = inputs.estimate(protocol, FUSION, "r2"), inputs.estimate(protocol, WITHOUT_TEXT, "r2")
        if with_text and without:
            return protocol, Estimate(with_text.value - without.value)
    return None


def text_verdict(inputs: ReportInputs) -> str:
    """One honest sentence on whether text improves the forecast on this data."""
    if inputs.customers_with_text == 0:
        return "No customer had a paired review in time, so this run can't say whether text helps."
    gain = text_gain(inputs)
    if gain is None:
        return f"Whether text helps can't be said: {inputs.presence.why(Need.TEXTS)}."
    item = gain[1]
    shown = f"the difference in R² between the fusion with text and the same network without is {estimate(item, 3)}"
    if item.has_interval and item.low is not None and item.low > 0:
        return f"Text brings a measurable gain on this data: {shown}."
    if item.has_interval and item.high is not None and item.high < 0:
        return f"Text makes the forecast worse on this data: {shown}."
    if item.has_interval:
        return f"Text brings no measurable gain on this data: {shown}, and its interval includes zero."
    return f"No interval was computed, so no gain from text is claimed: {shown}."


def best_model(inputs: ReportInputs, protocol: str) -> str | None:
    """The named best model, else the one with the highest R²."""
    models = inputs.models_of(protocol)
    named = inputs.best.get(protocol)
    if named in models:
        return named
    scored = [(item.value, model) for model in models if (item := inputs.estimate(protocol, model, "r2")) is not None]
    return max(scored)[1] if scored else None
