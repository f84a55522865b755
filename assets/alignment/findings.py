"""What the alignment measures of itself: stays, candidates and pairs in numbers, and the weights in force."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.alignment.evidence import summary, weight_chart
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.settings import AlignmentSettings
from assets.common.findings import Disclosure, Tree, finding_rows
from assets.common.versions import latest_versions

DISCLOSURES = {
    "alignment": Disclosure.OPERATIONAL,
    "links": Disclosure.OPERATIONAL,
    "alignment.weights": Disclosure.MODEL_METRIC,
}


def alignment_finding_rows(
    bookings: pl.DataFrame,
    pairs: pl.DataFrame,
    candidates: int,
    record: Mapping[str, Any] | None,
    settings: AlignmentSettings,
    links: Tree | None = None,
) -> pl.DataFrame:
    """The branches ``alignment`` and ``links``, without what only a known truth can say.

    Args:
        bookings: rows of ``booking_rows``.
        pairs: ``booking_review_pairs`` rows.
        candidates: rows of ``match_candidates`` up to the day.
        record: payload of the match weights in force; None: the documented start is.
        settings: of this room.
        links: see :func:`link_figures`; None: not measured.
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
    told: Tree = {"alignment": tree | {"weights": chart}}
    return finding_rows(told | ({"links": links} if links else {}), DISCLOSURES)


def link_figures(links: pl.DataFrame, reviews: pl.DataFrame) -> Tree:
    """``verified``: the share of all reviews that name their stay and are right in all that can be tested; counts.

    Args:
        links: ``verified_links`` rows; the last one of a review counts.
        reviews: ``review_id`` of every review, repeats allowed.
    """
    last = latest_versions(links, "review_id")
    linked, known = last["reason"].null_count(), reviews["review_id"].n_unique()
    refused = last["reason"].drop_nulls().value_counts(sort=False).sort("reason")
    verified: Tree = {
        "share": linked / known if known else 0.0,
        "linked": float(linked),
        "refused": float(last.height - linked),
    }
    reasons: Tree = {reason: float(count) for reason, count in refused.iter_rows()}
    return {"verified": verified | ({"reasons": reasons} if reasons else {})}
