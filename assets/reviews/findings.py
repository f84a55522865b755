"""What the reviews room measures of itself: reviews kept by each part of the filter, quality of the polarity model."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.common.findings import Disclosure, Tree, finding_rows, merged
from assets.raw.findings import later_steps
from assets.reviews.retention import retention_table
from assets.reviews.settings import ReviewSettings

DISCLOSURES = {
    "dataset": Disclosure.OPERATIONAL,
    "reviews": Disclosure.OPERATIONAL,
    "reviews.polarity_auc": Disclosure.MODEL_METRIC,
}


def review_finding_rows(
    clean: int, anomalies: pl.DataFrame, policy: str, settings: ReviewSettings, polarity: Mapping[str, Any] | None
) -> pl.DataFrame:
    """The branch ``reviews``, and the last steps of the reviews in ``dataset``.

    Args:
        clean: rows of ``clean_reviews``.
        anomalies: ``review_anomalies`` rows.
        policy: of the raw room, in force.
        settings: of this room.
        polarity: payload of the last polarity record, None while the lexicon is in force.
    """
    retained = anomalies.filter(~pl.col("is_excluded")).height
    tree, reasons = later_steps(policy, "reviews", {"english": clean, "retained": retained})
    return finding_rows(merged(tree, {"reviews": review_tree(anomalies, settings, polarity)}), DISCLOSURES, reasons)


def review_tree(anomalies: pl.DataFrame, settings: ReviewSettings, polarity: Mapping[str, Any] | None) -> Tree:
    """Reviews kept by the anomaly filter, step by step; quality of the polarity model.

    Args:
        anomalies: ``review_anomalies`` rows.
        settings: of this room.
        polarity: as in :func:`review_finding_rows`.
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
        tree["polarity_auc"] = auc_with_interval(polarity["auc"], int(polarity.get("held_out_texts", 0)))
    return tree


def auc_with_interval(auc: float, texts: int) -> Tree | float:
    """The AUC with its 95 % interval, taking half of the held-out texts for positive.

    Source:
        Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747, standard error of the area.
    """
    half = texts // 2
    if half < 2:
        return auc
    first, second = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (half - 1) * (first - auc**2) + (half - 1) * (second - auc**2)
    reach = 1.96 * float(np.sqrt(max(variance, 0.0))) / half
    return {"value": auc, "low": max(0.0, auc - reach), "high": min(1.0, auc + reach)}
