"""Business days: the one partitioning of the pipeline, by delivery day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.known_history import known_history
from resources.dagster_private import get_current_datetime
from resources.settings import CoreSettings, Settings
from resources.sources.registry import first_day_of_section

# Tags by which a run of Dagster knows its range of partitions.
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def history(settings: Settings) -> tuple[date, date]:
    """First and last delivery day of the pipeline: the settings, else what the source says.

    Where rows come day by day from outside the last day is yesterday: what has come of it is asked at every run.

    Raises:
        SettingsError: the source's own settings make no sense.
        SourceError: the source can't be read, and the settings do not tell the days.
    """
    core = settings.core
    first, last = core.history_start or first_day_of_section(settings), core.history_end
    if last is None and core.kind.is_live:
        last = yesterday(core)
    if first is None or last is None:
        asked = known_history(settings)
        first, last = first or asked[0], last or asked[1]
    return first, max(first, last) if core.kind.is_live and core.history_end is None else last


def yesterday(core: CoreSettings) -> date:
    """The last business day that has ended, in the business time zone and with its cut-off hour."""
    now = get_current_datetime().astimezone(ZoneInfo(core.time_zone)) - timedelta(hours=core.day_cutoff_hour)
    return now.date() - timedelta(days=1)


def business_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per business day from the start of history; closed at the end where no day follows.

    A source that goes on delivering has a partition for every day up to yesterday; where its history reaches beyond
    (simulated worlds, files with days to come), up to the end of that.
    """
    first, last = history(settings)
    core = settings.core
    closed = core.kind.is_finished or core.history_end is not None
    end = (last + timedelta(days=1)).isoformat() if closed else None
    ahead = max(0, (last - yesterday(core)).days)
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(), end_date=end, timezone=core.time_zone, end_offset=ahead
    )
