"""k, l and t counted again on finished labels, before anything is published."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.closeness import OrderedReference
from assets.privacy.rate_limits import CLASS_RATE_COLUMNS, RateLimits
from assets.privacy.risk import LABEL_COLUMNS, sensitive_risk
from resources.errors import PrivacyError

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class LabelRisk:
    """What the labels keep, one entry per label of a batch.

    Attributes:
        class_of: (rows,) label of each row, as a number; classes are found from labels, not from ids.
        days: (labels,) batch of each label.
        units: (labels,) distinct guests (or rows) behind it.
        rate_bands: (labels,) distinct bands of the rate.
        rate_distance: (labels,) ordered distance of the rates from those of the label's batch.
        outcomes: (labels,) distinct outcomes, 1 where all stayed or all cancelled; measured, never enforced.
    """

    class_of: NDArray[np.int64]
    days: pl.Series
    units: NDArray[np.int64]
    rate_bands: NDArray[np.int64]
    rate_distance: NDArray[np.float64]
    outcomes: NDArray[np.int64]

    def metadata(self) -> dict[str, float | int]:
        """Their extremes, to show beside the table."""
        if not len(self.units):
            return {}
        return {
            "k_min": int(self.units.min()),
            "l_min_rate": int(self.rate_bands.min()),
            "l_min_cancellation": int(self.outcomes.min()),
            "t_max_rate": round(float(self.rate_distance.max()), 6),
        }


def label_risk(published: pl.DataFrame, known: pl.DataFrame, delivered: pl.DataFrame, limits: RateLimits) -> LabelRisk:
    """Risk of released labels, from the labels and what the restricted zone knows of their rows.

    Args:
        published: ``delivery_day`` (the batch), the label columns, ``rate_from``, ``rate_to``, ``is_completed``.
        known: row by row the same bookings: ``unit``, ``rate``.
        delivered: ``batch_day``, ``rate`` of every booking delivered in the batches: the reference.
        limits: for the width of a band.
    """
    keys = ["delivery_day", *LABEL_COLUMNS, *CLASS_RATE_COLUMNS]
    marked = published.select(keys).with_columns(unit=known["unit"]).with_row_index("row")
    by_class = marked.group_by(keys).agg("row", pl.col("unit").n_unique().alias("units"), first=pl.col("row").min())
    by_class = by_class.sort("delivery_day", "first")
    members = by_class.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("class"), "row").explode("row")
    class_of = np.zeros(published.height, dtype=np.int64)
    class_of[members["row"].to_numpy()] = members["class"].to_numpy()
    rates = known["rate"].cast(pl.Float64).to_numpy()
    classes = pl.Series(class_of)
    bands = sensitive_risk(classes, pl.Series(limits.bands(rates)))
    outcomes = sensitive_risk(classes, published["is_completed"])
    return LabelRisk(
        class_of=class_of,
        days=by_class["delivery_day"],
        units=by_class["units"].to_numpy().astype(np.int64),
        rate_bands=bands.diversity,
        rate_distance=_distances(class_of, rates, by_class["delivery_day"], delivered),
        outcomes=outcomes.diversity,
    )


def _distances(
    class_of: NDArray[np.int64], rates: NDArray[np.float64], days: pl.Series, delivered: pl.DataFrame
) -> NDArray[np.float64]:
    """Distance of each class from its batch; classes are numbered batch by batch."""
    order = np.lexsort((rates, class_of))
    group, value = class_of[order], rates[order]
    references = delivered.group_by("batch_day").agg("rate")
    by_day = dict(zip(references["batch_day"].to_list(), references["rate"].to_list(), strict=True))
    first = np.flatnonzero(days.rle_id().diff().fill_null(1).to_numpy())
    bounds = np.searchsorted(group, np.append(first, len(days)))
    parts = []
    for start, stop, index in zip(bounds[:-1], bounds[1:], first, strict=True):
        reference = OrderedReference.of(np.asarray(by_day[days[int(index)]], dtype=np.float64))
        parts.append(reference.distances(group[start:stop], reference.ranks(value[start:stop])))
    return np.concatenate([np.zeros(0), *parts])


def refuse_broken(risk: LabelRisk, k: int, limits: RateLimits) -> None:
    """Stop before anything is published that does not keep what was asked: a fault above must not get through.

    Raises:
        PrivacyError: names what is broken, how often, and the first batch.
    """
    wanted = {f"k = {k} guests": risk.units < k}
    if limits.l is not None:
        wanted[f"l = {limits.l} bands of the rate"] = risk.rate_bands < limits.l
    if limits.t is not None:
        wanted[f"t = {limits.t} of the batch's rates"] = risk.rate_distance > limits.t + _ROUNDING
    for asked, is_broken in wanted.items():
        if is_broken.any():
            day = risk.days[int(is_broken.argmax())]
            message = f"{int(is_broken.sum())} classes break {asked}, the first on {day}; nothing is published"
            raise PrivacyError(message)
