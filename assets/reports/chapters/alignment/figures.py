"""Pictures of the pairing: what counts as evidence, how sure the pairs are, how many stays found one."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from assets.alignment.pair_counts import BINS
from assets.reports.telling.figure_style import (
    BLUE,
    FAINT,
    GREEN,
    GRID,
    INK,
    MUTED,
    ORANGE,
    canvas,
    label_right,
    panels,
    styled,
)
from assets.reports.telling.wording import count, decimal, percent, plain


@styled
def draw_match_weights(weights: pl.DataFrame) -> Figure:
    """Evidence in bits that each level of agreement brings for a pair (+1 doubles the odds).

    Args:
        weights: ``field``, ``level``, ``weight``, ``is_learned``; drawn in the given order.
    """
    figure, axes = canvas(height=0.9 + 0.25 * max(weights.height, 1))
    values = weights["weight"].to_list()
    for position, row in enumerate(weights.iter_rows(named=True)):
        _weight_bar(axes, position, row["weight"], is_learned=row["is_learned"])
    axes.axvline(0, color=MUTED, linewidth=1)
    labels = [f"{plain(row['field'])}: {plain(row['level'])}" for row in weights.iter_rows(named=True)]
    axes.set_yticks(range(weights.height), labels, fontsize=8.5)
    axes.invert_yaxis()
    reach = max([1.0, *(abs(value) for value in values)]) * 1.2
    axes.set_xlim(min(-0.6, min(values, default=0.0) * 1.3), reach)
    axes.set_xlabel("evidence, bits (log2 of the likelihood ratio)")
    axes.grid(axis="x")
    axes.legend(
        handles=[
            Patch(color=BLUE, label="learned from the data"),
            Patch(facecolor=ORANGE, hatch="///", edgecolor="white", label="assumed (prior)"),
        ],
        loc="lower right",
    )
    return figure


def _weight_bar(axes: Axes, position: int, weight: float, *, is_learned: bool) -> None:
    hatch, colour = (None, BLUE) if is_learned else ("///", ORANGE)
    axes.barh(position, weight, color=colour, height=0.7, hatch=hatch, edgecolor="white", linewidth=0)
    side = 1 if weight >= 0 else -1
    where = "left" if side > 0 else "right"
    axes.annotate(
        f"{weight:+.1f}",
        (weight, position),
        (4 * side, 0),
        textcoords="offset points",
        va="center",
        ha=where,
        fontsize=8,
    )


@styled
def draw_match_probabilities(bins: pl.DataFrame, threshold: float | None) -> Figure:
    """Histogram of the probability of each stay's best review.

    Args:
        bins: ``label`` (lower end of the bin, as text), ``stays``.
        threshold: from which a stay is paired.
    """
    figure, axes = canvas(height=2.7)
    edges = bins["label"].cast(pl.Float64).to_numpy()
    axes.bar(edges, bins["stays"].to_numpy(), width=1 / BINS, align="edge", color=BLUE)
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability that the best review belongs to the stay")
    axes.set_ylabel("stays")
    axes.grid(axis="y")
    if threshold is not None:
        axes.axvline(threshold, color=INK, linestyle="--", linewidth=1.2)
        axes.annotate(
            f"paired from {decimal(threshold, 2)}",
            (threshold, 0.93),
            (5, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=8.5,
        )
    return figure


@styled
def draw_pairs_over_time(months: pl.DataFrame) -> Figure:
    """Stays decided and stays paired by month, with the paired share below.

    Args:
        months: ``month`` (text YYYY-MM), ``stays``, ``paired``, ascending.
    """
    figure, axes = panels(2, height=2.8)
    where = np.arange(months.height)
    stays, paired = months["stays"].to_numpy(), months["paired"].to_numpy()
    axes[0].bar(where, stays, color=GRID, width=0.85)
    axes[0].bar(where, paired, color=BLUE, width=0.85)
    axes[0].set_title("Stays decided (grey) and paired (blue)")
    axes[0].yaxis.set_major_formatter(lambda value, _: count(value))
    axes[1].plot(where, 100 * paired / np.maximum(stays, 1), color=GREEN, linewidth=2)
    axes[1].set_title("Share of stays with a review, %")
    axes[1].set_ylim(bottom=0)
    step = max(1, months.height // 4)
    for panel in axes:
        panel.set_xticks(where[::step], months["month"].to_list()[::step])
        panel.grid(axis="y")
    return figure


@styled
def draw_pairing_quality(scores: dict[str, float], oracle_f1: float | None) -> Figure:
    """Precision, recall and F1 against the simulated truth, with the oracle's F1 as the ceiling."""
    figure, axes = canvas(height=0.7 + 0.4 * len(scores))
    for position, (name, value) in enumerate(scores.items()):
        axes.barh(position, 1, color=GRID, height=0.6)
        axes.barh(position, value, color=BLUE, height=0.6)
        label_right(axes, 1.0, position, f"{percent(value)}")
        if name == "F1" and oracle_f1 is not None:
            axes.plot([oracle_f1, oracle_f1], [position - 0.38, position + 0.38], color=INK, linewidth=2)
            axes.annotate(
                "oracle", (oracle_f1, position + 0.38), (3, -2), textcoords="offset points", fontsize=8, va="top"
            )
    axes.set_yticks(range(len(scores)), list(scores))
    axes.set_ylim(len(scores) - 0.2, -0.55)
    axes.set_xlim(0, 1.18)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_color(FAINT)
    return figure
