"""The stays that links are made of, as the room's tables read them: all rooms of a stay as one row.

Knows the inputs of the shell, not Dagster.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from assets.alignment.settings import MAX_DELIVERY_LAG_DAYS, AlignmentSettings
from assets.alignment.stay_rooms import GUEST, merged_rooms
from assets.common.inputs import DayInputs, FitInputs, Reads, WholeInputs
from assets.privacy.feature_rows import LABELS, booking_reads, booking_rows, reads_stays

_SECTION = "alignment"


def stay_reads(look_back_days: int | None = None) -> tuple[Reads, Reads]:
    """What an asset declares that reads stays by :func:`stay_rows`.

    Rooms are merged by what came in the ``MAX_DELIVERY_LAG_DAYS`` before each day, so that the first days of a
    look-back need a look-back themselves.

    Args:
        look_back_days: days whose stays are used; None: all.
    """
    return booking_reads(None if look_back_days is None else look_back_days + MAX_DELIVERY_LAG_DAYS)


def stay_rows(inputs: DayInputs | FitInputs | WholeInputs, days: Sequence[date] | None = None) -> pl.DataFrame:
    """Rows of :func:`assets.alignment.stay_rooms.merged_rooms`, exact or of labels as the settings say.

    Args:
        inputs: of an asset that declares :func:`stay_reads`.
        days: some of ``booking_days``; None: all of them.
    """
    names = (*LABELS.names, GUEST) if reads_stays(inputs.settings) else LABELS.names
    return merged_rooms(booking_rows(inputs, names, days), room_settings(inputs))


def room_settings(inputs: DayInputs | FitInputs | WholeInputs) -> AlignmentSettings:
    """The room's settings, as links of exact rows or of labels need them."""
    settings = inputs.settings.room(_SECTION, AlignmentSettings)
    return settings if reads_stays(inputs.settings) else settings.for_labels()
