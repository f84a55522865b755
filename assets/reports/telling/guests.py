"""What several chapters read of the guests: how few may stand behind a statement, and what they wrote."""

from typing import TYPE_CHECKING

import polars as pl

from assets.common.inputs import Reads
from assets.models.explaining.texts import texts_of_customers

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

MINIMUM = ("privacy.k",)  # what minimum_customers reads
TEXTS = tuple(  # what customer_texts reads
    Reads(name, None) for name in ("booking_review_pairs", "published_bookings", "clean_reviews", "review_anomalies")
)


def minimum_customers(told: "Told") -> int:
    """Customers behind anything said of a group of them: the settings' minimum, never fewer than k.

    Args:
        told: to a chapter that reads :data:`MINIMUM`.
    """
    return max(told.settings.segment_min_customers, int(told.number("privacy.k") or 0))


def customer_texts(told: "Told") -> pl.DataFrame:
    """Masked reviews behind the customers' text blocks (:func:`texts_of_customers`), as they stand on the last day.

    Args:
        told: to a chapter that reads :data:`TEXTS`.
    """
    pairs, bookings, reviews, anomalies = (told.table(item.asset) for item in TEXTS)
    return texts_of_customers(pairs, bookings, reviews, anomalies, known_by=told.run.last_day)
