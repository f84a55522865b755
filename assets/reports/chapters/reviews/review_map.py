"""The map of the reviews: places in the plane of their embeddings, coloured by the score.

Cells stand for several reviews each; no single review is drawn, and no text.
"""

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from assets.reports.telling.blocks import Block, Disclosure, Picture
from assets.reports.telling.figure_style import FAINT, MUTED, canvas, styled
from assets.reports.telling.wording import count, decimal, percent

_LEAST_IN_CELL = 5  # as k: a cell is no single guest
_CELLS = 26  # across


@styled
def draw_review_map(places: pl.DataFrame) -> Figure:
    """Hexagonal cells of five reviews and more, coloured by their mean score; smaller ones stay empty.

    Args:
        places: ``review_map`` rows, at least one.
    """
    figure, axes = canvas(width=6.4, height=4.4)
    score = places["score"].to_numpy()
    low, high = np.quantile(score, [0.05, 0.95])
    cells = axes.hexbin(
        places["first_axis"].to_numpy(), places["second_axis"].to_numpy(), C=score, reduce_C_function=np.mean,
        gridsize=_CELLS, mincnt=_LEAST_IN_CELL, cmap="cividis", vmin=low, vmax=max(high, low + 0.1), linewidths=0.3,
        edgecolors=FAINT,
    )  # fmt: skip
    bar = figure.colorbar(cells, ax=axes, shrink=0.85, pad=0.02)
    bar.set_label("mean score, 0 to 10", color=MUTED)
    bar.outline.set_visible(False)
    axes.set_xlabel(f"first axis ({percent(places['first_share'][0], 0)} of the variance), better reviews to the right")
    axes.set_ylabel(f"second axis ({percent(places['second_share'][0], 0)})")
    axes.set_xticks([])
    axes.set_yticks([])
    return figure


def map_blocks(places: pl.DataFrame) -> list[Block]:
    """The map as a picture; nothing where there are too few reviews.

    Args:
        places: ``review_map`` rows.
    """
    if places.is_empty():
        return []
    first, score = places["first_axis"].to_numpy(), places["score"].to_numpy()
    varies = float(score.std()) > 0 and float(first.std()) > 0
    along = float(np.corrcoef(first, score)[0, 1]) if varies else 0.0
    reviews, explained = int(places["reviews"][0]), float(places["first_share"][0] + places["second_share"][0])
    drawn = "" if reviews == places.height else f", {count(places.height)} of them drawn"
    return [
        Picture(
            key="review_map",
            title="The reviews on a plane",
            sentence=f"{count(reviews)} reviews{drawn}, by the two directions in which their texts differ most "
            f"(principal components of the embeddings, {percent(explained, 0)} of the variance). Score and "
            f"first axis correlate by {decimal(along)}: the nearer to zero, the less of a text's wording is praise or "
            f"complaint. Cells with fewer than {_LEAST_IN_CELL} reviews are left empty.",
            alt="Map of hexagonal cells; the lighter a cell, the better the mean score of its reviews.",
            figure=draw_review_map(places),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]
