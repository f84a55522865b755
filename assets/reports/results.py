"""results.json: every number printed, under stable names; what was left out, and why, under ``not_run``."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from assets.models.estimators.registry import NAIVE
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.reports.contract import EVALUATION_RESULTS
from assets.reports.wording import count, decimal, estimate, model_name, percent
from assets.studies.truth import NO_TRUTH
from resources.errors import ContractError

Tree = dict[str, Any]
_BOOKING_STEPS = ("raw", "quarantined", "repeats", "missing", "withheld", "published")
_REVIEW_STEPS = ("raw", "quarantined", "repeats", "missing", "english", "retained")


def required_paths(*, knows_truth: bool) -> list[str]:
    """Paths of SPEC 3.8 that must hold a value or be listed as not run (``*`` stands for at least one name)."""
    paths = [f"run.{name}" for name in ("source", "days", "seconds", "version", "profile")]
    for policy in ("ours", "paper"):
        paths += [f"dataset.{policy}.bookings.{step}" for step in _BOOKING_STEPS]
        paths += [f"dataset.{policy}.reviews.{step}" for step in _REVIEW_STEPS]
    paths += [
        f"privacy.{name}"
        for name in ("k", "batch", "min_class_size", "withheld", "ncp", "epsilon_budget", "epsilon_spent")
    ]
    paths += ["reviews.polarity_auc", "reviews.anomaly.retention"]
    paths += [
        f"alignment.{name}" for name in ("window_days", "candidates", "pairs", "paired_share", "weights_identified")
    ]
    paths += ["customers.count", "customers.leakage.*.r2"]
    paths += [f"embeddings.*.{name}" for name in ("reviews", "reviews_per_second", "dimensions")]
    for protocol in ("observed", "prospective_cv", "prospective_holdout"):
        paths += [f"models.{protocol}.*.{name}" for name in METRIC_NAMES]
        paths.append(f"models.{protocol}.best")
    paths += [f"models.significance.*.{name}" for name in ("p_corrected", "p_t", "p_wilcoxon", "effect")]
    paths += [f"gate.{segment}.{name}" for segment in ("low", "mid", "high") for name in ("mean", "std")]
    paths += ["controls.permutation.*", "ablations.*"]
    return paths + (truth_paths() if knows_truth else [])


def truth_paths() -> list[str]:
    """Paths that only a source with a known truth can fill."""
    paths = [f"reviews.anomaly.average_precision.{kind}" for kind in ("contradiction", "duplicate", "burst")]
    paths += ["reviews.anomaly.honest_flagged"]
    paths += [f"alignment.{name}" for name in ("precision", "recall", "f1", "oracle_f1", "calibration_error")]
    return paths + [f"ceilings.{name}.{part}" for name in ("data_rich", "oracle") for part in ("r2", "share.*")]


def complete(tree: Tree, not_run: Mapping[str, str], *, knows_truth: bool, reason: Callable[[str], str]) -> Tree:
    """The results with every required path either filled or listed under ``not_run``.

    Args:
        tree: branches computed.
        not_run: known reasons by path.
        knows_truth: whether the source does.
        reason: of a path that nobody gave a reason for.
    """
    reasons = dict(not_run)
    if not knows_truth:
        reasons |= {path: NO_TRUTH for path in truth_paths() if not covered(path, reasons)}
    for path in missing_paths({**tree, "not_run": reasons}, knows_truth=knows_truth):
        reasons[path] = reason(path)
    return {**tree, "not_run": dict(sorted(reasons.items()))}


def missing_paths(results: Mapping[str, Any], *, knows_truth: bool) -> list[str]:
    """Required paths that neither hold a value nor are listed under ``not_run``."""
    reasons = results.get("not_run", {})
    return [
        path
        for path in required_paths(knows_truth=knows_truth)
        if not holds(results, path) and not covered(path, reasons)
    ]


def covered(path: str, reasons: Mapping[str, str]) -> bool:
    """Whether the path, or a branch that contains it, is listed as not run."""
    parts = path.split(".")
    return any(".".join(parts[: length + 1]) in reasons for length in range(len(parts)))


def holds(tree: Any, path: str) -> bool:
    """Whether a value lies at the path; ``*`` matches any name."""
    first, _, rest = path.partition(".")
    if not isinstance(tree, Mapping):
        return False
    found = list(tree.values()) if first == "*" else [tree.get(first)]
    return any(holds(item, rest) if rest else item is not None for item in found)


def flatten(tree: Mapping[str, Any]) -> pl.DataFrame:
    """The results as rows: one per number or text, one per path that was not run.

    Raises:
        ContractError: a name holds a dot, so that its path could not be read back.
    """
    rows = [
        {"path": ".".join(path), "value": None, "low": None, "high": None, "text": None, "not_run": None} | leaf
        for path, leaf in _leaves({name: branch for name, branch in tree.items() if name != "not_run"}, ())
    ]
    rows += [
        {"path": f"not_run.{path}", "value": None, "low": None, "high": None, "text": None, "not_run": str(reason)}
        for path, reason in tree.get("not_run", {}).items()
    ]
    return pl.DataFrame(rows, schema=EVALUATION_RESULTS.schema).sort("path")


def _leaves(tree: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, value in tree.items():
        if "." in str(name):
            message = f"result name {name!r} holds a dot; name it without, so that its path can be read back"
            raise ContractError(message)
        path = (*above, str(name))
        if isinstance(value, Mapping) and set(value) == {"value", "low", "high"}:
            yield path, {key: float(number) for key, number in value.items()}
        elif isinstance(value, Mapping):
            yield from _leaves(value, path)
        elif isinstance(value, bool | str):
            yield path, {"text": json.dumps(value)}
        elif value is not None:
            yield path, {"value": float(value)}


def nest(rows: pl.DataFrame) -> Tree:
    """Inverse of :func:`flatten`; whole numbers come back as integers."""
    tree: Tree = {"not_run": {}}
    for row in rows.iter_rows(named=True):
        if row["not_run"] is not None:
            tree["not_run"][row["path"].removeprefix("not_run.")] = row["not_run"]
            continue
        *branches, name = row["path"].split(".")
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[name] = _value_of(row)
    return tree


def _value_of(row: Mapping[str, Any]) -> Any:
    if row["text"] is not None:
        return json.loads(row["text"])
    if row["low"] is not None and row["high"] is not None:
        return {"value": row["value"], "low": row["low"], "high": row["high"]}
    value = row["value"]
    return int(value) if value is not None and float(value).is_integer() else value


def knows_truth_of(results: Mapping[str, Any]) -> bool:
    """Whether the source of these results knew the truth; False where they do not say."""
    return bool(results.get("run", {}).get("knows_truth", False))


def to_json(results: Mapping[str, Any]) -> str:
    """The text of ``results.json``.

    Raises:
        ContractError: required paths are neither filled nor listed, or a number is not finite.
    """
    lost = missing_paths(results, knows_truth=knows_truth_of(results))
    if lost:
        message = f"results lack {lost[:5]}{' and more' if len(lost) > 5 else ''}; fill them or list them under not_run"  # noqa: PLR2004
        raise ContractError(message)
    try:
        return json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError as error:
        message = f"a result is not a finite number ({error}); leave it out or list it under not_run"
        raise ContractError(message) from error


def with_seconds(text: str, seconds: float) -> str:
    """The results with the wall time of the whole run, which only the command line knows."""
    results = json.loads(text)
    results.setdefault("run", {})["seconds"] = round(seconds, 1)
    results.get("not_run", {}).pop("run.seconds", None)
    return json.dumps(results, indent=1, ensure_ascii=False) + "\n"


def closing_lines(text: str) -> list[tuple[str, str]]:
    """(what, how much) for the table that ends a run in the terminal."""
    results = json.loads(text)
    lines: list[tuple[str, str]] = []
    for label, path, say in (
        ("bookings delivered", "dataset.ours.bookings.raw", count),
        ("bookings published, k-anonymous", "privacy.published", count),
        ("reviews kept", "reviews.anomaly.retention", percent),
        ("stays paired with a review", "alignment.paired_share", percent),
        ("pairs that are right (known truth)", "alignment.precision", percent),
        ("pseudo-customers", "customers.count", count),
        ("revenue from the best tenth of customers", "customers.concentration.top_10_percent", percent),
    ):
        value = _at(results, path)
        if isinstance(value, int | float):
            lines.append((label, say(value)))
    for protocol, words in (("prospective_cv", "cross-validated"), ("prospective_holdout", "hold-out")):
        best = _at(results, f"models.{protocol}.best")
        for model in dict.fromkeys((NAIVE, best)):
            value = _at(results, f"models.{protocol}.{model}.r2")
            if value is not None:
                lines.append((f"R² {words}, {model_name(str(model))}", _short(value)))
    return lines


def _at(tree: Any, path: str) -> Any:
    for part in path.split("."):
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree


def _short(value: Any) -> str:
    from assets.reports.measure_models import estimate_of

    item = estimate_of(value)
    return estimate(item, 2) if item else decimal(None)
