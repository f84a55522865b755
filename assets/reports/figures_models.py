"""The picture of the gate by segment."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from assets.reports.telling.figure_style import (
    BLUE,
    FAINT,
    MUTED,
    canvas,
    styled,
)
from assets.reports.telling.wording import decimal


@styled
def draw_gate(
    segments: Sequence[str], means: Sequence[float], spreads: Sequence[float], papers: Sequence[float | None]
) -> Figure:
    """Mean weight of behaviour (1) against text (0) by value segment, ± one standard deviation."""
    figure, axes = canvas(width=6.4, height=2.4)
    for position, (mean, spread) in enumerate(zip(means, spreads, strict=True)):
        axes.plot(
            [max(0.0, mean - spread), min(1.0, mean + spread)],
            [position, position],
            color=BLUE,
            linewidth=7,
            alpha=0.3,
            solid_capstyle="round",
        )
        axes.plot(mean, position, "o", color=BLUE, markersize=8, clip_on=False)
        axes.annotate(decimal(mean), (mean, position), (0, 9), textcoords="offset points", ha="center", color=BLUE)
    for position, value in enumerate(papers):
        if value is not None:
            axes.plot(value, position, "D", color=MUTED, markersize=5)
            axes.annotate(
                f"paper {decimal(value)}",
                (value, position),
                (0, -15),
                textcoords="offset points",
                ha="center",
                color=MUTED,
                fontsize=8,
            )
    axes.axvline(0.5, color=FAINT, linewidth=1)
    axes.set_yticks(range(len(segments)), segments)
    axes.set_ylim(len(segments) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0: text only", "0.5", "1: behaviour only"])
    axes.grid(axis="x")
    return figure
