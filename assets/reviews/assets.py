"""Dagster definitions of the reviews room."""

from typing import Any

import polars as pl

from assets.common.daily import DayInputs, FitInputs, Produced, Reads, WholeInputs, daily_asset, fitted_record
from assets.common.declaration import ENCODERS
from assets.common.measuring import findings_asset
from assets.raw.settings import RawSettings
from assets.reviews.anomaly_score import FIXED_VERSION, fit_bounds, score_anomalies
from assets.reviews.body_polarity import fit_polarity_record
from assets.reviews.checks import (
    validate_anomalies,
    validate_anomaly_parts,
    validate_clean_reviews,
    validate_review_vectors,
)
from assets.reviews.cleaning import clean
from assets.reviews.contract import (
    CLEAN_REVIEWS,
    REVIEW_ANOMALIES,
    REVIEW_ANOMALY_PARTS,
    REVIEW_VECTORS,
    REVIEWS_FINDINGS,
)
from assets.reviews.findings import review_finding_rows
from assets.reviews.parts import anomaly_parts
from assets.reviews.settings import TIMING_LOOK_BACK_DAYS, ReviewSettings
from assets.reviews.vectors import review_vector_rows

_OWNERS = ["team:text"]
_SECTION = "reviews"


@daily_asset(
    contract=CLEAN_REVIEWS,
    group="reviews",
    reads=[Reads("masked_reviews")],
    conserves="masked_reviews",
    validate=validate_clean_reviews,
    kinds={"polars"},
    owners=_OWNERS,
)
def clean_reviews(inputs: DayInputs) -> Produced:
    """One row per English review, cleaned, with parsed tags, hotel key and country codes."""
    kept, set_aside = clean(inputs.frame("masked_reviews"), inputs.settings.room(_SECTION, ReviewSettings))
    return Produced(kept, set_aside=set_aside)


@daily_asset(
    contract=REVIEW_VECTORS,
    group="reviews",
    reads=[Reads("clean_reviews")],
    conserves="clean_reviews",
    validate=validate_review_vectors,
    kinds={"numpy"},
    owners=_OWNERS,
    code_version="2",
    pool=ENCODERS,
)
def review_vectors(inputs: DayInputs) -> Produced:
    """One static unit vector and the hashed phrases per clean review, in which earlier texts are looked up."""
    reviews = inputs.frame("clean_reviews")
    vectors = inputs.resource("encoders").embed("static", reviews["text"].to_list())
    return Produced(review_vector_rows(reviews, vectors))


@fitted_record(
    name="polarity_model",
    group="reviews",
    reads=[Reads("clean_reviews", None)],
    fitter_version="2",
    kinds={"scikitlearn"},
    owners=_OWNERS,
)
def polarity_model(inputs: FitInputs) -> dict[str, Any] | None:
    """Polarity of words and word pairs, learned from positive against negative fields; of the body, from the score."""
    return fit_polarity_record(inputs.frame("clean_reviews"), inputs.settings.room(_SECTION, ReviewSettings))


@daily_asset(
    contract=REVIEW_ANOMALY_PARTS,
    group="reviews",
    reads=[Reads("clean_reviews", TIMING_LOOK_BACK_DAYS), Reads("review_vectors", None)],
    records=["polarity_model"],
    conserves="clean_reviews",
    validate=validate_anomaly_parts,
    kinds={"numpy"},
    owners=_OWNERS,
    code_version="6",
    pool=ENCODERS,
)
def review_anomaly_parts(inputs: DayInputs) -> Produced:
    """Three raw signs of irregularity per review: contradiction, duplication, timing."""
    settings = inputs.settings.room(_SECTION, ReviewSettings)
    segments = inputs.records("polarity_model").segments(inputs.days)
    device = None
    if settings.duplication_search == "exact":
        compute = inputs.resource("encoders").compute
        device = None if compute.kind == "cpu" else compute.devices[0]
    reviews, vectors = inputs.frame("clean_reviews"), inputs.frame("review_vectors")
    return Produced(anomaly_parts(reviews, vectors, segments, settings, device))


@fitted_record(
    name="anomaly_bounds",
    group="reviews",
    reads=[Reads("review_anomaly_parts", None)],
    fitter_version="2",
    kinds={"numpy"},
    owners=_OWNERS,
)
def anomaly_bounds(inputs: FitInputs) -> dict[str, Any] | None:
    """Lower and upper bound per part, between which parts are scaled to [0, 1]."""
    return fit_bounds(inputs.frame("review_anomaly_parts"), inputs.settings.room(_SECTION, ReviewSettings))


@daily_asset(
    contract=REVIEW_ANOMALIES,
    group="reviews",
    reads=[Reads("review_anomaly_parts"), Reads("clean_reviews")],
    records=["anomaly_bounds"],
    conserves="review_anomaly_parts",
    validate=validate_anomalies,
    kinds={"polars"},
    owners=_OWNERS,
    code_version="2",
)
def review_anomalies(inputs: DayInputs) -> Produced:
    """Anomaly score per review under the pinned weights, whether it is excluded, and why in words."""
    settings = inputs.settings.room(_SECTION, ReviewSettings)
    parts, reviews = inputs.frame("review_anomaly_parts"), inputs.frame("clean_reviews")
    scored = []
    book = inputs.records("anomaly_bounds")
    for record, days in book.segments(inputs.days):
        rows = parts.filter(pl.col("delivery_day").is_in(days))
        version = FIXED_VERSION if record is None else book.version(days[0])
        scored.append(score_anomalies(rows, reviews, record, version, settings))
    return Produced(pl.concat(scored) if scored else REVIEW_ANOMALIES.empty())


@findings_asset(
    contract=REVIEWS_FINDINGS,
    reads=[Reads("clean_reviews", None), Reads("review_anomalies", None)],
    records=["polarity_model"],
    owners=_OWNERS,
)
def reviews_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the reviews room measures of itself: reviews kept step by step, quality of the polarity model."""
    return review_finding_rows(
        inputs.stored_rows("clean_reviews"),
        inputs.frame("review_anomalies"),
        inputs.settings.room("raw", RawSettings).policy,
        inputs.settings.room(_SECTION, ReviewSettings),
        inputs.records("polarity_model").for_day(inputs.as_of),
    )
