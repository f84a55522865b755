"""What ``results.json`` holds, as tables of the results pages: the run, models, attacks, pairs, prices, ceilings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assets.common.findings import at
from pipelines.results_page import holds_block, markdown_of, measured_here, shown, write_block
from resources.errors import NotFittedError
from resources.settings import Settings

# Block -> branch of the results; a block is named after it and the source, say ``attacks_public``.
_BRANCHES = {
    "run": "run",
    "evaluation": "models",
    "attacks": "privacy.attacks",
    "alignment": "alignment",
    "anomaly_filter": "reviews.anomaly",
    "prices": "privacy.price",
    "ceilings": "ceilings",
}
_LEFT_OUT = {"calibration", "groups", "recommendation", "reliability", "waterfalls"}
_ESTIMATE = {"value", "low", "high"}


def write_results(page: Path, settings: Settings, command: str) -> None:
    """Write the figures of the home's last run into a page.

    The blocks that the page has are written anew; a page without any gets all of which the run has figures.

    Args:
        page: Markdown page; made where there is none.
        settings: of the run: its home and source.
        command: that made the figures, without options of the source.

    Raises:
        NotFittedError: no run has ended in this home.
    """
    path = settings.home / "reports" / "results.json"
    if not path.is_file():
        message = f"{path} is not there: no run has ended in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    tables = run_tables(json.loads(path.read_text("utf-8")))
    core = settings.core
    typed = f"{command} --source {core.source}" + (" --data <folder>" if core.data is not None else "")
    named = {f"{block}_{core.source}": made for block, made in tables.items()}
    wanted = [name for name in named if holds_block(page, name)] or list(named)
    for name in wanted:
        write_block(page, measured_here(name, typed, named[name]))


def run_tables(results: Mapping[str, Any]) -> dict[str, str]:
    """Block -> tables as Markdown, of the branches that hold figures; intervals are in brackets."""
    made = {block: at(results, branch) for block, branch in _BRANCHES.items()}
    return {block: markdown_of(_told(tree)) for block, tree in made.items() if isinstance(tree, Mapping) and tree}


def _told(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with estimates as text, without what is drawn and not read."""
    told: dict[str, Any] = {}
    for name, value in tree.items():
        if name in _LEFT_OUT:
            continue
        if isinstance(value, Mapping) and set(value) == _ESTIMATE:
            bounds = (shown(value["low"]), shown(value["high"]))
            told[name] = f"{shown(value['value'])} ({bounds[0]} to {bounds[1]})"
        else:
            told[name] = _told(value) if isinstance(value, Mapping) else value
    return told
