"""The picture of the forecasts: predicted and actual value by tenths of customers."""

from collections.abc import Mapping

import polars as pl
from matplotlib.figure import Figure

from assets.reports.telling.figure_style import GREY_BAND, SERIES, panels, styled
from assets.reports.telling.wording import model_name


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
