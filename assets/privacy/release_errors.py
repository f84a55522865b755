"""An experiment outside the ledger: how far released aggregates lie from the truth at several epsilons.

Its noise is seeded and nothing of it is released: it is for invented guests, or flagged as an experiment.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from assets.privacy.aggregates import Aggregate, booking_aggregates, unit_of
from assets.privacy.measurements import Noise
from assets.privacy.releases import draw_aggregate
from assets.privacy.settings import PrivacySettings

_FEWEST = 30  # groups below this many units drown in noise at any epsilon and are left out of the average
_SCHEMA = {
    "family": pl.String, "epsilon": pl.Float64, "relative_error": pl.Float64, "plus_minus_95": pl.Float64,
    "cells": pl.Int64, "is_private": pl.Boolean,
}  # fmt: skip


def release_errors(
    bookings: pl.DataFrame,
    epsilons: Sequence[float],
    draws: int,
    rng: np.random.Generator,
    settings: PrivacySettings,
) -> pl.DataFrame:
    """``family``, ``epsilon``, ``relative_error``, ``plus_minus_95`` (mean, relative), ``cells``, ``is_private``.

    Each family is released alone at each epsilon, for the year with the most bookings. The error is the mean over
    draws and over the groups of 30 units or more of |noised - true| / true, of the family's main figure.
    ``is_private`` is always False.

    Args:
        bookings: as :func:`assets.privacy.releases.restricted_bookings` joins them.
        epsilons: promised epsilon of one release; under zcdp turned into rho at the settings' delta.
        draws: repetitions.
        rng: makes the noise; not private.
        settings: accounting, delta, bands, clamp, countries.
    """
    if bookings.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    years = bookings["delivery_day"].dt.year().value_counts().sort("count", "delivery_day")
    aggregates = booking_aggregates(bookings, str(years["delivery_day"][-1]), unit_of(bookings), settings)
    return aggregate_errors(aggregates, epsilons, draws, rng, settings)


def aggregate_errors(
    aggregates: Sequence[Aggregate],
    epsilons: Sequence[float],
    draws: int,
    rng: np.random.Generator,
    settings: PrivacySettings,
) -> pl.DataFrame:
    """The same for any aggregates."""
    noise = Noise(accounting=settings.accounting, test_rng=rng)
    rows = []
    for item in aggregates:
        truth, kept = _truth(item)
        if not kept.any():
            continue
        for epsilon in epsilons:
            loss = replace(settings.budget, epsilon=epsilon).budget
            drawn = np.array([_main_figures(item, loss, noise) for _ in range(draws)])[:, :, kept]
            errors, widths = np.abs(drawn[:, 0] - truth[kept]) / truth[kept], drawn[:, 1] / truth[kept]
            rows.append((item.family, epsilon, float(errors.mean()), float(widths.mean()), int(kept.sum()), False))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _truth(item: Aggregate) -> tuple[np.ndarray, np.ndarray]:
    sizes = item.sizes.astype(float)
    truth = sizes if item.sums is None else item.sums / np.maximum(sizes, 1.0) / item.parts
    return truth, (sizes >= _FEWEST) & (truth > 0)


def _main_figures(item: Aggregate, loss: float, noise: Noise) -> tuple[list[float], list[float]]:
    rows = [row for row in draw_aggregate(item, loss, noise)["rows"] if row[1] == item.measure]
    return [row[2] for row in rows], [row[3] for row in rows]
