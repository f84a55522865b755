"""The matcher that knows the simulated world's probabilities and sees only what the pipeline's matcher sees.

Same candidates, same stays (exact or generalised), same parsed tags; in place of learned weights the probabilities by
which the world turns stays into reviews. Each stay, all its rooms as one where its guest is known, posts with its
rate, delays and noisy tags; what else posts (invented reviews, stays that are not published or wrote after the window)
is a background of known rate. The odds of a pair are the ratio of the two. Weighing one-to-one assignments exactly is
intractable, so their marginals come from the same message passing as the pipeline's. The prose of a review is not
read: its probability has no closed form.

Used by the evaluation only, on source ``demo`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import COMPLETED, counted
from assets.alignment.weight_learning import fitted_threshold
from assets.common.versions import latest_in_place
from assets.studies.match_emissions import Emissions, FloatArray, MatchModel, Shares

_FLOOR = 1e-12
_PAIR = ["booking_id", "review_id", "delivery_day"]
_LABELS = {
    "country": ["country_levels"],
    "nights": ["nights_from", "nights_to"],
    "party": ["adults_from", "adults_to", "children_from", "children_to"],
    "trip": ["market_segment_levels"],
    "room": ["reserved_room_type"],
    "room_count": ["room_count"],
}
_SAID = {
    "country": "reviewer_country", "nights": "nights", "party": "party", "trip": "trip_type", "room": "room",
    "room_count": "review_room_count",
}  # fmt: skip


@dataclass(frozen=True)
class OracleScores:
    """Odds of the candidate pairs of one evaluation, looked up by pair.

    Attributes:
        odds: ``booking_id``, ``review_id``, ``delivery_day`` (a corrected pair comes again), ``odds``.
        threshold: by identity, the one that makes expected F1 largest.
    """

    odds: pl.DataFrame
    threshold: Mapping[str, float] = field(default_factory=dict)

    def score(self, candidates: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Bits and odds of candidate rows, as the pipeline's weights give them."""
        odds_of_pairs = candidates.select(_PAIR).join(self.odds, on=_PAIR, how="left", maintain_order="left")["odds"]
        odds = odds_of_pairs.fill_null(0.0).to_numpy()
        return np.round(np.log2(np.maximum(odds, _FLOOR)), 6).astype(np.float64), odds


def oracle_scores(
    candidates: pl.DataFrame, bookings: pl.DataFrame, reviews: pl.DataFrame, model: MatchModel,
    settings: AlignmentSettings,
) -> OracleScores:  # fmt: skip
    """Odds of each candidate pair against "no match".

    Args:
        candidates: rows of match_candidates.
        bookings: rows of ``merged_rooms`` that hold their stays.
        reviews: clean_reviews that hold their reviews.
        model: of the world.
        settings: for the window.
    """
    ids = candidates.select(_PAIR)
    if candidates.is_empty():
        return OracleScores(ids.with_columns(odds=pl.lit(0.0)))
    stays, said = counted(latest_in_place(bookings, "booking_id")), counted(latest_in_place(reviews, "review_id"))
    rows = _with_sides(candidates, stays, said, model)
    is_merged = stays["room_count"].is_not_null().any()
    weight = "reservations" if is_merged else "rows"
    emissions = {kind: Emissions(model, kind, weight) for kind in sorted(set(model.hotel_kinds.values()))}
    ratio = _delay_factor(rows, model.delay) * _hotel_factor(rows, model)
    for name, labels in _LABELS.items():
        ratio *= _field_ratio(rows, emissions, name, labels)
    rate = min(model.review_rate * _total(model, "reservations") / _total(model, weight), 0.999)
    background = _background(rows, stays, _total(model, weight), model, settings)
    odds = rate / (1.0 - rate) * ratio / background
    scores = OracleScores(ids.with_columns(odds=pl.Series(np.minimum(odds, 1e9))))
    parts = candidates.partition_by("identity", as_dict=True)
    return replace(scores, threshold={str(name[0]): fitted_threshold(part, scores) for name, part in parts.items()})


def _with_sides(
    candidates: pl.DataFrame, bookings: pl.DataFrame, reviews: pl.DataFrame, model: MatchModel
) -> pl.DataFrame:
    """Candidate rows with their labels, what the review says, and the kind of its hotel."""
    labels = ["hotel_levels", "class_size", *(column for columns in _LABELS.values() for column in columns)]
    kept = ["booking_id", "review_id", "identity", "gap_days_from", "gap_days_to"]
    named = reviews.rename({"room_count": "review_room_count"})
    said = named.select("review_id", "hotel_name", *_SAID.values())
    return (
        candidates.select(kept)
        .join(bookings.select("booking_id", *labels), on="booking_id", how="left", maintain_order="left")
        .join(said, on="review_id", how="left", maintain_order="left")
        .with_columns(kind=pl.col("hotel_name").replace_strict(dict(model.hotel_kinds), return_dtype=pl.String))
    )


def _field_ratio(rows: pl.DataFrame, emissions: dict[str, Emissions], name: str, labels: list[str]) -> FloatArray:
    """P(said | label) / P(said by anybody) of each row."""
    columns = ["kind", "class_size", *labels, _SAID[name]]
    distinct = rows.select(columns).unique().sort(columns)
    inside: dict[tuple[Any, ...], Shares] = {}
    ratios = []
    for kind, size, *label, value in distinct.iter_rows():
        key = (kind, size, *label)
        if key not in inside:
            inside[key] = emissions[kind].inside(name, tuple(label), size)
        if name == "room_count" and label == [None]:  # stays whose rooms nobody could merge
            ratios.append(1.0)
            continue
        here = emissions[kind].said(name, inside[key], value)
        anywhere = emissions[kind].said(name, emissions[kind].anybody[name], value)
        ratios.append(here / max(anywhere, emissions[kind].least))
    table = distinct.with_columns(ratio=pl.Series(ratios, dtype=pl.Float64))
    looked_up = rows.select(columns).join(table, on=columns, how="left", nulls_equal=True, maintain_order="left")
    return looked_up["ratio"].to_numpy()


def _delay_factor(rows: pl.DataFrame, delay: FloatArray) -> FloatArray:
    """P(the post's delay), averaged over the days on which the stay may have ended."""
    total = np.concatenate([[0.0], np.cumsum(delay)])
    low = np.clip(rows["gap_days_from"].to_numpy(), 0, len(delay))
    high = np.clip(rows["gap_days_to"].to_numpy() + 1, 0, len(delay))
    return (total[high] - total[low]) / (rows["gap_days_to"].to_numpy() - rows["gap_days_from"].to_numpy() + 1)


def _hotel_factor(rows: pl.DataFrame, model: MatchModel) -> FloatArray:
    """P(the stay was at the review's hotel | hotel label)."""
    by_hotel = dict(model.population.group_by("hotel").agg(pl.col("rows").sum()).sort("hotel").iter_rows())
    pairs = rows.select("hotel_levels", "hotel_name", "kind").unique().sort(pl.all())

    def houses(level: str) -> list[str]:
        """Hotels that a level may stand for: itself, or all of its kind where names are hidden."""
        if level in model.hotel_kinds:
            return [level]
        return [name for name, kind in model.hotel_kinds.items() if level == f"{kind.capitalize()} Hotel"]

    shares = []
    for label, name, _ in pairs.iter_rows():
        inside = [house for level in label.split("|") for house in houses(level)]
        total = sum(by_hotel.get(house, 0.0) for house in inside)
        shares.append(by_hotel.get(name, 0.0) / total if name in inside and total else 0.0)
    table = pairs.with_columns(share=pl.Series(shares, dtype=pl.Float64))
    return rows.join(table, on=["hotel_levels", "hotel_name", "kind"], how="left", maintain_order="left")[
        "share"
    ].to_numpy()


def _total(model: MatchModel, weight: str) -> int:
    """Completed booking rows, or reservations: where rooms are rows of their own, they share one review."""
    return max(int(model.population[weight].sum()), 1)


def _background(
    rows: pl.DataFrame, bookings: pl.DataFrame, completed: int, model: MatchModel, settings: AlignmentSettings
) -> FloatArray:
    """Posts per day at the review's hotel whose stay is no candidate: invented, unpublished, late or dropped."""
    done = bookings.filter(pl.col("reservation_status") == COMPLETED)
    days = max(done["delivery_day"].n_unique(), 1)
    by_hotel = dict(
        model.population.group_by("hotel").agg(rows=pl.col("rows").sum(), all=pl.col("reservations").sum())
        .select("hotel", pl.col("all")).sort("hotel").iter_rows()
    )  # fmt: skip
    published = min(done.height / completed, 1.0)
    seen = float(model.delay[: settings.window_days + 1].sum()) * published
    # Context blocking drops a pair when country or nights disagree; with the hotel known, only when both do.
    differs = model.noise
    is_exact = (rows["identity"] == "exact").to_numpy()
    kept = np.where(is_exact, 1.0 - differs**2, (1.0 - differs) ** 2)
    honest = rows["hotel_name"].replace_strict(by_hotel, default=0, return_dtype=pl.Float64).to_numpy()
    honest = honest * model.review_rate / days
    fake = honest * model.fake_share / (1.0 - model.fake_share)
    return np.maximum(honest * (1.0 - seen * kept) + fake, _FLOOR)
