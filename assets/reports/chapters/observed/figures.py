"""The picture of the leakage."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, FAINT, INK, VERMILION, bare, canvas, label_right, styled
from assets.reports.telling.wording import Estimate, decimal


@styled
def draw_leakage(rows: Sequence[tuple[str, Estimate]]) -> Figure:
    """R² of one learner on nested feature sets: how much of it is the target talking to itself."""
    figure, axes = canvas(height=0.7 + 0.5 * max(len(rows), 1))
    for position, (_, item) in enumerate(rows):
        axes.barh(position, max(item.value, 0.0), color=VERMILION if position == 0 else BLUE, height=0.6)
        if item.has_interval:
            axes.plot([item.low, item.high], [position, position], color=INK, linewidth=1.4)  # type: ignore[list-item]
        edge = max(item.value, item.high or 0.0, 0.0)
        label_right(axes, edge, position, f"{decimal(item.value, 3)}")
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15)
    axes.set_title("Share of the target's variance explained (R², observed window)")
    bare(axes)
    axes.spines["left"].set_color(FAINT)
    return figure
