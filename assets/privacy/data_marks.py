"""By what real data is known again, whatever its home, source or schema: digests of a sample of its rows, per year.

The sample holds the rows with the smallest mixed numbers (a bottom-k sketch), so that two worlds with a share of their
rows in common have about that share of their samples in common, and rows that come, go or are corrected change little.
Names, keys and labels are left out: sources spell them in their own ways.
"""

import hashlib

import numpy as np
import numpy.typing as npt
import polars as pl

BOOKING_FACTS = (
    "delivery_day", "arrival_day", "weekend_nights", "week_nights", "lead_time_days", "adults", "rate", "is_canceled",
)  # fmt: skip
REVIEW_FACTS = ("delivery_day", "posted_day", "score", "reviewer_reviews", "hotel_total_reviews")
_SAMPLE = 256
_CENTS = 100
_NONE = -1
Mixed = npt.NDArray[np.uint64]


def data_marks(rows: pl.DataFrame, year: str) -> list[bytes]:
    """Digests of a sample of the distinct rows of a year, ascending by nothing that tells of them.

    Args:
        rows: ``BOOKING_FACTS`` or ``REVIEW_FACTS``.
        year: of the delivery days.
    """
    facts = rows.filter(pl.col("delivery_day").dt.year() == int(year)).drop("delivery_day")
    numbers = facts.select(_as_number(name, dtype) for name, dtype in facts.schema.items()).unique()
    if numbers.is_empty():
        return []
    mixed = _mix(numbers)
    chosen = numbers[np.argsort(mixed, kind="stable")[:_SAMPLE]]
    texts = (f"{','.join(facts.columns)}:{','.join(map(str, row))}" for row in chosen.iter_rows())
    return sorted(hashlib.sha256(text.encode()).digest() for text in texts)


def _as_number(name: str, dtype: pl.DataType) -> pl.Expr:
    """A whole number for each value: days since 1970, hundredths, counts; -1 for none."""
    column = pl.col(name)
    if dtype == pl.Date:
        column = column.cast(pl.Int32)
    elif dtype.is_float():
        column = (column * _CENTS).round()
    return column.cast(pl.Int64).fill_null(_NONE).alias(name)


def _mix(numbers: pl.DataFrame) -> Mixed:
    """One well-spread number per row, the same in every process and version.

    Source:
        The finaliser of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
    """
    mixed = np.zeros(numbers.height, np.uint64)
    with np.errstate(over="ignore"):
        for name in numbers.columns:
            mixed = mixed + numbers[name].to_numpy().astype(np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed
