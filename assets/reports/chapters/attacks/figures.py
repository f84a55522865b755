"""Picture of the attack suite: each rate with its interval, beside what guessing gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from assets.reports.telling.figure_style import BLUE, INK, MUTED, VERMILION, canvas, styled
from assets.reports.telling.wording import Estimate, percent


@dataclass(frozen=True)
class AttackMark:
    """One line of the picture."""

    label: str
    rate: Estimate
    guess: Estimate


@styled
def draw_attacks(marks: Sequence[AttackMark]) -> Figure:
    """Success of each attack (dot, vermilion where clearly above guessing) and of guessing (open diamond).

    Args:
        marks: from top to bottom.
    """
    figure, axes = canvas(height=1.1 + 0.33 * max(len(marks), 1))
    for position, mark in enumerate(marks):
        beats = (mark.rate.low or 0.0) > (mark.guess.high if mark.guess.high is not None else mark.guess.value)
        colour = VERMILION if beats else BLUE
        for item, line in ((mark.guess, MUTED), (mark.rate, colour)):
            if item.low is not None and item.high is not None:
                axes.plot([item.low, item.high], [position, position], color=line, linewidth=3, alpha=0.4,
                          solid_capstyle="round")  # fmt: skip
        axes.plot(mark.guess.value, position, "D", color="white", markeredgecolor=MUTED, markersize=5.5)
        axes.plot(mark.rate.value, position, "o", color=colour, markersize=6.5)
        axes.annotate(percent(mark.rate.value), (1.03, position), va="center", color=INK, annotation_clip=False)
    axes.set_yticks(range(len(marks)), [mark.label for mark in marks])
    axes.set_ylim(len(marks) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.set_xlabel("targets on whom the attack succeeds")
    axes.grid(axis="x")
    handles = [
        Line2D([], [], marker="o", linestyle="", color=VERMILION, label="attack, above guessing"),
        Line2D([], [], marker="o", linestyle="", color=BLUE, label="attack, not above guessing"),
        Line2D([], [], marker="D", linestyle="", color="white", markeredgecolor=MUTED, label="guessing"),
    ]
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    return figure
