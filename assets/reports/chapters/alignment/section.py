"""The chapter on pairing: pairs of stays and reviews, and the evidence for them."""

import polars as pl

from assets.common.findings import Tree
from assets.reports.chapters.alignment.evidence import evidence_blocks, oracle_sentence
from assets.reports.chapters.alignment.figures import (
    draw_match_probabilities,
    draw_match_weights,
    draw_pairing_quality,
    draw_pairs_over_time,
)
from assets.reports.chapters.alignment.matched import TRUTH, matched_blocks
from assets.reports.chapters.alignment.tables import match_weight_frame, match_weight_table
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.pairing import pairing_notice
from assets.reports.telling.tables import values_table
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count, decimal, percent, plain


def alignment_section(told: Told) -> Section:
    """Pairs of stays and reviews, and the evidence for them."""
    blocks: list[Block] = [
        pairing_notice(told.run.facts, told.branch("alignment")),
        *_pair_blocks(told),
        *matched_blocks(told),
        *_truth_blocks(told),
        *_weight_blocks(told),
        *evidence_blocks(told),
    ]
    return Section(
        anchor="alignment",
        title="Pairing stays with reviews",
        lead="No number that a review may carry is used here. Each stay is compared with the reviews soon after it, on "
        "country, nights, party, purpose, room and number of rooms; the best one is taken when it is probable enough.",
        blocks=tuple(blocks),
    )


def _pair_blocks(told: Told) -> list[Block]:
    measured, cells = told.branch("alignment"), told.table("pair_counts")
    if not measured:
        return [missing("pairs of stays and reviews", told, Need.PAIRS)]
    values = {
        "Days after the stay in which a review may appear": count(measured.get("window_days")),
        "Candidate pairs compared": count(measured.get("candidates")),
        "Completed stays decided": count(measured.get("decided", measured.get("stays"))),
        "Stays with a review": f"{count(measured.get('pairs'))} ({percent(measured.get('paired_share'))})",
        "Could the weights be learned from the data?": "yes"
        if measured.get("weights_identified")
        else "no: assumed values stand in",
    }
    blocks: list[Block] = [values_table("pairing", "The pairing in numbers", values)]
    if not cells.is_empty():
        blocks += _pair_pictures(cells, measured)
    return blocks


def _pair_pictures(cells: pl.DataFrame, measured: Tree) -> list[Block]:
    """Pictures of the counts; a cell that was withheld is drawn as empty."""
    shown = cells.with_columns(pl.col("stays", "paired").fill_null(0)).sort("label")
    bins, months = (shown.filter(pl.col("kind") == kind) for kind in ("probability", "month"))
    months = months.rename({"label": "month"})
    blocks: list[Block] = []
    if not bins.is_empty():
        blocks.append(
            Picture(
                key="match_probabilities",
                title="How sure the pairing is",
                sentence=f"For {percent(measured.get('best_at_90'))} of the stays that have a candidate, the best "
                f"review is at least 90 % probable; the median is {percent(measured.get('median_best_probability'))}.",
                alt="Histogram of the match probability of each stay's best review.",
                figure=draw_match_probabilities(bins, measured.get("threshold")),
                disclosure=Disclosure.OPERATIONAL,
            )
        )
    first = months.filter(pl.col("paired") > 0)
    start = f"The first pairs fall in {first['month'][0]}." if not first.is_empty() else "No stay found a review."
    blocks.append(
        Picture(
            key="pairs_over_time",
            title="Pairs over time",
            sentence=f"{start} Stays outside the period that the reviews cover can't be paired.",
            alt="Bars of stays decided and paired per month, and the paired share as a line.",
            figure=draw_pairs_over_time(months),
            disclosure=Disclosure.OPERATIONAL,
        )
    )
    return blocks


def _truth_blocks(told: Told) -> list[Block]:
    names = {"Precision": "precision", "Recall": "recall", "F1": "f1"}
    if told.value("links.matched.measured_on") != TRUTH:
        return []
    known = {label: told.number(f"links.matched.{name}") for label, name in names.items()}
    scores = {label: score for label, score in known.items() if score is not None}
    if not scores:
        return []
    oracle, error = (told.number(f"links.matched.{name}") for name in ("oracle_f1", "calibration_error"))
    calibration = f" Stated probabilities are off by {percent(error)} on average." if error is not None else ""
    return [
        Picture(
            key="pairing_quality",
            title="Pairs against the truth",
            sentence=f"{percent(scores.get('Precision'))} of the pairs made are right, and "
            f"{percent(scores.get('Recall'))} of the true pairs are found.{oracle_sentence(told)}{calibration}",
            alt="Bars of precision, recall and F1.",
            figure=draw_pairing_quality(scores, oracle),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _weight_blocks(told: Told) -> list[Block]:
    weights = match_weight_frame(told.branch("alignment.weights"))
    if weights.is_empty():
        return [missing("match weights", told, Need.PAIRS)]
    top = weights.sort("weight", "field", "level", descending=[True, False, False]).row(0, named=True)
    learned = int(weights["is_learned"].sum())
    picture = Picture(
        key="match_weights_chart",
        title="What counts as evidence",
        sentence=f"The strongest sign is {plain(top['field'])} “{plain(top['level'])}”: it multiplies the odds of a "
        f"match by {decimal(2 ** top['weight'], 1)}. {learned} of {weights.height} weights were learned from the data, "
        "the others are assumed.",
        alt="Bars of evidence in bits per field and level of agreement; hatched where assumed.",
        figure=draw_match_weights(weights),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, match_weight_table(weights)]
