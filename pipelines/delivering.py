"""Files to try the daily operation on: the demo group's rows as the files that a hotel group would send, day by day."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from assets.common.inputs import days_between
from pipelines.terminal.speaking import say
from resources.settings import Settings
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.demo.deliveries import LOG_FILE, FileShares, arrivals, deliver


def fill_inbox(
    settings: Settings, folder: Path, shares: FileShares, *, first: date | None, last: date | None, until: date | None
) -> None:
    """Fill an inbox with the files that have arrived by a day; called again with a later day, it adds to them.

    Args:
        settings: of the demo group.
        folder: the inbox.
        shares: of files that come late, again, or never.
        first: first business day; None: of the demo group.
        last: last business day; None: of the demo group.
        until: the morning by which they have arrived; None: all.
    """
    source = DemoSource(settings.room("demo", DemoSettings))
    since, last_day = first or source.first_day, last or source.last_day
    morning = until or last_day + timedelta(days=30)
    arrived = deliver(folder, source, arrivals(source, days_between(since, last_day), shares), morning)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(item.kind for item in arrived).items()))
    say(f"{len(arrived)} files in {folder} ({counts or 'nothing new'}); {LOG_FILE} tells what arrived when")
    say("To run on them:")
    say(f"  export STAYWORTH_CORE__SOURCE=deliveries STAYWORTH_CORE__DATA={folder.resolve()}")
    say(f"  export STAYWORTH_CORE__HISTORY_START={since}")
