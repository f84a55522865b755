"""Pictures of the customers: who brings the revenue, when they book, what moves together."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assets.customers.statistics import PER_DECADE
from assets.reports.chapters.customers.statistics import month_shares, weekday_shares
from assets.reports.telling.figure_style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    VERMILION,
    canvas,
    panels,
    styled,
)
from assets.reports.telling.guests import CustomerWords
from assets.reports.telling.wording import percent, plain

_MONTHS = ("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@styled
def draw_lorenz(points: Sequence[tuple[float, float]], marks: Sequence[tuple[float, float]]) -> Figure:
    """Cumulative share of revenue against cumulative share of customers, best first.

    Args:
        points: (share of customers, share of revenue) from (0, 0) to (1, 1).
        marks: those of them to label.
    """
    figure, axes = canvas(width=6.0, height=3.4)
    people, revenue = np.array(points).T
    axes.plot(100 * people, 100 * revenue, color=BLUE, linewidth=2.4)
    axes.plot([0, 100], [0, 100], color=FAINT, linewidth=1.2)
    axes.annotate(
        "if all were worth the same", (58, 58), (6, -12), textcoords="offset points", color=MUTED, fontsize=8.5
    )
    for share, part in marks:
        axes.plot(100 * share, 100 * part, "o", color=VERMILION)
        axes.annotate(
            f"best {percent(share, 0)}: {percent(part, 0)} of revenue",
            (100 * share, 100 * part),
            (9, -12),
            textcoords="offset points",
            color=INK,
        )
    axes.set_xlabel("customers, %, most valuable first")
    axes.set_ylabel("revenue, %")
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 102)
    axes.grid()
    return figure


@styled
def draw_clv_distribution(
    cells: Sequence[tuple[float, float | None, int]], borders: Sequence[float], currency: str, words: CustomerWords
) -> Figure:
    """Customers by realised value on a logarithmic axis; those without revenue stand apart on the left.

    Args:
        cells: (from, below, customers) of positive values; the last one is open and drawn to the next full decade.
            Cells differ in width, so what is drawn is their density.
        borders: of the value segments.
        currency: of the values.
        words: what customers are called.
    """
    figure, axes = canvas(height=2.9)
    zeros = sum(number for _, high, number in cells if high == 0.0)
    above = [(low, high, number) for low, high, number in cells if high != 0.0]
    starts = np.log10([max(low, 1.0) for low, _, _ in above])
    top = float(np.floor(starts.max()) + 1) if above else 2.0
    ends = np.array([top if high is None else np.log10(high) for _, high, _ in above])
    widths = ends - starts
    heights = np.array([number for *_, number in above]) / np.maximum(PER_DECADE * widths, 1e-9)
    axes.bar(starts, heights, width=widths, align="edge", color=BLUE)
    if zeros:
        axes.bar(-0.55, zeros, width=0.32, color=ORANGE)
        axes.annotate(
            f"no revenue\n{zeros:,}", (-0.55, zeros), (0, 3), textcoords="offset points", ha="center", fontsize=8
        )
    for border in borders:
        if border > 0:
            axes.axvline(np.log10(border), color=INK, linewidth=1, linestyle="--")
    ticks = np.arange(0, int(top) + 1)
    axes.set_xticks(ticks, [f"{10 ** int(tick):,}" for tick in ticks])
    axes.set_xlim(-0.9, top)
    axes.margins(y=0.18)
    axes.set_xlabel(f"realised revenue per {words.one}, {currency} (log scale; dashed: segment borders)")
    axes.set_ylabel(f"{words.many}\nper tenth of a decade")
    axes.grid(axis="y")
    return figure


@styled
def draw_booking_density(density: pl.DataFrame, days: pl.Series) -> Figure:
    """Kernel density of booking days over the calendar, with the yearly and weekly cycle beside it."""
    figure = Figure(figsize=(7.6, 3.2), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.7, 1))
    main, year, week = (figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1]))
    places = density["day"].to_numpy()
    main.fill_between(places, density["density"].to_numpy() * 100, color=BLUE, alpha=0.25, linewidth=0)
    main.plot(places, density["density"].to_numpy() * 100, color=BLUE, linewidth=1.8)
    main.set_title("Over the calendar")
    main.set_ylabel("share of bookings per day, %")
    main.set_ylim(bottom=0)
    main.tick_params(axis="x", rotation=30)
    main.grid(axis="y")
    _cycle(year, month_shares(days), _MONTHS, "By month of the year, %", GREEN)
    _cycle(week, weekday_shares(days), _WEEKDAYS, "By day of the week, %", ORANGE)
    return figure


def _cycle(axes: Axes, shares: Sequence[float], labels: Sequence[str], title: str, colour: str) -> None:
    axes.bar(range(len(shares)), [100 * share for share in shares], color=colour, width=0.75)
    axes.set_xticks(range(len(labels)), labels, fontsize=8)
    axes.axhline(100 / len(shares), color=MUTED, linewidth=1, linestyle="--")
    axes.set_title(title, fontsize=8.5)
    axes.tick_params(axis="y", labelsize=8)


@styled
def draw_correlations(labels: Sequence[str], pearson: np.ndarray, spearman: np.ndarray) -> Figure:
    """Two heat maps side by side: linear and rank correlation, each cell labelled."""
    figure, axes = panels(2, width=7.8, height=4.3, share_y=True)
    names = [plain(label) for label in labels]
    image = None
    for panel, title, matrix in zip(axes, ("Pearson (linear)", "Spearman (rank)"), (pearson, spearman), strict=True):
        image = panel.imshow(matrix, vmin=-1, vmax=1, cmap="RdBu_r", aspect="auto")
        panel.set_xticks(range(len(names)), names, rotation=90, fontsize=7.5)
        panel.set_yticks(range(len(names)), names, fontsize=7.5)
        panel.set_title(title)
        for row, column in np.argwhere(np.abs(matrix) >= 0.1):
            shade = "white" if abs(matrix[row, column]) > 0.6 else INK
            panel.text(
                column,
                row,
                f"{matrix[row, column]:.1f}".replace("0.", "."),
                ha="center",
                va="center",
                fontsize=6.0,
                color=shade,
            )
        for spine in panel.spines.values():
            spine.set_visible(False)
    if image is not None:
        figure.colorbar(image, ax=axes, shrink=0.7, aspect=30)
    return figure
