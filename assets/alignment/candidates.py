"""Builds match_candidates: blocked pairs with how far each field agrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.alignment.blocking import Pairs, RivalCounts, day_numbers, passes_context, window_pairs
from assets.alignment.comparisons import Pairwise, field_comparisons, nearness
from assets.alignment.contract import MATCH_CANDIDATES
from assets.alignment.match_probability import assumed_weights, match_weight
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import (
    FloatArray,
    IntArray,
    KeyedStays,
    Reviews,
    Stays,
    completed_stays,
    keyed,
    review_side,
)
from assets.alignment.text_similarity import descriptor_similarity

BLOCKED_SCHEMA = {"delivery_day": pl.Date(), "reason": pl.String(), "pairs": pl.Int64()}
BY_CONTEXT, OVER_CAP = "context_disagrees", "over_max_candidates"


@dataclass(frozen=True)
class Candidates:
    """Candidates, and how many pairs blocking left out per day and reason."""

    frame: pl.DataFrame
    blocked: pl.DataFrame


@dataclass(frozen=True)
class _World:
    """Everything that pairs are looked up in."""

    stays: Stays
    reviews: Reviews
    by_stay: KeyedStays
    review_key: IntArray
    compare: dict[str, Pairwise]
    similarity: tuple[IntArray, FloatArray]  # text document of each keyed stay; (reviews, documents)
    rivals: RivalCounts
    kind: pl.Series  # city or resort, of each keyed stay
    settings: AlignmentSettings


def build_candidates(
    bookings: pl.DataFrame, reviews: pl.DataFrame, hotels: pl.DataFrame, days: Sequence[date],
    settings: AlignmentSettings, country_counts: pl.DataFrame | None = None,
) -> Candidates:  # fmt: skip
    """One row per stay and review that could belong together, stored on the later of their two days.

    Args:
        bookings: rows of ``booking_rows`` of the days and ``MAX_DELIVERY_LAG_DAYS`` before them, any row order.
        reviews: clean_reviews, likewise.
        hotels: as given by ``Source.hotels``.
        days: delivery days to produce.
        settings: of this room.
        country_counts: of ``comparisons.country_counts`` over all hotels, where ``bookings`` are those of some.

    Returns:
        Rows of ``MATCH_CANDIDATES`` sorted by (delivery_day, booking_id, review_id).
    """
    stays, texts = Stays(completed_stays(bookings, settings)), review_side(reviews)
    by_stay, review_key = keyed(stays, texts, hotels)
    similarity = _similarity(stays, texts, by_stay, hotels)
    rivals = RivalCounts(stays, by_stay, settings)
    compare, kind = field_comparisons(stays, texts, country_counts), _kind(by_stay)
    world = _World(stays, texts, by_stay, review_key, compare, similarity, rivals, kind, settings)
    kept: list[pl.DataFrame] = []
    blocked: list[pl.DataFrame] = []
    for pairs in window_pairs(stays, texts, by_stay, review_key, day_numbers(days), settings):
        compared = _compared(world, pairs)
        kept.append(compared.frame)
        blocked.append(compared.blocked)
    frame = pl.concat([MATCH_CANDIDATES.empty(), *kept]).sort("delivery_day", "booking_id", "review_id")
    counts = pl.concat([pl.DataFrame(schema=BLOCKED_SCHEMA), *blocked])
    return Candidates(
        frame, counts.group_by("delivery_day", "reason").agg(pl.col("pairs").sum()).sort("delivery_day", "reason")
    )


def _kind(by_stay: KeyedStays) -> pl.Series:
    """City or resort, by the hotel of the label that the review is about."""
    kinds = pl.Series(by_stay.is_city, dtype=pl.Boolean)
    return pl.select(pl.when(kinds).then(pl.lit("city")).otherwise(pl.lit("resort"))).to_series()


def _similarity(
    stays: Stays, reviews: Reviews, by_stay: KeyedStays, hotels: pl.DataFrame
) -> tuple[IntArray, FloatArray]:
    """Document (hotels of the label with this key, plus room type) of each keyed stay, and every cosine."""
    words = {row["hotel"]: row["descriptor"] or "" for row in hotels.sort("hotel").iter_rows(named=True)}
    levels = stays.frame["hotel_levels"].to_list()
    rooms = stays.frame["reserved_room_type"].fill_null("").to_list()
    texts = [
        " ".join([*(words.get(level, "") for level in levels[row].split("|")), rooms[row]])
        for row in by_stay.stay.tolist()
    ]
    documents = sorted(set(texts))
    place = {text: index for index, text in enumerate(documents)}
    fixed = sorted(words.values())
    cosine = descriptor_similarity(reviews.frame, documents, fixed)
    return np.array([place[text] for text in texts], dtype=np.int64), cosine


def _compared(world: _World, pairs: Pairs) -> Candidates:
    """Agreements of a chunk of pairs, what context blocking and the cap leave, and what they took."""
    stay = world.by_stay.stay[pairs.keyed_row]
    country = world.compare["country"](stay, pairs.review)
    nights = world.compare["nights"](stay, pairs.review)
    passed = passes_context(country, nights, world.by_stay.is_exact[pairs.keyed_row])
    by_context = _counted(pairs.stored_day[~passed], BY_CONTEXT)
    frame = _rows(world, pairs.take(passed), {"country": country[passed], "nights": nights[passed]})
    capped = _capped(frame, world.by_stay.key[pairs.keyed_row[passed]], world.settings)
    gone = frame.join(capped, on=["booking_id", "review_id"], how="anti")["delivery_day"]
    over = _counted(gone.to_physical().cast(pl.Int64).to_numpy(), OVER_CAP)
    return Candidates(capped, pl.concat([by_context, over]))


def _counted(stored_day: IntArray, reason: str) -> pl.DataFrame:
    days, counts = np.unique(stored_day, return_counts=True)
    return pl.DataFrame(
        {
            "delivery_day": pl.Series(days, dtype=pl.Int32).cast(pl.Date),
            "reason": [reason] * len(days),
            "pairs": counts,
        },
        schema=BLOCKED_SCHEMA,
    )


def _rows(world: _World, pairs: Pairs, known: dict[str, FloatArray]) -> pl.DataFrame:
    """Contract rows of pairs."""
    stay, review, keyed_row = world.by_stay.stay[pairs.keyed_row], pairs.review, pairs.keyed_row
    stays, reviews, settings = world.stays, world.reviews, world.settings
    posted = reviews.posted[review]
    gap_from = posted - stays.ints("stay_end")[stay]
    gap_to = posted - stays.ints("end_from")[stay]
    document, cosine = world.similarity
    shares = {name: known[name] if name in known else item(stay, review) for name, item in world.compare.items()}
    left, right = stays.frame[stay], reviews.frame[review]
    is_exact = pl.Series(world.by_stay.is_exact[keyed_row], dtype=pl.Boolean)
    columns = {
        "booking_id": left["booking_id"],
        "review_id": right["review_id"],
        "identity": pl.select(pl.when(is_exact).then(pl.lit("exact")).otherwise(pl.lit("context"))).to_series(),
        "identity_share": world.by_stay.share[keyed_row] / 1e6,
        "rival_stays": world.rivals.count(world.by_stay.key[keyed_row], posted, pairs.stored_day),
        **{f"{name}_agreement": pl.Series(share).fill_nan(None).round(6) for name, share in shares.items()},
        "text_similarity": cosine[review, document[keyed_row]],
        "gap_days_from": gap_from,
        "gap_days_to": gap_to,
        "time_agreement": nearness(gap_from, gap_to, settings.days_before, settings.window_days).round(6),
        "review_country": right["reviewer_country"],
        "review_nights": right["nights"],
        "review_party": right["party"],
        "review_purpose": right["trip_type"],
        "stay_room": (world.kind.gather(keyed_row) + " " + left["reserved_room_type"].fill_null("?")),
        "review_room": right["room"],
        "review_room_count": right["room_count"],
        "stay_end": left["stay_end"],
        "decision_day": left["decision_day"],
        "delivery_day": pl.Series(pairs.stored_day).cast(pl.Int32).cast(pl.Date),
    }
    return MATCH_CANDIDATES.conform(pl.DataFrame(columns))


def _capped(frame: pl.DataFrame, key: IntArray, settings: AlignmentSettings) -> pl.DataFrame:
    """The best reviews per stay, hotel and day by the assumed weights, ties by review_id."""
    weighed = frame.with_columns(bits=match_weight(frame, assumed_weights(settings)), key=key)
    place = pl.struct(-pl.col("bits"), "review_id").rank("ordinal").over("booking_id", "key", "delivery_day")
    return weighed.filter(place <= settings.max_candidates).drop("bits", "key")
