"""Pictures of what the anomaly filter keeps, and of the signs that it looks at."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    VERMILION,
    canvas,
    panels,
    styled,
)
from assets.reports.telling.wording import percent


@styled
def draw_retention(labels: Sequence[str], ours: Sequence[float], papers: Sequence[float | None]) -> Figure:
    """Share of reviews kept after each filter, ours beside the paper's."""
    figure, axes = canvas(height=2.9)
    places = np.arange(len(labels))
    axes.plot(places, [100 * share for share in ours], color=BLUE, marker="o", linewidth=2.2)
    known = [(float(place), share) for place, share in zip(places, papers, strict=True) if share is not None]
    if known:
        axes.plot(
            *zip(*((place, 100 * share) for place, share in known), strict=True),
            color=MUTED,
            marker="s",
            linewidth=1.4,
            linestyle="--",
        )
    for place, share in zip(places, ours, strict=True):
        axes.annotate(percent(share), (place, 100 * share), (0, 8), textcoords="offset points", ha="center", color=BLUE)
    for place, share in known:
        axes.annotate(
            percent(share), (place, 100 * share), (0, -15), textcoords="offset points", ha="center", color=MUTED
        )
    _label_lines(axes, len(labels) - 1, ours, known)
    axes.set_xticks(places, labels)
    axes.set_xlim(-0.35, len(labels) - 0.35)
    floor = 100 * min([*ours, *(share for _, share in known)], default=0.0)
    axes.set_ylim(max(0.0, floor - 6), 103)
    axes.set_ylabel("reviews kept, %")
    axes.grid(axis="y")
    return figure


def _label_lines(axes: Axes, last: int, ours: Sequence[float], known: Sequence[tuple[float, float]]) -> None:
    if ours:
        axes.annotate("ours", (last, 100 * ours[-1]), (9, -3), textcoords="offset points", color=BLUE, weight="bold")
    if known:
        axes.annotate("paper 001", (known[-1][0], 100 * known[-1][1]), (9, -3), textcoords="offset points", color=MUTED)


@styled
def draw_anomaly_parts(anomalies: pl.DataFrame, threshold: float | None) -> Figure:
    """Histogram of each anomaly part and of the composite score, on a logarithmic count axis."""
    parts = (("contradiction", ORANGE), ("duplication", GREEN), ("timing", VERMILION), ("anomaly_score", BLUE))
    figure, axes = panels(4, height=2.5, share_y=True)
    for panel, (name, colour) in zip(axes, parts, strict=True):
        values = anomalies[name].drop_nulls().to_numpy()
        panel.hist(values, bins=np.linspace(0, 1, 26).tolist(), color=colour)
        panel.set_title(name.replace("_", " "))
        panel.set_xlim(0, 1)
        panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        panel.set_yscale("symlog", linthresh=1)
        panel.grid(axis="y")
    axes[0].set_ylabel("reviews (log scale)")
    if threshold is not None:
        axes[-1].axvline(threshold, color=INK, linewidth=1.2, linestyle="--")
        axes[-1].annotate(
            f"excluded\nabove {threshold:.2f}",
            (threshold, 0.86),
            (4, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=8,
            color=INK,
        )
    return figure
