"""The figures of the data stages, as branches of the results."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.privacy.generalisation import LEVEL_COLUMNS, LEVEL_SEPARATOR, NUMBER_COLUMNS
from assets.privacy.loss import information_loss
from assets.privacy.settings import PrivacySettings
from assets.raw.composition import dataset_composition
from assets.reports.statistics import finite, gini, top_share
from assets.reviews.retention import retention_table
from assets.reviews.settings import ReviewSettings

_STEPS = ("raw", "quarantined", "repeats", "missing")  # the table's first steps, in the order of the raw room
Tree = dict[str, Any]


def dataset_results(counts: pl.DataFrame, policy: str, later: Mapping[str, Mapping[str, int]]) -> tuple[Tree, Tree]:
    """Rows left after each step, by policy and stream.

    Args:
        counts: ``raw_counts`` rows.
        policy: the one in force; only its rows went on to the later steps.
        later: stream -> step -> rows left, for the steps after the raw room.

    Returns:
        The branch ``dataset`` and what was not run, by path. Below ``dropped`` the rows taken by each step.
    """
    tree: Tree = {}
    not_run: Tree = {}
    for name in ("ours", "paper"):
        for stream in ("bookings", "reviews"):
            rows = dataset_composition(counts).filter((pl.col("policy") == name) & (pl.col("stream") == stream))
            if rows.is_empty():
                not_run[f"dataset.{name}.{stream}"] = "the source delivered none"
                continue
            branch: Tree = dict(zip(_STEPS, rows["rows"].to_list(), strict=True))
            branch["dropped"] = dict(zip(_STEPS[1:], rows["dropped"].to_list()[1:], strict=True))
            branch["found"] = dict(zip(_STEPS[1:], rows["found"].to_list()[1:], strict=True))
            for step, left in later.get(stream, {}).items():
                if name == policy:
                    branch[step] = left
                else:
                    not_run[f"dataset.{name}.{stream}.{step}"] = f"the run followed the policy “{policy}”"
            tree.setdefault(name, {})[stream] = branch
    return tree, not_run


def label_spans(labels: pl.DataFrame) -> dict[str, int]:
    """Whole range of each quasi-identifier as far as published labels show it.

    The withheld rows' values are missing from it, so that no restricted row is read for a report.

    Args:
        labels: ``published_bookings`` rows.
    """
    spans = {}
    for name in LEVEL_COLUMNS:
        levels = labels[f"{name}_levels"].str.split(LEVEL_SEPARATOR).explode()
        spans[name] = max(levels.n_unique() - 1, 0)
    for name in NUMBER_COLUMNS:
        low, high = labels[f"{name}_from"], labels[f"{name}_to"]
        width = pl.select((pl.lit(high.max()) - pl.lit(low.min())).alias("width"))["width"]
        spans[name] = int(width.dt.total_days()[0] if width.dtype == pl.Duration else width[0]) if len(low) else 0
    return spans


def privacy_results(published: pl.DataFrame, kept: int, settings: PrivacySettings, ledger: pl.DataFrame | None) -> Tree:
    """k-anonymity of the published bookings, its information loss, and the budget.

    Args:
        published: ``published_bookings`` rows.
        kept: bookings that the raw room handed on.
        settings: of the privacy room.
        ledger: ``budget_period``, ``epsilon_spent``, ``epsilon_spent_so_far``; None without a ledger.
    """
    withheld = max(kept - published.height, 0)
    loss = information_loss(
        published, label_spans(published), withheld=withheld, k=settings.k, columns=settings.quasi_identifiers
    )
    tree: Tree = {
        "k": settings.k,
        "batch": settings.batch,
        "min_class_size": loss.min_class_size,
        "classes": loss.classes,
        "rows": loss.rows,
        "withheld": withheld,
        "ncp": loss.ncp,
        "ncp_by_column": dict(loss.ncp_by_column),
        "average_class_size": loss.average_class_size,
        "discernibility": loss.discernibility,
        "epsilon_budget": settings.epsilon,
        "epsilon_spent": 0.0,
    }
    if ledger is not None and not ledger.is_empty():
        spent = dict(zip(ledger["budget_period"].to_list(), ledger["epsilon_spent"].to_list(), strict=True))
        tree["epsilon_spent"] = max(spent.values())
        tree["spent_by_period"] = spent
        tree["epsilon_spent_in_all"] = sum(spent.values())
    return tree


def review_results(anomalies: pl.DataFrame, settings: ReviewSettings, polarity: Mapping[str, Any] | None) -> Tree:
    """Reviews kept by the anomaly filter, step by step; quality of the polarity model.

    Args:
        anomalies: ``review_anomalies`` rows.
        settings: of the reviews room.
        polarity: payload of the last polarity record, None while the lexicon is in force.
    """
    kept = float((~anomalies["is_excluded"]).mean() or 0.0) if anomalies.height else None  # type: ignore[arg-type]
    steps: Tree = {}
    weights = (settings.alpha, settings.beta, settings.gamma)
    for row in retention_table(anomalies, settings.tau, weights).iter_rows(named=True):
        branch = steps.setdefault(row["rule"].replace(" ", "_"), {})
        branch[row["step"]] = {"reviews": row["retained"], "share": row["retained_share"]}
    tree: Tree = {
        "count": anomalies.height,
        "anomaly": {"retention": kept, "threshold": settings.tau, "steps": steps},
    }
    if polarity is not None and polarity.get("auc") is not None:
        tree["polarity_auc"] = auc_estimate(polarity["auc"], int(polarity.get("held_out_texts", 0)))
    return tree


def auc_estimate(auc: float, texts: int) -> Tree | float:
    """The AUC with its 95 % interval, taking half of the held-out texts for positive.

    Source:
        Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747, standard error of the area.
    """
    half = texts // 2
    if half < 2:  # noqa: PLR2004
        return auc
    first, second = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (half - 1) * (first - auc**2) + (half - 1) * (second - auc**2)
    reach = 1.96 * float(np.sqrt(max(variance, 0.0))) / half
    return {"value": auc, "low": max(0.0, auc - reach), "high": min(1.0, auc + reach)}


def customer_results(customers: pl.DataFrame, leakage: pl.DataFrame | None) -> Tree:
    """Number of pseudo-customers, concentration of their revenue, leakage of the observed window.

    Args:
        customers: ``customers`` rows.
        leakage: ``feature_set``, ``contains_target``, ``r2``, ``r2_log``.
    """
    values = finite(customers["clv"])
    tree: Tree = {
        "count": customers.height,
        "revenue": float(values.sum()),
        "without_revenue_share": float((values <= 0).mean()) if values.size else None,
        "median_bookings": customers["bookings"].median(),
        "largest_bookings": customers["bookings"].max(),
        "concentration": {
            "gini": gini(values),
            "top_1_percent": top_share(values, 0.01),
            "top_10_percent": top_share(values, 0.1),
        },
    }
    if leakage is not None:
        tree["leakage"] = {
            row["feature_set"]: {name: row[name] for name in ("r2", "r2_log", "contains_target")}
            for row in leakage.iter_rows(named=True)
        }
    return tree
