"""The bookings that links, features and models are made of: exact rows, or labels where the settings ask for those.

One branch for every reader. Labels are the papers' chain, and what somebody outside could do: kept to measure the price
of privacy. Knows the inputs of the shell, not Dagster.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from assets.common.inputs import DayInputs, FitInputs, Reads, WholeInputs
from assets.privacy.contract import LABELLED_BOOKINGS, STAYS
from assets.privacy.settings import FROM_STAYS, SECTION, PrivacySettings
from assets.privacy.stays import as_labels, columns_behind
from resources.settings import Settings

LABELS = LABELLED_BOOKINGS


def reads_stays(settings: Settings) -> bool:
    """Whether features come from exact rows."""
    return settings.room(SECTION, PrivacySettings).features_from == FROM_STAYS


def _reads_labels(settings: Settings) -> bool:
    return not reads_stays(settings)


def booking_reads(look_back_days: int | None = None) -> tuple[Reads, Reads]:
    """What an asset declares that reads bookings by :func:`booking_rows`: one of two tables, by the settings.

    Args:
        look_back_days: as of :class:`Reads`.
    """
    return (
        Reads(STAYS.asset, look_back_days, applies=reads_stays),
        Reads(LABELS.asset, look_back_days, applies=_reads_labels),
    )


def booking_days(inputs: DayInputs | FitInputs | WholeInputs) -> list[date]:
    """The days of bookings that may be read, ascending."""
    return inputs.days_of(_table(inputs.settings))


def booking_rows(
    inputs: DayInputs | FitInputs | WholeInputs, names: Sequence[str] = LABELS.names, days: Sequence[date] | None = None
) -> pl.DataFrame:
    """Bookings in the columns of labels, by day and stored order; exact ones have one level and no width.

    Args:
        inputs: of an asset that declares :func:`booking_reads`.
        names: columns wanted: memory follows what is read.
        days: some of :func:`booking_days`; None: all of them.
    """
    table, asked = _table(inputs.settings), booking_days(inputs) if days is None else days
    if table == LABELS.asset:
        return inputs.part(table, asked, names)
    return as_labels(inputs.part(table, asked, columns_behind(names)), names)


def _table(settings: Settings) -> str:
    return STAYS.asset if reads_stays(settings) else LABELS.asset
