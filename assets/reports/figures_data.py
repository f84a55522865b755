"""Pictures of what went in: rows after each step, reviews kept, anomaly parts, released monthly counts."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    SERIES,
    VERMILION,
    bare,
    canvas,
    label_right,
    panels,
    styled,
)
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


def _label_lines(axes, last: int, ours: Sequence[float], known: Sequence[tuple[float, float]]) -> None:
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
