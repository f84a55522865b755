"""One look for every picture: colours that survive colour blindness and grey printing, direct labels.

Drawings are built on ``Figure`` objects, so no picture depends on the state that another one left behind.
"""

import io
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, NullFormatter

from assets.common.findings import Estimate, is_known
from assets.common.wording import decimal

INK = "#1f2933"
MUTED = "#5f6b7a"
FAINT = "#c9d1da"
GREY_BAND = "#d5dbe2"
GRID = "#e6eaef"
# Okabe and Ito (2008), colour-universal design: distinguishable under all common colour-vision deficiencies
BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)
FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # names of hotels and the like are drawn as they are: a $ starts no formula
}
Arguments = ParamSpec("Arguments")


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Run a drawing function under the common style and leave matplotlib's settings as they were."""

    @wraps(draw)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
            figure = draw(*args, **kwargs)
        for axes in figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                # Powers of ten are labelled by a formula, and formulas are switched off.
                if isinstance(axis.get_major_formatter(), LogFormatter):
                    axis.set_major_formatter(lambda value, _: f"{value:,g}")
                    axis.set_minor_formatter(NullFormatter())
        return figure

    return wrapped


def canvas(width: float = 7.6, height: float = 3.4) -> tuple[Figure, Axes]:
    """A figure of that size in inches with one pair of axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def panels(
    columns: int, width: float = 7.6, height: float = 3.0, *, share_y: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure with panels side by side."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, sharey=share_y, squeeze=False)
    return figure, list(axes[0])


def bare(axes: Axes) -> None:
    """Take the value axis away where every mark is labelled directly."""
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)


def label_right(axes: Axes, value: float, position: float, text: str) -> None:
    """A label just right of a bar's end; an offset, since leading blanks collapse in SVG."""
    axes.annotate(text, (value, position), (5, 0), textcoords="offset points", va="center", color=INK)


def mark_estimate(axes: Axes, position: int, item: Estimate | None, colour: str, digits: int) -> None:
    """A value as a labelled dot on a row, its interval as a bar behind it; nothing where there is no number."""
    if item is None or not is_known(item.value):
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


def svg_text(figure: Figure, key: str) -> str:
    """The drawing as SVG with real text; equal input gives equal bytes.

    Args:
        figure: the drawing.
        key: salt of the element ids, so that pictures in one page do not share them.
    """
    buffer = io.StringIO()
    with mpl.rc_context({**_STYLE, "svg.hashsalt": key}):  # type: ignore[arg-type]
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    # Measured with DejaVu Sans, which is wider than the fonts of most readers, so labels still fit.
    return buffer.getvalue().replace("'DejaVu Sans'", FONTS).replace("&#x27;DejaVu Sans&#x27;", FONTS)


def png_bytes(figure: Figure, dots_per_inch: int = 110) -> bytes:
    """The drawing as PNG, for places that show no SVG."""
    buffer = io.BytesIO()
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()
