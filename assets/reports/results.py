"""results.json: every number printed, under stable names; what was left out, and why, under ``not_run``."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from assets.common.findings import (
    Disclosure,
    Tree,
    at,
    covered,
    estimate_of,
    finding_rows,
    holds,
    nest,
    reasons_of,
    union_of,
)
from assets.models.estimators.registry import NAIVE
from assets.models.evaluation.customer_metrics import CUSTOMER_METRICS
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.reports.telling.wording import count, decimal, estimate, model_name, percent
from assets.studies.measure_links import FIGURES
from assets.studies.truth import NO_TRUTH
from resources.errors import ContractError

_BOOKING_STEPS = ("raw", "quarantined", "repeats", "missing", "withheld", "published")
_REVIEW_STEPS = ("raw", "quarantined", "repeats", "missing", "english", "retained")


def required_paths(*, knows_truth: bool) -> list[str]:
    """Paths of specification 9 that must hold a value or be listed as not run (``*`` stands for at least one name)."""
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
    paths += ["links.verified.share"]
    paths += [f"links.matched.{name}" for name in (*FIGURES, "measured_on")]
    paths += ["customers.count", "customers.leakage.*.r2"]
    paths += [f"embeddings.*.{name}" for name in ("reviews", "reviews_per_second", "dimensions")]
    for protocol in ("observed", "prospective_cv", "prospective_holdout"):
        paths += [f"models.{protocol}.*.{name}" for name in (*METRIC_NAMES, *CUSTOMER_METRICS)]
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
    paths.append("links.matched.oracle_f1")
    return paths + [f"ceilings.{name}.{part}" for name in ("data_rich", "oracle") for part in ("r2", "share.*")]


def completed(findings: pl.DataFrame, *, knows_truth: bool, reason: Callable[[str], str]) -> pl.DataFrame:
    """Findings with every required path either filled or absent with a reason.

    Args:
        findings: rows of all rooms.
        knows_truth: whether the source does.
        reason: of a path that no room gave a reason for.
    """
    tree, known = nest(findings), reasons_of(findings)
    more = {} if knows_truth else {path: NO_TRUTH for path in truth_paths() if not covered(path, known)}
    for path in missing_paths({**tree, "not_run": known | more}, knows_truth=knows_truth):
        more[path] = reason(path)
    absent = finding_rows({}, dict.fromkeys((path.split(".")[0] for path in more), Disclosure.NEUTRAL), more)
    return union_of([findings, absent])


def results_of(findings: pl.DataFrame) -> Tree:
    """The tree of ``results.json``: values nested by name, and under ``not_run`` the reasons of what is absent."""
    return {**nest(findings), "not_run": dict(sorted(reasons_of(findings).items()))}


def missing_paths(results: Mapping[str, Any], *, knows_truth: bool) -> list[str]:
    """Required paths that neither hold a value nor are listed under ``not_run``."""
    reasons = results.get("not_run", {})
    return [
        path
        for path in required_paths(knows_truth=knows_truth)
        if not holds(results, path) and not covered(path, reasons)
    ]


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
        message = f"results lack {lost[:5]}{' and more' if len(lost) > 5 else ''}; fill them or list them under not_run"
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
        value = at(results, path)
        if isinstance(value, int | float):
            lines.append((label, say(value)))
    for protocol, words in (("prospective_cv", "cross-validated"), ("prospective_holdout", "hold-out")):
        best = at(results, f"models.{protocol}.best")
        for model in dict.fromkeys((NAIVE, best)):
            value = at(results, f"models.{protocol}.{model}.r2")
            if value is not None:
                lines.append((f"R² {words}, {model_name(str(model))}", _short(value)))
    return lines


def _short(value: Any) -> str:
    item = estimate_of(value)
    return estimate(item, 2) if item else decimal(None)
