"""Pictures of what privacy costs and gives: information lost per column, budget spent, monthly counts with noise."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import (
    BLUE,
    FAINT,
    GRID,
    MUTED,
    SERIES,
    VERMILION,
    bare,
    canvas,
    label_right,
    styled,
)
from assets.reports.telling.wording import decimal, plain


@styled
def draw_privacy_loss(loss: Mapping[str, float], average: float) -> Figure:
    """Information lost per column (NCP, 0 nothing to 1 everything), worst first."""
    ordered = sorted(loss.items(), key=lambda item: (-item[1], item[0]))
    figure, axes = canvas(height=0.8 + 0.29 * max(len(ordered), 1))
    for position, (_, value) in enumerate(ordered):
        axes.barh(position, value, color=VERMILION if value > 2 * average else BLUE, height=0.66)
        label_right(axes, value, position, f"{decimal(value, 3)}")
    axes.axvline(average, color=MUTED, linewidth=1.0, linestyle="--")
    axes.text(average, len(ordered) - 0.35, f" mean {decimal(average, 3)}", color=MUTED, va="top", fontsize=8.5)
    axes.set_yticks(range(len(ordered)), [plain(name) for name, _ in ordered])
    axes.set_ylim(len(ordered) + 0.2, -0.6)
    axes.set_xlim(0, max([average, *(value for _, value in ordered)]) * 1.18 + 1e-9)
    axes.set_title("Information lost per column (0 = none, 1 = all)")
    bare(axes)
    axes.spines["left"].set_color(FAINT)
    return figure


@styled
def draw_budget(spent: Mapping[str, float], budget: float) -> Figure:
    """Privacy budget spent in each period against what a period may spend."""
    figure, axes = canvas(height=0.75 + 0.42 * max(len(spent), 1))
    for position, (_, value) in enumerate(spent.items()):
        axes.barh(position, budget, color=GRID, height=0.6)
        axes.barh(position, value, color=VERMILION if value > budget + 1e-9 else BLUE, height=0.6)
        label_right(axes, budget, position, f"{decimal(value, 2)} of {decimal(budget, 2)}")
    axes.set_yticks(range(len(spent)), list(spent))
    axes.invert_yaxis()
    axes.set_xlim(0, budget * 1.25)
    axes.set_title("Privacy budget (epsilon) spent per period")
    bare(axes)
    axes.spines["left"].set_visible(False)
    return figure


@styled
def draw_monthly_release(release: pl.DataFrame) -> Figure:
    """Noised bookings per month and hotel with the ± of 95 % as a band.

    Args:
        release: ``month``, ``hotel``, ``bookings``, ``plus_minus_95``.
    """
    figure, axes = canvas(height=3.2)
    months = sorted(release["month"].unique().to_list())
    ends: list[tuple[float, str, str]] = []
    place = {month: number for number, month in enumerate(months)}
    for colour, hotel in zip(SERIES * 4, sorted(release["hotel"].unique().to_list()), strict=False):
        rows = release.filter(pl.col("hotel") == hotel).sort("month")
        where = np.array([place[month] for month in rows["month"]], dtype=float)
        values = rows["bookings"].to_numpy().astype(float)
        width = rows["plus_minus_95"].to_numpy().astype(float)
        axes.fill_between(where, values - width, values + width, color=colour, alpha=0.22, linewidth=0)
        axes.plot(where, values, color=colour, linewidth=1.8, marker="o", markersize=3)
        ends.append((float(values[-1]), str(hotel), colour))
    floor, top = min(0.0, axes.get_ylim()[0]), axes.get_ylim()[1]
    for place_of_label, (_, hotel, colour) in zip(
        _spread(sorted(ends), (top - floor) * 0.06), sorted(ends), strict=True
    ):
        axes.text(len(months) - 0.7, place_of_label, hotel, va="center", color=colour, fontsize=8.5, weight="bold")
    step = max(1, len(months) // 8)
    axes.set_xticks(range(0, len(months), step), months[::step])
    axes.set_xlim(-0.5, len(months) * 1.3)
    axes.set_ylim(bottom=floor)
    axes.set_ylabel("bookings (noise added)")
    axes.grid(axis="y")
    return figure


def _spread(ends: Sequence[tuple[float, str, str]], gap: float) -> list[float]:
    """Places for labels, in ascending order, at least ``gap`` apart and near where their lines end."""
    places: list[float] = []
    for value, _, _ in ends:
        places.append(value if not places else max(value, places[-1] + gap))
    return places
