"""Pictures of models in service, for the metadata of their assets; the reports draw the same in their own style."""

import base64
import io
from typing import Any

import matplotlib as mpl
import polars as pl
from matplotlib.figure import Figure

_FIRST, _SECOND, _LINE = "#0072B2", "#E69F00", "#5f6b7a"  # Okabe and Ito (2008), legible to colour-blind readers
_WIDTH = 7.6  # inches
_PLAIN_TEXT: dict[Any, Any] = {"text.parse_math": False}  # a $ in a name starts no formula


@mpl.rc_context(_PLAIN_TEXT)
def draw_back_test(rows: pl.DataFrame, currency: str) -> Figure:
    """Mean predicted and realised revenue by decile of the prediction.

    Args:
        rows: one day of ``back_test``, deciles 1 and up, ascending.
        currency: of the axis.
    """
    figure = Figure(figsize=(_WIDTH, 3.0), layout="constrained")
    axes, at = figure.add_subplot(), rows["decile"].to_list()
    axes.plot(at, rows["predicted"].to_list(), marker="o", color=_FIRST, label="predicted")
    axes.plot(at, rows["realised"].to_list(), marker="s", linestyle="--", color=_SECOND, label="realised since")
    axes.set_xticks(at)
    axes.set_xlabel("customers by predicted value, tenths, lowest first")
    axes.set_ylabel(f"mean revenue, {currency}")
    axes.grid(axis="y")
    axes.legend(loc="upper left")
    return figure


@mpl.rc_context(_PLAIN_TEXT)
def draw_drift(rows: pl.DataFrame, threshold: float) -> Figure:
    """Population stability index of each quantity, largest on top, with the line that warns.

    Args:
        rows: ``name``, ``psi``, largest first.
        threshold: that warns.
    """
    figure = Figure(figsize=(_WIDTH, 0.8 + 0.24 * rows.height), layout="constrained")
    axes = figure.add_subplot()
    names, values = rows["name"].to_list()[::-1], rows["psi"].to_list()[::-1]
    axes.barh(
        range(len(names)), values, height=0.62, color=[_SECOND if value > threshold else _FIRST for value in values]
    )
    axes.axvline(threshold, color=_LINE, linewidth=1.0, linestyle="--")
    for place, value in enumerate(values):
        axes.annotate(f"{value:.2f}", (value, place), (5, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.set_xlim(0, max([*values, threshold]) * 1.15)
    axes.set_xlabel(f"population stability index; a warning above {threshold:.2f}")
    return figure


def newest_deciles(back_test: pl.DataFrame) -> pl.DataFrame:
    """Deciles of the newest stored day; of the replayed origin where no stored score is old enough."""
    newest = back_test.sort("kind", "as_of", "model_version").tail(1)
    same = [pl.col(name) == newest[name].first() for name in ("kind", "as_of", "model_version")]
    return back_test.filter(*same, pl.col("decile") > 0).sort("decile") if newest.height else newest


@mpl.rc_context(_PLAIN_TEXT)
def as_markdown(figure: Figure, alt: str) -> str:
    """The drawing as a Markdown image that carries its own bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
    return f"![{alt}](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')})"
