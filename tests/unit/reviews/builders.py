"""Small frames of the reviews room for its tests."""

import hashlib
from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.reviews.contract import CLEAN_REVIEWS, REVIEW_ANOMALY_PARTS, REVIEW_VECTORS

START = date(2024, 1, 1)
MASKED_SCHEMA = {
    "review_id": pl.String,
    "hotel_name": pl.String,
    "hotel_address": pl.String,
    "hotel_average_score": pl.Float64,
    "reviewer_country_name": pl.String,
    "title": pl.String,
    "positive_text": pl.String,
    "negative_text": pl.String,
    "score": pl.Float64,
    "tags": pl.String,
    "posted_day": pl.Date,
    "posted_at": pl.Datetime("us"),
    "masked_names": pl.Int32,
    "masked_emails": pl.Int32,
    "masked_phones": pl.Int32,
    "masked_numbers": pl.Int32,
    "delivery_day": pl.Date,
}


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def identity(number: int) -> str:
    return hashlib.sha256(f"review {number}".encode()).hexdigest()[:32]


def masked(*rows: dict) -> pl.DataFrame:
    """Masked reviews; what a row leaves out gets a plain value."""
    filled = []
    for number, row in enumerate(rows):
        base = {
            "review_id": f"{number:032x}",
            "hotel_name": "Hotel Arena",
            "hotel_address": "s Gravesandestraat 55 Oost 1092 AA Amsterdam Netherlands",
            "hotel_average_score": 8.0,
            "reviewer_country_name": " United Kingdom ",
            "title": None,
            "positive_text": f" The staff were friendly and the room was clean number {number} ",
            "negative_text": "No Negative",
            "score": 8.8,
            "tags": "[' Leisure trip ', ' Couple ', ' Double Room ', ' Stayed 2 nights ']",
            "posted_day": START,
            "posted_at": None,
            "masked_names": 0,
            "masked_emails": 0,
            "masked_phones": 0,
            "masked_numbers": 0,
            "delivery_day": START,
        }
        filled.append({**base, **row})
    return pl.DataFrame(filled, schema=MASKED_SCHEMA, orient="row")


def clean_rows(*rows: dict) -> pl.DataFrame:
    """Clean reviews; what a row leaves out gets a plain value."""
    filled = []
    for number, row in enumerate(rows):
        base = {
            "review_id": identity(number),
            "hotel_name": "Hotel Arena",
            "hotel_key": "hotel arena",
            "hotel_city": "Amsterdam",
            "hotel_country": "NLD",
            "reviewer_country": "GBR",
            "title": None,
            "positive_text": "lovely room",
            "negative_text": None,
            "text": "lovely room.",
            "score": 8.8,
            "trip_type": "leisure",
            "party": "couple",
            "room": "Double Room",
            "nights": 2,
            "room_count": 1,
            "is_mobile": False,
            "language": "en",
            "token_count": 2,
            "posted_day": row.get("delivery_day", START),
            "posted_at": None,
            "delivery_day": START,
        }
        filled.append({**base, **row})
    return pl.DataFrame(filled, schema=CLEAN_REVIEWS.schema, orient="row")


def vector_rows(
    vectors: np.ndarray,
    days: list[date],
    words: list[int] | None = None,
    phrases: list[list[int]] | None = None,
) -> pl.DataFrame:
    """Review vectors with ids by row number; without phrases given, no two share one."""
    own = [[40 * number + place for place in range(40)] for number in range(len(vectors))]
    return pl.DataFrame(
        {
            "review_id": [f"{number:032x}" for number in range(len(vectors))],
            "vector": pl.Series(vectors.astype(np.float32).tolist(), dtype=pl.List(pl.Float32)),
            "distinct_words": pl.Series(words or [30] * len(vectors), dtype=pl.Int32),
            "phrases": phrases or own,
            "posted_day": days,
            "delivery_day": days,
        },
        schema=REVIEW_VECTORS.schema,
    )


def unit_vectors(rng: np.random.Generator, number: int, width: int = 8) -> np.ndarray:
    vectors = rng.normal(size=(number, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def part_rows(*rows: dict) -> pl.DataFrame:
    """Anomaly parts; what a row leaves out is unsuspicious."""
    filled = []
    for number, row in enumerate(rows):
        base = {
            "review_id": identity(number),
            "polarity_title_or_score": 0.5,
            "polarity_text": 0.4,
            "contradiction_raw": 0.1,
            "duplication_raw": 0.5,
            "duplication_cosine": 0.5,
            "nearest_review_id": None,
            "nearest_gap_days": None,
            "timing_raw": 0.2,
            "timing_paper_raw": 0.3,
            "posts_observed": 2,
            "posts_expected": 1.8,
            "posts_window_hours": 24,
            "posts_scope": "hotel",
            "delivery_day": START,
        }
        filled.append({**base, **row})
    return pl.DataFrame(filled, schema=REVIEW_ANOMALY_PARTS.schema, orient="row")
