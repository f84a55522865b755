"""Tables that show how well stays and reviews were paired, with the truth (``demo``) and without it."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.field_factors import bayes_factor
from assets.alignment.match_probability import FIELDS, MatchWeights, field_weights, prior_odds
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import completed_stays

_SURE = 0.9
_SHARES = ((1.0, "agrees"), (0.5, "half of the label agrees"), (0.2, "a fifth agrees"), (0.0, "disagrees"))
_TIME_LEVELS = ("the same day", "1 day", "2-3 days", "4-7 days", "8-14 days", "15 days or more")
_TEXT_LEVELS = ("nothing shared", "a little", "some", "much")


def summary(
    bookings: pl.DataFrame, candidates: pl.DataFrame, pairs: pl.DataFrame, settings: AlignmentSettings
) -> dict[str, float]:
    """Counts of what was paired.

    Returns:
        ``stays`` completed and published, ``decided``, ``undecided`` (window still open on the last day),
        ``candidates``, ``with_candidate``, ``pairs``, ``paired_share`` (of the decided), ``exact_pairs``,
        ``context_pairs``, ``mean_probability`` (of the pairs), ``window_days``; of the best reviews
        ``median_best_probability`` and the share ``best_at_90`` of those that are at least 90 % probable.
    """
    stays = completed_stays(bookings, settings)["booking_id"].n_unique()
    decided = pairs["booking_id"].n_unique()
    assigned = pairs.filter(pl.col("is_assigned"))
    probability = assigned["match_probability"].drop_nulls().to_numpy()
    best = pairs.filter(pl.col("rank") == 1)["match_probability"].drop_nulls()
    return {
        "window_days": float(settings.window_days),
        "stays": float(stays),
        "decided": float(decided),
        "undecided": float(stays - decided),
        "candidates": float(candidates.height),
        "with_candidate": float(pairs.filter(pl.col("rank") == 1).height),
        "pairs": float(assigned.height),
        "paired_share": assigned.height / decided if decided else 0.0,
        "exact_pairs": float(assigned.filter(pl.col("identity") == "exact").height),
        "context_pairs": float(assigned.filter(pl.col("identity") == "context").height),
        "mean_probability": float(probability.mean()) if len(probability) else 0.0,
        "median_best_probability": float(best.median() or 0.0),  # type: ignore[arg-type]
        "best_at_90": float((best >= _SURE).mean() or 0.0),  # type: ignore[arg-type]
    }


def counts(pairs: pl.DataFrame) -> dict[str, int]:
    """``decided`` stays, ``with_candidate`` and ``paired`` ones: shown with every materialisation."""
    return {
        "decided": pairs["booking_id"].n_unique(),
        "with_candidate": pairs.filter(pl.col("rank") == 1).height,
        "paired": pairs.filter(pl.col("is_assigned")).height,
    }


def weight_chart(weights: MatchWeights) -> pl.DataFrame:
    """``field``, ``level``, ``weight`` (bits), ``is_learned``: one row per bar of the match-weight chart.

    Fields with a u per value are shown at their typical u.
    """
    rows: list[tuple[str, str, float, bool]] = []
    for name in FIELDS:
        item = weights.fields[name]
        for share, level in _SHARES:
            bits = float(np.log2(bayes_factor(np.array([share]), item.kept, np.array([item.chance])))[0])
            rows.append((name, level, round(max(bits, 0.0) if share > 0 else bits, 4), item.is_learned))
    for name, levels in (("time", _TIME_LEVELS), ("text", _TEXT_LEVELS)):
        item = weights.levels[name]
        for level, agree, chance in zip(levels, item.agree, item.chance, strict=True):
            if agree > 0 and chance > 0:
                rows.append((name, level, round(float(np.log2(agree / chance)), 4), item.is_learned))
    schema = {"field": pl.String, "level": pl.String, "weight": pl.Float64, "is_learned": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def waterfall(candidates: pl.DataFrame, booking_id: str, review_id: str, weights: MatchWeights) -> pl.DataFrame:
    """``step``, ``weight`` (bits), ``total`` (bits so far): from the prior odds to the posterior of one pair.

    Args:
        candidates: rows of match_candidates.
        booking_id: the stay.
        review_id: the review; an unknown pair gives no rows.
        weights: those in force on the decision day.
    """
    pair = candidates.filter((pl.col("booking_id") == booking_id) & (pl.col("review_id") == review_id))
    if pair.is_empty():
        return pl.DataFrame(schema={"step": pl.String, "weight": pl.Float64, "total": pl.Float64})
    steps = {"prior": round(float(np.log2(prior_odds(pair, weights)[0])), 6)}
    steps |= {name: float(bits[0]) for name, bits in field_weights(pair, weights).items()}
    frame = pl.DataFrame({"step": list(steps), "weight": list(steps.values())})
    return frame.with_columns(total=pl.col("weight").cum_sum().round(6))


def best_probabilities(pairs: pl.DataFrame) -> np.ndarray:
    """Probability of each decided stay's best review, in booking_id order, (n,)."""
    return pairs.filter(pl.col("rank") == 1).sort("booking_id")["match_probability"].drop_nulls().to_numpy()


def against_truth(pairs: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Precision, recall and F1 of the assigned pairs, and the calibration error of all stored ones.

    Recall is over the decided stays that truly have a readable review, found among the candidates or not.

    Args:
        pairs: rows of booking_review_pairs.
        truth: ``booking_id``, ``review_id`` of every review that is truly about a stay.
    """
    links = truth.select("booking_id", "review_id").drop_nulls().unique()
    assigned = pairs.filter(pl.col("is_assigned")).select("booking_id", "review_id")
    right = assigned.join(links, on=["booking_id", "review_id"], how="semi").height
    possible = links.join(pairs.select("booking_id").unique(), on="booking_id", how="semi")["booking_id"].n_unique()
    precision = right / assigned.height if assigned.height else 0.0
    recall = right / possible if possible else 0.0
    return {
        "assigned": float(assigned.height),
        "right": float(right),
        "possible": float(possible),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "calibration_error": calibration_error(calibration_table(pairs, truth)),
    }


def calibration_table(pairs: pl.DataFrame, truth: pl.DataFrame, bins: int = 10) -> pl.DataFrame:
    """``bin``, ``pairs``, ``predicted`` (mean probability), ``observed`` (share that is true) of the stored pairs."""
    links = truth.select("booking_id", "review_id").drop_nulls().unique().with_columns(is_true=pl.lit(value=True))
    return (
        pairs.filter(pl.col("match_probability").is_not_null())
        .select("booking_id", "review_id", "match_probability")
        .sort("booking_id", "review_id")
        .join(links, on=["booking_id", "review_id"], how="left", maintain_order="left")
        .with_columns(
            is_true=pl.col("is_true").fill_null(value=False),
            bin=(pl.col("match_probability") * bins).floor().cast(pl.Int64).clip(0, bins - 1),
        )
        .group_by("bin", maintain_order=True)
        .agg(pairs=pl.len(), predicted=pl.col("match_probability").mean(), observed=pl.col("is_true").mean())
        .sort("bin")
    )


def calibration_error(table: pl.DataFrame) -> float:
    """Expected calibration error: mean distance of predicted and observed share, weighted by pairs."""
    if table.is_empty():
        return 0.0
    weight = table["pairs"].to_numpy().astype(np.float64)
    distance = np.abs(table["predicted"].to_numpy() - table["observed"].to_numpy())
    return float((weight * distance).sum() / weight.sum())


def comparison_table(matchers: Mapping[str, pl.DataFrame], truth: pl.DataFrame) -> pl.DataFrame:
    """One row per matcher: ``matcher`` and the figures of :func:`against_truth`.

    Args:
        matchers: name to rows of booking_review_pairs (ours, the paper's rule, an oracle).
        truth: as in :func:`against_truth`.
    """
    rows = [
        {"matcher": name, **against_truth(pairs.select(BOOKING_REVIEW_PAIRS.names), truth)}
        for name, pairs in matchers.items()
    ]
    return pl.DataFrame(rows)
