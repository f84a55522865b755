"""What the raw room takes for a guest key: which words stand for none, and which keys hold more than one guest may."""

from datetime import timedelta

import polars as pl

from assets.common.inputs import days_between
from assets.common.workspace import Workspace
from assets.raw.contract import RAW_COUNTS
from assets.raw.guest_keys import COLUMNS, unfit_guest_keys
from assets.raw.settings import RawSettings
from resources.errors import SourceError
from resources.settings import Settings
from resources.sources.base import Stream
from resources.sources.keys import Placeholders, masked_key

_CAPS = ("guest_key_max_rows", "guest_key_max_emails", "guest_key_max_names")


def words_of(settings: Settings) -> Placeholders:
    """Words that stand for "no key" in the source of these settings."""
    return settings.room("raw", RawSettings).words


def caps_of(settings: Settings) -> str:
    """What one guest key may hold, by the names of the settings."""
    raw = settings.room("raw", RawSettings)
    return ", ".join(f"raw.{name}={getattr(raw, name)}" for name in _CAPS)


def unfit_keys(workspace: Workspace, asked: frozenset[str] = frozenset()) -> frozenset[str]:
    """Keys that held more than one guest may on a stored day, as the raw room counted; they are nobody's.

    Raw stores rows of that day without the key, so the source is asked again, for these days and what they look back
    to. Where it can't be read any more, the asked keys are compared with the masked ones in ``raw_counts``: one that
    may be meant counts as unfit.

    Args:
        workspace: what is stored, and the source.
        asked: keys that were given, in their one spelling.
    """
    lake, settings = workspace.lake, workspace.settings.room("raw", RawSettings)
    names = ["delivery_day", "stream", "unfit_key_rows", "unfit_keys"]
    counts = lake.read_days(RAW_COUNTS, lake.days(RAW_COUNTS.asset), names)
    crowded = counts.filter((pl.col("stream") == Stream.BOOKINGS.value) & (pl.col("unfit_key_rows") > 0))
    days = sorted(set(crowded["delivery_day"]))
    if not days:
        return frozenset()
    spans = ((max(day - timedelta(days=settings.repeat_look_back_days), workspace.history_start), day) for day in days)
    wanted = {day for first, last in spans for day in days_between(first, last)}
    try:
        delivered = workspace.source.rows(Stream.BOOKINGS, sorted(wanted | set(days)))
    except (SourceError, OSError):
        told = "; ".join(crowded["unfit_keys"].drop_nulls())
        return frozenset(key for key in asked if f"guest_key {masked_key(key)}:" in told)
    return frozenset(unfit_guest_keys(delivered.select(COLUMNS), settings, days)["key"])
