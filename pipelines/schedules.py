"""Schedules: yesterday's business day, every morning."""

import dagster as dg


def build_schedules(daily_job: object) -> list[dg.ScheduleDefinition]:
    """The daily schedule: at 05:00 business time it runs the partition of the day that has just closed."""
    return [
        dg.build_schedule_from_partitioned_job(
            daily_job,  # type: ignore[arg-type]
            name="every_morning",
            description="Runs the daily job for yesterday's business day.",
            hour_of_day=5,
            minute_of_hour=0,
        )
    ]
