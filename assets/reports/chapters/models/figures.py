"""Pictures of the forecasts: tenths of customers, what the best ones hold, how errors and scores are spread."""

from collections.abc import Mapping

import polars as pl
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, GREY_BAND, MUTED, SERIES, canvas, panels, styled
from assets.reports.telling.wording import model_name


@styled
def draw_deciles(deciles: Mapping[str, pl.DataFrame], currency: str) -> Figure:
    """Mean predicted against mean actual value in ten groups ordered by prediction.

    Args:
        deciles: model -> ``step`` (the tenth), ``predicted``, ``realised``.
        currency: code for the axis.
    """
    figure, axes = panels(max(len(deciles), 1), height=3.0, share_y=True)
    for panel, colour, (model, rows) in zip(axes, SERIES, deciles.items(), strict=False):
        panel.bar(rows["step"].to_numpy(), rows["realised"].to_numpy(), color=GREY_BAND, width=0.8)
        panel.plot(rows["step"].to_numpy(), rows["predicted"].to_numpy(), color=colour, marker="o", linewidth=1.8)
        panel.set_title(model_name(model))
        panel.set_xticks(range(1, 11))
        panel.set_xlabel("tenth of customers, by prediction")
        panel.set_yscale("symlog", linthresh=100)
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        panel.grid(axis="y")
    axes[0].set_ylabel(f"mean value, {currency} (log scale)")
    return figure


@styled
def draw_gain(curves: Mapping[str, pl.DataFrame]) -> Figure:
    """Share of the revenue held by the share of customers ranked highest; the dashed line is a list in random order.

    Args:
        curves: model -> ``share``, ``captured``, ascending.
    """
    figure, axes = canvas(width=6.4, height=3.0)
    for colour, (model, rows) in zip(SERIES, curves.items(), strict=False):
        share, captured = ([0.0, *rows[name].to_list()] for name in ("share", "captured"))
        axes.plot([100 * item for item in share], [100 * item for item in captured], color=colour, linewidth=1.8,
                  label=model_name(model))  # fmt: skip
    axes.plot([0, 100], [0, 100], color=MUTED, linewidth=1, linestyle="--")
    axes.set_xlabel("customers ranked highest, %")
    axes.set_ylabel("revenue that they brought, %")
    axes.grid(axis="both")
    if curves:
        axes.legend(loc="lower right", frameon=False, fontsize=8)
    return figure


@styled
def draw_steps(steps: pl.DataFrame, label: str) -> Figure:
    """Bars of the share of forecasts in steps of one width, whatever their borders; borders are written below.

    Args:
        steps: ``low`` and ``high`` (null: open), ``share``, ascending.
        label: of the axis.
    """
    figure, axes = canvas(width=6.4, height=2.6)
    axes.bar(range(steps.height), [100 * share for share in steps["share"]], color=BLUE, width=0.9)
    borders = [border for border in steps["high"].to_list() if border is not None]
    axes.set_xticks([place + 0.5 for place in range(len(borders))], [f"{border:,.0f}" for border in borders],
                    rotation=45, ha="right", fontsize=8)  # fmt: skip
    axes.set_xlabel(label)
    axes.set_ylabel("of the forecasts, %")
    axes.grid(axis="y")
    return figure
