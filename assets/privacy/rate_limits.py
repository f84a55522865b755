"""l-diversity and t-closeness of the rate: what a class must keep, and the band that is shown of it."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.closeness import OrderedReference
from assets.privacy.partitioning import IntArray, Limits
from assets.privacy.settings import PrivacySettings

FloatArray = NDArray[np.float64]
CLASS_RATE_COLUMNS = ("rate_from", "rate_to")


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """What each class keeps of the rate; the reference distribution is the rates of its own batch.

    Attributes:
        l: distinct bands of the rate in a class, or None.
        t: largest ordered distance of a class's rates from those of all bookings delivered in the batch
            (published or not), or None. A batch needs no other day, so it stays without state.
        band_width: width of a band, currency per night; band i holds [i, i + 1) widths.
    """

    l: int | None  # noqa: E741
    t: float | None
    band_width: float

    @classmethod
    def of(cls, settings: PrivacySettings) -> "RateLimits":
        """The limits that the settings ask for."""
        return cls(l=settings.l_diversity, t=settings.t_closeness, band_width=settings.rate_band_width)

    @property
    def is_asked(self) -> bool:
        """Whether anything is enforced."""
        return self.l is not None or self.t is not None

    def bands(self, rates: FloatArray) -> IntArray:
        """Number of each rate's band."""
        return np.floor(rates / self.band_width).astype(np.int64)

    def of_batch(self, rates: FloatArray) -> Limits:
        """The partitioning's limits for the rows of one batch, with that batch as the reference."""
        reference = OrderedReference.of(rates) if self.t is not None else None
        return Limits(
            levels=self.bands(rates) if self.l is not None else None,
            l=self.l,
            ranks=None if reference is None else reference.ranks(rates),
            reference=reference,
            t=self.t,
        )


def rate_band(rows: pl.DataFrame, limits: RateLimits) -> pl.DataFrame:
    """Band of the rate per class, wide enough to undo no other label; nulls where nothing is enforced.

    Revenue over rate gives the nights, and revenue is exact in the internal zone. So the band also covers
    revenue / nights for both ends of the nights label: dividing by it gives back no narrower label.

    Args:
        rows: ``class_id``, ``rate``, ``deposit_aware_revenue``, ``nights_from``, ``nights_to`` of published rows.
        limits: whether a band is shown, and its width.

    Returns:
        ``class_id``, ``rate_from``, ``rate_to`` (whole multiples of the band width).
    """
    width, paid = limits.band_width, pl.col("deposit_aware_revenue") > 0
    lowest = pl.col("deposit_aware_revenue") / pl.max_horizontal("nights_to", pl.lit(1))
    highest = pl.col("deposit_aware_revenue") / pl.max_horizontal("nights_from", pl.lit(1))
    low = pl.min_horizontal(pl.col("rate").min(), lowest.filter(paid).min())
    high = pl.max_horizontal(pl.col("rate").max(), highest.filter(paid).max())
    ends = [((low / width).floor() * width).alias("rate_from"), ((high / width).ceil() * width).alias("rate_to")]
    if not limits.is_asked:
        ends = [pl.lit(None, dtype=pl.Float64).alias(name) for name in CLASS_RATE_COLUMNS]
    return rows.group_by("class_id", maintain_order=True).agg(ends)
