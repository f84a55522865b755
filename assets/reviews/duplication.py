"""Duplication: likeness to the most similar earlier review, over the whole earlier corpus.

Earlier means earlier in (delivery day, review id) order, so the first of a pair is not the copy and a stored
day never changes. The paper compares with all other reviews: departed from, because a later copy would
then reach back into days already stored.

The earlier texts of largest cosine are candidates; among them the one that shares most of its phrases wins
(``similarity``). The paper's largest cosine is stored beside it.

Stock phrases are no evidence. In the public sample, texts under six different words reach cosine 1 by
chance in one case of twenty, texts under twelve in one of a thousand, longer ones stay below 0.96. So the
shortest texts are left out on both sides, and a text of middling length counts as formulaic, not copied,
when several earlier reviews say nearly the same.

Values are computed again per pair in double precision, so that no result depends on the shape of a block or
on the range of days asked for.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.reviews.duplication_device import device_neighbours
from assets.reviews.duplication_search import Neighbours, nearest_earlier
from assets.reviews.settings import ReviewSettings
from assets.reviews.similarity import FEWEST_PHRASES, likeness, shared_phrases

_CANDIDATES = 6  # earlier texts per review whose phrases are compared; the copied one is first in 98 of 100 cases
_NEARLY_EQUAL = 0.9  # cosine from which a short text says nearly the same as another

SCHEMA = {
    "review_id": pl.String,
    "duplication_raw": pl.Float64,
    "duplication_cosine": pl.Float64,
    "nearest_review_id": pl.String,
    "nearest_gap_days": pl.Int32,
    "delivery_day": pl.Date,
}


@dataclass(frozen=True)
class _Corpus:
    """Reviews that can be evidence, in (delivery day, review id) order, and their distinct texts.

    Texts are one where vectors and phrases are equal. A position in ``rows`` is called a place.

    Attributes:
        rows: (n,) row numbers in the ordered frame.
        distinct_of: (n,) which distinct text each place has.
        first: (n_distinct,) first place of each distinct text; ascending.
        places: per distinct text all its places, ascending.
        vectors: (n_distinct, dimensions) float32.
        phrases: phrase hashes of the distinct texts, one text after the other.
        offsets: (n_distinct + 1,) where each text's phrases begin.
        is_short: (n_distinct,) whether the text is of middling length.
    """

    rows: np.ndarray
    distinct_of: np.ndarray
    first: np.ndarray
    places: list[list[int]]
    vectors: np.ndarray
    phrases: np.ndarray
    offsets: np.ndarray
    is_short: np.ndarray

    def occurrences_before(self, distinct: int, place: int) -> int:
        """How many reviews before a place have that text."""
        return bisect_left(self.places[distinct], place)


def duplication(
    vectors: pl.DataFrame, days: Sequence[date], settings: ReviewSettings, device: str | None = None
) -> pl.DataFrame:
    """Frame (review_id, duplication_raw, duplication_cosine, nearest_review_id, nearest_gap_days, delivery_day).

    Rows of the asked days. ``duplication_raw`` is the likeness to the most similar candidate, which is the
    nearest, and ``duplication_cosine`` the largest cosine; both are 0 and the nearest is null where there is no
    evidence: a stock phrase, or no earlier review to compare with.

    Args:
        vectors: ``review_vectors`` of the whole history up to the last asked day.
        days: to compute.
        settings: of the room.
        device: torch device that searches the whole corpus exactly; None: NumPy, as ``duplication_search`` says.
    """
    ordered = vectors.sort("delivery_day", "review_id")
    is_wanted = ordered["delivery_day"].is_in(list(days)).to_numpy()
    corpus = _corpus(ordered, _is_first(ordered), settings)
    places = np.flatnonzero(is_wanted[corpus.rows])
    values, cosines, nearest = _found(corpus, places, settings, device)
    raw, cosine = np.zeros(ordered.height), np.zeros(ordered.height)
    earlier = np.full(ordered.height, -1, dtype=np.int64)
    rows = corpus.rows[places]
    raw[rows], cosine[rows] = values, cosines
    earlier[rows] = np.where(nearest >= 0, corpus.rows[nearest] if len(corpus.rows) else -1, -1)
    earlier_place = pl.Series("nearest", earlier).replace(-1, None).cast(pl.UInt32)
    gaps = ordered["posted_day"] - ordered["posted_day"].gather(earlier_place)
    return (
        ordered.select("review_id", "delivery_day")
        .with_columns(
            pl.Series("duplication_raw", raw),
            pl.Series("duplication_cosine", cosine),
            ordered["review_id"].gather(earlier_place).alias("nearest_review_id"),
            gaps.dt.total_days().cast(pl.Int32).alias("nearest_gap_days"),
        )
        .filter(pl.Series(is_wanted))
        .select(list(SCHEMA))
        .cast(SCHEMA)  # type: ignore[arg-type]
    )


def _is_first(ordered: pl.DataFrame) -> np.ndarray:
    """(n,) whether a row is the first of its review: a corrected review is no copy of what it said before."""
    return ordered["review_id"].is_first_distinct().to_numpy()


def _corpus(ordered: pl.DataFrame, is_first: np.ndarray, settings: ReviewSettings) -> _Corpus:
    words = ordered["distinct_words"].to_numpy()
    rows = np.flatnonzero((words >= settings.duplication_stock_words) & is_first)
    kept = ordered if len(rows) == ordered.height else ordered[rows]
    matrix = _matrix(kept["vector"])  # (n, dimensions)
    distinct_of, places = _distinct(matrix, kept["phrases"])
    first = np.array([group[0] for group in places], dtype=np.int64)
    phrases = kept["phrases"] if len(first) == len(rows) else kept["phrases"].gather(first)
    return _Corpus(
        rows=rows,
        distinct_of=distinct_of,
        first=first,
        places=places,
        vectors=matrix if len(first) == len(matrix) else matrix[first],
        phrases=phrases.explode().drop_nulls().to_numpy().astype(np.uint32),
        offsets=np.concatenate([[0], np.cumsum(phrases.list.len().to_numpy().astype(np.int64))]),
        is_short=words[rows[first]] < settings.duplication_min_words,
    )


def _distinct(matrix: np.ndarray, phrases: pl.Series) -> tuple[np.ndarray, list[list[int]]]:
    """Which distinct text each row has, and the rows of each distinct text."""
    seen: dict[bytes, int] = {}
    distinct_of = np.empty(len(matrix), dtype=np.int64)
    places: list[list[int]] = []
    hashes = phrases.explode().to_numpy().astype(np.float64)  # an empty list leaves one null behind
    ends = np.cumsum(np.maximum(phrases.list.len().to_numpy().astype(np.int64), 1))
    for place, end in enumerate(ends.tolist()):
        digest = hashlib.blake2b(matrix[place].tobytes(), digest_size=16)
        digest.update(hashes[ends[place - 1] if place else 0 : end].tobytes())
        known = seen.setdefault(digest.digest(), len(seen))
        distinct_of[place] = known
        if known == len(places):
            places.append([])
        places[known].append(place)
    return distinct_of, places


def _matrix(vectors: pl.Series) -> np.ndarray:
    if vectors.is_empty():
        return np.zeros((0, 1), dtype=np.float32)
    width = int(vectors.list.len()[0])
    return np.ascontiguousarray(vectors.list.to_array(width).to_numpy(), dtype=np.float32)


def _found(
    corpus: _Corpus, places: np.ndarray, settings: ReviewSettings, device: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Likeness, largest cosine and place of the most similar earlier review per place; 0, 0 and -1 without."""
    distinct = corpus.distinct_of[places]
    is_first = corpus.first[distinct] == places
    values, cosines = np.zeros(len(places)), np.zeros(len(places))
    nearest = np.full(len(places), -1, dtype=np.int64)
    repeats = np.flatnonzero(~is_first)
    cosines[repeats] = 1.0
    sizes = np.diff(corpus.offsets)[distinct[repeats]]
    values[repeats] = likeness(np.ones(len(repeats)), np.minimum(sizes / FEWEST_PHRASES, 1.0))
    nearest[repeats] = corpus.first[distinct[repeats]]
    fresh = np.flatnonzero(is_first)
    near = _neighbours(corpus, distinct[fresh], settings, device)
    shared = shared_phrases(corpus.phrases, corpus.offsets, near.query, near.vector)
    alike = likeness(near.cosine, shared)
    # Best likeness first; equals keep the order of the search: larger cosine, then earlier.
    order = np.lexsort((np.arange(len(alike)), -alike, near.query))
    has_any, best = np.unique(near.query[order], return_index=True)
    target = fresh[np.searchsorted(distinct[fresh], has_any)]
    values[target], nearest[target] = alike[order[best]], corpus.first[near.vector[order[best]]]
    cosines[target] = near.cosine[np.searchsorted(near.query, has_any)]
    formulaic = _formulaic(corpus, places, near, settings)
    values[formulaic], cosines[formulaic], nearest[formulaic] = 0.0, 0.0, -1
    return values, cosines, nearest


def _neighbours(corpus: _Corpus, queries: np.ndarray, settings: ReviewSettings, device: str | None) -> Neighbours:
    count = max(_CANDIDATES, settings.duplication_stock_matches)
    if device is not None:
        return device_neighbours(corpus.vectors, queries, count, device)
    first_exact = settings.duplication_exact_texts if settings.duplication_search == "cells" else len(corpus.vectors)
    return nearest_earlier(corpus.vectors, queries, count, first_exact)


def _formulaic(corpus: _Corpus, places: np.ndarray, near: Neighbours, settings: ReviewSettings) -> np.ndarray:
    """Positions in ``places`` of texts of middling length that several earlier reviews nearly equal."""
    formulaic = []
    for position in np.flatnonzero(corpus.is_short[corpus.distinct_of[places]]):
        place, which = int(places[position]), int(corpus.distinct_of[places[position]])
        span = slice(*np.searchsorted(near.query, [which, which + 1]))
        is_first = corpus.first[which] == place
        close = near.vector[span][near.cosine[span] >= _NEARLY_EQUAL].tolist() if is_first else [which]
        if sum(corpus.occurrences_before(one, place) for one in close) >= settings.duplication_stock_matches:
            formulaic.append(position)
    return np.array(formulaic, dtype=np.int64)
