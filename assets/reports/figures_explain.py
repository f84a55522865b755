"""Pictures of why: feature influence over all customers, and words behind single predictions."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from assets.reports.figure_style import BLUE, FAINT, MUTED, VERMILION, bare, canvas, label_right, styled
from assets.reports.wording import plain

# Blue to vermilion through grey: readable under red-green blindness, unlike the usual blue to red.
_VALUES = LinearSegmentedColormap.from_list("low_high", [BLUE, "#c8c8c8", VERMILION])


_STRETCH_FROM = 8.0  # times the 95th percentile


@styled
def draw_beeswarm(shap: pl.DataFrame, features: Sequence[str], unit: str) -> Figure:
    """One dot per customer and feature: place = influence on the prediction, colour = the feature's value.

    Args:
        shap: ``feature``, ``shap`` (influence), ``scaled_value`` (0 low to 1 high, null unknown).
        features: features to draw, most influential first.
        unit: unit of the influence.
    """
    figure, axes = canvas(height=0.9 + 0.36 * max(len(features), 1))
    scatter = None
    for position, feature in enumerate(features):
        rows = shap.filter(pl.col("feature") == feature)
        influence = rows["shap"].to_numpy()
        colours = rows["scaled_value"].fill_null(0.5).to_numpy()
        scatter = axes.scatter(
            influence,
            position + swarm_offsets(influence),
            c=colours,
            cmap=_VALUES,
            vmin=0,
            vmax=1,
            s=7,
            linewidths=0,
            rasterized=True,
        )
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.set_yticks(range(len(features)), [plain(feature.removeprefix("b_")) for feature in features])
    axes.set_ylim(len(features) - 0.4, -0.6)
    axes.set_xlabel(f"influence on the prediction, {unit}{_stretch(axes, shap)}")
    axes.grid(axis="x")
    if scatter is not None:
        bar = figure.colorbar(scatter, ax=axes, aspect=30, pad=0.02, ticks=[0, 1])
        bar.ax.set_yticklabels(["low", "high"])
        bar.set_label("value of the feature")
        bar.outline.set_visible(False)  # type: ignore[operator]
    return figure


def _stretch(axes: Axes, shap: pl.DataFrame) -> str:
    """Give a few very large influences a logarithmic scale, so that the others stay apart; says so."""
    reach = shap["shap"].abs()
    usual, largest = float(reach.quantile(0.95) or 0.0), float(reach.max() or 0.0)  # type: ignore[arg-type]
    if usual <= 0 or largest < _STRETCH_FROM * usual:
        return ""
    axes.set_xscale("symlog", linthresh=usual)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return f" (logarithmic beyond ±{usual:,.0f})"


def swarm_offsets(influence: np.ndarray, bins: int = 60, reach: float = 0.38) -> np.ndarray:
    """Vertical offsets that spread dots of equal influence to both sides, densest bin widest.

    Args:
        influence: (n,) horizontal places.
        bins: how finely places count as equal.
        reach: largest offset.

    Returns:
        (n,) offsets in [-reach, reach]; the same for the same input.
    """
    if influence.size == 0:
        return np.zeros(0)
    low, high = float(influence.min()), float(influence.max())
    place = (
        np.zeros(influence.size, dtype=int)
        if high <= low
        else ((influence - low) / (high - low) * (bins - 1)).astype(int)
    )
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(bins))
    rank = np.empty(influence.size, dtype=int)
    rank[order] = np.arange(influence.size) - starts[place[order]]
    side = np.where(rank % 2 == 0, 1.0, -1.0) * ((rank + 1) // 2)
    return side / max(1.0, float(np.abs(side).max())) * reach


@styled
def draw_importance(features: Sequence[str], importance: Sequence[float], unit: str) -> Figure:
    """Mean absolute influence per feature, largest first."""
    figure, axes = canvas(height=0.7 + 0.3 * max(len(features), 1))
    for position, value in enumerate(importance):
        axes.barh(position, value, color=BLUE, height=0.66)
        label_right(axes, value, position, f"{value:,.3g}")
    axes.set_yticks(range(len(features)), [plain(feature.removeprefix("b_")) for feature in features])
    axes.invert_yaxis()
    axes.set_xlim(0, max([*importance, 1e-9]) * 1.18)
    axes.set_title(f"Mean influence on the prediction, {unit}")
    bare(axes)
    axes.spines["left"].set_color(FAINT)
    return figure


@styled
def draw_text_explanation(words: Sequence[str], weights: Sequence[float], unit: str) -> Figure:
    """Words that raise (blue) or lower (vermilion) one prediction, strongest first."""
    figure, axes = canvas(width=6.4, height=0.8 + 0.27 * max(len(words), 1))
    for position, weight in enumerate(weights):
        axes.barh(position, weight, color=BLUE if weight >= 0 else VERMILION, height=0.68)
        side = 1 if weight >= 0 else -1
        axes.annotate(
            f"{weight:+,.3g}",
            (weight, position),
            (4 * side, 0),
            textcoords="offset points",
            va="center",
            ha="left" if side > 0 else "right",
            fontsize=8,
        )
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.set_yticks(range(len(words)), words)
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.set_xlabel(f"change of the prediction, {unit}")
    axes.xaxis.set_ticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(False)
    return figure
