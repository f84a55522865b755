"""Business days: the one partitioning of the pipeline, by delivery day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from resources.dagster_private import get_current_datetime
from resources.settings import CoreSettings, Settings, refuse

# Status days and posting days of the two published data sets, first and last (SPEC 2.2).
PUBLIC_FIRST_DAY = date(2014, 10, 17)
PUBLIC_LAST_DAY = date(2017, 9, 14)
# Tags by which a run of Dagster knows its range of partitions.
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def history(settings: Settings) -> tuple[date, date]:
    """First and last delivery day of the pipeline: the settings, else what is known of the source.

    Reads no data, so that definitions load at once. A database (``sql``) and
    an inbox (``deliveries``) end with yesterday.

    Raises:
        SettingsError: source ``sql`` without ``sql.history_start`` (or ``core.history_start``).
    """
    core = settings.core
    if core.source == "public":
        first, last = PUBLIC_FIRST_DAY, PUBLIC_LAST_DAY
    elif core.source == "sql":
        first, last = _sql_start(settings), yesterday(core)
    elif core.source == "deliveries" and core.history_start is not None:
        first, last = core.history_start, max(core.history_start, yesterday(core))
    else:
        from resources.sources.demo.settings import DemoSettings

        demo = settings.room("demo", DemoSettings)
        first, last = demo.start, demo.start + timedelta(days=demo.days - 1)
    return core.history_start or first, core.history_end or last


def yesterday(core: CoreSettings) -> date:
    """The last business day that has ended, in the business time zone and with its cut-off hour."""
    now = get_current_datetime().astimezone(ZoneInfo(core.time_zone)) - timedelta(hours=core.day_cutoff_hour)
    return now.date() - timedelta(days=1)


def _sql_start(settings: Settings) -> date:
    from resources.sources.sql.settings import SECTION, SqlSettings

    start = settings.room(SECTION, SqlSettings).history_start or settings.core.history_start
    if start is None:
        raise refuse(SECTION, "history_start", None, "the first delivery day in the database, YYYY-MM-DD")
    return start


def business_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per business day from the start of history; closed at the end for published files.

    A source that goes on delivering (``demo``, ``sql``, ``deliveries``) has a partition for every day up to yesterday.
    """
    first, last = history(settings)
    closed = settings.core.source == "public" or settings.core.history_end is not None
    end = (last + timedelta(days=1)).isoformat() if closed else None
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), end_date=end, timezone=settings.core.time_zone)
