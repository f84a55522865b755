"""Duplication: the largest cosine to an earlier review, over the whole earlier corpus.

Earlier means earlier in (delivery day, review id) order, so the first of a pair is not the copy and a stored
day never changes. The paper compares with all other reviews: departed from, because a later copy would
then reach back into days already stored.

Stock phrases are no evidence. In the public sample, texts under six different words reach cosine 1 by
chance in one case of twenty, texts under twelve in one of a thousand, longer ones stay below 0.96. So the
shortest texts are left out on both sides, and a text of middling length counts as formulaic, not copied,
when several earlier reviews say nearly the same.

The search multiplies blocks in single precision; the cosine that is stored is computed again per pair in
double precision, so that no result depends on the shape of a block or on the range of days asked for.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.reviews.settings import ReviewSettings

_QUERY_ROWS = 256
_CORPUS_ROWS = 8_192  # a block of cosines takes 8 MB: stays in cache, and is long enough for full speed
_MARGIN = 2e-5  # single-precision cosines of 256 to 768 dimensions are off by less than a tenth of this
_DECIMALS = 6
_NEARLY_EQUAL = 0.9  # cosine from which a short text says nearly the same as another

SCHEMA = {
    "review_id": pl.String,
    "duplication_raw": pl.Float64,
    "nearest_review_id": pl.String,
    "nearest_gap_days": pl.Int32,
    "delivery_day": pl.Date,
}


@dataclass(frozen=True)
class _Corpus:
    """Reviews that can be evidence, in (delivery day, review id) order, and their distinct vectors.

    Attributes:
        rows: (n,) row numbers in the ordered frame; a position in it is called a place.
        distinct_of: (n,) which distinct vector each place has.
        first: (n_distinct,) first place of each distinct vector; ascending.
        places: per distinct vector all its places, ascending.
        vectors: (n_distinct, dimensions) float32.
        is_short: (n_distinct,) whether the text is of middling length.
    """

    rows: np.ndarray
    distinct_of: np.ndarray
    first: np.ndarray
    places: list[list[int]]
    vectors: np.ndarray
    is_short: np.ndarray

    def occurrences_before(self, distinct: int, place: int) -> int:
        """How many reviews before a place have that vector."""
        return bisect_left(self.places[distinct], place)


@dataclass(frozen=True)
class _Match:
    """What was found for the review at a place.

    Attributes:
        place: of the review.
        cosine: to its nearest earlier review.
        earlier: place of that one, the earliest among equals.
        alike: earlier reviews that say nearly the same (counted for short texts and exact copies).
    """

    place: int
    cosine: float
    earlier: int
    alike: int


def duplication(vectors: pl.DataFrame, days: Sequence[date], settings: ReviewSettings) -> pl.DataFrame:
    """Frame (review_id, duplication_raw, nearest_review_id, nearest_gap_days, delivery_day) of the asked days.

    ``duplication_raw`` is 0 and the nearest is null where there is no evidence: a stock phrase, or no
    earlier review.

    Args:
        vectors: ``review_vectors`` of the whole history up to the last asked day.
        days: to compute.
        settings: of the room.
    """
    ordered = vectors.sort("delivery_day", "review_id")
    is_wanted = ordered["delivery_day"].is_in(list(days)).to_numpy()
    corpus = _corpus(ordered, settings)
    cosines = np.zeros(ordered.height)
    nearest: list[int | None] = [None] * ordered.height
    for match in _matches(corpus, np.flatnonzero(is_wanted[corpus.rows])):
        is_short = corpus.is_short[corpus.distinct_of[match.place]]
        if not (is_short and match.alike >= settings.duplication_stock_matches):
            row = corpus.rows[match.place]
            cosines[row], nearest[row] = match.cosine, int(corpus.rows[match.earlier])
    found = pl.Series("nearest", nearest, dtype=pl.UInt32)
    gaps = ordered["posted_day"] - ordered["posted_day"].gather(found)
    return (
        ordered.select("review_id", "delivery_day")
        .with_columns(
            pl.Series("duplication_raw", cosines),
            ordered["review_id"].gather(found).alias("nearest_review_id"),
            gaps.dt.total_days().cast(pl.Int32).alias("nearest_gap_days"),
        )
        .filter(pl.Series(is_wanted))
        .select(list(SCHEMA))
        .cast(SCHEMA)  # type: ignore[arg-type]
    )


def _corpus(ordered: pl.DataFrame, settings: ReviewSettings) -> _Corpus:
    words = ordered["distinct_words"].to_numpy()
    rows = np.flatnonzero(words >= settings.duplication_stock_words)
    matrix = _matrix(ordered["vector"].gather(rows))  # (n, dimensions)
    seen: dict[bytes, int] = {}
    distinct_of = np.empty(len(rows), dtype=np.int64)
    places: list[list[int]] = []
    for place in range(len(rows)):
        known = seen.setdefault(matrix[place].tobytes(), len(seen))
        distinct_of[place] = known
        if known == len(places):
            places.append([])
        places[known].append(place)
    first = np.array([group[0] for group in places], dtype=np.int64)
    is_short = words[rows[first]] < settings.duplication_min_words
    return _Corpus(rows, distinct_of, first, places, matrix[first], is_short)


def _matrix(vectors: pl.Series) -> np.ndarray:
    if vectors.is_empty():
        return np.zeros((0, 1), dtype=np.float32)
    width = int(vectors.list.len()[0])
    return np.ascontiguousarray(vectors.list.to_array(width).to_numpy(), dtype=np.float32)


def _matches(corpus: _Corpus, places: np.ndarray) -> Iterator[_Match]:
    distinct = corpus.distinct_of[places]
    is_first = corpus.first[distinct] == places
    for place, which in zip(places[~is_first].tolist(), distinct[~is_first].tolist(), strict=True):
        yield _Match(place, 1.0, int(corpus.first[which]), corpus.occurrences_before(which, place))
    queries = distinct[is_first]
    for start in range(0, len(queries), _QUERY_ROWS):
        yield from _search_block(corpus, queries[start : start + _QUERY_ROWS])


def _search_block(corpus: _Corpus, queries: np.ndarray) -> Iterator[_Match]:
    """Nearest among the distinct vectors that first occurred before each query's own.

    Args:
        corpus: of all evidence.
        queries: (n_queries,) distinct vectors, ascending.
    """
    best = np.full(len(queries), -1.5, dtype=np.float32)  # below any cosine, above the mask
    limit = np.where(corpus.is_short[queries], np.float32(_NEARLY_EQUAL), np.float32(1.0))
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    block = corpus.vectors[queries]  # (n_queries, dimensions)
    for start in range(0, int(queries[-1]), _CORPUS_ROWS):
        part = corpus.vectors[start : start + _CORPUS_ROWS]  # (n_part, dimensions)
        cosines = block @ part.T  # (n_queries, n_part)
        if start + len(part) > queries[0]:
            cosines[np.arange(start, start + len(part))[None, :] >= queries[:, None]] = -2.0
        best = np.maximum(best, cosines.max(axis=1))
        query, vector = np.nonzero(cosines >= (np.minimum(best, limit) - np.float32(_MARGIN))[:, None])
        found.append((query, vector + start, cosines[query, vector]))
    if not found:
        return
    query, vector, cosine = (np.concatenate(parts) for parts in zip(*found, strict=True))
    keep = cosine >= (np.minimum(best, limit) - np.float32(_MARGIN))[query]
    yield from _settle(corpus, queries, query[keep], vector[keep])


def _settle(corpus: _Corpus, queries: np.ndarray, query: np.ndarray, vector: np.ndarray) -> Iterator[_Match]:
    """Decide among candidates by cosines computed per pair; the earliest wins among equals."""
    order = np.lexsort((vector, query))
    query, vector = query[order], vector[order]
    cosine = pair_cosines(corpus.vectors[queries[query]], corpus.vectors[vector])
    edges = np.searchsorted(query, np.arange(len(queries) + 1))
    for row in range(len(queries)):
        span = slice(edges[row], edges[row + 1])
        if span.start == span.stop:
            continue
        place = int(corpus.first[queries[row]])
        best = int(np.argmax(cosine[span]))  # argmax takes the first of equals: the earliest
        close = vector[span][cosine[span] >= _NEARLY_EQUAL].tolist() if corpus.is_short[queries[row]] else []
        alike = sum(corpus.occurrences_before(which, place) for which in close)
        yield _Match(place, float(cosine[span][best]), int(corpus.first[vector[span][best]]), alike)


def pair_cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(n,) cosines of row pairs, float64 rounded to six decimals; a row's value depends on that row only.

    Args:
        left: (n, dimensions).
        right: (n, dimensions).
    """
    first, second = left.astype(np.float64), right.astype(np.float64)
    lengths = np.sqrt((first * first).sum(axis=1) * (second * second).sum(axis=1))
    return np.clip(np.round((first * second).sum(axis=1) / np.maximum(lengths, 1e-12), _DECIMALS), -1.0, 1.0)
