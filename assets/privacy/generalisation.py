"""k-anonymous labels: each batch of bookings is cut into classes, and each class gets one label.

Numbers and dates become intervals; a categorical value becomes the set of levels in its class. Batches
need no state: what a class looks like depends on the rows of its own batch only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.privacy.class_labels import LEVEL_COLUMNS, NUMBER_COLUMNS, labelled, level_text
from assets.privacy.partitioning import NO_LIMITS, IntArray, Limits, count_distinct, partition
from assets.privacy.rate_limits import RateLimits
from assets.privacy.settings import QUASI_IDENTIFIERS
from resources.errors import ContractError

COMPLETED_STATUS, LOST_STATUS = "Check-Out", "Canceled"
BELOW_K, BELOW_L, ABOVE_T = REASONS = ("below_k", "below_l", "above_t")
STAY, OTHER = "stay", "other"
# Spans that weigh one column's cut against another's: levels - 1, or last - first, of the whole published
# history (Hotel Booking Demand). Fixed, because a batch must not look at other days; for other sources
# they only set priorities, k does not depend on them.
DOMAIN_SPANS = {
    "hotel": 1, "country": 177, "market_segment": 7, "distribution_channel": 4, "customer_type": 3, "agent": 333,
    "company": 352, "repeated_guest": 1, "arrival": 792, "nights": 69, "lead_time": 737, "adults": 55, "children": 10,
}  # fmt: skip


@dataclass(frozen=True)
class Generalised:
    """Labels of the rows that reached k, and the rows that did not.

    Attributes:
        labels: ``booking_id``, ``class_id``, ``class_size``, ``is_completed`` and the labels of all thirteen
            quasi-identifiers, sorted by batch, class and booking_id.
        withheld: ``booking_id``, ``batch_day``, ``reason``.
    """

    labels: pl.DataFrame
    withheld: pl.DataFrame


def batch_key(days: pl.Series, length: str) -> pl.Series:
    """Last day of the batch that each delivery day belongs to.

    Args:
        days: pl.Date.
        length: ``day``, ``week`` (ends on Sunday), ``month`` or ``all``.

    Raises:
        ContractError: another length.
    """
    column = pl.col("day")
    batches = {
        "day": column,
        "week": column.dt.truncate("1w") + pl.duration(days=6),
        "month": column.dt.month_end(),
        "all": column.max().over(pl.lit(0)),
    }
    if length not in batches:
        message = f"batch length {length!r} is unknown; choose from {', '.join(batches)}"
        raise ContractError(message)
    return pl.DataFrame({"day": days}).select(batches[length].alias("batch_day"))["batch_day"]


def batch_span(day: date, length: str) -> tuple[date, date]:
    """First and last delivery day of the batch that is released on ``day``; first > last when none is.

    Args:
        day: a delivery day.
        length: ``day``, ``week`` or ``month``.

    Example:
        >>> batch_span(date(2024, 3, 31), "month")[0]
        datetime.date(2024, 3, 1)
    """
    last = batch_key(pl.Series([day], dtype=pl.Date), length)[0]
    if last != day:
        return day + timedelta(days=1), day
    return {"day": day, "week": day - timedelta(days=6), "month": day.replace(day=1)}[length], day


def generalise(
    bookings: pl.DataFrame,
    *,
    k: int,
    quasi_identifiers: tuple[str, ...] = QUASI_IDENTIFIERS,
    batch: str = "day",
    split_completed: bool = True,
    hotels_apart: bool = False,
    limits: RateLimits | None = None,
) -> Generalised:
    """Labels that each hold for at least k guests of the batch.

    Completed stays whose end is the delivery day are partitioned apart from the rest, and their arrival
    label is day minus nights: since both are published, an independent arrival label would be undone by
    subtraction. All labels are tight for their class, so a column that is not cut on stays k-anonymous.

    Args:
        bookings: ``booking_id``, ``guest_hash``, ``delivery_day``, ``reservation_status`` and the raw columns
            of the quasi-identifiers; any row order.
        k: distinct guests in a class (rows, where no guest is known).
        quasi_identifiers: the columns to cut on.
        batch: ``day``, ``week``, ``month`` or ``all``.
        split_completed: False reproduces the peers' set-up, for comparison only. It is also off for longer
            batches, where the end of a stay is not the batch's day.
        hotels_apart: each hotel's bookings are partitioned by themselves, so that a label names one hotel; rows of
            a hotel with fewer than k guests in the batch are withheld.
        limits: l and t of the rate (column ``rate``), kept by every cut; a part of a batch that misses one as a
            whole is withheld.

    Raises:
        ContractError: unknown quasi-identifier or batch length.
    """
    unknown = sorted(set(quasi_identifiers) - set(QUASI_IDENTIFIERS))
    if unknown:
        message = f"quasi-identifiers {unknown} are unknown; choose from {', '.join(QUASI_IDENTIFIERS)}"
        raise ContractError(message)
    needs_rate = limits is not None and limits.is_asked
    rows = _prepared(bookings, batch, split_completed=split_completed and batch == "day", with_rate=needs_rate)
    codes = {name: _codes(rows[name]) for name in QUASI_IDENTIFIERS}
    class_of, class_names, reasons = _classes(
        rows, _parts(rows, limits, hotels_apart=hotels_apart), codes, quasi_identifiers, k
    )
    kept = pl.Series(class_of >= 0)
    kept_rows = rows.with_columns(class_index=pl.Series(class_of)).filter(kept)
    labels = labelled(kept_rows, class_names)
    withheld = rows.filter(~kept).select("booking_id", "batch_day", reason=reasons.filter(~kept))
    return Generalised(labels, withheld)


def _prepared(bookings: pl.DataFrame, batch: str, *, split_completed: bool, with_rate: bool) -> pl.DataFrame:
    """One row per booking with its quasi-identifiers as text or integers, sorted by batch and part."""
    ends_today = pl.col("arrival_day") + pl.duration(days=pl.col("nights")) == pl.col("delivery_day")
    completed = pl.col("reservation_status") == COMPLETED_STATUS
    levels = [level_text(column, bookings.schema[column]).alias(name) for name, column in LEVEL_COLUMNS.items()]
    numbers = [pl.col(column).cast(pl.Int32).fill_null(0).alias(name) for name, column in NUMBER_COLUMNS.items()]
    batches = batch_key(bookings["delivery_day"], batch)
    return bookings.select(
        "booking_id",
        *levels,
        *numbers,
        unit=pl.coalesce(pl.concat_str(pl.lit("g"), "guest_hash"), pl.concat_str(pl.lit("b"), "booking_id")),
        is_completed=completed,
        is_stay=completed & ends_today & pl.lit(split_completed),
        batch_day=batches,
        **({"rate": pl.col("rate").cast(pl.Float64)} if with_rate else {}),
    ).sort("batch_day", "is_stay", *QUASI_IDENTIFIERS, "booking_id")


def _codes(column: pl.Series) -> IntArray:
    """Integers as they are; levels by alphabetical rank."""
    if column.dtype == pl.String:
        column = column.rank("dense") - 1
    return column.to_numpy().astype(np.int64)


def _classes(
    rows: pl.DataFrame,
    parts: Iterable[tuple[int, int, Limits]],
    codes: dict[str, IntArray],
    quasi_identifiers: tuple[str, ...],
    k: int,
) -> tuple[IntArray, list[str], pl.Series]:
    """Class number of each row (-1: withheld), the class names, and why a withheld row is."""
    units = rows["unit"].rank("dense").to_numpy().astype(np.int64)
    is_stay, days = rows["is_stay"].to_numpy(), rows["batch_day"]
    class_of = np.full(rows.height, -1, dtype=np.int64)
    reason_of = np.zeros(rows.height, dtype=np.int64)
    names: list[str] = []
    numbers: dict[str, int] = {}  # classes of a batch are numbered through, over its hotels
    for start, stop, kept in parts:
        stay = bool(is_stay[start])
        part = slice(start, stop)
        classes = _partition_batch(codes, part, units, quasi_identifiers, k, stay, kept)
        named = f"{days[start]}-{STAY if stay else OTHER}"
        for number, members in enumerate(classes, numbers.get(named, 0)):
            class_of[start + members] = len(names)
            names.append(f"{named}-{number}")
        numbers[named] = numbers.get(named, 0) + len(classes)
        if not classes and count_distinct(units[part]) >= k:
            reason_of[part] = REASONS.index(BELOW_L if not kept.has_l() else ABOVE_T)
    return class_of, names, pl.Series(REASONS).gather(reason_of)


def _parts(rows: pl.DataFrame, limits: RateLimits | None, *, hotels_apart: bool) -> Iterator[tuple[int, int, Limits]]:
    """First row, end and limits of each part of each batch; the reference of t is the part's whole batch."""
    part_of = ("batch_day", "is_stay", *(("hotel",) if hotels_apart else ()))  # rows are sorted by these
    runs = rows.select(batch=pl.col("batch_day").rle_id(), part=pl.struct(part_of).rle_id())
    batch, part = runs["batch"].to_numpy(), runs["part"].to_numpy()
    first = np.flatnonzero(np.diff(part.astype(np.int64), prepend=-1))
    stops = np.append(first, rows.height)[1:]
    in_batch: Limits = NO_LIMITS
    opened, known = -1, -1
    for start, stop in zip(first.tolist(), stops.tolist(), strict=True):
        if limits is not None and limits.is_asked and batch[start] != known:
            opened, known = start, batch[start]
            end = int(np.searchsorted(batch, known, side="right"))
            in_batch = limits.of_batch(rows["rate"][opened:end].to_numpy())
        yield start, stop, in_batch.of(slice(start - opened, stop - opened))


def _partition_batch(
    codes: dict[str, IntArray], batch: slice, units: IntArray, quasi_identifiers: tuple[str, ...], k: int, stay: bool,
    limits: Limits,
) -> list[IntArray]:  # fmt: skip
    """Classes of one part of a batch; for completed stays a night is also a day of arrival."""
    columns = [name for name in quasi_identifiers if not (stay and name == "arrival")]
    values = [by_frequency(codes[name][batch]) if name in LEVEL_COLUMNS else codes[name][batch] for name in columns]
    # A batch of a source with more levels or wider ranges than the published one widens the domain for itself.
    spans = [max(DOMAIN_SPANS[name], int(np.ptp(given))) for name, given in zip(columns, values, strict=True)]
    weights = {name: 1.0 / span for name, span in zip(columns, spans, strict=True)}
    if stay and "nights" in weights:
        weights["nights"] += 1.0 / DOMAIN_SPANS["arrival"]
    return partition(
        np.column_stack(values),
        np.array([name in LEVEL_COLUMNS for name in columns]),
        np.array(list(weights.values())),
        units[batch],
        k,
        limits,
    )


def by_frequency(codes: IntArray) -> IntArray:
    """Codes renumbered by falling frequency (ties by code), so that a cut parts common from rare levels.

    Args:
        codes: (n,) small non-negative integers.
    """
    counts = np.bincount(codes)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.lexsort((np.arange(len(counts)), -counts))] = np.arange(len(counts))
    return rank[codes]
