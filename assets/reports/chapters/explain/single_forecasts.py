"""Words behind single forecasts of the fusion (LIME), one customer per value segment."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.models.explaining.words import TextExplanation
from assets.reports.chapters.explain.figures import draw_text_explanation
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Paragraph, Picture
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import shorten
from assets.reports.telling.wording import decimal, is_known, joined, money, percent

if TYPE_CHECKING:
    from assets.reports.telling.told import Told


def forecast_blocks(told: "Told") -> list[Block]:
    """A picture and the masked text per explained forecast; a note where none was explained."""
    explained = [item for item in explanations_of(told.table("explained_texts")) if item.words]
    if not explained:
        return [missing("words behind single forecasts (LIME)", told, Need.TEXTS)]
    blocks: list[Block] = []
    for number, item in enumerate(explained, start=1):
        blocks += _picture_and_text(item, number, told.run.currency)
    return blocks


def explanations_of(explained: pl.DataFrame) -> tuple[TextExplanation, ...]:
    """The explained texts, value segments from low to high.

    Args:
        explained: ``explained_texts`` rows of one model.
    """
    by_segment = {row["segment"]: row for row in explained.iter_rows(named=True)}
    return tuple(
        TextExplanation(
            segment=segment,
            prediction=row["prediction"],
            words=tuple(row["words"]),
            weights=tuple(row["weights"]),
            text=row["text"],
            fit=row["fit"],
            share=row["share"],
        )
        for segment in SEGMENTS
        if (row := by_segment.get(segment)) is not None
    )


def forecast_sentence(item: TextExplanation, currency: str) -> str:
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


def _picture_and_text(item: TextExplanation, number: int, currency: str) -> list[Block]:
    return [
        Picture(
            key=f"lime_{number}",
            title=f"Words behind one forecast: a {item.segment}-value customer (figure 7 of paper 001)",
            sentence=forecast_sentence(item, currency),
            alt=f"Bars of the influence of the words {', '.join(item.words)}.",
            figure=draw_text_explanation(item.words, item.weights, currency),
            disclosure=Disclosure.TEXT,
        ),
        Paragraph(text=f"The text, masked: “{shorten(item.text, 420)}”", disclosure=Disclosure.TEXT),
    ]
