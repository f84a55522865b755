"""The picture of the ceilings."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from assets.reports.telling.figure_style import BLUE, GREEN, MUTED, ORANGE, panels, styled
from assets.reports.telling.wording import Estimate, model_name

_CEILINGS = {"data_rich": (ORANGE, "--", "data-rich ceiling"), "oracle": (GREEN, ":", "oracle")}


@styled
def draw_ceilings(
    standings: Sequence[tuple[str, Mapping[str, Estimate], Mapping[str, float]]],
) -> Figure:
    """R² of every model as a dot with its interval, both ceilings as lines, one panel per influence.

    Args:
        standings: title, model -> R², ceiling -> R²; the first one's order of models holds for all.
    """
    figure, axes = panels(len(standings), height=3.2)
    models = list(standings[0][1])
    for panel, (title, values, ceilings) in zip(axes, standings, strict=True):
        known = [name for name in models if name in values]
        places = [len(models) - models.index(name) for name in known]
        centre = [values[name].value for name in known]
        low = [value - (values[name].low if values[name].has_interval else value)  # type: ignore[operator]
               for name, value in zip(known, centre, strict=True)]  # fmt: skip
        high = [(values[name].high if values[name].has_interval else value) - value  # type: ignore[operator]
                for name, value in zip(known, centre, strict=True)]  # fmt: skip
        panel.errorbar(centre, places, xerr=[low, high], fmt="o", color=BLUE, capsize=2, linewidth=1.0)
        for name, value in ceilings.items():
            colour, dashes, label = _CEILINGS[name]
            panel.axvline(value, color=colour, linestyle=dashes, label=label)
        panel.set_title(title)
        panel.set_xlim(min(0.0, *centre), 1.02)
        panel.set_xlabel("R²")
        panel.set_yticks(range(1, len(models) + 1), [])
        panel.grid(axis="x")
    axes[0].set_yticks(range(1, len(models) + 1), [model_name(name) for name in reversed(models)])
    axes[0].tick_params(axis="y", colors=MUTED)
    figure.legend(*axes[-1].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
