"""Differentially private counts of bookings by closed month and hotel."""

import calendar
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.contract import BOOKINGS_BY_MONTH
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError, PrivacyError
from resources.privacy_budget import BudgetLedger, Release, ReleaseIdentity

QUERY = "bookings_by_month"
SCHEMA_VERSION = "1"
GUEST, BOOKING = "guest", "booking"
_MONTHS_PER_YEAR = 12
_TAIL = 0.05


@dataclass(frozen=True)
class NoisyCounts:
    """Counts with noise.

    Attributes:
        values: (n,) int64, may be negative.
        plus_minus_95: each value's noise stays within this distance with probability 0.95 or more.
        is_private: False when a test seed made the noise.
    """

    values: NDArray[np.int64]
    plus_minus_95: int
    is_private: bool


@dataclass(frozen=True)
class MonthCounts:
    """Released rows, and the months that the budget refused with the reason."""

    released: pl.DataFrame
    refused: Mapping[str, str]


def noisy_counts(
    counts: NDArray[np.int64], *, epsilon: float, sensitivity: int, test_seed: int | None = None
) -> NoisyCounts:
    """Counts plus discrete Laplace noise.

    Args:
        counts: (n,) true counts.
        epsilon: privacy loss for one unit.
        sensitivity: by how much one unit can change all counts together (L1).
        test_seed: replaces the operating system's randomness in tests; the outcome is marked not private.

    Raises:
        PrivacyError: epsilon or sensitivity makes no sense, or the mechanism would cost more than epsilon.

    Source:
        OpenDP ``make_laplace`` on integers: exact discrete Laplace sampler of Canonne, Kamath, Steinke (2020),
        arXiv:2004.00010.
    """
    if not (math.isfinite(epsilon) and epsilon > 0 and sensitivity >= 1):
        message = f"epsilon {epsilon} must be above 0 and sensitivity {sensitivity} at least 1"
        raise PrivacyError(message)
    scale = sensitivity / epsilon
    width = noise_bound(scale)
    if test_seed is not None:
        rng = np.random.default_rng(test_seed)
        success = -math.expm1(-1.0 / scale)
        noise = rng.geometric(success, len(counts)) - rng.geometric(success, len(counts))
        return NoisyCounts(counts + noise, width, is_private=False)
    return NoisyCounts(np.array(_measure(counts, scale, sensitivity, epsilon), dtype=np.int64), width, is_private=True)


def _measure(counts: NDArray[np.int64], scale: float, sensitivity: int, epsilon: float) -> list[int]:
    # Importing OpenDP takes a moment; loading the definitions should not.
    from opendp.domains import atom_domain, vector_domain
    from opendp.measurements import make_laplace
    from opendp.metrics import l1_distance
    from opendp.mod import enable_features

    enable_features("contrib")
    space = vector_domain(atom_domain(T="i64")), l1_distance(T="i64")
    measurement = make_laplace(*space, scale=scale)
    while measurement.map(sensitivity) > epsilon:  # sensitivity / epsilon may be rounded down
        scale = math.nextafter(scale, math.inf)
        measurement = make_laplace(*space, scale=scale)
    return measurement([int(count) for count in counts])


def noise_bound(scale: float, tail: float = _TAIL) -> int:
    """Smallest m with P(|noise| > m) <= tail for discrete Laplace noise of this scale.

    Source:
        P(|X| > m) = 2 a^(m + 1) / (1 + a), a = exp(-1 / scale).
    """
    ratio = math.exp(-1.0 / scale)
    if ratio <= 0.0:
        return 0
    return max(math.ceil(math.log(tail * (1.0 + ratio) / 2.0) / math.log(ratio) - 1.0), 0)


def closed_months(days: Collection[date], as_of: date) -> list[str]:
    """Calendar months (YYYY-MM) up to ``as_of`` all of whose days are among ``days``, ascending."""
    known = {day for day in days if day <= as_of}
    months = sorted({(day.year, day.month) for day in known})
    return [
        f"{year:04d}-{month:02d}"
        for year, month in months
        if all(date(year, month, day + 1) in known for day in range(calendar.monthrange(year, month)[1]))
    ]


def unit_of(bookings: pl.DataFrame) -> str:
    """``guest`` where the source knows guests, else ``booking``."""
    return GUEST if bookings["guest_hash"].null_count() < bookings.height else BOOKING


def month_counts(
    bookings: pl.DataFrame, hotels: Sequence[str], *, unit: str, guest_cap: int
) -> dict[str, NDArray[np.int64]]:
    """True counts per month, in the order of ``hotels``; months without a booking are absent.

    A booking counts once, on its first delivery day, so that months share no booking. With unit ``guest``
    the first ``guest_cap`` bookings of a guest in a month count; a booking without a guest is its own guest.

    Args:
        bookings: ``row_id``, ``guest_hash``, ``hotel``, ``delivery_day``.
        hotels: the public list of hotels; bookings elsewhere are not counted.
        unit: ``guest`` or ``booking``.
        guest_cap: see above.

    Raises:
        ContractError: unknown unit.
    """
    if unit not in (GUEST, BOOKING):
        message = f"unit {unit!r} is unknown; choose {GUEST} or {BOOKING}"
        raise ContractError(message)
    rows = bookings.select("row_id", "guest_hash", "hotel", "delivery_day").sort("delivery_day", "row_id", "hotel")
    rows = rows.unique("row_id", keep="first", maintain_order=True).filter(pl.col("hotel").is_in(list(hotels)))
    rows = rows.with_columns(month=pl.col("delivery_day").dt.strftime("%Y-%m"))
    if unit == GUEST:
        place = pl.int_range(pl.len()).over("month", "guest_hash")
        rows = rows.filter(pl.col("guest_hash").is_null() | (place < guest_cap))
    counted = rows.group_by("month", "hotel").len().sort("month", "hotel")
    counts: dict[str, NDArray[np.int64]] = {}
    place_of = {hotel: index for index, hotel in enumerate(hotels)}
    for month, hotel, count in counted.iter_rows():
        counts.setdefault(month, np.zeros(len(hotels), np.int64))[place_of[hotel]] = count
    return counts


def release_month_counts(
    bookings: pl.DataFrame,
    hotels: Sequence[str],
    months: Sequence[str],
    ledger: BudgetLedger,
    settings: PrivacySettings,
) -> MonthCounts:
    """Released counts of the closed months: stored ones as they are, new ones charged and drawn.

    Months share no booking, so with unit ``booking`` they compose in parallel and each may spend the whole
    allotment; a guest can come in every month, so with unit ``guest`` each spends a twelfth.

    Args:
        bookings: ``row_id``, ``guest_hash``, ``hotel``, ``delivery_day`` up to now.
        hotels: the public list of hotels.
        months: closed months.
        ledger: books each release.
        settings: allotment, cap and test seed.
    """
    unit = unit_of(bookings) if bookings.height else BOOKING
    share = settings.epsilon_month_counts / (_MONTHS_PER_YEAR if unit == GUEST else 1)
    # Down to a billionth, the ledger's unit, so that twelve months never cost more than the allotment.
    epsilon = math.floor(share * 1e9 + 1e-6) / 1e9
    counts = month_counts(bookings, hotels, unit=unit, guest_cap=settings.guest_cap)
    none = np.zeros(len(hotels), np.int64)
    frames, refused = [BOOKINGS_BY_MONTH.empty()], {}
    for month in months:
        identity = ReleaseIdentity(
            query=QUERY, period=month, unit=unit, epsilon=epsilon, schema_version=SCHEMA_VERSION,
            is_private=settings.test_noise_seed is None,
        )  # fmt: skip
        draw = partial(_draw, counts.get(month, none), hotels, identity, settings)
        try:
            release = ledger.release(identity, draw, disjoint_group=QUERY if unit == BOOKING else None)
        except PrivacyError as error:
            refused[month] = str(error)
            continue
        frames.append(_rows_of(release))
    return MonthCounts(pl.concat(frames).sort("month", "hotel"), refused)


def _draw(
    true: NDArray[np.int64], hotels: Sequence[str], identity: ReleaseIdentity, settings: PrivacySettings
) -> dict[str, Any]:
    """Payload of one month's release."""
    seed = None
    if settings.test_noise_seed is not None:
        seed = settings.test_noise_seed * 1_000_000 + int(identity.period.replace("-", ""))
    sensitivity = settings.guest_cap if identity.unit == GUEST else 1
    noisy = noisy_counts(true, epsilon=identity.epsilon, sensitivity=sensitivity, test_seed=seed)
    return {
        "hotels": list(hotels),
        "bookings": [int(value) for value in noisy.values],
        "plus_minus_95": noisy.plus_minus_95,
        "is_private": noisy.is_private,
    }


def _rows_of(release: Release) -> pl.DataFrame:
    payload, identity = release.payload, release.identity
    schema = {"hotel": pl.String, "bookings": pl.Int64}
    rows = pl.DataFrame({"hotel": payload["hotels"], "bookings": payload["bookings"]}, schema=schema)
    return BOOKINGS_BY_MONTH.conform(
        rows.select(
            pl.lit(identity.period).alias("month"),
            "hotel",
            "bookings",
            pl.lit(float(payload["plus_minus_95"])).alias("plus_minus_95"),
            pl.lit(identity.epsilon).alias("epsilon"),
            pl.lit(identity.unit).alias("unit"),
            pl.lit(identity.release_id).alias("release_id"),
            pl.lit(bool(payload["is_private"])).alias("is_private"),
        )
    )
