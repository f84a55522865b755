"""How far stays agree with a review by chance (u): counted without matches, as in any linkage by random pairs."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.comparisons import (
    PARTIES,
    PURPOSES,
    country_share,
    nights_share,
    party_share,
    purpose_share,
    room_count_share,
)
from assets.alignment.field_factors import VALUE_COLUMNS, kind_of, kind_value, share_of
from assets.alignment.match_probability import MatchWeights, graded_levels
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import FloatArray, IntArray, Stays, completed_stays, distinct, ints

BLOCKING_FIELDS = ("country", "nights")  # what blocking.passes_context looks at


def with_chances(
    weights: MatchWeights, candidates: pl.DataFrame, bookings: pl.DataFrame, settings: AlignmentSettings
) -> MatchWeights:
    """The weights with u counted: how far an average completed stay agrees with each value a review can take.

    City and resort hotels are counted apart as well as together: a review's rivals are stays of its own kind of hotel,
    and guests of the two differ. Room and text have no table of values: their u is the average over the candidates,
    nearly all of which are no match.
    """
    stays = Stays(completed_stays(bookings, settings))
    kinds = _members(candidates, stays)
    fields = dict(weights.fields)
    for name, values in _values_of(candidates).items():
        shares, prior = _shares(name, stays, values), weights.fields[name].chance
        chances = _named(values, _mean_share(shares, np.full(len(values), prior)))
        pooled = np.array([chances[str(value)] for value in values])
        for kind, rows in kinds.items():
            chances |= _named([kind_value(kind, value) for value in values], _mean_share(shares[rows], pooled))
        said = one_per_review(candidates)[VALUE_COLUMNS[name]].cast(pl.String).drop_nulls()
        typical = said.replace_strict(chances, return_dtype=pl.Float64).mean() if len(said) else None
        chance = fields[name].chance if typical is None else round(float(typical), 6)  # type: ignore[arg-type]
        fields[name] = replace(fields[name], chance=_bounded(chance), chance_by_value=chances)
    room = share_of(candidates, "room")
    if not np.isnan(room).all():
        fields["room"] = replace(fields["room"], chance=_bounded(float(np.nanmean(room))))
    text = weights.levels["text"]
    counts = np.bincount(graded_levels(candidates, weights)["text"], minlength=len(text.agree)) + 1.0
    even = tuple(round(float(item), 6) for item in counts / counts.sum())
    return replace(weights, fields=fields, levels={**weights.levels, "text": replace(text, agree=even, chance=even)})


def _named(values: list[Any], table: FloatArray) -> dict[str, float]:
    return {str(value): round(float(item), 6) for value, item in zip(values, table, strict=True)}


def _members(candidates: pl.DataFrame, stays: Stays) -> dict[str, IntArray]:
    """Per kind of hotel, the rows of the stays whose hotel label takes part in candidates of that kind."""
    kind = candidates.select("booking_id", kind=kind_of(candidates)).unique()
    labels = stays.frame.select("booking_id", "hotel_levels")
    known = kind.join(labels, on="booking_id").select("kind", "hotel_levels").unique()
    rows = labels.with_row_index("row").join(known, on="hotel_levels").sort("kind", "row")
    return {str(name[0]): ints(part["row"]) for name, part in rows.group_by("kind", maintain_order=True)}


def one_per_review(candidates: pl.DataFrame) -> pl.DataFrame:
    """One row of each review, in review_id order."""
    return candidates.sort("review_id", "booking_id").unique("review_id", keep="first", maintain_order=True)


def label_reach(candidates: pl.DataFrame, bookings: pl.DataFrame, settings: AlignmentSettings) -> dict[str, float]:
    """P(a stranger's label contains what a review says), for country and nights: labels are wider than values."""
    stays = Stays(completed_stays(bookings, settings))
    reviews = one_per_review(candidates)
    reach: dict[str, float] = {}
    for name in BLOCKING_FIELDS:
        values = _values_of(candidates)[name]
        inside = np.nan_to_num(_shares(name, stays, values)) > 0
        counts = np.bincount(distinct(reviews[VALUE_COLUMNS[name]])[1] + 1, minlength=len(values) + 1)[1:]
        is_empty = not len(inside) or not counts.sum()
        reach[name] = 0.0 if is_empty else float((inside.mean(axis=0) * counts).sum() / counts.sum())
    return reach


def _bounded(chance: float) -> float:
    return round(min(max(chance, 0.001), 0.98), 6)


def _values_of(candidates: pl.DataFrame) -> dict[str, list[Any]]:
    nights = distinct(candidates["review_nights"])[0]
    countries = distinct(candidates["review_country"])[0]
    rooms = distinct(candidates["review_room_count"])[0]
    return {
        "country": countries, "nights": nights, "party": list(PARTIES), "purpose": list(PURPOSES), "room_count": rooms,
    }  # fmt: skip


def _shares(name: str, stays: Stays, values: list[Any]) -> FloatArray:
    """(stays, values) agreement of every stay with every value."""
    if name == "country":
        return country_share(
            stays.frame["country_levels"], values, stays.frame["class_size"], stays.frame["delivery_day"]
        )
    if name == "nights":
        labels = (stays.ints("nights_from"), stays.ints("nights_to"), stays.ints("class_size"))
        return nights_share(*labels, np.array(values, dtype=np.int64))
    if name == "party":
        adults = (stays.ints("adults_from"), stays.ints("adults_to"))
        return party_share(adults, (stays.ints("children_from"), stays.ints("children_to")), stays.ints("class_size"))
    if name == "room_count":
        return room_count_share(stays.ints("room_count"), np.array(values, dtype=np.int64))
    return purpose_share(stays.frame["market_segment_levels"], stays.frame["customer_type_levels"])


def _mean_share(shares: FloatArray, prior: FloatArray) -> FloatArray:
    """Mean agreement per value over the stays that tell, with one stay's weight of prior."""
    known = ~np.isnan(shares)
    return (np.where(known, shares, 0.0).sum(axis=0) + prior) / (known.sum(axis=0) + 1.0)
