"""Tables of the reviews room."""

import polars as pl

from assets.common.findings import findings_contract
from resources.contract import Column, FrameContract, Subject, Zone

PARTIES = ("solo", "couple", "family_young", "family_older", "group", "with_friends")
TRIP_TYPES = ("leisure", "business")
PARTS = ("contradiction", "duplication", "timing")

_TEXT, _NUMBER = pl.String, pl.Float64
_REVIEW_ID = Column(
    name="review_id", dtype=_TEXT, description="Keyed hash of the source's row id", subject=Subject.REVIEW
)
_DAY = Column(name="delivery_day", dtype=pl.Date, description="Business day on which the review arrived; the partition")

CLEAN_REVIEWS = FrameContract(
    asset="clean_reviews",
    zone=Zone.INTERNAL,
    grain="one row per English review that is no exact repeat",
    key=("review_id",),
    description="Reviews with normalised text, parsed tags and country codes",
    columns=(
        _REVIEW_ID,
        Column(name="hotel_name", dtype=_TEXT, description="Hotel as delivered, or its new name"),
        Column(
            name="hotel_key", dtype=_TEXT, description="Name without case, accents, punctuation", subject=Subject.NONE
        ),
        Column(name="hotel_city", dtype=_TEXT, nullable=True, description="City from the address"),
        Column(name="hotel_country", dtype=_TEXT, nullable=True, description="Country from the address (ISO alpha-3)"),
        Column(name="reviewer_country", dtype=_TEXT, nullable=True, description="Reviewer's country (ISO alpha-3)"),
        Column(name="title", dtype=_TEXT, nullable=True, description="Title, cleaned"),
        Column(name="positive_text", dtype=_TEXT, nullable=True, description="Positive field, cleaned"),
        Column(name="negative_text", dtype=_TEXT, nullable=True, description="Negative field, cleaned"),
        Column(name="text", dtype=_TEXT, description="What is embedded: title. positive. negative, after treatment"),
        Column(name="score", dtype=_NUMBER, minimum=0, maximum=10, unit="points of 10", description="Numeric score"),
        Column(name="trip_type", dtype=_TEXT, nullable=True, values=TRIP_TYPES, description="From the tags"),
        Column(name="party", dtype=_TEXT, nullable=True, values=PARTIES, description="Who travelled, from the tags"),
        Column(name="room", dtype=_TEXT, nullable=True, description="Room type as the tags name it"),
        Column(
            name="room_count",
            dtype=pl.Int32,
            nullable=True,
            minimum=1,
            unit="rooms",
            description="Number of rooms by the tags, which count from two on; null: they tell nothing of the stay",
        ),
        Column(
            name="nights", dtype=pl.Int32, nullable=True, minimum=1, unit="nights", description="Length of stay, tags"
        ),
        Column(name="is_mobile", dtype=pl.Boolean, description="Sent from a mobile device, from the tags"),
        Column(name="language", dtype=_TEXT, values=("en",), description="Identified language (ISO 639-1)"),
        Column(name="token_count", dtype=pl.Int32, minimum=0, unit="words", description="Words of text"),
        Column(name="posted_day", dtype=pl.Date, description="Day of posting"),
        Column(name="posted_at", dtype=pl.Datetime("us"), nullable=True, description="Time of posting where known"),
        _DAY,
    ),
)

REVIEW_VECTORS = FrameContract(
    asset="review_vectors",
    zone=Zone.INTERNAL,
    grain="one row per clean review",
    key=("review_id",),
    description="Static vectors in which earlier texts are looked up",
    columns=(
        _REVIEW_ID,
        Column(name="vector", dtype=pl.List(pl.Float32), description="Unit vector of text, static tier"),
        Column(name="distinct_words", dtype=pl.Int32, minimum=0, unit="words", description="Different words of text"),
        Column(name="phrases", dtype=pl.List(pl.UInt32), description="Hashes of its pairs of neighbouring words"),
        Column(name="posted_day", dtype=pl.Date, description="Day of posting"),
        _DAY,
    ),
)

REVIEW_ANOMALY_PARTS = FrameContract(
    asset="review_anomaly_parts",
    zone=Zone.INTERNAL,
    grain="one row per clean review",
    key=("review_id",),
    description="Three raw signs of irregularity per review, unscaled",
    columns=(
        _REVIEW_ID,
        Column(
            name="polarity_title_or_score", dtype=_NUMBER, minimum=-1, maximum=1, description="Stated: title and score"
        ),
        Column(name="polarity_text", dtype=_NUMBER, minimum=-1, maximum=1, description="Polarity of the text"),
        Column(name="contradiction_raw", dtype=_NUMBER, minimum=0, maximum=2, description="Their absolute difference"),
        Column(name="duplication_raw", dtype=_NUMBER, minimum=-1, maximum=1, description="Likeness to the nearest"),
        Column(name="duplication_cosine", dtype=_NUMBER, minimum=-1, maximum=1, description="Largest cosine (paper)"),
        Column(
            name="nearest_review_id",
            dtype=_TEXT,
            nullable=True,
            description="That earlier review",
            subject=Subject.REVIEW,
            is_reference=True,
        ),
        Column(
            name="nearest_gap_days",
            dtype=pl.Int32,
            nullable=True,
            unit="days",
            description="Posted how much later",
            describes="nearest_review_id",
        ),
        Column(name="timing_raw", dtype=_NUMBER, minimum=0, description="-log10 P(at least as many posts)"),
        Column(name="timing_paper_raw", dtype=_NUMBER, minimum=0, description="|gap - mean| / deviation, paper 001"),
        Column(
            name="posts_observed", dtype=pl.Int32, minimum=0, unit="posts", description="Posts in the decisive window"
        ),
        Column(name="posts_expected", dtype=_NUMBER, minimum=0, unit="posts", description="Expected in that window"),
        Column(name="posts_window_hours", dtype=pl.Int32, minimum=1, unit="hours", description="Length of that window"),
        Column(
            name="posts_scope",
            dtype=_TEXT,
            values=("hotel", "hotel_low", "hotel_high", "platform"),
            description="Whose posts were counted, of which scores",
        ),
        _DAY,
    ),
)

REVIEW_ANOMALIES = FrameContract(
    asset="review_anomalies",
    zone=Zone.INTERNAL,
    grain="one row per clean review",
    key=("review_id",),
    description="Anomaly score under the pinned weights, with its reason; excluded reviews weigh zero downstream",
    columns=(
        _REVIEW_ID,
        *(
            Column(name=part, dtype=_NUMBER, minimum=0, maximum=1, description=f"Scaled part {part}; high is irregular")
            for part in PARTS
        ),
        Column(name="anomaly_score", dtype=_NUMBER, minimum=0, maximum=1, description="Weighted sum of the parts"),
        Column(name="is_excluded", dtype=pl.Boolean, description="Whether the score is above tau"),
        Column(name="main_part", dtype=_TEXT, values=PARTS, description="Part with the largest weighted value"),
        Column(name="reason", dtype=_TEXT, description="That part in words; no review text"),
        Column(name="bounds_version", dtype=_TEXT, description="Which bounds scaled the parts"),
        _DAY,
    ),
)

REVIEWS_FINDINGS = findings_contract("reviews")
