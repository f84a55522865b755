"""The chapter on whether the reviews help the forecast."""

from assets.models.estimators.registry import FUSION, WITHOUT_TEXT
from assets.reports.chapters.text.controls import control_blocks
from assets.reports.chapters.text.figures import draw_permutation
from assets.reports.chapters.text.tables import ablation_table, study_table
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import HEADINGS, accuracy_of
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import values_table
from assets.reports.telling.text_gain import text_verdict
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count, estimate, p_value

_CONTROL = f"controls.permutation.{FUSION}"


def text_section(told: Told) -> Section:
    """Does the text help? Control by shuffling."""
    blocks: list[Block] = [
        Notice(text=text_verdict(told), tone="info", disclosure=Disclosure.MODEL_METRIC),
        *control_blocks(told.branch("controls.positive"), told.branch("controls.null")),
        *_permutation_blocks(told),
    ]
    table = ablation_table(told.branch("ablations.observed"))
    blocks.append(table if table is not None else missing("ablations", told, Need.PROFILE))
    studies = study_table(told.branch("studies"))
    blocks += [studies] if studies is not None else []
    blocks += _encoder_blocks(told)
    return Section(
        anchor="text",
        title="Do the reviews help the forecast?",
        lead="The test that matters: give the model the same texts in the wrong order. If it does as well, the texts "
        "told it nothing about the customer.",
        blocks=tuple(blocks),
    )


def _encoder_blocks(told: Told) -> list[Block]:
    values = {}
    for tier, own in told.branch("embeddings").items():
        speed = own.get("reviews_per_second")
        rate = f", {count(speed)} reviews a second on this machine" if speed else ""
        values[f"Encoder tier “{tier}”"] = (
            f"{count(own['reviews'])} reviews, {count(own['dimensions'])} numbers each{rate}"
        )
    if not values:
        return []
    return [values_table("encoder", "How texts are turned into numbers", values, disclosure=Disclosure.OPERATIONAL)]


def _permutation_blocks(told: Told) -> list[Block]:
    real, shuffled = told.estimate(f"{_CONTROL}.real"), told.estimate(f"{_CONTROL}.shuffled")
    if real is None or shuffled is None:
        return [missing("permutation control", told, Need.TEXTS)]
    p = told.number(f"{_CONTROL}.p_corrected")
    metric = str(told.value(f"{_CONTROL}.metric") or "auc")
    name = HEADINGS.get(metric, "AUC of any revenue")
    is_told_by_text = p is not None and p < 0.05 and real.value > shuffled.value
    verdict = "so the pairing carries information" if is_told_by_text else "a difference that chance explains"
    chance = f" (p = {p_value(p)})" if p is not None else ""
    without = accuracy_of(told, "prospective_cv").estimate(WITHOUT_TEXT, metric)
    return [
        Picture(
            key="permutation",
            title="Texts shuffled among customers (table 6 of paper 001)",
            sentence=f"With the texts as paired {name} is {estimate(real, 3)}, with shuffled texts "
            f"{estimate(shuffled, 3)}: {verdict}{chance}. The paper prints no figures for this control that survived.",
            alt="Dots with intervals: texts as paired, texts shuffled, behaviour only.",
            figure=draw_permutation(real, shuffled, without, name),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]
