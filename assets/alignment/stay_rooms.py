"""Rooms of one stay made one row before anything is compared: two rooms of a stay would share out its review.

A stay is what one guest took in one hotel from one day for one number of nights. Without a guest's hash nobody can
tell rooms from strangers alike, so that every booking is a stay of its own (labels never carry one).
"""

from datetime import timedelta

import polars as pl

from assets.alignment.settings import MAX_DELIVERY_LAG_DAYS, AlignmentSettings
from assets.alignment.sides import COMPLETED, ENDS_ELSEWHERE, ENDS_ON_DELIVERY, LOST, ROOMS
from assets.common.versions import with_superseded_on

GUEST = "guest_hash"
_STAY = [GUEST, "hotel_levels", "arrival_from", "nights_from"]
_ON = [*_STAY, "as_of"]
_OF_ROOM = [*_ON, "booking_id"]


def merged_rooms(bookings: pl.DataFrame, settings: AlignmentSettings) -> pl.DataFrame:
    """Bookings with one row for all rooms of a stay, under the id of its first room, and ``room_count``.

    The first room is the one that came first, of several the one with the smallest id. A room that comes later, is
    corrected or is cancelled gives the stay a new row on that day, so that it is corrected as a booking would be. Once
    its window has closed a stay is decided: a room that comes then changes nothing. Rooms that came more than
    ``MAX_DELIVERY_LAG_DAYS`` apart are stays of their own. What a day's rows say depends on no later day and on those
    of ``MAX_DELIVERY_LAG_DAYS`` before it, whichever were read beside them.

    Args:
        bookings: rows of ``booking_rows``, at most one per booking and day; with ``guest_hash`` where the source knows
            guests.
        settings: for the window.

    Returns:
        The rows given, without ``guest_hash``: of a stay the first room's, with the number of rooms (null: unknown).
        Rows of further rooms are left out, or written like cancellations where they correct an earlier row.
    """
    if GUEST not in bookings.columns or not _of_guests(bookings).any():
        return bookings.drop(GUEST, strict=False).with_columns(pl.lit(None, pl.Int32).alias(ROOMS))
    marked = with_superseded_on(bookings, "booking_id").with_columns(
        is_again=(pl.col("booking_id") == pl.col("booking_id").shift(1)).fill_null(value=False)
    )
    several = marked.filter(_of_guests(marked)).filter(pl.col("booking_id").n_unique().over(_STAY) > 1)
    alone = marked.join(several, on=["booking_id", "delivery_day"], how="anti", maintain_order="left")
    counted = pl.when(_of_guests(alone)).then(pl.lit(1, pl.Int32)).alias(ROOMS)
    stays = _stays_of_days(several, settings)
    others = several.filter("is_again").join(stays, on=["booking_id", "delivery_day"], how="anti")
    blank = others.with_columns(pl.lit(LOST).alias("reservation_status"), pl.lit(None, pl.Int32).alias(ROOMS))
    names = [*(name for name in bookings.columns if name != GUEST), ROOMS]
    parts = [part.select(names) for part in (alone.with_columns(counted), stays, blank)]
    return pl.concat(parts).sort("delivery_day", "booking_id")


def _of_guests(rows: pl.DataFrame) -> pl.Series:
    """Whether each row is a stay that took place, of a guest who is known."""
    return rows.select((pl.col("reservation_status") == COMPLETED) & pl.col(GUEST).is_not_null()).to_series()


def _stays_of_days(rooms: pl.DataFrame, settings: AlignmentSettings) -> pl.DataFrame:
    """The first room's row of each stay on each day that brought or took a room, with ``room_count``."""
    seen = _seen_on_days(rooms, settings)
    open_until = pl.col("decided_on").filter("counts").min().over(_ON)
    is_first = pl.col("booking_id") == pl.col("booking_id").filter("counts").sort_by(
        pl.col("since").filter("counts"), pl.col("booking_id").filter("counts")
    ).first().over(_ON)  # fmt: skip
    dated = seen.with_columns(is_first=is_first, open_until=open_until).filter("is_active")
    first = dated.sort(*_ON, "since", "booking_id").unique(_ON, keep="first", maintain_order=True)
    counts = dated.group_by(_ON).agg(pl.col("booking_id").n_unique().cast(pl.Int32).alias(ROOMS))
    is_own = pl.col("delivery_day") == pl.col("as_of")
    told = first.filter((pl.col("as_of") <= pl.col("open_until")) | (is_own & pl.col("is_first")))
    # The label says that the stay ended on the day of its own row, not on the day of another room's.
    elsewhere = pl.col("class_id").str.replace(ENDS_ON_DELIVERY, ENDS_ELSEWHERE, literal=True)
    return (
        told.join(counts, on=_ON)
        .with_columns(class_id=pl.when(is_own).then("class_id").otherwise(elsewhere))
        .with_columns(delivery_day="as_of")
    )


def _seen_on_days(rooms: pl.DataFrame, settings: AlignmentSettings) -> pl.DataFrame:
    """Every version of a stay's rooms on each day that changed the stay, as that day sees them.

    Returns:
        The rows with ``as_of``; ``is_active`` (its booking's last); ``decided_on`` (the day on which the window of this
        version closes); ``counts`` (not so what was cancelled, or moved to another stay, before it was decided);
        ``since`` (first day of the booking's versions that count).
    """
    came = rooms.select(*_STAY, as_of="delivery_day")
    left = rooms.select(*_STAY, as_of="superseded_on").drop_nulls("as_of")
    days = pl.concat([came, left]).unique()
    lag = timedelta(days=MAX_DELIVERY_LAG_DAYS)
    end = pl.min_horizontal(pl.col("arrival_from") + pl.duration(days="nights_from"), "delivery_day")
    decided_on = pl.max_horizontal("delivery_day", end + pl.duration(days=settings.window_days))
    seen = rooms.join(days, on=_STAY).filter(pl.col("delivery_day").is_between(pl.col("as_of") - lag, "as_of"))
    active = pl.col("superseded_on").is_null() | (pl.col("superseded_on") > pl.col("as_of"))
    seen = seen.with_columns(is_active=active, decided_on=decided_on)
    was_decided = (pl.col("superseded_on") > pl.col("decided_on")).fill_null(value=False)
    following = pl.col("delivery_day").shift(-1).over(_OF_ROOM, order_by="delivery_day")
    is_corrected_here = (pl.col("superseded_on") == following).fill_null(value=False)
    seen = seen.with_columns(counts=pl.col("is_active") | was_decided | is_corrected_here)
    return seen.with_columns(since=pl.col("delivery_day").filter("counts").min().over(_OF_ROOM))
