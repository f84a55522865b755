"""Every training run as a record that can be found again and compared: settings, inputs, metrics, artefacts.

A record holds hashes, settings and figures; no row of a guest and no secret. Logs are those of the Dagster run that
made it: each materialisation of ``trained_models`` carries the record's id.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from assets.models.contract import TRAINED_MODELS
from assets.models.contract_serving import TRAINING_RUNS
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.models.serving.promotion_rule import Judgement
from assets.models.settings import ModelSettings
from resources.input_record import InputRecord
from resources.settings import shaping_values

_SHORT = 16
_CV_FIGURES = ("rmse", "mae", "r2", "gini")
_JSON_COLUMNS = ("inputs", "settings", "metrics")


def run_record(
    *,
    as_of: date,
    models: Mapping[str, Mapping[str, Any]],
    chosen: str,
    serving: Mapping[str, Any] | None,
    judgement: Judgement,
    settings: ModelSettings,
    tuned: Mapping[str, Any],
    examples: InputRecord | None,
    examples_digest: str,
    metrics: pl.DataFrame,
    rows: int,
    horizon_days: int,
    erasures: str = "",
) -> dict[str, Any]:
    """The JSON-able record of one training run.

    Args:
        as_of: last day whose rows were read.
        models: kept model -> version, path, parameters, rmse, r2, data_version.
        chosen: the model that would serve.
        serving: the store's entry that was in force, None for the first.
        judgement: of the promotion rule.
        settings: of the room.
        tuned: values that tuning chose, by protocol and model.
        examples: record of inputs of the examples table.
        examples_digest: digest of its file.
        metrics: ``model_metrics``.
        rows: training examples.
        horizon_days: H.
        erasures: :func:`erasure_digest` at the training.
    """
    told = {"room": shaping_values(settings), "tuned": tuned}
    body = {
        "as_of": as_of.isoformat(),
        "chosen": chosen,
        "models": {name: dict(facts) for name, facts in sorted(models.items())},
        "rows": rows,
        "horizon_days": horizon_days,
        "erasures": erasures,
        "input_hash": input_hash(examples_digest),
        "inputs": {} if examples is None else {**examples.inputs, **examples.records, "settings": examples.settings},
        "settings_digest": _digest(told),
        "settings": told,
        "metrics": metric_means(metrics),
        "metric": settings.promotion_metric,
        "tolerance": settings.promotion_tolerance,
        "origin": judgement.origin.isoformat() if judgement.origin else None,
        "error": judgement.error,
        "serving": None if serving is None else {"model": serving["model"],
                                                 "version": serving["versions"][serving["model"]]},
        "serving_error": judgement.serving_error,
        "is_promoted": judgement.is_promoted,
        "decision": judgement.decision,
    }  # fmt: skip
    return {**body, "run_id": _digest({key: body[key] for key in body if key != "metrics"})}


def input_hash(examples_digest: str) -> str:
    """Short form of the digest of the examples table, which covers everything that it was made from."""
    return examples_digest[:_SHORT]


def erasure_digest(marks: Mapping[str, Collection[str]]) -> str:
    """Changes with every erasure of a guest, and tells nothing of who it was; empty when nobody was erased."""
    told = {kind: sorted(values) for kind, values in marks.items() if values}
    return _digest(told) if told else ""


def outdated_because(serving: Mapping[str, Any], as_of: date, examples_digest: str, erasures: str) -> str:
    """Why the serving training may not go on serving whatever its error; empty when it may.

    Args:
        serving: its record.
        as_of: last day of the new training.
        examples_digest: of the new training's examples.
        erasures: :func:`erasure_digest` now.
    """
    if serving.get("erasures", "") != erasures:
        return "guests were erased since the serving model was trained"
    if serving["as_of"] == as_of.isoformat() and serving["input_hash"] != input_hash(examples_digest):
        return "the history that the serving model was trained on has changed since"
    return ""


def metric_means(metrics: pl.DataFrame) -> dict[str, dict[str, dict[str, float | None]]]:
    """Protocol -> model -> metric -> mean over repeats and folds, of the forecast protocols."""
    means = (
        metrics.filter(pl.col("protocol").is_in([PROSPECTIVE_CV, HOLDOUT]))
        .group_by("protocol", "model")
        .agg(pl.col(METRIC_NAMES).mean())
        .sort("protocol", "model")
    )
    by_protocol: dict[str, dict[str, dict[str, float | None]]] = {}
    for row in means.iter_rows(named=True):
        by_protocol.setdefault(row["protocol"], {})[row["model"]] = {name: row[name] for name in METRIC_NAMES}
    return by_protocol


def metric_metadata(metrics: pl.DataFrame) -> dict[str, float]:
    """Numbers that the UI plots over time: R² and RMSE of each model under cross-validation."""
    means = metric_means(metrics).get(PROSPECTIVE_CV, {})
    return {
        f"{name}_{model}": float(value)
        for model, figures in means.items()
        for name in ("r2", "rmse")
        if (value := figures[name]) is not None
    }


def run_metadata(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the UI shows with a training: id, hashes, decision, and figures to plot."""
    figures = record["metrics"].get(PROSPECTIVE_CV, {}).get(record["chosen"], {})
    numbers = {
        **{f"chosen_{name}": figures.get(name) for name in _CV_FIGURES},
        f"newest_origin_{record['metric']}": record["error"],
        f"newest_origin_{record['metric']}_of_serving": record["serving_error"],
    }
    return {
        "training_run": record["run_id"],
        "chosen": record["chosen"],
        "version": record["models"][record["chosen"]]["version"],
        "input_hash": record["input_hash"],
        "settings_digest": record["settings_digest"],
        "training_rows": record["rows"],
        "is_promoted": record["is_promoted"],
        "decision": record["decision"],
        **{name: float(value) for name, value in numbers.items() if value is not None},
    }


def models_of_run(record: Mapping[str, Any], *, is_served: bool = True) -> pl.DataFrame:
    """The kept models of a run, in the columns of ``trained_models``."""
    rows = [
        {
            "model": name,
            **{key: facts[key] for key in ("version", "path", "parameters", "rmse", "r2", "data_version")},
            "known_from": date.fromisoformat(record["as_of"]),
            "is_served": is_served and name == record["chosen"],
            "rows": record["rows"],
        }
        for name, facts in sorted(record["models"].items())
    ]
    return pl.DataFrame(rows, schema=TRAINED_MODELS.schema)


def runs_frame(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The records as ``training_runs``, in the order of training."""
    rows = [_row(record, number == len(records)) for number, record in enumerate(records, 1)]
    return TRAINING_RUNS.conform(pl.DataFrame(rows, schema=TRAINING_RUNS.schema))


def _row(record: Mapping[str, Any], is_latest: bool) -> dict[str, Any]:
    chosen, serving = record["models"][record["chosen"]], record["serving"] or {}
    figures = record["metrics"].get(PROSPECTIVE_CV, {}).get(record["chosen"], {})
    plain = (
        "number", "run_id", "horizon_days", "rows", "input_hash", "settings_digest", "metric", "tolerance", "error",
        "serving_error", "is_promoted", "decision",
    )  # fmt: skip
    return {
        **{name: record[name] for name in plain},
        **{name: json.dumps(record[name], sort_keys=True) for name in _JSON_COLUMNS},
        **{name: figures.get(name) for name in _CV_FIGURES},
        "as_of": date.fromisoformat(record["as_of"]),
        "origin": date.fromisoformat(record["origin"]) if record["origin"] else None,
        "model": record["chosen"],
        "version": chosen["version"],
        "path": chosen["path"],
        "serving_model": serving.get("model"),
        "serving_version": serving.get("version"),
        "is_latest": is_latest,
    }


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Settings, inputs and metrics in which two rows of ``training_runs`` differ: name, first, second."""
    rows: list[tuple[str, str, str]] = []
    plain = ("as_of", "model", "version", "horizon_days", "rows", "input_hash", "origin", "error", "is_promoted")
    rows += [(name, str(first[name]), str(second[name])) for name in plain if first[name] != second[name]]
    for column in _JSON_COLUMNS:
        one, two = (_flat(json.loads(row[column])) for row in (first, second))
        names = sorted(set(one) | set(two))
        rows += [
            (f"{column}.{name}", one.get(name, "-"), two.get(name, "-"))
            for name in names
            if one.get(name, "-") != two.get(name, "-")
        ]
    return rows


def _flat(tree: Any, name: str = "") -> dict[str, str]:
    if not isinstance(tree, Mapping):
        return {name: f"{tree:.6g}" if isinstance(tree, float) else str(tree)}
    flat: dict[str, str] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{name}.{key}" if name else str(key))
    return flat


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()[:_SHORT]
