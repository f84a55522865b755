"""Differentially private releases: what is asked of the ledger, what is drawn, and the released tables."""

import calendar
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from assets.privacy.aggregates import BOOKING, GUEST, Aggregate, first_of_each, once
from assets.privacy.contract import BOOKINGS_BY_MONTH, GUEST_AGGREGATES
from assets.privacy.measurements import Integers, Noise, NoisyMeans, noisy_counts, noisy_means
from assets.privacy.settings import PrivacySettings
from resources.errors import PrivacyError, told
from resources.privacy_accounting import floor_loss
from resources.privacy_budget import BudgetLedger, Release, ReleaseIdentity

QUERY = "bookings_by_month"
_SCHEMA = "2"  # of the payloads; earlier ones are not served any more
_MONTHS_PER_YEAR = 12
Draw = Callable[[Noise], Mapping[str, Any]]


@dataclass(frozen=True)
class Released:
    """Released rows, and the releases that the budget refused with the reason."""

    released: pl.DataFrame
    refused: Mapping[str, str]


_ROW = ("delivery_day", "row_id")
RAW_COLUMNS = (*_ROW, "hotel", "country", "market_segment", "is_canceled")
GUEST_COLUMNS = (*_ROW, "guest_hash", "realised_revenue")
SCORE_COLUMNS = (*_ROW, "hotel_name", "score")


def restricted_bookings(raw: pl.DataFrame, pseudonyms: pl.DataFrame) -> pl.DataFrame:
    """What releases are computed from: raw bookings (``RAW_COLUMNS``) beside guest and revenue (``GUEST_COLUMNS``)."""
    guests = pseudonyms.select(GUEST_COLUMNS)
    return raw.select(RAW_COLUMNS).join(guests, on=list(_ROW), maintain_order="left")


def closed_months(days: Collection[date], as_of: date) -> list[str]:
    """Calendar months (YYYY-MM) up to ``as_of`` all of whose days are among ``days``, ascending."""
    known = {day for day in days if day <= as_of}
    months = sorted({(day.year, day.month) for day in known})
    return [
        f"{year:04d}-{month:02d}"
        for year, month in months
        if all(date(year, month, day + 1) in known for day in range(calendar.monthrange(year, month)[1]))
    ]


def closed_years(days: Collection[date], as_of: date) -> list[str]:
    """Calendar years (YYYY) up to ``as_of`` all of whose days are among ``days``, ascending."""
    known = {day for day in days if day <= as_of}
    years = sorted({day.year for day in known})
    whole = {year: (date(year + 1, 1, 1) - date(year, 1, 1)).days for year in years}
    return [
        f"{year:04d}"
        for year in years
        if all(date(year, 1, 1) + timedelta(days=index) in known for index in range(whole[year]))
    ]


def month_counts(bookings: pl.DataFrame, hotels: Sequence[str], *, unit: str, guest_cap: int) -> dict[str, Integers]:
    """True counts per month, in the order of ``hotels``; months without a booking are absent.

    With unit ``guest`` the first ``guest_cap`` bookings of a guest in a month count; a booking without a guest is
    its own guest.

    Args:
        bookings: ``row_id``, ``guest_hash``, ``hotel``, ``delivery_day``.
        hotels: the public list of hotels; bookings elsewhere are not counted.
        unit: ``guest`` or ``booking``.
        guest_cap: see above.

    Raises:
        ContractError: unknown unit.
    """
    rows = once(bookings).filter(pl.col("hotel").is_in(list(hotels)))
    rows = rows.with_columns(month=pl.col("delivery_day").dt.strftime("%Y-%m"))
    counted = first_of_each(rows, unit, guest_cap, ["month"]).group_by("month", "hotel").len().sort("month", "hotel")
    counts: dict[str, Integers] = {}
    place_of = {hotel: index for index, hotel in enumerate(hotels)}
    for month, hotel, count in counted.iter_rows():
        counts.setdefault(month, np.zeros(len(hotels), np.int64))[place_of[hotel]] = count
    return counts


def release_month_counts(
    bookings: pl.DataFrame,
    hotels: Sequence[str],
    months: Sequence[str],
    unit: str,
    ledger: BudgetLedger,
    settings: PrivacySettings,
    incomplete: Collection[str] = (),
) -> Released:
    """Released counts of the closed months: stored ones as they are, new ones charged and drawn.

    Months share no booking, so with unit ``booking`` they compose in parallel and each may spend the whole
    allotment; a guest can come in every month, so with unit ``guest`` each spends a twelfth.

    Args:
        bookings: ``row_id``, ``guest_hash``, ``hotel``, ``delivery_day`` up to now.
        hotels: the public list of hotels.
        months: closed months.
        unit: ``guest`` or ``booking``.
        ledger: books each release.
        settings: allotment, cap and test seed.
        incomplete: months some of whose raw rows left with the retention: only what was released of them before.
    """
    share = settings.allotments[QUERY] / (_MONTHS_PER_YEAR if unit == GUEST else 1)
    counts = month_counts(bookings, hotels, unit=unit, guest_cap=settings.guest_cap)
    none = np.zeros(len(hotels), np.int64)
    version = _version({"hotels": list(hotels), "cap": settings.guest_cap})
    frames, refused = [BOOKINGS_BY_MONTH.empty()], {}
    for month in months:
        identity = _identity(QUERY, month, unit, share, version, settings)
        sensitivity = settings.guest_cap if unit == GUEST else 1
        draw = partial(_draw_counts, counts.get(month, none), tuple(hotels), identity.loss, sensitivity)
        release, reason = _ask(
            ledger, identity, draw, settings, QUERY if unit == BOOKING else None, is_whole=month not in incomplete
        )
        if reason:
            refused[month] = reason
        if release is not None:
            frames.append(_month_rows(release))
    return Released(pl.concat(frames).sort("month", "hotel"), refused)


def release_aggregates(
    aggregates: Sequence[Aggregate],
    ledger: BudgetLedger,
    settings: PrivacySettings,
    incomplete: Collection[str] = (),
) -> Released:
    """Released figures of closed years: stored ones as they are, new ones charged and drawn.

    A family is released once a year and spends its whole allotment; families add up.

    Args:
        aggregates: true figures.
        ledger: books each release.
        settings: allotments and test seed.
        incomplete: years some of whose raw rows left with the retention: only what was released of them before.
    """
    frames, refused = [GUEST_AGGREGATES.empty()], {}
    for item in aggregates:
        asked = {"groups": item.groups, "bounds": item.bounds, "parts": item.parts, "cap": item.contributions}
        share = settings.allotments[item.family]
        identity = _identity(item.family, item.period, item.unit, share, _version(asked), settings)
        draw = partial(draw_aggregate, item, identity.loss)
        release, reason = _ask(ledger, identity, draw, settings, None, is_whole=item.period not in incomplete)
        if reason:
            refused[f"{item.family} {item.period}"] = reason
        if release is not None:
            frames.append(_aggregate_rows(release))
    return Released(pl.concat(frames).sort(*GUEST_AGGREGATES.key), refused)


def _identity(
    query: str, period: str, unit: str, share: float, version: str, settings: PrivacySettings
) -> ReleaseIdentity:
    return ReleaseIdentity(
        query=query, period=period, unit=unit, loss=floor_loss(share), schema_version=version,
        is_private=settings.test_noise_seed is None, accounting=settings.accounting,
    )  # fmt: skip


def _version(asked: Mapping[str, Any]) -> str:
    """Schema version: other groups, bounds or caps are another question, which is charged anew."""
    content = json.dumps(asked, sort_keys=True).encode()
    return f"{_SCHEMA}-{hashlib.sha256(content).hexdigest()[:8]}"


def _ask(
    ledger: BudgetLedger,
    identity: ReleaseIdentity,
    draw: Draw,
    settings: PrivacySettings,
    disjoint_group: str | None,
    *,
    is_whole: bool,
) -> tuple[Release | None, str]:
    """The release and no reason; or, where the budget refuses it, the last one of its period and the reason."""
    rng = None
    if settings.test_noise_seed is not None:
        rng = np.random.default_rng([settings.test_noise_seed, int(identity.release_id, 16)])
    noise = Noise(accounting=identity.accounting, test_rng=rng)
    if not is_whole:
        reason = f"raw rows of {identity.period} left with the retention: nothing new is drawn of it"
        released = _stored(ledger, identity)
        return released, "" if released else reason
    try:
        return ledger.release(identity, lambda: draw(noise), disjoint_group=disjoint_group), ""
    except PrivacyError as error:
        return _stored(ledger, identity), told(error)


def _stored(ledger: BudgetLedger, identity: ReleaseIdentity) -> Release | None:
    """The last release of the period, where it can still be read."""
    released = ledger.last(identity.query, identity.unit, period=identity.period, is_private=identity.is_private)
    is_readable = released is not None and released.identity.schema_version.split("-")[0] == _SCHEMA
    return released if is_readable else None


def _draw_counts(
    true: Integers, hotels: tuple[str, ...], loss: float, sensitivity: int, noise: Noise
) -> dict[str, Any]:
    noisy = noisy_counts(true, noise, loss=loss, sensitivity=sensitivity)
    return {
        "hotels": list(hotels),
        "bookings": [int(value) for value in noisy.values],
        "plus_minus_95": noisy.plus_minus_95,
        "is_private": noisy.is_private,
    }


def draw_aggregate(item: Aggregate, loss: float, noise: Noise) -> dict[str, Any]:
    """Payload of one release: rows of (group, measure, value, plus_minus_95).

    Args:
        item: true figures.
        loss: of the release.
        noise: accounting and source.
    """
    if item.sums is None:
        noisy = noisy_counts(item.sizes, noise, loss=loss, sensitivity=item.contributions)
        width = float(noisy.plus_minus_95)
        rows = [(g, item.measure, float(v), width) for g, v in zip(item.groups, noisy.values, strict=True)]
    else:
        rows = _mean_rows(item, loss, noise)
    return {"grouping": item.grouping, "rows": rows, "is_private": noise.is_private}


def _mean_rows(item: Aggregate, loss: float, noise: Noise) -> list[tuple[str, str, float, float]]:
    assert item.sums is not None
    shared = len(set(item.bounds)) == 1
    if not shared and item.contributions > 1:
        message = f"{item.family}: groups with bounds of their own need units that are in one group only"
        raise PrivacyError(message)
    # With bounds of their own, the groups are drawn one by one: a unit is in one of them, so they cost the loss once.
    parts = [slice(None)] if shared else [slice(at, at + 1) for at in range(len(item.groups))]
    rows: list[tuple[str, str, float, float]] = []
    for part in parts:
        means = noisy_means(
            item.sums[part], item.sizes[part], noise, bounds=item.bounds[part][0], loss=loss,
            contributions=item.contributions,
        )  # fmt: skip
        rows += _rows_of_means(item, item.groups[part], means)
    return rows


def _rows_of_means(item: Aggregate, groups: Sequence[str], means: NoisyMeans) -> list[tuple[str, str, float, float]]:
    values, widths = means.values / item.parts, means.plus_minus_95 / item.parts
    rows = [(g, item.measure, float(v), float(w)) for g, v, w in zip(groups, values, widths, strict=True)]
    if item.counted is not None:
        sizes = zip(groups, means.sizes, strict=True)
        rows += [(g, item.counted, round(float(size), 1), means.sizes_plus_minus_95) for g, size in sizes]
    return rows


def _month_rows(release: Release) -> pl.DataFrame:
    payload = release.payload
    schema = {"hotel": pl.String, "bookings": pl.Int64}
    rows = pl.DataFrame({"hotel": payload["hotels"], "bookings": payload["bookings"]}, schema=schema)
    shown = rows.with_columns(
        month=pl.lit(release.identity.period), plus_minus_95=pl.lit(float(payload["plus_minus_95"]))
    )
    return BOOKINGS_BY_MONTH.conform(_named(shown, release).select(BOOKINGS_BY_MONTH.names))


def _aggregate_rows(release: Release) -> pl.DataFrame:
    schema = {"group": pl.String, "measure": pl.String, "value": pl.Float64, "plus_minus_95": pl.Float64}
    rows = pl.DataFrame([tuple(row) for row in release.payload["rows"]], schema=schema, orient="row")
    identity = release.identity
    shown = rows.with_columns(
        family=pl.lit(identity.query), period=pl.lit(identity.period), grouping=pl.lit(release.payload["grouping"])
    )
    return GUEST_AGGREGATES.conform(_named(shown, release).select(GUEST_AGGREGATES.names))


def _named(rows: pl.DataFrame, release: Release) -> pl.DataFrame:
    """What every released row says of its release."""
    return rows.with_columns(
        accounting=pl.lit(release.identity.accounting), loss=pl.lit(release.identity.loss),
        unit=pl.lit(release.identity.unit), release_id=pl.lit(release.identity.release_id),
        is_private=pl.lit(bool(release.payload["is_private"])),
    )  # fmt: skip
