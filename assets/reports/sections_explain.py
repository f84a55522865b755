"""Chapter on why: feature influence, words, the gate. Indicative, never causal."""

import numpy as np
import polars as pl

from assets.reports import figures_explain, figures_models
from assets.reports.inputs import SEGMENTS, ReportInputs, TextExplanation
from assets.reports.sections_faithfulness import faithfulness_blocks, player_blocks
from assets.reports.sections_segments import word_blocks
from assets.reports.tables_models import gate_table
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Paragraph, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import shorten
from assets.reports.telling.wording import capital, decimal, is_known, joined, model_name, money, percent, plain


def explain_section(inputs: ReportInputs, shap_features: int, minimum: int) -> Section:
    """SHAP, the text as one player, LIME, words by value, gate, and whether explanations are faithful.

    Args:
        inputs: what the rooms gave.
        shap_features: features drawn.
        minimum: customers that must have used a word before it is shown as one of a group.
    """
    blocks: list[Block] = [
        Notice(
            text="These pictures show what the models look at. They are indicative, not causal: changing a feature, "
            "or a "
            "guest's mood, need not change what the guest will spend.",
            tone="warning",
        ),
        *_shap_blocks(inputs, shap_features),
        *player_blocks(inputs, shap_features),
        *_lime_blocks(inputs),
        *word_blocks(inputs, minimum),
        *_gate_blocks(inputs),
        *faithfulness_blocks(inputs),
    ]
    return Section(
        anchor="why",
        title="Why a customer is valued so",
        lead="Which features move the forecasts overall, what the reviews as a whole move beside them, which words "
        "move single forecasts, how far the model relies on text at all, and whether these answers can be trusted.",
        blocks=tuple(blocks),
    )


def shap_ranking(shap: pl.DataFrame) -> pl.DataFrame:
    """``feature``, ``importance`` (mean absolute influence), ``direction`` (rank correlation sign), largest first."""
    return (
        shap.sort("feature", "shap", "scaled_value")
        .group_by("feature", maintain_order=True)
        .agg(
            pl.col("shap").abs().mean().alias("importance"),
            pl.corr("shap", "scaled_value", method="spearman").alias("direction"),
        )
        .with_columns(pl.col("direction").fill_nan(None).fill_null(0.0))
        .sort("importance", "feature", descending=[True, False])
    )


def _shap_blocks(inputs: ReportInputs, limit: int) -> list[Block]:
    if inputs.shap is None or inputs.shap.is_empty():
        return [missing("influence of the features (SHAP)", inputs, Need.FORECASTS)]
    ranking = shap_ranking(inputs.shap).head(limit)
    names = ranking["feature"].to_list()
    top = [f"“{plain(name.removeprefix('b_'))}”" for name in names[:3]]
    direction = float(ranking["direction"][0])
    way = "raise" if direction > 0.1 else "lower" if direction < -0.1 else "move"
    total = float(ranking["importance"].sum())
    share = float(ranking["importance"].head(3).sum()) / total if total > 0 else 0.0
    unit = inputs.run.currency
    model = model_name(inputs.explained_model) or "the tree model"
    picture = Picture(
        key="beeswarm",
        title="Which features move the forecasts (figure 6 of paper 001)",
        sentence=f"{joined(top)} carry {percent(share, 0)} of the influence shown; high values of {top[0]} {way} the "
        f"forecast of "
        f"{model}. One dot is one pseudo-customer.",
        alt="Swarm of dots per feature: horizontal place is the influence, colour the feature's value.",
        figure=figures_explain.draw_beeswarm(inputs.shap, names, unit),
        disclosure=Disclosure.PERSON_LEVEL,
    )
    bars = Picture(
        key="importance",
        title="Mean influence of each feature",
        sentence=f"On average {top[0]} moves a forecast by {decimal(float(ranking['importance'][0]), 1)} {unit} up or "
        f"down.",
        alt="Bars of the mean absolute influence per feature.",
        figure=figures_explain.draw_importance(names, ranking["importance"].to_list(), unit),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, bars]


def _lime_blocks(inputs: ReportInputs) -> list[Block]:
    explained = [item for item in inputs.lime if item.words]
    if not explained:
        return [missing("words behind single forecasts (LIME)", inputs, Need.TEXTS)]
    blocks: list[Block] = []
    for number, item in enumerate(explained, start=1):
        blocks += _lime_picture(item, number, inputs.run.currency)
    return blocks


def lime_sentence(item: TextExplanation, currency: str) -> str:
    """Which words raise and lower one forecast, and how little when it is little."""
    up = [f"“{word}”" for word, weight in zip(item.words, item.weights, strict=True) if weight > 0][:3]
    down = [f"“{word}”" for word, weight in zip(item.words, item.weights, strict=True) if weight < 0][:3]
    parts = [f"{joined(up)} raise it" if up else "", f"{joined(down)} lower it" if down else ""]
    text = f"Forecast {money(item.prediction, currency)}: {'; '.join(part for part in parts if part)}."
    reach = float(np.abs(item.weights).sum())
    if item.prediction and reach < 0.05 * abs(item.prediction):
        text += f" Together these words move it by no more than {percent(reach / abs(item.prediction))}: "
        text += "the text hardly matters here."
    if item.share is not None and item.share < 0.995:
        text += f" This review is {percent(item.share, 0)} of what the model read of the customer; the rest is held."
    if is_known(item.fit):
        text += f" The local explanation fits the model with R² {decimal(item.fit)}."
    return text


def _lime_picture(item: TextExplanation, number: int, currency: str) -> list[Block]:
    return [
        Picture(
            key=f"lime_{number}",
            title=f"Words behind one forecast: a {item.segment or 'chosen'}-value customer (figure 7 of paper 001)",
            sentence=lime_sentence(item, currency),
            alt=f"Bars of the influence of the words {', '.join(item.words)}.",
            figure=figures_explain.draw_text_explanation(item.words, item.weights, currency),
            disclosure=Disclosure.TEXT,
        ),
        Paragraph(text=f"The text, masked: “{shorten(item.text, 420)}”", disclosure=Disclosure.TEXT),
    ]


def _gate_blocks(inputs: ReportInputs) -> list[Block]:
    table = gate_table(inputs)
    if table is None or not inputs.gate:
        return [missing("gate by value segment", inputs, Need.TEXTS)]
    found = [segment for segment in SEGMENTS if segment in inputs.gate]
    means = [inputs.gate[segment][0] for segment in found]
    spreads = [inputs.gate[segment][1] for segment in found]
    difference = means[-1] - means[0]
    trend = (
        f"{'rises' if difference > 0 else 'falls'} from {found[0]} to {found[-1]} value by {decimal(abs(difference))}"
        if abs(difference) >= 0.005
        else "is the same in all segments"
    )
    if abs(difference) < max(spreads):
        trend += ", less than it spreads inside a segment"
    picture = Picture(
        key="gate_by_segment",
        title="How far the fusion relies on behaviour (figure 8 of paper 001)",
        sentence=f"{capital('the gate')} {trend}{_apart(inputs, found)}; the paper reports a rise from 0.41 to 0.68. "
        "A gate is an internal weight: it says nothing about causes, nor about which source would be missed more.",
        alt=f"Dots: mean gate "
        f"{', '.join(f'{segment} {decimal(mean)}' for segment, mean in zip(found, means, strict=True))}.",
        figure=figures_models.draw_gate(
            [capital(name) for name in found], means, spreads, [paper.GATE[name] for name in found]
        ),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, table]


def _apart(inputs: ReportInputs, found: list[str]) -> str:
    """Whether the means of the lowest and the highest segment are told apart by their intervals."""
    first, last = (inputs.gate_means.get(segment) for segment in (found[0], found[-1]))
    if first is None or last is None or not (first.has_interval and last.has_interval):
        return ""
    overlap = max(first.low, last.low) <= min(first.high, last.high)  # type: ignore[type-var]
    return " (the 95 % intervals of the means overlap)" if overlap else " (the 95 % intervals do not overlap)"
