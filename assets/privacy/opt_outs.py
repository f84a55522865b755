"""Earlier bookings of guests who have opted out since: out of joins and scores from the day of the notice on.

Rows that arrive after the notice never get in (``assets/raw/exclusion.py``); what was stored before stays as it was.
"""

import polars as pl

from assets.privacy.pseudonyms import keyed_hash
from resources.notices import KINDS, notice_forms, with_forms
from resources.secret_keys import SecretKey

_OPT_OUT = KINDS[0]
HISTORY = {"booking_id": pl.String(), "kind": pl.String(), "day": pl.Date()}


def notice_history(
    bookings: pl.DataFrame, pseudonyms: pl.DataFrame, notices: pl.DataFrame, key: SecretKey
) -> pl.DataFrame:
    """Notices by the booking that they concern: ``booking_id``, ``kind``, ``day``, in the order in which they count.

    Args:
        bookings: ``row_id``, ``guest_key``, ``email`` of the raw bookings that are still stored.
        pseudonyms: ``row_id``, ``booking_id``, ``guest_hash`` of all bookings.
        notices: ``identifier``, ``kind``, ``day``.
        key: of the keyed hashes, so that a guest key is known where the raw rows have left.
    """
    told = notice_forms(notices)
    named = with_forms(pseudonyms.select("row_id", "booking_id", "guest_hash"), ["row_id"])
    keys = told.filter(pl.col("column") == "guest_key")
    hashes = pl.Series("guest_hash", keyed_hash(keys["identifier"].to_list(), "guest", key), dtype=pl.String)
    found = [named.join(keys.with_columns(hashes), on="guest_hash", how="inner")]
    known = with_forms(bookings.select("row_id", "guest_key", "email"), ["row_id", "guest_key", "email"])
    for column in ("row_id", "guest_key", "email"):
        said = told.filter(pl.col("column") == column).select(pl.col("identifier").alias(column), "kind", "day")
        rows = named.select("row_id") if column == "row_id" else known.select("row_id", column)
        met = rows.join(said, on=column, how="inner").unique()
        found.append(named.join(met.select("row_id", "kind", "day"), on="row_id", how="inner"))
    return pl.concat([part.select(*HISTORY) for part in found]).unique().sort("booking_id", "day", "kind")


def without_opted_out(frame: pl.DataFrame, history: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """Rows whose booking's last notice up to a day is not an opt-out; of two notices of one day the opt-out counts.

    Args:
        frame: has ``booking_id``; any order, which is kept.
        history: see :func:`notice_history`.
        day: the day as of which each row is judged.
    """
    if history.is_empty():
        return frame
    asked = frame.select("booking_id", day.alias("as_of")).with_row_index("row")
    said = asked.join(history, on="booking_id", how="inner").filter(pl.col("day") <= pl.col("as_of"))
    last = said.sort("row", "day", pl.col("kind") == _OPT_OUT).group_by("row", maintain_order=True).last()
    out = last.filter(pl.col("kind") == _OPT_OUT)["row"].to_list()
    return frame.filter(~asked["row"].is_in(out))
