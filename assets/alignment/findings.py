"""What the alignment measures of itself: stays, candidates and pairs in numbers, and the weights in force."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.alignment.evidence import summary, weight_chart
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.settings import AlignmentSettings
from assets.common.findings import Disclosure, Tree, finding_rows

DISCLOSURES = {"alignment": Disclosure.OPERATIONAL, "alignment.weights": Disclosure.MODEL_METRIC}


def alignment_finding_rows(
    bookings: pl.DataFrame,
    pairs: pl.DataFrame,
    candidates: int,
    record: Mapping[str, Any] | None,
    settings: AlignmentSettings,
) -> pl.DataFrame:
    """The branch ``alignment``, without what only a known truth can say.

    Args:
        bookings: ``published_bookings`` rows.
        pairs: ``booking_review_pairs`` rows.
        candidates: rows of ``match_candidates`` up to the day.
        record: payload of the match weights in force; None: the documented start is.
        settings: of this room.
    """
    tree: Tree = dict(summary(bookings, pl.DataFrame(), pairs, settings))
    tree["candidates"] = candidates
    weights = MatchWeights.from_payload(dict(record)) if record else assumed_weights(settings)
    tree["weights_identified"] = bool(weights.is_identified)
    by_context = tree["context_pairs"] > tree["exact_pairs"]
    identity, assumed = ("context", settings.context_threshold) if by_context else ("exact", settings.threshold)
    tree["threshold"] = weights.threshold.get(identity, assumed)
    chart: Tree = {}
    for order, row in enumerate(weight_chart(weights).iter_rows(named=True)):
        levels = chart.setdefault(row["field"], {})
        levels[row["level"]] = {"bits": row["weight"], "is_learned": row["is_learned"], "order": order}
    return finding_rows({"alignment": tree | {"weights": chart}}, DISCLOSURES)
