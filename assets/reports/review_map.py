"""The reviews on a plane: the two directions in which their embeddings differ most, coloured by the score.

Cells stand for several reviews each; no single review is drawn, and no text.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from assets.embeddings.encode import embedding_matrix
from assets.reports.blocks import Block, Disclosure, Picture
from assets.reports.figure_style import FAINT, MUTED, canvas, styled
from assets.reports.wording import count, decimal, percent

_MOST = 20_000  # reviews; two directions of a few hundred need no more
_FEWEST = 20  # below, a plane through the reviews says nothing
_LEAST_IN_CELL = 5  # as k: a cell is no single guest
_CELLS = 26  # across


@dataclass(frozen=True, kw_only=True)
class ReviewMap:
    """Places of reviews on the plane.

    Attributes:
        places: (n, 2) principal components, the first axis pointing towards better scores.
        score: (n,) 0 to 10.
        explained: share of the embeddings' variance along each axis.
        reviews: how many there are; ``places`` may be a sample.
    """

    places: np.ndarray
    score: np.ndarray
    explained: tuple[float, float]
    reviews: int


def review_map(embeddings: pl.DataFrame, reviews: pl.DataFrame) -> ReviewMap | None:
    """Principal components of the newest tier's embeddings; None below twenty reviews.

    Args:
        embeddings: ``review_embeddings`` rows.
        reviews: ``clean_reviews`` rows, for the score.
    """
    if embeddings.is_empty():
        return None
    tier = embeddings.sort("delivery_day", "review_id")["tier"][-1]
    scores = reviews.select("review_id", "score").unique("review_id", keep="last", maintain_order=True)
    rows = embeddings.filter(pl.col("tier") == tier).join(scores, on="review_id", how="inner").drop_nulls("score")
    rows = rows.sort("review_id")  # ids are keyed hashes: an even sample of them is a random one
    step = max(1, -(-rows.height // _MOST))
    sample = rows.gather_every(step)
    if sample.height < _FEWEST:
        return None
    places, explained = principal_plane(embedding_matrix(sample["embedding"]).astype(np.float64))
    score = sample["score"].cast(pl.Float64).to_numpy()
    if float((places[:, 0] * (score - score.mean())).sum()) < 0.0:
        places[:, 0] = -places[:, 0]
    return ReviewMap(places=places, score=score, explained=explained, reviews=rows.height)


def principal_plane(vectors: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """(n, 2) coordinates along the two directions of largest variance, and the share of each.

    Args:
        vectors: (n, dimensions), at least two columns.
    """
    centred = vectors - vectors.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    chosen = directions[:, [-1, -2]]
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), [0, 1]])  # a direction's sign is arbitrary: fix it
    total = max(float(variances.sum()), 1e-12)
    return centred @ (chosen * signs), (float(variances[-1]) / total, float(variances[-2]) / total)


@styled
def draw_review_map(found: ReviewMap) -> Figure:
    """Hexagonal cells of five reviews and more, coloured by their mean score; smaller ones stay empty."""
    figure, axes = canvas(width=6.4, height=4.4)
    low, high = np.quantile(found.score, [0.05, 0.95])
    cells = axes.hexbin(
        found.places[:, 0], found.places[:, 1], C=found.score, reduce_C_function=np.mean, gridsize=_CELLS,
        mincnt=_LEAST_IN_CELL, cmap="cividis", vmin=low, vmax=max(high, low + 0.1), linewidths=0.3, edgecolors=FAINT,
    )  # fmt: skip
    bar = figure.colorbar(cells, ax=axes, shrink=0.85, pad=0.02)
    bar.set_label("mean score, 0 to 10", color=MUTED)
    bar.outline.set_visible(False)  # type: ignore[operator]
    axes.set_xlabel(f"first axis ({percent(found.explained[0], 0)} of the variance), better reviews to the right")
    axes.set_ylabel(f"second axis ({percent(found.explained[1], 0)})")
    axes.set_xticks([])
    axes.set_yticks([])
    return figure


def map_blocks(found: ReviewMap | None) -> list[Block]:
    """The map as a picture; nothing where there are too few reviews."""
    if found is None:
        return []
    varies = float(found.score.std()) > 0 and float(found.places[:, 0].std()) > 0
    along = float(np.corrcoef(found.places[:, 0], found.score)[0, 1]) if varies else 0.0
    shown = "" if found.reviews == len(found.score) else f", {count(len(found.score))} of them drawn"
    return [
        Picture(
            key="review_map",
            title="The reviews on a plane",
            sentence=f"{count(found.reviews)} reviews{shown}, by the two directions in which their texts differ most "
            f"(principal components of the embeddings, {percent(sum(found.explained), 0)} of the variance). Score and "
            f"first axis correlate by {decimal(along)}: the nearer to zero, the less of a text's wording is praise or "
            f"complaint. Cells with fewer than {_LEAST_IN_CELL} reviews are left empty.",
            alt="Map of hexagonal cells; the lighter a cell, the better the mean score of its reviews.",
            figure=draw_review_map(found),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]
