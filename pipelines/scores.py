"""Scores and the models behind them, as the commands ``score`` and ``models`` show them."""

from datetime import date
from pathlib import PurePath
from typing import Any

from assets.common.workspace import Workspace
from assets.models.contract import CUSTOMER_SCORES
from assets.models.serving.training_log import differences, runs_frame
from pipelines.terminal.speaking import say
from resources.access_log import reading_for
from resources.errors import NotFittedError, SettingsError
from resources.score_reader import ScoreReader

_PURPOSE = "command score"
_SHOWN = 40  # characters of a value that two runs differ in


def show_score(workspace: Workspace, customer: str, as_of: date | None) -> bool:
    """Tell one customer's value, interval, segment, reasons, model and as-of day; whether they have a score."""
    reader = ScoreReader(workspace.lake, CUSTOMER_SCORES)
    day = reader.day(as_of)
    with reading_for(_PURPOSE):
        rows = reader.find(customer, as_of)
    if rows.is_empty():
        say(f"No score of {customer} as of {day}: no booking of such a customer was published by then, or they")
        say("objected. Ids belong to one key epoch; see docs/methods/scoring.md.")
        return False
    currency = workspace.settings.core.currency
    for row in rows.iter_rows(named=True):
        say(f"customer       {row['pseudo_customer_id']}")
        say(f"as of          {row['delivery_day']}")
        say(f"target         {row['target']}")
        say(f"value          {currency} {row['value']:,.2f}")
        say(f"interval       {currency} {row['low']:,.2f} to {row['high']:,.2f}")
        say(f"segment        {row['segment']}")
        say(f"main reasons   {row['reasons']}")
        say(f"model          {row['model']}, version {row['model_version']}")
    return True


def show_models(workspace: Workspace, compared: tuple[str, str] | None) -> None:
    """Tell all training runs in a table, or what two of them differ in."""
    store = workspace.resource("model_store")
    runs = runs_frame(store.runs()).to_dicts()
    if not runs:
        message = "no training run is noted yet; run the chain first (stayworth run)"
        raise NotFittedError(message)
    if compared:
        first, second = (_run_of(runs, text) for text in compared)
        _compare(first, second, workspace.places.models)
        return
    entry = store.entry(max(run["as_of"] for run in runs)) or {}
    head = ("run", "as of", "model", "version", "inputs", "settings", "rmse", "r2", "gini", "origin", "serving")
    say(f"{head[0]:>4} {head[1]:<11}{head[2]:<24}{head[3]:<18}{head[4]:<18}{head[5]:<18}"
        + "".join(f"{name:>10}" for name in head[6:]) + "  decision")  # fmt: skip
    for run in runs:
        figures = "".join(_number(run[name]) for name in ("rmse", "r2", "gini", "error", "serving_error"))
        told = "promoted" if run["is_promoted"] else "refused"
        told += ", in service" if run["run_id"] == entry.get("run") else ""
        say(f"{run['number']:>4} {run['as_of']!s:<11}{run['model']:<24}{run['version']:<18}{run['input_hash']:<18}"
            f"{run['settings_digest']:<18}{figures}  {told}")  # fmt: skip
    say(f"rmse, r2, gini: cross-validation; origin, serving: {runs[-1]['metric']} of the new and of the serving model")
    say("at the newest rolling origin. Two runs side by side: stayworth models --compare 1 2")


def _number(value: float | None) -> str:
    return f"{'-' if value is None else format(value, ',.3f'):>10}"


def _run_of(runs: list[dict[str, Any]], text: str) -> dict[str, Any]:
    """The run with that number, or whose id starts so."""
    matching = [run for run in runs if text == str(run["number"]) or run["run_id"].startswith(text)]
    if len(matching) != 1:
        message = f"{text!r} names {len(matching)} training runs; give a number of `stayworth models`, 1 to {len(runs)}"
        raise SettingsError(message)
    return matching[0]


def _compare(first: dict[str, Any], second: dict[str, Any], folder: PurePath) -> None:
    say(f"{'':<60}{'run ' + str(first['number']):>{_SHOWN}}  {'run ' + str(second['number'])}")
    differing = differences(first, second)
    for name, one, two in differing:
        say(f"{name:<60}{one[:_SHOWN]:>{_SHOWN}}  {two[:_SHOWN]}")
    artefacts = f"{first['path']} and {second['path']} below {folder}"
    say(f"{len(differing)} differences; artefacts: {artefacts}" if differing else "the same in everything")
