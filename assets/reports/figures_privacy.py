"""Pictures of what privacy costs: information lost per column, budget spent."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, FAINT, GRID, MUTED, VERMILION, bare, canvas, label_right, styled
from assets.reports.telling.wording import decimal, plain


@styled
def draw_privacy_loss(loss: Mapping[str, float], average: float) -> Figure:
    """Information lost per column (NCP, 0 nothing to 1 everything), worst first."""
    ordered = sorted(loss.items(), key=lambda item: (-item[1], item[0]))
    figure, axes = canvas(height=0.8 + 0.29 * max(len(ordered), 1))
    for position, (_, value) in enumerate(ordered):
        axes.barh(position, value, color=VERMILION if value > 2 * average else BLUE, height=0.66)
        label_right(axes, value, position, f"{decimal(value, 3)}")
    axes.axvline(average, color=MUTED, linewidth=1.0, linestyle="--")
    axes.text(average, len(ordered) - 0.35, f" mean {decimal(average, 3)}", color=MUTED, va="top", fontsize=8.5)
    axes.set_yticks(range(len(ordered)), [plain(name) for name, _ in ordered])
    axes.set_ylim(len(ordered) + 0.2, -0.6)
    axes.set_xlim(0, max([average, *(value for _, value in ordered)]) * 1.18 + 1e-9)
    axes.set_title("Information lost per column (0 = none, 1 = all)")
    bare(axes)
    axes.spines["left"].set_color(FAINT)
    return figure


@styled
def draw_budget(spent: Mapping[str, float], budget: float) -> Figure:
    """Privacy budget spent in each period against what a period may spend."""
    figure, axes = canvas(height=0.75 + 0.42 * max(len(spent), 1))
    for position, (_, value) in enumerate(spent.items()):
        axes.barh(position, budget, color=GRID, height=0.6)
        axes.barh(position, value, color=VERMILION if value > budget + 1e-9 else BLUE, height=0.6)
        label_right(axes, budget, position, f"{decimal(value, 2)} of {decimal(budget, 2)}")
    axes.set_yticks(range(len(spent)), list(spent))
    axes.invert_yaxis()
    axes.set_xlim(0, budget * 1.25)
    axes.set_title("Privacy budget (epsilon) spent per period")
    bare(axes)
    axes.spines["left"].set_visible(False)
    return figure
