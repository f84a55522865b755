"""``stayworth models``."""

import click

from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command()
@click.option("--compare", nargs=2, metavar="RUN RUN", help="Numbers or ids of two runs.")
@source_options
def models(given: Given, compare: tuple[str, str] | None) -> int:
    """Every training run: settings, inputs, metrics, promotion; or two side by side."""
    from pipelines.scores import show_models
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    show_models(build_workspace(enter(given)), compare)
    return 0
