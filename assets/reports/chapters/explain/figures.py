"""Pictures of why: influence of features by their values, words over many customers, the gate."""

from collections.abc import Mapping, Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import (
    BLUE,
    FAINT,
    MUTED,
    ORANGE,
    VERMILION,
    bare,
    canvas,
    label_right,
    panels,
    styled,
)
from assets.reports.telling.wording import Estimate, decimal, plain

# Blue to vermilion through grey: readable under red-green blindness, unlike the usual blue to red.
_VALUES = LinearSegmentedColormap.from_list("low_high", [BLUE, "#c8c8c8", VERMILION])


_STRETCH_FROM = 8.0  # times the 90th percentile
_STEP, _MIDDLE = 0.055, 5.5  # rows between the dots of two tenths; the tenth that lies on the feature's own row


@styled
def draw_tenths(influence: pl.DataFrame, features: Sequence[str], unit: str) -> Figure:
    """One dot per feature and tenth of its values: place = mean influence on the prediction, colour = the tenth.

    Args:
        influence: ``feature``, ``tenth`` (1 lowest values to 10 highest), ``influence``.
        features: features to draw, most influential first.
        unit: unit of the influence.
    """
    figure, axes = canvas(height=0.9 + 0.36 * max(len(features), 1))
    scatter = None
    for position, feature in enumerate(features):
        rows = influence.filter(pl.col("feature") == feature).sort("tenth")
        means, tenths = rows["influence"].to_numpy(), rows["tenth"].to_numpy()
        places = position + _STEP * (tenths - _MIDDLE)  # low values above, high ones below: no dot hides another
        axes.plot(means, places, color=FAINT, linewidth=1, zorder=1)
        scatter = axes.scatter(means, places, c=tenths, cmap=_VALUES, vmin=1, vmax=10, s=26, linewidths=0, zorder=2)
    axes.axvline(0, color=MUTED, linewidth=1, zorder=0)
    axes.set_yticks(range(len(features)), [plain(feature.removeprefix("b_")) for feature in features])
    axes.set_ylim(len(features) - 0.4, -0.6)
    axes.set_xlabel(f"mean influence on the prediction, {unit}{_stretch(axes, influence['influence'])}")
    axes.grid(axis="x")
    if scatter is not None:
        bar = figure.colorbar(scatter, ax=axes, aspect=30, pad=0.02, ticks=[1, 10])
        bar.ax.set_yticklabels(["lowest tenth", "highest tenth"])
        bar.set_label("value of the feature")
        bar.outline.set_visible(False)
    return figure


def _stretch(axes: Axes, influence: pl.Series) -> str:
    """Give a few very large influences a logarithmic scale, so that the others stay apart; says so."""
    reach = influence.abs()
    usual, largest = float(reach.quantile(0.9) or 0.0), float(reach.max() or 0.0)  # type: ignore[arg-type]
    if usual <= 0 or largest < _STRETCH_FROM * usual:
        return ""
    axes.set_xscale("symlog", linthresh=usual)
    decades = [10.0**power for power in range(9) if usual <= 10.0**power <= 1.5 * largest]
    axes.xaxis.set_ticks([*(-decade for decade in reversed(decades)), 0.0, *decades])  # inside, marks would collide
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return f" (logarithmic beyond ±{usual:,.0f})"


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
def draw_words(words: Sequence[str], estimates: Sequence[Estimate], unit: str) -> Figure:
    """Words that raise (blue) or lower (vermilion) predictions, strongest first, each with its interval."""
    figure, axes = canvas(width=6.4, height=0.8 + 0.27 * max(len(words), 1))
    for position, item in enumerate(estimates):
        axes.barh(position, item.value, color=BLUE if item.value >= 0 else VERMILION, height=0.68)
        if item.low is not None and item.high is not None:
            axes.plot([item.low, item.high], [position, position], color=MUTED, linewidth=1.4)
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.set_yticks(range(len(words)), words)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.set_xlabel(f"mean change of the prediction, {unit}; line: 95 % over customers")
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    return figure


@styled
def draw_players(names: Sequence[str], estimates: Sequence[Estimate], text: str, unit: str) -> Figure:
    """Mean absolute influence of each player with its interval; the text as a whole stands out.

    Args:
        names: players, most influential first.
        estimates: of each.
        text: the player drawn in another colour and hatched.
        unit: of the influence.
    """
    figure, axes = canvas(height=0.8 + 0.3 * max(len(names), 1))
    for position, (name, item) in enumerate(zip(names, estimates, strict=True)):
        is_text = name == text
        axes.barh(position, item.value, color=ORANGE if is_text else BLUE, height=0.66,
                  hatch="///" if is_text else None, edgecolor="white")  # fmt: skip
        if item.low is not None and item.high is not None:
            axes.plot([item.low, item.high], [position, position], color=MUTED, linewidth=1.4)
        label_right(axes, max(item.value, item.high or 0.0), position, f"{item.value:,.3g}")
    labels = [f"{plain(name.removeprefix('b_'))}{' (the reviews as a whole)' * (name == text)}" for name in names]
    axes.set_yticks(range(len(names)), labels)
    axes.invert_yaxis()
    axes.set_xlim(0, max([max(item.value, item.high or 0.0) for item in estimates] + [1e-9]) * 1.18)
    axes.set_title(f"Mean influence on the prediction, {unit}; line: 95 % over customers")
    bare(axes)
    axes.spines["left"].set_color(FAINT)
    return figure


@styled
def draw_deletion(tests: Mapping[str, Sequence[tuple[int, Estimate, Estimate]]], unit: str) -> Figure:
    """Movement of the prediction by number of parts taken away: called important against random.

    Args:
        tests: title of the panel -> (parts taken away, important, random), fewest first.
        unit: of the movement.
    """
    figure, places = panels(max(len(tests), 1), height=2.9)
    for axes, (title, rows) in zip(places, tests.items(), strict=False):
        sizes = [size for size, _, _ in rows]
        for label, colour, marker, curve in (
            ("called important", BLUE, "o", [important for _, important, _ in rows]),
            ("at random", ORANGE, "s", [random for _, _, random in rows]),
        ):
            low = [item.low if item.low is not None else item.value for item in curve]
            high = [item.high if item.high is not None else item.value for item in curve]
            axes.fill_between(sizes, low, high, color=colour, alpha=0.18, linewidth=0)
            axes.plot(sizes, [item.value for item in curve], color=colour, marker=marker, markersize=5, label=label)
        axes.set_title(title)
        axes.set_xticks(sizes)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("parts taken away")
    places[0].set_ylabel(f"movement of the prediction, {unit}")
    places[0].legend(loc="upper left", frameon=False, fontsize=8)
    return figure


@styled
def draw_gate(
    segments: Sequence[str], means: Sequence[float], spreads: Sequence[float], papers: Sequence[float | None]
) -> Figure:
    """Mean weight of behaviour (1) against text (0) by value segment, ± one standard deviation."""
    figure, axes = canvas(width=6.4, height=2.4)
    for position, (mean, spread) in enumerate(zip(means, spreads, strict=True)):
        axes.plot(
            [mean - spread, mean + spread],
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
