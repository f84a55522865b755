"""Invented customers of several countries, half of whom are reviewed."""

import numpy as np
import polars as pl

from assets.models.segment_pages.guests import Guests, influence_by_customer
from tests.unit.reports import fixtures
from tests.unit.reports.guest_world import constant_influence

SECRET = "Zwickelbacher"


def written_reviews(people: pl.DataFrame) -> pl.DataFrame:
    """A review of each of some customers: those of high value complain of noise; one guest writes a rare word."""
    negative = pl.when(pl.col("value_segment") == "high").then(pl.lit("Noise all night"))
    written = people.select(
        "pseudo_customer_id",
        positive_text=pl.lit("Friendly staff, [name] was kind"),
        negative_text=negative.otherwise(pl.lit("Breakfast was poor")),
    )
    written = written.with_columns(text=pl.concat_str("positive_text", "negative_text", separator=". "))
    if written.height:
        written[0, "text"] = f"{written[0, 'text']} {SECRET}"
        written[0, "negative_text"] = f"{written[0, 'negative_text']} {SECRET} shower"
    return written


def guests(customers: int = 240, *, texts: bool = True) -> Guests:
    """Customers whose reviews, every second one has one, are the worse the more they are worth.

    Args:
        customers: how many.
        texts: whether there are reviews.
    """
    rng = np.random.default_rng(7)
    everybody = fixtures.customers(rng)
    people, rows = everybody.head(customers), fixtures.examples(rng, everybody).head(customers)
    rng = np.random.default_rng(3)
    countries = rng.choice(["PRT", "ESP", "FRA", "World", "USA"], people.height, p=[0.4, 0.25, 0.2, 0.13, 0.02])
    order = {"low": 0.3, "mid": 0.1, "high": -0.5}
    has_text = (np.arange(people.height) % 2 == 0) & texts
    polarity = [order[name] if known else None for name, known in zip(people["value_segment"], has_text, strict=True)]
    reviewed = people.filter(pl.Series(has_text, dtype=pl.Boolean))
    return Guests(
        customers=people,
        examples=rows.with_columns(
            country_group=pl.Series(countries, dtype=pl.String), text_polarity=pl.Series(polarity, dtype=pl.Float64)
        ),
        scores=pl.DataFrame(schema={"pseudo_customer_id": pl.String, "value": pl.Float64}),
        influence=influence_by_customer(constant_influence(people, b_frequency=40.0, b_recency=-60.0, b_x=0.0)),
        texts=written_reviews(reviewed),
    )
