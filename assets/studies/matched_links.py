"""How good matched links are, beside links that are known: precision, recall, F1, calibration, with intervals. Pure.

The known ones are all true links (the simulated group), or those that reviews themselves told and that were verified.
Matching reads neither a number nor a key, so that for it a verified review is like any other. Verified links name the
stays of some reviews only: pairs of other reviews, invented ones among them, can then not be judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.alignment.evidence import calibration_error, calibration_table
from assets.common.findings import Estimate
from assets.studies.match_emissions import FloatArray

SURE = 0.9
FEWEST_REVIEWS = 20  # known reviews below which a share says nothing; ours
_DRAWS = 500
_LEVELS = [0.025, 0.975]
_COUNTS = ("taken", "right", "possible", "reached", "sure", "sure_right")


@dataclass(frozen=True, kw_only=True)
class KnownLinks:
    """Links that are known to be right.

    Attributes:
        links: ``booking_id``, ``review_id``: every room of the stay that a review is about.
        reviews: ``review_id`` of the reviews that could be matched by now: readable, posted so long ago that the stay
            that they are about has been decided if it came in time.
        are_all: whether no other review is about a stay, so that every other pair is wrong.
    """

    links: pl.DataFrame
    reviews: pl.DataFrame
    are_all: bool

    @property
    def possible(self) -> pl.DataFrame:
        """``review_id`` of the known reviews that could be matched by now."""
        return self.reviews.select("review_id").unique().join(self.links, on="review_id", how="semi")


def every_room(links: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """The links, and each again for every further room of the stay that it names; by booking and review.

    Args:
        links: ``booking_id``, ``review_id``, and what else is to be told of every room.
        stays: ``booking_id``, ``guest_hash``, ``hotel``, ``arrival_day``, ``nights``; without a guest's hash a booking
            is a stay of its own.
    """
    stay = ["guest_hash", "hotel", "arrival_day", "nights"]
    known = stays.select("booking_id", *stay).unique()
    named = links.join(known.drop_nulls("guest_hash"), on="booking_id", how="inner")
    rooms = named.drop("booking_id").join(known, on=stay, how="inner").select(links.columns)
    return pl.concat([links, rooms]).unique().sort("booking_id", "review_id")


def matched_figures(pairs: pl.DataFrame, known: KnownLinks, rng: np.random.Generator) -> dict[str, Estimate]:
    """Figures of the matched links; one without a denominator is left out.

    Args:
        pairs: rows of ``booking_review_pairs``.
        known: what they are judged by.
        rng: of the resampling.

    Returns:
        ``precision``, ``recall`` (of the reviews that could be matched), ``f1`` and ``precision_at_90`` (of pairs that
        are at least 90 % probable), each with its 95 % percentile interval over reviews drawn anew;
        ``calibration_error`` of all stored candidates of the reviews judged; ``pairs`` and ``reviews``, counts.
    """
    judged = pairs if known.are_all else pairs.join(known.links, on="review_id", how="semi")
    units = _by_review(judged, known)
    drawn = np.stack([units.sum(axis=0), *_drawn_anew(units, rng)])
    figures: dict[str, Estimate] = {}
    for name, values in _figures(drawn).items():
        if np.isfinite(values[0]):
            low, high = np.nanquantile(values[1:], _LEVELS)
            figures[name] = Estimate(float(values[0]), float(low), float(high))
    table = calibration_table(judged, known.links)
    if table.height:
        figures["calibration_error"] = Estimate(calibration_error(table))
    counts = dict(zip(_COUNTS, drawn[0].tolist(), strict=True))
    return figures | {"pairs": Estimate(counts["taken"]), "reviews": Estimate(counts["possible"])}


def _by_review(judged: pl.DataFrame, known: KnownLinks) -> FloatArray:
    """(reviews, len(_COUNTS)) counts of each review that is paired or could be, by id."""
    true = known.links.select("booking_id", "review_id").unique().with_columns(is_right=pl.lit(value=True))
    taken = judged.filter("is_assigned").join(true, on=["booking_id", "review_id"], how="left", maintain_order="left")
    right, sure = pl.col("is_right").fill_null(value=False), pl.col("match_probability") >= SURE
    paired = taken.group_by("review_id").agg(
        taken=pl.len(), right=right.any(), sure=sure.sum(), sure_right=(sure & right).sum()
    )
    possible = known.possible.with_columns(possible=pl.lit(1))
    units = paired.join(possible, on="review_id", how="full", coalesce=True).sort("review_id").with_columns(
        reached=pl.col("right") & pl.col("possible").is_not_null()
    )  # fmt: skip
    return units.select(pl.col(name).cast(pl.Float64).fill_null(0.0) for name in _COUNTS).to_numpy()


def _drawn_anew(units: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    """Sums over reviews drawn with replacement, as many as there are."""
    number = len(units)
    even = np.full(number, 1.0 / max(number, 1))
    return [rng.multinomial(number, even) @ units for _ in range(_DRAWS if number else 0)]


def _figures(sums: FloatArray) -> Mapping[str, FloatArray]:
    """Each figure of each row of sums; NaN without a denominator."""
    taken, right, possible, reached, sure, sure_right = sums.T

    def share(part: FloatArray, whole: FloatArray) -> FloatArray:
        return np.where(whole > 0, part / np.maximum(whole, 1.0), np.nan)

    precision, recall = share(right, taken), share(reached, possible)
    both = np.maximum(precision + recall, 1e-12)
    return {
        "precision": precision, "recall": recall, "f1": 2.0 * precision * recall / both,
        "precision_at_90": share(sure_right, sure),
    }  # fmt: skip


def matchable(reviews: pl.DataFrame, as_of: date, window_days: int) -> pl.DataFrame:
    """``review_id`` of readable reviews that were posted so long ago that their stay's window has passed.

    Args:
        reviews: ``review_id``, ``posted_day`` of ``clean_reviews``.
        as_of: last day of the history.
        window_days: setting ``alignment.window_days``.
    """
    is_over = pl.col("posted_day") + pl.duration(days=window_days) <= as_of
    return reviews.filter(is_over).select("review_id").unique()
