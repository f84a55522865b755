"""Earlier bookings of guests who have opted out since: out of joins and scores from the day of the notice on.

Rows that arrive after the notice never get in (``assets/raw/exclusion.py``); what was stored before stays as it was.
"""

import polars as pl

from assets.privacy.pseudonyms import keyed_hash
from resources.contract import FrameContract, Subject
from resources.errors import ContractError
from resources.notices import KINDS, identifier_forms, notice_forms
from resources.secret_keys import SecretKey
from resources.sources.keys import USUAL, Placeholders

_OPT_OUT = KINDS[0]
HISTORY = {"booking_id": pl.String(), "kind": pl.String(), "day": pl.Date()}


def notice_history(
    bookings: pl.DataFrame,
    pseudonyms: pl.DataFrame,
    notices: pl.DataFrame,
    key: SecretKey,
    words: Placeholders = USUAL,
) -> pl.DataFrame:
    """Notices by the booking that they concern: ``booking_id``, ``kind``, ``day``, in the order in which they count.

    Args:
        bookings: ``row_id``, ``guest_key``, ``email`` of the raw bookings that are still stored.
        pseudonyms: ``row_id``, ``booking_id``, ``guest_hash`` of all bookings.
        notices: ``identifier``, ``kind``, ``day``.
        key: of the keyed hashes, so that a guest key is known where the raw rows have left.
        words: that stand for "no key" in this source.
    """
    told = notice_forms(notices, words)
    keys = told.filter(pl.col("column") == "guest_key")
    hashes = pl.Series("guest_hash", keyed_hash(keys["identifier"].to_list(), "guest", key), dtype=pl.String)
    by_hash = pseudonyms.select("booking_id", "guest_hash").join(keys.with_columns(hashes), on="guest_hash")
    named = identifier_forms(pseudonyms, ["row_id"], ["booking_id"], words)
    known = identifier_forms(bookings, ["guest_key", "email"], ["row_id"], words)
    known = known.join(pseudonyms.select("row_id", "booking_id"), on="row_id", how="inner").select(named.columns)
    met = pl.concat([named, known]).join(told, on=["column", "identifier"], how="inner")
    return pl.concat([part.select(*HISTORY) for part in (by_hash, met)]).unique().sort("booking_id", "day", "kind")


def without_opted_out(
    contract: FrameContract, frame: pl.DataFrame, history: pl.DataFrame, day: pl.Expr
) -> pl.DataFrame:
    """Rows whose booking's last notice up to a day is not an opt-out; of two notices of one day the opt-out counts.

    Args:
        contract: of the table that the rows come from; it says which column is the booking's.
        frame: rows of it, in any order, which is kept.
        history: see :func:`notice_history`.
        day: the day as of which each row is judged.

    Raises:
        ContractError: no column of the table is a booking's, so nobody's notice can be found.
    """
    name = next((name for name in contract.ids_of(Subject.BOOKING) if name in frame.columns), None)
    if name is None:
        message = f"{contract.asset} has no column with subject=booking, so notices can't be followed: add one"
        raise ContractError(message)
    if history.is_empty():
        return frame
    asked = frame.select(pl.col(name).alias("booking_id"), day.alias("as_of")).with_row_index("row")
    said = asked.join(history, on="booking_id", how="inner").filter(pl.col("day") <= pl.col("as_of"))
    last = said.sort("row", "day", pl.col("kind") == _OPT_OUT).group_by("row", maintain_order=True).last()
    out = last.filter(pl.col("kind") == _OPT_OUT)["row"].to_list()
    return frame.filter(~asked["row"].is_in(out))
