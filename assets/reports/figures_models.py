"""Pictures of the models: accuracy with intervals, calibration by decile, the gate by segment."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import (
    BLUE,
    FAINT,
    GREY_BAND,
    INK,
    MUTED,
    ORANGE,
    SERIES,
    canvas,
    panels,
    styled,
)
from assets.reports.telling.wording import Estimate, decimal, model_name


@styled
def draw_model_comparison(
    panels_of: Sequence[tuple[str, Mapping[str, Estimate]]], reference: str, digits: Sequence[int]
) -> Figure:
    """One panel per metric: each model's value with its 95 % interval, the reference model as a line.

    Args:
        panels_of: (panel title, model -> estimate); all panels list the models of the first, in its order.
        reference: model that a new one has to beat; drawn as a dashed line.
        digits: decimals of the labels, one per panel.
    """
    models = list(panels_of[0][1]) if panels_of else []
    figure, axes = panels(max(len(panels_of), 1), height=0.8 + 0.36 * max(len(models), 1), share_y=True)
    for panel, (title, estimates), decimals in zip(axes, panels_of, digits, strict=False):
        for position, model in enumerate(models):
            _mark(panel, position, estimates.get(model), BLUE if model != reference else ORANGE, decimals)
        if reference in estimates:
            panel.axvline(estimates[reference].value, color=ORANGE, linewidth=1, linestyle="--", zorder=0)
        panel.set_title(title)
        panel.grid(axis="x")
        panel.margins(x=0.18)
    axes[0].set_yticks(range(len(models)), [model_name(model) for model in models])
    axes[0].set_ylim(len(models) - 0.4, -0.6)
    return figure


def _mark(axes: Axes, position: int, item: Estimate | None, colour: str, digits: int) -> None:
    if item is None or not np.isfinite(item.value):
        return
    if item.low is not None and item.high is not None:
        axes.plot(
            [item.low, item.high], [position, position], color=colour, linewidth=3, alpha=0.35, solid_capstyle="round"
        )
    axes.plot(item.value, position, "o", color=colour, markersize=6)
    axes.annotate(
        decimal(item.value, digits),
        (item.value, position),
        (0, 6),
        textcoords="offset points",
        ha="center",
        fontsize=8,
        color=INK,
    )


@styled
def draw_deciles(deciles: Mapping[str, pl.DataFrame], currency: str) -> Figure:
    """Mean predicted against mean actual value in ten groups ordered by prediction.

    Args:
        deciles: model -> ``decile``, ``predicted``, ``actual``.
        currency: code for the axis.
    """
    figure, axes = panels(max(len(deciles), 1), height=3.0, share_y=True)
    for panel, colour, (model, rows) in zip(axes, SERIES, deciles.items(), strict=False):
        panel.bar(rows["decile"].to_numpy(), rows["actual"].to_numpy(), color=GREY_BAND, width=0.8)
        panel.plot(rows["decile"].to_numpy(), rows["predicted"].to_numpy(), color=colour, marker="o", linewidth=1.8)
        panel.set_title(model_name(model))
        panel.set_xticks(range(1, 11))
        panel.set_xlabel("tenth of customers, by prediction")
        panel.set_yscale("symlog", linthresh=100)
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        panel.grid(axis="y")
    axes[0].set_ylabel(f"mean value, {currency} (log scale)")
    return figure


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


@styled
def draw_permutation(real: Estimate, shuffled: Estimate, without_text: Estimate | None, metric: str) -> Figure:
    """A model with its texts, with texts shuffled among customers, and without text."""
    rows = [("texts as paired", real, BLUE), ("texts shuffled", shuffled, ORANGE)]
    if without_text is not None:
        rows.append(("behaviour only", without_text, MUTED))
    figure, axes = canvas(width=6.4, height=0.9 + 0.42 * len(rows))
    for position, (_, item, colour) in enumerate(rows):
        _mark(axes, position, item, colour, 3)
    axes.set_yticks(range(len(rows)), [label for label, _, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(metric)
    axes.margins(x=0.2)
    axes.grid(axis="x")
    return figure
