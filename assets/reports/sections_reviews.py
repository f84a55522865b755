"""Chapters on the reviews: which are believed, and how they are paired with stays."""

import polars as pl

from assets.reports import figures_alignment, figures_data
from assets.reports.inputs import ReportInputs
from assets.reports.review_map import map_blocks
from assets.reports.sections_alignment import evidence_blocks, pairing_notice
from assets.reports.sections_anomalies import highest_score_tables
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.tables import match_weight_table, retention_table, values_table
from assets.reports.telling.wording import Estimate, capital, count, decimal, estimate, is_known, percent, plain


def reviews_section(inputs: ReportInputs) -> Section:
    """Retention, anomaly parts, polarity."""
    blocks = [*_retention_blocks(inputs), *_anomaly_blocks(inputs), *_quality_blocks(inputs)]
    blocks += map_blocks(inputs.review_map) if inputs.review_map is not None else []
    if inputs.anomaly_examples is not None and not inputs.anomaly_examples.is_empty():
        blocks += highest_score_tables(inputs.anomaly_examples)
    return Section(
        anchor="reviews",
        title="Which reviews are believed",
        lead="A review is set aside when it contradicts itself, copies an earlier one, or arrives in a burst. It is "
        "never deleted: it only loses its weight in the models.",
        blocks=tuple(blocks),
    )


def _retention_blocks(inputs: ReportInputs) -> list[Block]:
    if inputs.retention is None:
        return [missing("reviews kept step by step", inputs, Need.REVIEWS)]
    steps = inputs.retention.filter(pl.col("mode") == "part_by_part")
    table = retention_table(inputs)
    if steps.is_empty() or table is None:
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
        figure=figures_data.draw_retention([capital(plain(step)) for step in steps["step"]], ours, printed),
        disclosure=Disclosure.OPERATIONAL,
    )
    return [picture, table]


def _anomaly_blocks(inputs: ReportInputs) -> list[Block]:
    if inputs.anomalies is None or inputs.anomalies.is_empty():
        return [missing("distributions of the anomaly parts", inputs, Need.REVIEWS)]
    rows = inputs.anomalies
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
            sentence=f"{count(excluded)} of {count(rows.height)} reviews ({percent(excluded / rows.height)}) are "
            f"above the "
            f"threshold{main}.",
            alt="Four histograms: contradiction, duplication, timing, and the composite anomaly score.",
            figure=figures_data.draw_anomaly_parts(rows, (inputs.reviews or {}).get("threshold")),
            disclosure=Disclosure.OPERATIONAL,
        )
    ]


def _quality_blocks(inputs: ReportInputs) -> list[Block]:
    found = inputs.reviews or {}
    values: dict[str, str] = {}
    auc = found.get("polarity_auc")
    if auc is not None:
        item = auc if isinstance(auc, Estimate) else Estimate(float(auc))
        values["Telling praise from complaint (AUC, 0.5 is guessing)"] = estimate(item, 3)
    for name, value in (found.get("average_precision") or {}).items():
        values[f"Planted {name} reviews found (average precision)"] = decimal(value, 3)
    if is_known(found.get("honest_flagged")):
        values["Honest reviews wrongly set aside"] = percent(found["honest_flagged"], 2)
    if not values:
        return [missing("quality of the polarity model", inputs, Need.REVIEWS)]
    note = (
        "Anomalies were planted among these reviews, so they can be counted. " if inputs.run.facts.knows_truth else ""
    )
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


def alignment_section(inputs: ReportInputs) -> Section:
    """Pairs of stays and reviews, and the evidence for them."""
    blocks: list[Block] = [
        pairing_notice(inputs),
        *_pair_blocks(inputs),
        *_truth_blocks(inputs),
        *_weight_blocks(inputs),
        *evidence_blocks(inputs),
    ]
    return Section(
        anchor="alignment",
        title="Pairing stays with reviews",
        lead="Reviews carry no guest number. Each stay is compared with the reviews that appear soon after it, on "
        "country, "
        "nights, party, purpose and room; the best one is taken when it is probable enough.",
        blocks=tuple(blocks),
    )


def _pair_blocks(inputs: ReportInputs) -> list[Block]:
    found = inputs.alignment
    if not found:
        return [missing("pairs of stays and reviews", inputs, Need.PAIRS)]
    values = {
        "Days after the stay in which a review may appear": count(found.get("window_days")),
        "Candidate pairs compared": count(found.get("candidates")),
        "Completed stays decided": count(found.get("decided", found.get("stays"))),
        "Stays with a review": f"{count(found.get('pairs'))} ({percent(found.get('paired_share'))})",
        "Could the weights be learned from the data?": "yes"
        if found.get("weights_identified")
        else "no: assumed values stand in",
    }
    blocks: list[Block] = [values_table("pairing", "The pairing in numbers", values)]
    if inputs.pairs is not None and not inputs.pairs.is_empty():
        blocks += _pair_pictures(inputs.pairs, found.get("threshold"))
    return blocks


def _pair_pictures(pairs: pl.DataFrame, threshold: float | None) -> list[Block]:
    best = pairs.filter((pl.col("rank") == 1) & pl.col("match_probability").is_not_null())
    months = (
        pairs.group_by(pl.col("stay_end").dt.strftime("%Y-%m").alias("month"))
        .agg(
            pl.col("booking_id").n_unique().alias("stays"),
            pl.col("booking_id").filter(pl.col("is_assigned")).n_unique().alias("paired"),
        )
        .sort("month")
    )
    blocks: list[Block] = []
    if not best.is_empty():
        probabilities = best["match_probability"].to_numpy()
        sure = float((probabilities >= 0.9).mean())
        blocks.append(
            Picture(
                key="match_probabilities",
                title="How sure the pairing is",
                sentence=f"For {percent(sure)} of the stays that have a candidate, the best review is at least 90 % "
                f"probable; the "
                f"median is {percent(float(best['match_probability'].median() or 0.0))}.",  # type: ignore[arg-type]
                alt="Histogram of the match probability of each stay's best review.",
                figure=figures_alignment.draw_match_probabilities(probabilities, threshold),
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
            figure=figures_alignment.draw_pairs_over_time(months),
            disclosure=Disclosure.OPERATIONAL,
        )
    )
    return blocks


def _truth_blocks(inputs: ReportInputs) -> list[Block]:
    found = inputs.alignment or {}
    names = {"Precision": "precision", "Recall": "recall", "F1": "f1"}
    scores = {label: float(found[key]) for label, key in names.items() if is_known(found.get(key))}
    if not scores:
        return []
    oracle = found.get("oracle_f1")
    oracle_text = (
        f" A matcher that knows the simulation's own probabilities reaches F1 {percent(oracle)}."
        if is_known(oracle)
        else ""
    )
    error = found.get("calibration_error")
    calibration = f" Stated probabilities are off by {percent(error)} on average." if is_known(error) else ""
    return [
        Picture(
            key="pairing_quality",
            title="Pairs against the truth",
            sentence=f"{percent(scores.get('Precision'))} of the pairs made are right, and "
            f"{percent(scores.get('Recall'))} of the "
            f"true pairs are found.{oracle_text}{calibration}",
            alt="Bars of precision, recall and F1.",
            figure=figures_alignment.draw_pairing_quality(scores, oracle if is_known(oracle) else None),
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _weight_blocks(inputs: ReportInputs) -> list[Block]:
    weights = inputs.match_weights
    if weights is None or weights.is_empty():
        return [missing("match weights", inputs, Need.PAIRS)]
    top = weights.sort("weight", "field", "level", descending=[True, False, False]).row(0, named=True)
    learned = int(weights["is_learned"].sum())
    picture = Picture(
        key="match_weights_chart",
        title="What counts as evidence",
        sentence=f"The strongest sign is {plain(top['field'])} “{plain(top['level'])}”: it multiplies the odds of a "
        f"match by "
        f"{decimal(2 ** top['weight'], 1)}. {learned} of {weights.height} weights were learned from the data, the "
        f"others are "
        "assumed.",
        alt="Bars of evidence in bits per field and level of agreement; hatched where assumed.",
        figure=figures_alignment.draw_match_weights(weights),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, match_weight_table(weights)]
