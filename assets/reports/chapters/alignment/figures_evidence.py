"""Pictures of the evidence for the pairs: reliability of the probabilities, single pairs taken apart."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, GRID, INK, MUTED, ORANGE, canvas, styled
from assets.reports.telling.wording import decimal, plain


@styled
def draw_reliability(bins: pl.DataFrame) -> Figure:
    """Predicted against observed share of true pairs; the area of a point is its number of pairs.

    Args:
        bins: ``predicted``, ``observed``, ``pairs``.
    """
    figure, axes = canvas(height=3.2)
    reach = max(0.1, float(bins["predicted"].max() or 0.0), float(bins["observed"].max() or 0.0)) * 1.1  # type: ignore[arg-type]
    axes.plot([0, reach], [0, reach], color=MUTED, linestyle="--", linewidth=1)
    area = 20 + 220 * np.sqrt(bins["pairs"].to_numpy() / max(int(bins["pairs"].max() or 1), 1))  # type: ignore[arg-type]
    axes.scatter(bins["predicted"].to_numpy(), bins["observed"].to_numpy(), s=area, color=BLUE, alpha=0.75)
    axes.set_xlim(0, reach)
    axes.set_ylim(0, reach)
    axes.set_xlabel("stated probability")
    axes.set_ylabel("share that is true")
    axes.grid(axis="both")
    return figure


@styled
def draw_waterfalls(steps: pl.DataFrame) -> Figure:
    """One small panel per pair: from the prior odds, step by step in bits, to the total.

    Args:
        steps: ``setting`` (pair), ``place``, ``measure`` (step), ``value`` (bits; of "probability" the posterior).
    """
    pairs = steps["setting"].unique().sort().to_list()
    rows = -(-len(pairs) // 2)
    figure = Figure(figsize=(7.6, 1.7 * rows + 0.3), layout="constrained")
    layout = figure.add_gridspec(rows, 2)
    for position, name in enumerate(pairs):
        panel = figure.add_subplot(layout[position // 2, position % 2])
        _waterfall(panel, steps.filter(pl.col("setting") == name).sort("place"), name)
    return figure


def _waterfall(axes: Axes, rows: pl.DataFrame, name: str) -> None:
    parts = rows.filter(pl.col("measure") != "probability")
    bits = parts["value"].to_numpy()
    ends = np.cumsum(bits)
    for position, (bit, end) in enumerate(zip(bits.tolist(), ends.tolist(), strict=True)):
        colour = GRID if position == 0 else BLUE if bit >= 0 else ORANGE
        axes.bar(position, bit, bottom=end - bit, color=colour, width=0.8)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xticks(range(parts.height), [plain(step) for step in parts["measure"]], fontsize=6, rotation=40)
    axes.tick_params(axis="y", labelsize=7)
    probability = rows.filter(pl.col("measure") == "probability")["value"]
    told = f", probability {decimal(float(probability[0]), 2)}" if len(probability) else ""
    axes.set_title(f"{name.capitalize()}: {decimal(float(ends[-1]), 1)} bits{told}", fontsize=8)
