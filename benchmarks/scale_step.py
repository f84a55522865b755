"""One daily table over the last days of a kept ``scale`` run, made again: what that step needs, with nothing before it.

The peak of a run is that of all its tables in one process, which keeps memory that earlier ones gave back. Here the
table has a process of its own and reads what the run stored. The same bytes come out.

    python -m benchmarks.scale --times 100 --days 90 --stages daily --keep --scratch <folder>
    python -m benchmarks.scale_step --of <folder>/100-90 --table booking_review_pairs --days 7
"""

import argparse
import os
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from benchmarks.measure import asked_for, finish, measured
from benchmarks.scale import run_stage
from benchmarks.scale_history import small_group


def main() -> None:
    """Make the table's last days again, print and store the figures."""
    home = Path(os.environ.get("STAYWORTH_HOME", "var"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", type=Path, help="folder of a volume that `scale --keep` left; else a small one is made")
    parser.add_argument("--table", default="booking_review_pairs", help="a daily table (booking_review_pairs)")
    parser.add_argument("--days", type=int, default=7, help="the last so many (7)")
    parser.add_argument("--data", help="not read, the rows are simulated; `make benchmark` gives it to every benchmark")
    options = asked_for(parser)
    folder: Path = options.of or small_group(home)
    delivered = sorted(path.stem.removeprefix("bookings-") for path in (folder / "inbox").glob("bookings-*.csv"))
    if not delivered:
        raise SystemExit(f"{folder / 'inbox'} holds no deliveries: give a folder that `scale --keep` left")
    last = date.fromisoformat(delivered[-1])
    asked = (str(folder), options.table, str(last - timedelta(days=options.days - 1)), str(last))
    figures = measured(partial(run_stage, hotels_apart=True), *asked, (delivered[0], str(last)))
    if not figures["ok"]:
        raise SystemExit(f"{options.table}: {figures['failures']}")
    print(f"{options.table}, {asked[2]} to {last}: {figures['run_s']} s, {figures['peak_mib']:,} MiB")
    finish("scale_step", {"folder": folder.name, **figures}, options)


if __name__ == "__main__":
    main()
