"""The chapter on the reviews: which are believed, why, and how well the filters work."""

import polars as pl

from assets.reports.chapters.reviews.figures import draw_anomaly_parts, draw_retention
from assets.reports.chapters.reviews.highest import highest_score_tables, highest_scores
from assets.reports.chapters.reviews.review_map import map_blocks
from assets.reports.chapters.reviews.tables import retention_frame, retention_table
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import values_table
from assets.reports.telling.told import Told
from assets.reports.telling.wording import capital, count, decimal, estimate, percent, plain


def reviews_section(told: Told) -> Section:
    """Retention, anomaly parts, polarity, the map, and the highest values."""
    highest = highest_scores(
        told.table("review_anomalies"),
        told.table("review_anomaly_parts"),
        told.table("clean_reviews"),
        told.settings.anomaly_examples,
    )
    blocks = [
        *_retention_blocks(told),
        *_anomaly_blocks(told),
        *_quality_blocks(told),
        *map_blocks(told.table("review_map")),
        *highest_score_tables(highest),
    ]
    return Section(
        anchor="reviews",
        title="Which reviews are believed",
        lead="A review is set aside when it contradicts itself, copies an earlier one, or arrives in a burst. It is "
        "never deleted: it only loses its weight in the models.",
        blocks=tuple(blocks),
    )


def _retention_blocks(told: Told) -> list[Block]:
    retention = retention_frame(told.branch("reviews.anomaly.steps"))
    if retention.is_empty():
        return [missing("reviews kept step by step", told, Need.REVIEWS)]
    steps = retention.filter(pl.col("mode") == "part_by_part")
    if steps.is_empty():
        return [Notice(text="There were no reviews to filter.")]
    ours = [float(share) for share in steps["share"]]
    printed = [paper.RETENTION[at][2] if at < len(paper.RETENTION) else None for at in range(len(ours))]
    kept = ours[-1]
    difference = abs(kept - paper.RETENTION[-1][2])
    relation = "close to" if difference < 0.02 else "more than" if kept > paper.RETENTION[-1][2] else "less than"
    picture = Picture(
        key="retention",
        title="Reviews kept after each filter",
        sentence=f"{percent(kept)} of the reviews pass all three filters, {relation} the paper's "
        f"{percent(paper.RETENTION[-1][2])}. Ours are measured on this data, not tuned to the paper's shares.",
        alt=f"Line: {', '.join(percent(share) for share in ours)} kept after each filter.",
        figure=draw_retention([capital(plain(step)) for step in steps["step"]], ours, printed),
        disclosure=Disclosure.OPERATIONAL,
    )
    return [picture, retention_table(retention)]


def _anomaly_blocks(told: Told) -> list[Block]:
    rows = told.table("review_anomalies")
    if rows.is_empty():
        return [missing("distributions of the anomaly parts", told, Need.REVIEWS)]
    excluded = int(rows["is_excluded"].sum())
    parts = (
        rows.filter(pl.col("is_excluded"))["main_part"]
        .value_counts()
        .sort("count", "main_part", descending=[True, False])
    )
    main = f", most often for {parts['main_part'][0]} ({count(parts['count'][0])})" if excluded else ""
    return [
        Picture(
            key="anomaly_parts",
            title="The three signs of an unreliable review, and their weighted sum",
            sentence=f"{count(excluded)} of {count(rows.height)} reviews ({percent(excluded / rows.height)}) are above "
            f"the threshold{main}.",
            alt="Four histograms: contradiction, duplication, timing, and the composite anomaly score.",
            figure=draw_anomaly_parts(rows, told.number("reviews.anomaly.threshold")),
            disclosure=Disclosure.OPERATIONAL,
        )
    ]


def _quality_blocks(told: Told) -> list[Block]:
    values: dict[str, str] = {}
    auc, flagged = told.estimate("reviews.polarity_auc"), told.number("reviews.anomaly.honest_flagged")
    if auc is not None:
        values["Telling praise from complaint (AUC, 0.5 is guessing)"] = estimate(auc, 3)
    for name, value in told.branch("reviews.anomaly.average_precision").items():
        values[f"Planted {name} reviews found (average precision)"] = decimal(value, 3)
    if flagged is not None:
        values["Honest reviews wrongly set aside"] = percent(flagged, 2)
    if not values:
        return [missing("quality of the polarity model", told, Need.REVIEWS)]
    note = "Anomalies were planted among these reviews, so they can be counted. " if told.run.facts.knows_truth else ""
    return [
        values_table(
            "review_quality",
            "How well the filters work",
            values,
            note=f"{note}The polarity model learns from "
            "the two fields of each review, praise against complaint; no outside labels.",
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]
