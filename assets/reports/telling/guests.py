"""What several chapters read of the guests: what a customer is called, how few may be told of, what they wrote."""

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from assets.common.inputs import Reads
from assets.common.versions import latest_versions
from assets.customers.settings import CustomerSettings

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

MINIMUM = ("customers.minimum",)  # what minimum_customers reads
TEXTS = (  # what customer_texts reads
    Reads("customer_reviews", is_whole=True, is_optional=True),
    Reads("clean_reviews", None),
)
_WRITTEN = ("score", "text", "positive_text", "negative_text")


class CustomerWords(NamedTuple):
    """What a customer is called, small letters: ``guest`` and ``guests``, or ``market`` and ``markets``."""

    one: str
    many: str


def customer_words(told: "Told") -> CustomerWords:
    """What the customers of a run are called: guests where their value is counted, else markets."""
    return CustomerWords(told.run.unit, f"{told.run.unit}s")


def minimum_customers(told: "Told") -> int:
    """Customers behind anything said of a group of them, as the customers room has it.

    Args:
        told: to a chapter that reads :data:`MINIMUM`.
    """
    return int(told.number("customers.minimum") or CustomerSettings().min_customers)


def customer_texts(told: "Told") -> pl.DataFrame:
    """Masked reviews behind the customers' text blocks, as they stand on the last day.

    Args:
        told: to a chapter that reads :data:`TEXTS`.

    Returns:
        ``pseudo_customer_id``, ``review_id``, ``share``, ``score``, ``text``, ``positive_text``, ``negative_text``; by
        customer, largest share first.
    """
    whose, reviews = (told.table(item.asset) for item in TEXTS)
    written = latest_versions(reviews, "review_id", told.run.last_day).select("review_id", *_WRITTEN)
    texts = whose.join(written, on="review_id", how="inner")
    return texts.sort("pseudo_customer_id", "share", "review_id", descending=[False, True, False])
