"""Guest keys that fit too much to be one guest's: an agency's, a test guest's, a word for "nobody".

Such a key is no guest's from the day on on which it shows: counted are the day's rows, and the e-mails and names that
came with the key on the day and in the look-back before it, as they were delivered.
"""

from collections.abc import Collection
from datetime import date, timedelta

import polars as pl

from assets.raw.quarantine import NONE_UNFIT
from assets.raw.settings import RawSettings
from resources.sources.keys import key_expression

COLUMNS = ("_delivery_day", "guest_key", "email", "guest_name")
_KIND = "guest_key"


def unfit_guest_keys(rows: pl.DataFrame, settings: RawSettings, days: Collection[date]) -> pl.DataFrame:
    """Keys that hold more than one guest may, by asked day: ``delivery_day``, ``kind``, ``key``, ``rows`` of the day.

    Args:
        rows: ``COLUMNS`` as delivered, of the asked days and of those that they look back to.
        settings: what one key may hold, the look-back, words that stand for a gap.
        days: asked for.
    """
    words = settings.words
    told = rows.select("_delivery_day", *(key_expression(pl.col(name), words) for name in COLUMNS[1:]))
    told = told.filter(pl.col("guest_key").is_not_null())
    suspects = told.filter(pl.col("guest_key").is_in(_suspects(told, settings)))
    parts = [NONE_UNFIT]
    for day in sorted(days) if suspects.height else ():
        first = day - timedelta(days=settings.repeat_look_back_days)
        seen = suspects.filter(pl.col("_delivery_day").is_between(first, day))
        today = (pl.col("_delivery_day") == day).sum().cast(pl.UInt32).alias("rows")
        counts = seen.group_by("guest_key").agg(today, pl.col("email", "guest_name").drop_nulls().n_unique())
        over = counts.filter((pl.col("rows") > 0) & _is_too_much(settings)).sort("guest_key")
        parts.append(
            over.select(pl.lit(day).alias("delivery_day"), pl.lit(_KIND).alias("kind"), key="guest_key", rows="rows")
        )
    return pl.concat(parts)


def _suspects(told: pl.DataFrame, settings: RawSettings) -> list[str]:
    """Keys that may be too much on one of the days: those that are when all days are taken together."""
    by_day = told.group_by("guest_key", "_delivery_day").len("rows").group_by("guest_key").agg(pl.col("rows").max())
    whole = told.group_by("guest_key").agg(pl.col("email", "guest_name").drop_nulls().n_unique())
    return by_day.join(whole, on="guest_key").filter(_is_too_much(settings))["guest_key"].to_list()


def _is_too_much(settings: RawSettings) -> pl.Expr:
    return (
        (pl.col("rows") > settings.guest_key_max_rows)
        | (pl.col("email") > settings.guest_key_max_emails)
        | (pl.col("guest_name") > settings.guest_key_max_names)
    )


def without_unfit(rows: pl.DataFrame, unfit: pl.DataFrame) -> pl.DataFrame:
    """Typed bookings without the guest keys that fit too much on their day; order is kept."""
    over = unfit.select("delivery_day", guest_key="key", _over=pl.lit(value=True))
    marked = rows.join(over, on=["delivery_day", "guest_key"], how="left", maintain_order="left")
    key = pl.when(pl.col("_over").is_null()).then(pl.col("guest_key")).alias("guest_key")
    return marked.with_columns(key).select(rows.columns)
