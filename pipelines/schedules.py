"""Schedules: yesterday's business day, every morning; and from when on tables count as late."""

from datetime import timedelta

import dagster as dg

from pipelines.operations import operations_of
from resources.settings import Settings

MORNING = "every_morning"


def build_schedules(daily_job: object, settings: Settings) -> list[dg.ScheduleDefinition]:
    """The daily schedule: each morning, in business time, it runs the partition of the day that has just closed."""
    chosen = operations_of(settings)
    hour, minute = chosen.morning(settings.core)
    on = dg.DefaultScheduleStatus.RUNNING if chosen.automatic else dg.DefaultScheduleStatus.STOPPED
    return [
        dg.build_schedule_from_partitioned_job(
            daily_job,  # type: ignore[arg-type]
            name=MORNING,
            description="Runs the daily job for yesterday's business day.",
            hour_of_day=hour,
            minute_of_hour=minute,
            default_status=on,
        )
    ]


def freshness_policies(settings: Settings) -> tuple[dg.FreshnessPolicy | None, dg.FreshnessPolicy | None]:
    """From when on the UI shows a daily table, and an unpartitioned one, as late; None for data that has ended.

    A daily table must have been made between midnight and the deadline, an unpartitioned one within a week and a day
    (its cadence is a week).
    """
    chosen, core = operations_of(settings), settings.core
    if core.kind.is_finished or core.history_end is not None:
        return None, None
    hours = _hour_of(chosen.late_cron)
    daily = dg.FreshnessPolicy.cron(chosen.late_cron, timedelta(hours=max(hours, 1)), core.time_zone)
    return daily, dg.FreshnessPolicy.time_window(timedelta(days=8), timedelta(days=7, hours=6))


def _hour_of(cron: str) -> int:
    """Hour of a cron; 9 where it names none or several."""
    hour = cron.split()[1]
    return int(hour) if hour.isdigit() else 9
