"""How many reviews each step of the filter keeps, and how well the parts find planted anomalies."""

import numpy as np
import polars as pl

from assets.reviews.contract import PARTS

# Paper 001, table 2: share of the corpus after contradiction, duplication and timing were filtered in turn.
PAPER_RETENTION = {"contradiction": 0.945, "duplication": 0.919, "timing": 0.902}


def retention_table(anomalies: pl.DataFrame, tau: float, weights: tuple[float, float, float]) -> pl.DataFrame:
    """Frame (rule, step, removed, retained, retained_share, paper_share), the paper's order of steps.

    Rule ``part by part`` removes a review when one weighted part alone exceeds tau; rule ``composite`` when
    their sum does, and books the removal under its main part.

    Args:
        anomalies: ``review_anomalies`` rows.
        tau: threshold of the anomaly score.
        weights: alpha, beta, gamma.
    """
    alone = np.stack(
        [weight * anomalies[part].to_numpy() > tau for part, weight in zip(PARTS, weights, strict=True)]
    )  # (3, n)
    excluded = anomalies["is_excluded"].to_numpy()
    booked = np.stack([excluded & (anomalies["main_part"] == part).to_numpy() for part in PARTS])  # (3, n)
    rows = [*_steps("part by part", alone), *_steps("composite", booked)]
    return pl.DataFrame(
        rows,
        schema={
            "rule": pl.String, "step": pl.String, "removed": pl.Int64, "retained": pl.Int64,
            "retained_share": pl.Float64, "paper_share": pl.Float64,
        },
        orient="row",
    )  # fmt: skip


def _steps(rule: str, flags: np.ndarray) -> list[tuple[str, str, int, int, float | None, float | None]]:
    total = flags.shape[1]
    rows: list[tuple[str, str, int, int, float | None, float | None]] = [
        (rule, "all", 0, total, 1.0 if total else None, 1.0)
    ]
    gone = np.zeros(total, dtype=bool)
    for part, flag in zip(PARTS, flags, strict=True):
        removed = int((flag & ~gone).sum())
        gone = gone | flag
        retained = total - int(gone.sum())
        rows.append((rule, part, removed, retained, retained / total if total else None, PAPER_RETENTION[part]))
    return rows


def average_precision(scores: np.ndarray, is_anomaly: np.ndarray) -> float | None:
    """Area under the precision-recall steps; equal scores are one step. None without a positive.

    Args:
        scores: (n,) high is irregular.
        is_anomaly: (n,) bool, the planted truth.
    """
    positives = int(is_anomaly.sum())
    if not positives:
        return None
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(is_anomaly[order])
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))  # the last row ends a step
    precision = hits[ends] / (ends + 1)
    recall_gain = np.diff(np.append(0, hits[ends])) / positives
    return float((precision * recall_gain).sum())


def part_precisions(anomalies: pl.DataFrame, parts: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float | None]:
    """Average precision of each raw part for its own kind, and of the anomaly score for any kind.

    Other kinds' planted reviews are left out when a part is judged, since they are no false alarms.

    Args:
        anomalies: ``review_anomalies`` rows.
        parts: ``review_anomaly_parts`` rows.
        truth: (review_id, kind) of the planted ones; kinds are named as the parts.
    """
    joined = parts.join(anomalies.select("review_id", "anomaly_score"), on="review_id").join(
        truth.select("review_id", "kind").unique("review_id", maintain_order=True), on="review_id", how="left"
    )
    precisions: dict[str, float | None] = {}
    for part in PARTS:
        judged = joined.filter(pl.col("kind").is_null() | (pl.col("kind") == part))
        precisions[part] = average_precision(
            judged[f"{part}_raw"].to_numpy(), judged["kind"].is_not_null().to_numpy().astype(bool)
        )
    precisions["anomaly_score"] = average_precision(
        joined["anomaly_score"].to_numpy(), joined["kind"].is_not_null().to_numpy().astype(bool)
    )
    return precisions


def honest_flagged(anomalies: pl.DataFrame, planted_ids: pl.Series) -> float | None:
    """Share of reviews without a planted anomaly that are excluded; None when there are none."""
    honest = anomalies.filter(~pl.col("review_id").is_in(planted_ids.to_list()))
    return honest["is_excluded"].mean() if honest.height else None  # type: ignore[return-value]
