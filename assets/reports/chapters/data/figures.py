"""Picture of the rows left after each step."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, bare, canvas, label_right, styled
from assets.reports.telling.wording import count, percent


@styled
def draw_funnel(steps: Sequence[tuple[str, float]], unit: str) -> Figure:
    """Rows left after each step, as shrinking bars.

    Args:
        steps: (label, rows) in order; the first is 100 %.
        unit: what is counted, in the plural.
    """
    figure, axes = canvas(height=0.55 + 0.42 * max(len(steps), 1))
    first = steps[0][1] if steps else 1.0
    for position, (_, rows) in enumerate(steps):
        axes.barh(position, rows, color=BLUE, alpha=1.0 - 0.45 * position / max(len(steps), 1), height=0.68)
        share = percent(rows / first) if first else ""
        label_right(axes, rows, position, f"{count(rows)}  ({share})")
    axes.set_yticks(range(len(steps)), [label for label, _ in steps])
    axes.invert_yaxis()
    axes.set_xlim(0, max(first, 1.0) * 1.28)
    axes.set_title(f"{unit} left after each step")
    bare(axes)
    axes.spines["left"].set_visible(False)
    return figure
