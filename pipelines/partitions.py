"""Business days: the one partitioning of the pipeline, by delivery day."""

from datetime import date, timedelta

import dagster as dg

from resources.settings import Settings

# Status days and posting days of the two published data sets, first and last (SPEC 2.2).
PUBLIC_FIRST_DAY = date(2014, 10, 17)
PUBLIC_LAST_DAY = date(2017, 9, 14)


def history(settings: Settings) -> tuple[date, date]:
    """First and last delivery day of the pipeline: the settings, else what is known of the source.

    Reads no data, so that definitions load at once.
    """
    core = settings.core
    if core.source == "public":
        first, last = PUBLIC_FIRST_DAY, PUBLIC_LAST_DAY
    else:
        from resources.sources.demo.settings import DemoSettings

        demo = settings.room("demo", DemoSettings)
        first, last = demo.start, demo.start + timedelta(days=demo.days - 1)
    return core.history_start or first, core.history_end or last


def business_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per business day from the start of history; closed at the end for published files.

    A source that goes on delivering (``demo``) has a partition for every day up to yesterday.
    """
    first, last = history(settings)
    closed = settings.core.source == "public" or settings.core.history_end is not None
    end = (last + timedelta(days=1)).isoformat() if closed else None
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), end_date=end, timezone=settings.core.time_zone)
