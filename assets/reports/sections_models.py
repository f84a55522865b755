"""Chapters on the forecasts: how good, against what, and whether the text helps."""

from collections.abc import Sequence

import polars as pl

from assets.models.estimators.registry import FUSION, NAIVE, WITHOUT_TEXT
from assets.reports import figures_models
from assets.reports.inputs import ReportInputs
from assets.reports.sections_customers import leakage_blocks
from assets.reports.tables_customers import decile_frame, score_table
from assets.reports.tables_evaluation import claim_tables, study_table, tuning_table
from assets.reports.tables_models import (
    HEADINGS,
    PROTOCOL_TITLES,
    ablation_table,
    cost_table,
    group_error_table,
    model_table,
    segment_table,
    significance_table,
)
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import values_table
from assets.reports.telling.wording import (
    Estimate,
    capital,
    count,
    decimal,
    estimate,
    metric_digits,
    model_name,
    p_value,
)

_NEEDS = {"observed": Need.CUSTOMERS}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def models_section(inputs: ReportInputs) -> Section:
    """Forecasts first, the paper's protocol after them."""
    blocks: list[Block] = [
        *([Notice(text=inputs.advice, disclosure=Disclosure.MODEL_METRIC)] if inputs.advice else []),
        *_forecast_blocks(inputs, "prospective_cv"),
        *_forecast_blocks(inputs, "prospective_holdout"),
    ]
    blocks += _decile_blocks(inputs)
    if inputs.scores is not None and not inputs.scores.is_empty():
        blocks.append(score_table(inputs.scores, inputs.horizon_days, inputs.run.currency))
    tables = (significance_table(inputs), *claim_tables(inputs), tuning_table(inputs), cost_table(inputs),
              group_error_table(inputs), model_table(inputs, "long_horizon"))  # fmt: skip
    blocks += [table for table in tables if table is not None]
    horizon = f"{inputs.horizon_days} days" if inputs.horizon_days else "months"
    return Section(
        anchor="forecast",
        title="How well future value can be forecast",
        lead=f"What counts: features from the past only, value from the {horizon} after. Every model is compared with "
        "the simplest rule there is, “the same as in the past”.",
        blocks=tuple(blocks),
    )


def observed_section(inputs: ReportInputs) -> Section:
    """The paper's protocol, with its leakage shown."""
    blocks: list[Block] = [*leakage_blocks(inputs), *_forecast_blocks(inputs, "observed")]
    blocks += [table for table in (segment_table(inputs),) if table is not None]
    return Section(
        anchor="observed",
        title="The paper's own protocol, and what it hides",
        lead="Features and value from the same period, as in paper 001. Shown for comparison; no decision should rest "
        "on it.",
        blocks=tuple(blocks),
    )


def text_section(inputs: ReportInputs) -> Section:
    """Does the text help? Control by shuffling."""
    blocks: list[Block] = [_text_verdict(inputs), *_permutation_blocks(inputs)]
    table = ablation_table(inputs)
    blocks.append(table if table is not None else missing("ablations", inputs, Need.PROFILE))
    studies = study_table(inputs)
    blocks += [studies] if studies is not None else []
    blocks += _encoder_blocks(inputs)
    return Section(
        anchor="text",
        title="Do the reviews help the forecast?",
        lead="The test that matters: give the model the same texts in the wrong order. If it does as well, the texts "
        "told it "
        "nothing about the customer.",
        blocks=tuple(blocks),
    )


def _encoder_blocks(inputs: ReportInputs) -> list[Block]:
    values = {}
    for tier, found in (inputs.embeddings or {}).items():
        speed = found.get("reviews_per_second")
        rate = f", {count(speed)} reviews a second on this machine" if speed else ""
        values[f"Encoder tier “{tier}”"] = (
            f"{count(found['reviews'])} reviews, {count(found['dimensions'])} numbers each{rate}"
        )
    if not values:
        return []
    return [values_table("encoder", "How texts are turned into numbers", values, disclosure=Disclosure.OPERATIONAL)]


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


def _text_verdict(inputs: ReportInputs) -> Notice:
    return Notice(text=text_verdict(inputs), tone="info", disclosure=Disclosure.MODEL_METRIC)


def _permutation_blocks(inputs: ReportInputs) -> list[Block]:
    found = inputs.permutation
    if not found or found.get("real") is None or found.get("shuffled") is None:
        return [missing("permutation control", inputs, Need.TEXTS)]
    real, shuffled, p = found["real"], found["shuffled"], found.get("p")
    name = HEADINGS.get(str(found.get("metric", "r2")), "R²")
    loss = real.value - shuffled.value
    verdict = (
        "so the pairing carries information"
        if p is not None and p < 0.05 and loss > 0
        else ("a difference that chance explains")
    )
    chance = f" (p = {p_value(p)})" if p is not None else ""
    return [
        Picture(
            key="permutation",
            title="Texts shuffled among customers (table 6 of paper 001)",
            sentence=f"With the texts as paired {name} is {estimate(real, 3)}, with shuffled texts "
            f"{estimate(shuffled, 3)}: "
            f"{verdict}{chance}. The paper prints no figures for this control that survived.",
            alt="Dots with intervals: texts as paired, texts shuffled, behaviour only.",
            figure=figures_models.draw_permutation(real, shuffled, found.get("without_text"), name),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _forecast_blocks(inputs: ReportInputs, protocol: str) -> list[Block]:
    models = inputs.models_of(protocol)
    table = model_table(inputs, protocol)
    if not models or table is None:
        return [missing(PROTOCOL_TITLES[protocol].lower(), inputs, _NEEDS.get(protocol, Need.FORECASTS))]
    metrics = ("r2", "mae")
    estimates = [
        (title, {model: item for model in models if (item := inputs.estimate(protocol, model, metric)) is not None})
        for metric, title in zip(
            metrics, ("R² (higher is better)", f"MAE, {inputs.run.currency} (lower is better)"), strict=True
        )
    ]
    picture = Picture(
        key=f"comparison_{protocol}",
        title=PROTOCOL_TITLES[protocol],
        sentence=comparison_sentence(inputs, protocol),
        alt="Dots with 95 % intervals for each model: R² on the left, mean absolute error on the right.",
        figure=figures_models.draw_model_comparison(estimates, NAIVE, (metric_digits("r2"), metric_digits("mae"))),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, table]


def best_model(inputs: ReportInputs, protocol: str) -> str | None:
    """The named best model, else the one with the highest R²."""
    models = inputs.models_of(protocol)
    named = inputs.best.get(protocol)
    if named in models:
        return named
    scored = [(item.value, model) for model in models if (item := inputs.estimate(protocol, model, "r2")) is not None]
    return max(scored)[1] if scored else None


def comparison_sentence(inputs: ReportInputs, protocol: str) -> str:
    """Best model against the reference, with both intervals; says when they overlap."""
    best = best_model(inputs, protocol)
    if best is None:
        return "No model was evaluated."
    top, base = inputs.estimate(protocol, best, "r2"), inputs.estimate(protocol, NAIVE, "r2")
    text = f"Best is “{model_name(best)}” with R² {estimate(top, 3)}"
    if base is None or top is None or best == NAIVE:
        return f"{text}." if best != NAIVE else f"{text}: no model beats the simplest rule, so scoring uses that rule."
    overlap = top.has_interval and base.has_interval and (top.low or 0.0) <= (base.high or 0.0)
    text += f", “same as the past” reaches {estimate(base, 3)}"
    return f"{text}. The intervals overlap: take the lead as likely, not as proven." if overlap else f"{text}."


def _decile_blocks(inputs: ReportInputs) -> list[Block]:
    if inputs.predictions is None:
        return [missing("predicted against actual by tenths", inputs, Need.FORECASTS)]
    for protocol in ("prospective_holdout", "prospective_cv"):
        models = [model for model in dict.fromkeys([best_model(inputs, protocol) or "", NAIVE, FUSION]) if model]
        frames = {model: decile_frame(_rows(inputs.predictions, protocol, model)) for model in models}
        frames = {model: rows for model, rows in frames.items() if not rows.is_empty()}
        if frames:
            return [_decile_picture(inputs, protocol, frames)]
    return [missing("predicted against actual by tenths", inputs, Need.FORECASTS)]


def _rows(predictions: pl.DataFrame, protocol: str, model: str) -> pl.DataFrame:
    return predictions.filter((pl.col("protocol") == protocol) & (pl.col("model") == model))


def _decile_picture(inputs: ReportInputs, protocol: str, frames: dict[str, pl.DataFrame]) -> Picture:
    model, rows = next(iter(frames.items()))
    last = rows.row(rows.height - 1, named=True)
    share = last["actual"] / total if (total := float(rows["actual"].sum())) > 0 else 0.0
    ratio = last["predicted"] / last["actual"] if last["actual"] else float("nan")
    return Picture(
        key="deciles",
        title="Predicted and actual value by tenths of customers",
        sentence=f"The tenth that {model_name(model)} ranks highest brings {decimal(100 * share, 0)} % of the later "
        f"revenue; for it the "
        f"forecast is {decimal(ratio, 2)} times what came ({PROTOCOL_TITLES[protocol].lower()}). Bars: actual, line: "
        f"predicted.",
        alt="Bars of actual and lines of predicted mean value in ten groups ordered by prediction.",
        figure=figures_models.draw_deciles(frames, inputs.run.currency),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def share_sentence(parts: Sequence[str]) -> str:
    """Parts as one capitalised sentence."""
    return capital(", ".join(parts)) + "."
