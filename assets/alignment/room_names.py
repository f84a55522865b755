"""Which room names belong to which reserved room types: learned from the pairs, since letter codes say nothing.

P(name | type, same stay) is counted by the shares of the pairs that match, against P(name) among the reviews of the
same kind of hotel. The count starts from what the ladder of grades makes likely (see room_grades.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.alignment.room_grades import COMMON_GRADE, grades_of
from assets.alignment.sides import FloatArray, IntArray

_STRENGTH = 5.0  # pseudo-matches per room type behind the ladder; ours: fewer helps at many reviews, more at few
_GRADE_STRENGTH = 5.0  # pseudo-matches behind the ladder's own share: every match tells of it; ours
_MOST_GRADED = 0.99
_FEWEST_REVIEWS = 3  # a rarer name is not looked at
_CELL = ("stay_room", "review_room")
RoomBits = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class RoomPairs:
    """Room type and room name of each pair as one cell of a table.

    Attributes:
        cell: (n,) number of the (type, name) cell, -1 where the name is unknown or rare.
        kind_of_cell: (cells,) group number of the type.
        chance: (cells,) P(name | kind of hotel), among reviews.
        agrees: (cells,) whether name and type are of one grade; NaN where a grade is unknown.
        common: (cells,) share of the reviews of the kind whose name is of the name's grade.
        names: (type, name) of each cell.
    """

    cell: IntArray
    kind_of_cell: IntArray
    chance: FloatArray
    agrees: FloatArray
    common: FloatArray
    names: list[tuple[str, str]]

    @property
    def name_of_pair(self) -> IntArray:
        """(n,) group number of the room name at its kind of hotel, -1 where the name is unknown or rare."""
        kinds = [(kind.split(" ")[0], name) for kind, name in self.names]
        places = {key: place for place, key in enumerate(sorted(set(kinds)))}
        return np.array([*(places[key] for key in kinds), -1], dtype=np.int64)[self.cell]

    def factor(self, ratio: FloatArray) -> FloatArray:
        """(n,) m / u of each pair; 1 where unknown."""
        return np.append(ratio, 1.0)[self.cell]

    def ladder(self, grade_share: float) -> FloatArray:
        """(cells,) m / u by the ladder; where no name of a type's grade was seen, its names add up to less than 1."""
        by_grade = (1.0 - grade_share) + grade_share * self.agrees / self.common
        return np.where(np.isnan(self.agrees), 1.0, by_grade)

    def expected_matches(self, match: FloatArray) -> FloatArray:
        """(cells,) expected matches, from (n,) P(pair is the match)."""
        known = self.cell >= 0
        return np.bincount(self.cell[known], weights=match[known], minlength=len(self.names)).astype(np.float64)

    def next_grade_share(self, matches: FloatArray, grade_share: float, start: float) -> float:
        """Of the matches found, the share whose name is of its type's grade for that reason.

        Args:
            matches: (cells,) expected matches.
            grade_share: value so far.
            start: prior, worth ``_GRADE_STRENGTH`` matches.
        """
        known = ~np.isnan(self.agrees)
        reason = grade_share * np.nan_to_num(self.agrees) / self.common / self.ladder(grade_share)
        total = _GRADE_STRENGTH + float(matches[known].sum())
        return min((_GRADE_STRENGTH * start + float((matches * reason)[known].sum())) / total, _MOST_GRADED)

    def next_ratio(self, matches: FloatArray, grade_share: float) -> FloatArray:
        """(cells,) m / u after one step of expectation maximisation.

        Args:
            matches: (cells,) expected matches.
            grade_share: of the ladder that the count starts from.
        """
        types = int(self.kind_of_cell.max()) + 1 if len(self.kind_of_cell) else 0
        of_type = np.bincount(self.kind_of_cell, weights=matches, minlength=types)
        prior = self.ladder(grade_share)
        return (matches / self.chance + _STRENGTH * prior) / (of_type[self.kind_of_cell] + _STRENGTH)


def room_pairs(candidates: pl.DataFrame) -> RoomPairs:
    """Cells of candidate pairs, rows in their order."""
    cells = _cells(candidates)
    places = candidates.select(_CELL).join(
        cells.select(*_CELL, pl.col("cell").cast(pl.Int64)), on=_CELL, how="left", maintain_order="left"
    )["cell"].fill_null(-1)  # fmt: skip
    return RoomPairs(
        cell=places.to_numpy().astype(np.int64),
        kind_of_cell=cells["place"].to_numpy().astype(np.int64),
        chance=cells["chance"].to_numpy(),
        agrees=_agrees(cells["stay_room"], cells["review_room"]),
        common=_common(cells),
        names=list(cells.select(_CELL).iter_rows()),
    )


def _cells(candidates: pl.DataFrame) -> pl.DataFrame:
    """``cell``, ``stay_room``, ``review_room``, ``chance``, ``place`` of every type and every name of its kind."""
    kind = pl.col("stay_room").str.split(" ").list.first()
    said = (
        candidates.with_columns(kind=kind)
        .filter(pl.col("review_room").is_not_null())
        .unique(["review_id", "kind"]).group_by("kind", "review_room").agg(reviews=pl.len())
        .filter(pl.col("reviews") >= _FEWEST_REVIEWS)
        .with_columns(chance=pl.col("reviews") / pl.col("reviews").sum().over("kind"))
    )  # fmt: skip
    types = candidates.select("stay_room").unique().with_columns(kind=kind)
    return (
        types.join(said, on="kind").sort(_CELL)
        .with_columns(place=pl.col("stay_room").rank("dense").cast(pl.Int64) - 1).with_row_index("cell")
    )  # fmt: skip


def _common(cells: pl.DataFrame) -> FloatArray:
    graded = cells.with_columns(grade=grades_of(cells["review_room"], is_type=False))
    return graded.select(pl.col("chance").sum().over("stay_room", "grade"))["chance"].to_numpy()


def _agrees(types: pl.Series, names: pl.Series) -> FloatArray:
    same = grades_of(types, is_type=True) == grades_of(names, is_type=False)
    return same.cast(pl.Float64).fill_null(np.nan).to_numpy()


def bits_table(pairs: RoomPairs, ratio: FloatArray) -> dict[str, dict[str, float]]:
    """By room type and name, log2 of m / u, rounded to 6 decimals."""
    table: dict[str, dict[str, float]] = {}
    for (kind, name), bits in zip(pairs.names, np.round(np.log2(ratio), 6).tolist(), strict=True):
        table.setdefault(kind, {})[name] = bits
    return table


def room_bits(candidates: pl.DataFrame, table: RoomBits, grade_share: float) -> FloatArray:
    """(n,) bits of each pair's room name: as learned, else by the ladder and the public shares of its grades."""
    rows = [(kind, name, bits) for kind, names in sorted(table.items()) for name, bits in sorted(names.items())]
    schema = {"stay_room": pl.String, "review_room": pl.String, "bits": pl.Float64}
    known = pl.DataFrame(rows, schema=schema, orient="row")
    pairs = candidates.select(_CELL)
    distinct = pairs.unique().sort(_CELL, nulls_last=True)
    common = np.array(COMMON_GRADE)[grades_of(distinct["review_room"], is_type=False).fill_null(0).to_numpy()]
    agrees = _agrees(distinct["stay_room"], distinct["review_room"])
    ratio = np.where(np.isnan(agrees), 1.0, (1.0 - grade_share) + grade_share * agrees / common)
    assumed = np.round(np.log2(ratio), 6)
    bits = (
        distinct.with_columns(assumed=pl.Series(assumed, dtype=pl.Float64))
        .join(known, on=_CELL, how="left", maintain_order="left")
        .select(*_CELL, bits=pl.coalesce("bits", "assumed"))
    )
    return pairs.join(bits, on=_CELL, how="left", nulls_equal=True, maintain_order="left")["bits"].to_numpy()
