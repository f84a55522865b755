"""What the simulated truth says about the pipeline's work. Used by the evaluation only, on source ``demo`` only."""

from datetime import date
from typing import Any, Protocol

import polars as pl

from assets.alignment.evidence import against_truth
from assets.common.inputs import WholeInputs
from assets.privacy.pseudonyms import hash_column
from assets.reviews.retention import honest_flagged, part_precisions
from resources.secret_keys import SecretKey
from resources.sources.base import Source

NO_TRUTH = "needs the true pairs and guests, which this source does not know"
# The world's word for a planted review -> the part that should find it, and its name in the results.
_KINDS = {"contradiction": "contradiction", "duplicate": "duplication", "burst": "timing"}


class Truth(Protocol):
    """What is read of the simulated world."""

    @property
    def reviews(self) -> pl.DataFrame:
        """``review_key``, ``reservation_id`` (null for a fake), ``planted_kind``."""
        ...

    @property
    def rooms(self) -> pl.DataFrame:
        """``row_reservation_id`` of each booking row, ``reservation_id`` of its stay."""
        ...


def truth_of(source: Source, day: date) -> Any | None:
    """The truth of everything delivered up to a day; None where the source knows none."""
    return source.truth(day) if source.facts.knows_truth else None  # type: ignore[attr-defined]


def review_ids(keys: pl.Series, key: SecretKey) -> pl.Series:
    """The pipeline's ids of reviews by the source's keys."""
    return hash_column("review:" + keys, "review", key).alias("review_id")


def true_links(truth: Truth, key: SecretKey) -> pl.DataFrame:
    """``booking_id``, ``review_id``, ``is_first_room`` of every review and every room of the stay it is about."""
    real = truth.reviews.filter(pl.col("reservation_id").is_not_null())
    joined = real.select("review_key", "reservation_id").join(
        truth.rooms.select("row_reservation_id", "reservation_id"), on="reservation_id", maintain_order="left"
    )
    return joined.select(
        hash_column("reservation:" + joined["row_reservation_id"], "booking", key).alias("booking_id"),
        review_ids(joined["review_key"], key),
        (joined["row_reservation_id"] == joined["reservation_id"]).alias("is_first_room"),
    )


def alignment_truth(pairs: pl.DataFrame, links: pl.DataFrame) -> dict[str, float]:
    """Precision, recall, F1 and calibration error of the pairs.

    A pair is right with any room of the stay; recall counts each stay once, by its first room, since a review
    serves one booking.

    Args:
        pairs: ``booking_review_pairs`` rows.
        links: :func:`true_links`.
    """
    any_room = against_truth(pairs, links)
    possible = against_truth(pairs, links.filter(pl.col("is_first_room")))["possible"]
    if not any_room["assigned"]:  # nothing was claimed: precision has no denominator
        return {"recall": 0.0, "f1": 0.0}
    precision = any_room["precision"]
    recall = min(1.0, any_room["right"] / possible) if possible else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "calibration_error": any_room["calibration_error"],
    }


def review_truth(anomalies: pl.DataFrame, parts: pl.DataFrame, truth: Truth, key: SecretKey) -> dict[str, Any]:
    """Average precision of each part for the reviews planted for it, and the share of honest ones set aside.

    Args:
        anomalies: ``review_anomalies`` rows.
        parts: ``review_anomaly_parts`` rows.
        truth: of the world.
        key: of the keyed hashes.
    """
    rows = truth.reviews.filter(pl.col("planted_kind").is_in(list(_KINDS)))
    planted = rows.select(review_ids(rows["review_key"], key), pl.col("planted_kind").replace(_KINDS).alias("kind"))
    precisions = part_precisions(anomalies, parts, planted)
    return {
        "average_precision": {word: precisions[part] for word, part in _KINDS.items()}
        | {"any": precisions["anomaly_score"]},
        "honest_flagged": honest_flagged(anomalies, planted["review_id"]),
    }


def truth_tree(inputs: WholeInputs) -> dict[str, Any]:
    """What the truth adds to ``alignment`` and ``reviews.anomaly``; empty where it is not known.

    Args:
        inputs: of an asset that reads the pairs, the anomalies and their parts.
    """
    truth = truth_of(inputs.source, inputs.as_of)
    if truth is None:
        return {}
    pairing = alignment_truth(inputs.frame("booking_review_pairs"), true_links(truth, inputs.key))
    anomalies, parts = inputs.frame("review_anomalies"), inputs.frame("review_anomaly_parts")
    return {"alignment": pairing, "reviews": {"anomaly": review_truth(anomalies, parts, truth, inputs.key)}}
