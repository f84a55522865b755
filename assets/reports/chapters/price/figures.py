"""Pictures of the price of privacy."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import MUTED, SERIES, canvas, panels, styled
from assets.reports.telling.wording import model_name, plain

_TITLES = {"f1": "F1 of the pairs", "paired_share": "Share of stays paired"}
_MARKS = ("o", "s", "^", "D", "v", "P")


@styled
def draw_price(rows: pl.DataFrame, pairing: str) -> Figure:
    """Quality of the pairs and accuracy of the forecasts per setting.

    Args:
        rows: one study of ``price_of_privacy``, in the order of its settings.
        pairing: measure of the left panel, ``f1`` or ``paired_share``.
    """
    settings = rows["setting"].unique(maintain_order=True).to_list()
    figure, (left, right) = panels(2, height=2.8)
    values = [_value(rows, setting, pairing)[0] for setting in settings]
    left.plot(range(len(settings)), values, marker="o", color=SERIES[0])
    left.set_title(_TITLES[pairing])
    left.set_ylim(0, max([*values, 0.01]) * 1.15)
    models = rows.filter(pl.col("measure").str.ends_with(".r2"))["measure"].unique(maintain_order=True).to_list()
    for place, measure in enumerate(models):
        estimates = [_value(rows, setting, measure) for setting in settings]
        at = [index + (place - (len(models) - 1) / 2) * 0.12 for index in range(len(settings))]
        reach = [[value - low for value, low, _ in estimates], [high - value for value, _, high in estimates]]
        right.errorbar(
            at, [value for value, _, _ in estimates], yerr=reach, marker=_MARKS[place], color=SERIES[place],
            linewidth=1.0, capsize=2, label=model_name(measure.split(".")[0]),
        )  # fmt: skip
    right.set_title("R² of the forecasts")
    right.legend(loc="best")
    for axes in (left, right):
        _label(axes, settings)
    return figure


def _label(axes: Axes, settings: list[str]) -> None:
    axes.set_xticks(range(len(settings)), settings)
    axes.set_xlim(-0.4, len(settings) - 0.6)
    axes.grid(axis="y")


def _value(rows: pl.DataFrame, setting: str, measure: str) -> tuple[float, float, float]:
    measured = rows.filter((pl.col("setting") == setting) & (pl.col("measure") == measure))
    if measured.is_empty() or measured["value"][0] is None:
        return float("nan"), float("nan"), float("nan")
    value, low, high = measured.select("value", "low", "high").row(0)
    return value, value if low is None else low, value if high is None else high


@styled
def draw_release_errors(rows: pl.DataFrame) -> Figure:
    """Relative error of each released aggregate against epsilon, on logarithmic axes.

    Args:
        rows: the study ``epsilon``.
    """
    figure, axes = canvas(height=3.2)
    measures = rows["measure"].unique(maintain_order=True).to_list()
    for place, measure in enumerate(measures):
        own = rows.filter(pl.col("measure") == measure)
        epsilons = [float(setting.split()[-1]) for setting in own["setting"]]
        axes.plot(
            epsilons, own["value"].to_list(), marker=_MARKS[place % len(_MARKS)], color=SERIES[place % len(SERIES)],
            linewidth=1.2, label=plain(measure),
        )  # fmt: skip
    axes.set_xscale("log")
    shown = sorted({float(setting.split()[-1]) for setting in rows["setting"]})
    axes.set_xticks(shown, [f"{epsilon:g}" for epsilon in shown])
    axes.minorticks_off()
    axes.set_yscale("log")
    axes.set_xlabel("epsilon of the release")
    axes.set_ylabel("mean absolute error / true value")
    axes.tick_params(which="both", colors=MUTED)
    axes.grid()
    axes.legend(loc="best")
    return figure
