"""A daemon that is killed: mornings of a small world in a process of its own, which starts again where it was.

    python -m tests.crash.mornings <inbox> <Dagster home> <first morning> <last morning>

The environment says which home it works on. Each morning's files arrive, the schedule and the sensors look, and the
morning is told on stdout when nothing is left to do.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

from assets.common.inputs import days_between
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.demo.deliveries import CORRECTED, LATE, Arrival, deliver
from tests.end_to_end.daemon import daemon_over
from tests.end_to_end.test_daemon import MORNING, START, files_of

DAYS = days_between(START, START + timedelta(days=2))
LAST = DAYS[-1] + 2 * MORNING


def world() -> tuple[DemoSource, list[Arrival]]:
    """The group and its delivery log: one file comes late, one is corrected."""
    source = DemoSource(DemoSettings(days=len(DAYS), guests=1_500, hotels=2))
    kinds = {(Stream.BOOKINGS, DAYS[0]): (CORRECTED, 2), (Stream.REVIEWS, DAYS[1]): (LATE, 1)}
    return source, files_of(source, DAYS, kinds)


def main(inbox: Path, kept: Path, first: date, last: date) -> None:
    source, log = world()
    with daemon_over(kept) as daemon:
        daemon.monitor()
        if first == START + MORNING:  # later the clock would run backwards
            daemon.schedules(START, 1)
            daemon.sensors(START, 1)
        for morning in days_between(first, last):
            deliver(inbox, source, log, morning)
            daemon.schedules(morning, 5, 1)
            daemon.settle(morning, quiet=12)
            sys.stdout.write(f"{morning}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]), date.fromisoformat(sys.argv[4]))
