"""Candidates that decisions look at, scored and kept as numbers: a few dozen bytes each, whatever their ids and labels.

Rows come block by block, so that the labels of one block only are in memory. Groups are numbered in the order of their
ids and rows keep the stored order, so that nothing depends on how the blocks were cut.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.components import second_side_components
from assets.alignment.corrections import VOID_FROM
from assets.alignment.scores import Scores
from assets.alignment.sides import BoolArray, FloatArray, IntArray, SmallIntArray, ints

_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class OpenCandidates:
    """Candidates in (delivery_day, booking_id, review_id) order; days are numbers since 1970.

    Attributes:
        booking_ids: of the stays, ascending; ``stay`` points into them.
        review_ids: of the reviews, ascending; ``review`` points into them.
        stay: (n,) number of the stay.
        review: (n,) number of the review.
        stored: (n,) delivery day, ascending.
        decision: (n,) day on which the stay is decided.
        void: (n,) first day on which a correction has taken the pair's place; a day far off where none has. Only in
            :meth:`parts` does it tell of pairs formed again.
        is_exact: (n,) whether the hotel was known by name.
        bits: (n,) match weight.
        odds: (n,) odds of the pair if it were alone.
    """

    booking_ids: pl.Series
    review_ids: pl.Series
    stay: SmallIntArray
    review: SmallIntArray
    stored: SmallIntArray
    decision: SmallIntArray
    void: SmallIntArray
    is_exact: BoolArray
    bits: FloatArray
    odds: FloatArray

    @classmethod
    def none(cls) -> "OpenCandidates":
        """No candidates."""
        ids, numbers = pl.Series(dtype=pl.String), np.zeros(0, dtype=np.int32)
        is_exact, real = np.zeros(0, dtype=np.bool_), np.zeros(0)
        return cls(ids, ids, numbers, numbers, numbers, numbers, numbers, is_exact, real, real)

    def stored_between(self, first: int, last: int) -> slice:
        """Rows stored from ``first`` to ``last``, both included."""
        edges = np.searchsorted(self.stored, [first, last + 1], side="left")
        return slice(int(edges[0]), int(edges[1]))

    def parts(self, rows_at_once: int) -> Iterator["OpenCandidates"]:
        """Whole connected components, whose decisions need nothing of each other, with pairs formed again made void.

        Args:
            rows_at_once: a part has as many rows or fewer, and those of its last component. With no more rows than
                this there is one part, and components are not looked for.
        """
        if len(self.stay) <= rows_at_once:
            yield replace(self, void=_with_repeats(self))
            return
        component = second_side_components(self.stay, self.review, len(self.booking_ids), len(self.review_ids))
        size = np.bincount(component[self.review])
        part = ((np.cumsum(size) - size) // rows_at_once).astype(np.int32)[component][self.review]
        for number in np.unique(part).tolist():
            taken = self._take(np.flatnonzero(part == number))
            yield replace(taken, void=_with_repeats(taken))

    def _take(self, rows: IntArray) -> "OpenCandidates":
        ids = ("booking_ids", "review_ids")
        taken = {item.name: getattr(self, item.name)[rows] for item in fields(self) if item.name not in ids}
        return replace(self, **taken)


class _Numbers:
    """Numbers for ids in the order in which they come, and at last in the order of the ids."""

    def __init__(self) -> None:
        self._known = pl.DataFrame(schema={"id": pl.String, "number": pl.Int32})

    def of(self, ids: pl.Series) -> SmallIntArray:
        """(n,) number of each id; new ones get the next."""
        asked = pl.DataFrame({"id": ids})
        fresh = asked.unique().join(self._known, on="id", how="anti").sort("id")
        named = fresh.with_row_index("number", offset=self._known.height).select("id", pl.col("number").cast(pl.Int32))
        self._known = pl.concat([self._known, named])
        return asked.join(self._known, on="id", how="left", maintain_order="left")["number"].to_numpy()

    def in_order(self) -> tuple[pl.Series, SmallIntArray]:
        """The ids ascending, and the place of each number among them."""
        ordered = self._known.sort("id")
        place = np.empty(ordered.height, dtype=np.int32)
        place[ordered["number"].to_numpy()] = np.arange(ordered.height, dtype=np.int32)
        return ordered["id"], place


class _Columns:
    """Columns that grow by blocks.

    Memory that is not written to yet costs nothing, and large arrays go back to the system when they are left; many
    small ones, joined at the end, would leave as much again behind.
    """

    def __init__(self) -> None:
        self._space: dict[str, Any] = {}
        self._rows = 0

    def append(self, block: Mapping[str, Any]) -> None:
        """Add the rows of a block with the same columns as the first."""
        (added,) = {len(column) for column in block.values()}
        rows = self._rows + added
        for name, column in block.items():
            space = self._space.get(name, column[:0])
            if len(space) < rows:
                space, before = np.empty(2 * rows, dtype=column.dtype), space
                space[: self._rows] = before[: self._rows]
            space[self._rows : rows] = column
            self._space[name] = space
        self._rows = rows

    def whole(self) -> dict[str, Any]:
        """Every column from its first row to its last; nothing if there was no block."""
        return {name: space[: self._rows] for name, space in self._space.items()}


def open_candidates(blocks: Iterable[pl.DataFrame], scores: Scores) -> OpenCandidates:
    """Candidates as numbers, scored.

    Args:
        blocks: rows of match_candidates in (delivery_day, booking_id, review_id) order throughout, with or without
            the column of :meth:`corrections.Standing.dated`.
        scores: the weights in force.
    """
    stays, reviews, columns = _Numbers(), _Numbers(), _Columns()
    for block in blocks:
        if block.height:
            columns.append(_numbers_of(block, stays, reviews, scores))
    whole = columns.whole()
    if not whole:
        return OpenCandidates.none()
    booking_ids, stay_place = stays.in_order()
    review_ids, review_place = reviews.in_order()
    whole["stay"], whole["review"] = stay_place[whole["stay"]], review_place[whole["review"]]
    return OpenCandidates(booking_ids, review_ids, **whole)


def _numbers_of(block: pl.DataFrame, stays: _Numbers, reviews: _Numbers, scores: Scores) -> dict[str, Any]:
    bits, odds = scores.score(block)
    void = ints(block[VOID_FROM], _NEVER) if VOID_FROM in block.columns else np.full(block.height, _NEVER)
    return {
        "stay": stays.of(block["booking_id"]),
        "review": reviews.of(block["review_id"]),
        "stored": ints(block["delivery_day"]).astype(np.int32),
        "decision": ints(block["decision_day"]).astype(np.int32),
        "void": void.astype(np.int32),
        "is_exact": (block["identity"] == "exact").to_numpy(),
        "bits": bits,
        "odds": odds,
    }


def _with_repeats(rows: OpenCandidates) -> SmallIntArray:
    """First void day of each row: a pair formed again, because its review was corrected, gives way on that day."""
    pair = rows.stay.astype(np.int64) * (int(rows.review.max(initial=0)) + 1) + rows.review
    ordered = np.sort(pair)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not len(twice):
        return rows.void
    # Few pairs are formed twice: the rest is not sorted along, which would take more memory than the rows have.
    place = np.searchsorted(twice, pair)
    np.minimum(place, len(twice) - 1, out=place)
    repeated = np.flatnonzero(twice[place] == pair)
    order = repeated[np.argsort(pair[repeated], kind="stable")]  # rows are in stored order, and so are those of a pair
    first, again = order[:-1], order[1:]
    is_repeat = (pair[first] == pair[again]) & (rows.stored[again] <= rows.decision[first])
    void = rows.void.copy()
    void[first[is_repeat]] = np.minimum(void[first[is_repeat]], rows.stored[again[is_repeat]])
    return void
