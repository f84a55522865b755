"""The picture of the control: the same texts in the wrong order."""

from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, MUTED, ORANGE, canvas, mark_estimate, styled
from assets.reports.telling.wording import Estimate


@styled
def draw_permutation(real: Estimate, shuffled: Estimate, without_text: Estimate | None, metric: str) -> Figure:
    """A model with its texts, with texts shuffled among customers, and without text."""
    rows = [("texts as paired", real, BLUE), ("texts shuffled", shuffled, ORANGE)]
    if without_text is not None:
        rows.append(("behaviour only", without_text, MUTED))
    figure, axes = canvas(width=6.4, height=0.9 + 0.42 * len(rows))
    for position, (_, item, colour) in enumerate(rows):
        mark_estimate(axes, position, item, colour, 3)
    axes.set_yticks(range(len(rows)), [label for label, _, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(metric)
    axes.margins(x=0.2)
    axes.grid(axis="x")
    return figure
