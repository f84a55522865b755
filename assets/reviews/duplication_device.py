"""Exact search of the whole corpus on a torch device: the same pairs and cosines as the exact search on a CPU.

The device multiplies in half precision (a CPU in single) and keeps more candidates than are asked for, so
that rounding can't lose one; cosines are then computed again per pair in double precision. A query whose
candidates stand so close together that rounding could have lost one is searched again on the CPU.
"""

from typing import TYPE_CHECKING

import numpy as np

from assets.reviews.duplication_search import Neighbours, exact_neighbours, joined, no_neighbours, settle

if TYPE_CHECKING:
    import torch

_QUERY_ROWS = 4_096
_CORPUS_ROWS = 131_072  # a block of cosines takes 1 GB of a GPU's memory in half precision
_CPU_CORPUS_ROWS = 8_192
_SPARE = 24  # candidates kept beyond those asked for
_MARGINS = {"float16": 2e-3, "float32": 2e-5}  # errors of rounded inputs and of the rounded cosine, with reserve


def device_neighbours(vectors: np.ndarray, queries: np.ndarray, count: int, device: str) -> Neighbours:
    """The ``count`` nearest among all earlier vectors, as ``exact_neighbours`` finds them.

    Args:
        vectors: (n, dimensions) float32 unit vectors by first occurrence.
        queries: ascending numbers of vectors.
        count: how many to find.
        device: torch device, such as ``cuda:0`` or ``cpu``.
    """
    import torch  # heavy: only where a device searches

    is_gpu = torch.device(device).type != "cpu"
    corpus = torch.tensor(vectors, device=device, dtype=torch.float16 if is_gpu else torch.float32)
    margin = _MARGINS["float16" if is_gpu else "float32"]
    parts = []
    for start in range(0, len(queries), _QUERY_ROWS):
        block = queries[start : start + _QUERY_ROWS]
        best, which = _best(corpus, block, count + _SPARE, _CORPUS_ROWS if is_gpu else _CPU_CORPUS_ROWS)
        bar = best[:, count - 1] - margin
        is_sure = best[:, -1] < bar  # the first one left out is too far to belong to the best
        row, column = np.nonzero((best >= bar[:, None]) & (best > -1.5) & is_sure[:, None])
        parts.append(settle(vectors, block[row], which[row, column], count))
        if not is_sure.all():
            parts.append(exact_neighbours(vectors, block[~is_sure], count))
    if not parts:
        return no_neighbours()
    neighbours = joined(parts)
    order = np.argsort(neighbours.query, kind="stable")
    return Neighbours(neighbours.query[order], neighbours.vector[order], neighbours.cosine[order])


def _best(corpus: "torch.Tensor", queries: np.ndarray, count: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest cosines to earlier vectors, falling, and their numbers; -2 where there is no earlier one.

    Args:
        corpus: (n, dimensions) tensor on the device.
        queries: ascending numbers of vectors.
        count: how many to keep.
        step: rows of the corpus at a time.
    """
    import torch

    numbers = torch.tensor(queries, device=corpus.device)
    block = corpus[numbers]  # (n_queries, dimensions)
    best = torch.full((len(queries), count), -2.0, device=corpus.device)
    which = torch.zeros((len(queries), count), dtype=torch.int64, device=corpus.device)
    for start in range(0, int(queries[-1]), step):
        part = corpus[start : start + step]
        cosines = block @ part.T  # (n_queries, n_part)
        if start + len(part) > int(queries[0]):
            places = torch.arange(start, start + len(part), device=corpus.device)
            cosines = cosines.masked_fill(places[None, :] >= numbers[:, None], -2.0)
        near, place = cosines.topk(min(count, len(part)), dim=1)
        merged = torch.cat([best, near.float()], dim=1)
        best, chosen = merged.topk(count, dim=1)
        which = torch.cat([which, place + start], dim=1).gather(1, chosen)
    return best.cpu().numpy(), which.cpu().numpy()
