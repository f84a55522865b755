"""The earlier vectors nearest to a vector: exactly, or in the cells where they can be expected.

Comparing everything with everything takes minutes for half a million texts. So beyond a first part of the
corpus, vectors lie in cells (an inverted file): each belongs to the centre that it scores best with, and a
query looks into every cell whose score comes near its best one. The centres come from that first part,
which is there before anything is looked up in cells and never changes; so what a query finds depends on the
vectors before it alone, whatever range of days is asked for.

Scores decide between cells, so they must not depend on how a product is blocked: coordinates are rounded to
whole numbers so small that single precision adds them up without error.

Source:
    Sivic, Zisserman (2003), doi:10.1109/ICCV.2003.1238663: inverted files; Lloyd (1982),
    doi:10.1109/TIT.1982.1056489: centres as means of their cells.
"""

from dataclasses import dataclass

import numpy as np

from assets.reviews.similarity import cosines_of

_QUERY_ROWS = 1_024
_CORPUS_ROWS = 4_096  # a block of cosines takes 16 MB
_MARGIN = 2e-5  # single-precision cosines of 256 to 768 dimensions are off by less than a tenth of this
_CELLS = 1_024
_ROUNDS = 3  # more rounds move centres little
_SCALE = 2_048.0  # 3 * 2,048^2 < 2^24: sums of products of unit vectors stay exact in single precision
_SLACK = 0.08  # of the score; on 515,738 texts 0.9968 of the neighbours at cosine 0.95 or more are found (0.07: 0.9954)


@dataclass(frozen=True)
class Neighbours:
    """Pairs found, ordered by query, then by falling cosine, then by rising number of the vector.

    Attributes:
        query: (n,) number of the query's vector.
        vector: (n,) number of an earlier vector.
        cosine: (n,) float64, rounded.
    """

    query: np.ndarray
    vector: np.ndarray
    cosine: np.ndarray


def nearest_earlier(vectors: np.ndarray, queries: np.ndarray, count: int, first_exact: int) -> Neighbours:
    """The ``count`` earlier vectors of largest cosine per query; fewer where fewer are earlier, or in its cells.

    Args:
        vectors: (n, dimensions) float32 unit vectors by first occurrence; earlier is a smaller number.
        queries: ascending numbers of vectors.
        count: how many to find.
        first_exact: vectors before this number are compared with all earlier ones, later ones within cells.
    """
    edge = int(np.searchsorted(queries, first_exact))
    neighbours = [exact_neighbours(vectors, queries[:edge], count)]
    if edge < len(queries):
        neighbours.append(_cell_neighbours(vectors, queries[edge:], count, first_exact))
    return joined(neighbours)


def joined(parts: list[Neighbours]) -> Neighbours:
    """Parts one after the other."""
    return Neighbours(
        np.concatenate([part.query for part in parts]),
        np.concatenate([part.vector for part in parts]),
        np.concatenate([part.cosine for part in parts]),
    )


def exact_neighbours(vectors: np.ndarray, queries: np.ndarray, count: int) -> Neighbours:
    """The ``count`` nearest among all earlier vectors.

    Args:
        vectors: (n, dimensions) float32 unit vectors.
        queries: ascending numbers of vectors.
        count: how many to find.
    """
    parts = []
    for start in range(0, len(queries), _QUERY_ROWS):
        search = _Search(vectors, queries[start : start + _QUERY_ROWS], count)
        search.compare(np.arange(len(search.queries)), np.arange(int(search.queries[-1])))
        parts.append(search.settled())
    return joined(parts) if parts else no_neighbours()


def no_neighbours() -> Neighbours:
    """Nothing found."""
    return Neighbours(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


class _Search:
    """Keeps the candidates of some queries while parts of the corpus go by."""

    def __init__(self, vectors: np.ndarray, queries: np.ndarray, count: int) -> None:
        self.queries = queries
        self._vectors = vectors
        self._count = count
        # Cosines of the best so far, ascending; -1.5 is below any cosine and above the mask.
        self._top = np.full((len(queries), count), -1.5, dtype=np.float32)
        self._found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def compare(self, rows: np.ndarray, members: np.ndarray) -> None:
        """Look at all members that are earlier than the queries in those rows.

        Args:
            rows: ascending places in ``queries``.
            members: ascending numbers of vectors.
        """
        queries = self.queries[rows]
        block = self._vectors[queries]  # (n_rows, dimensions)
        members = members[: np.searchsorted(members, queries[-1])]
        for start in range(0, len(members), _CORPUS_ROWS):
            part = members[start : start + _CORPUS_ROWS]
            cosines = block @ self._vectors[part].T  # (n_rows, n_part)
            if part[-1] >= queries[0]:
                cosines[part[None, :] >= queries[:, None]] = -2.0
            self._take(rows, part, cosines)

    def _take(self, rows: np.ndarray, part: np.ndarray, cosines: np.ndarray) -> None:
        is_near = cosines.max(axis=1) >= self._top[rows, 0] - np.float32(_MARGIN)
        if not is_near.any():
            return
        rows, cosines = rows[is_near], cosines[is_near]
        wide = cosines.shape[1] > self._count
        best = np.partition(cosines, -self._count, axis=1)[:, -self._count :] if wide else cosines
        top = np.sort(np.concatenate([self._top[rows], best], axis=1), axis=1)[:, -self._count :]
        self._top[rows] = top
        query, column = np.nonzero(cosines >= (top[:, 0] - np.float32(_MARGIN))[:, None])
        self._found.append((rows[query], part[column], cosines[query, column]))

    def settled(self) -> Neighbours:
        """Decide among candidates by cosines computed per pair; the earliest wins among equals."""
        if not self._found:
            return no_neighbours()
        row, vector, cosine = (np.concatenate(parts) for parts in zip(*self._found, strict=True))
        keep = cosine >= self._top[row, 0] - np.float32(_MARGIN)
        return settle(self._vectors, self.queries[row[keep]], vector[keep], self._count)


def settle(vectors: np.ndarray, query: np.ndarray, vector: np.ndarray, count: int) -> Neighbours:
    """The best ``count`` of each query's candidates, by cosines computed per pair in double precision.

    Args:
        vectors: (n, dimensions) float32.
        query: (n_pairs,) numbers of query vectors.
        vector: (n_pairs,) numbers of earlier vectors; a pair comes once.
        count: how many to keep per query.
    """
    cosine = cosines_of(vectors, query, vector)
    order = np.lexsort((vector, -cosine, query))
    query, vector, cosine = query[order], vector[order], cosine[order]
    rank = np.arange(len(query)) - np.searchsorted(query, query)
    keep = rank < count
    return Neighbours(query[keep].astype(np.int64), vector[keep].astype(np.int64), cosine[keep])


def _cell_neighbours(vectors: np.ndarray, queries: np.ndarray, count: int, first_exact: int) -> Neighbours:
    centres = _centres(vectors[:first_exact])
    homes, row, cell = _cells(vectors[: int(queries[-1]) + 1], centres, queries)
    order = np.argsort(homes, kind="stable")  # ascending vectors within a cell
    edges = np.searchsorted(homes[order], np.arange(len(centres) + 1))
    search = _Search(vectors, queries, count)
    is_home = homes[queries[row]] == cell
    for chosen in (is_home, ~is_home):  # the home cell first: what it yields spares most work in the others
        rows, cells = row[chosen], cell[chosen]
        by_cell = np.argsort(cells, kind="stable")  # ascending rows within a cell
        bounds = np.searchsorted(cells[by_cell], np.arange(len(centres) + 1))
        for which in range(len(centres)):
            asking = rows[by_cell[bounds[which] : bounds[which + 1]]]
            members = order[edges[which] : edges[which + 1]]
            for start in range(0, len(asking), _QUERY_ROWS):
                search.compare(asking[start : start + _QUERY_ROWS], members)
    return search.settled()


def _centres(vectors: np.ndarray) -> np.ndarray:
    """(n_cells, dimensions) whole numbers: evenly spaced vectors, moved to the mean of their cells a few times."""
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(_CELLS, len(vectors))).astype(np.int64))
    centres, none = _whole(vectors[chosen]), np.zeros(0, dtype=np.int64)
    for _ in range(_ROUNDS):
        homes = _cells(vectors, centres, none)[0]
        order = np.argsort(homes, kind="stable")
        used, starts, sizes = np.unique(homes[order], return_index=True, return_counts=True)
        sums = np.add.reduceat(_whole(vectors[order]).astype(np.float64), starts, axis=0)  # exact: whole numbers
        centres[used] = np.rint(sums / sizes[:, None])
    return centres


def _cells(vectors: np.ndarray, centres: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Home cell of each vector; and place of the query, cell, for every cell that a query looks into.

    The score ``2 x c - c c`` is largest for the nearest centre.

    Args:
        vectors: (n, dimensions) unit vectors.
        centres: (n_cells, dimensions) whole numbers.
        queries: ascending numbers of vectors.
    """
    lengths = (centres * centres).sum(axis=1)  # exact: whole numbers
    homes = np.empty(len(vectors), dtype=np.int32)
    rows, cells = [], []
    for start in range(0, len(vectors), _CORPUS_ROWS):
        block = _whole(vectors[start : start + _CORPUS_ROWS])
        scores = 2 * (block @ centres.T) - lengths  # (n_block, n_cells)
        homes[start : start + len(block)] = scores.argmax(axis=1)
        first, last = np.searchsorted(queries, [start, start + len(block)])
        asking = scores[queries[first:last] - start]
        row, cell = np.nonzero(asking >= asking.max(axis=1, keepdims=True, initial=-np.inf) - _SLACK * _SCALE**2)
        rows.append((row + first).astype(np.int32))
        cells.append(cell.astype(np.int32))
    return homes, np.concatenate(rows), np.concatenate(cells)


def _whole(vectors: np.ndarray) -> np.ndarray:
    return np.rint(vectors * np.float32(_SCALE))
