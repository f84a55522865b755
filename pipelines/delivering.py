"""``stayworth demo-deliveries``: the demo group's rows as the files that a hotel group would send, day by day."""

import argparse
from collections import Counter
from datetime import timedelta

from assets.common.inputs import days_between
from pipelines.commands import say
from resources.paths import expanded
from resources.settings import load_settings
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.demo.deliveries import LOG_FILE, FileShares, arrivals, deliver


def demo_deliveries(options: argparse.Namespace) -> int:
    """Fill an inbox with the files that have arrived by a day; called again with a later day, it adds to them."""
    source = DemoSource(load_settings().room("demo", DemoSettings))
    first, last = options.first or source.first_day, options.last or source.last_day
    shares = FileShares(
        late=options.late, missing=options.missing, repeated=options.repeated, corrected=options.corrected
    )
    folder = expanded(options.folder)
    until = options.until or last + timedelta(days=30)
    found = deliver(folder, source, arrivals(source, days_between(first, last), shares), until)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(item.kind for item in found).items()))
    say(f"{len(found)} files in {folder} ({counts or 'nothing new'}); {LOG_FILE} tells what arrived when")
    say("To run on them:")
    say(f"  export STAYWORTH_CORE__SOURCE=deliveries STAYWORTH_CORE__DATA={folder.resolve()}")
    say(f"  export STAYWORTH_CORE__HISTORY_START={first}")
    return 0
