"""The alignment in one process and on Spark: the same rows, and the seconds of both.

On the simulated group, hotels named and hidden: candidates of all days and decisions of all days, once by the plain
verbs and once in groups on Spark. The session's start (Java) is shown apart. Small data shows what Spark costs, not
what it saves: that begins where one machine's memory or cores end.

    python -m benchmarks.spark_alignment [--seed 101] [--days 40] [--guests 6500] [--master "local[2]"]
"""

import argparse
import time
from datetime import timedelta
from typing import Any

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.distribution import build_candidates_in_groups, decide_in_groups
from assets.alignment.match_probability import assumed_weights
from assets.alignment.settings import AlignmentSettings
from benchmarks.alignment import sides_of
from benchmarks.measure import asked_for, finish
from resources.engines import GroupEngine
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.source import DemoSource
from resources.spark import spark_engine


def compare(demo: DemoSettings, engine: GroupEngine) -> dict[str, Any]:
    """Rows, whether they are equal, and wall seconds of both ways."""
    sides = sides_of(DemoSource(demo), [demo.start + timedelta(days=index) for index in range(demo.days)], 5)
    room = AlignmentSettings()
    weights = assumed_weights(room)
    read = (sides.bookings, sides.reviews, sides.source.hotels(), sides.days, room)
    figures: dict[str, Any] = {"bookings": sides.bookings.height, "reviews": sides.reviews.height}

    started = time.perf_counter()
    candidates = build_candidates(*read)
    middle = time.perf_counter()
    ask = (sides.bookings, candidates.frame, BOOKING_REVIEW_PAIRS.empty(), sides.days, lambda _: weights, room)
    pairs = decide(*ask)
    ended = time.perf_counter()
    figures |= {"candidates": candidates.frame.height, "assigned": pairs.filter("is_assigned").height}
    figures |= {"local_candidates": round(middle - started, 2), "local_decisions": round(ended - middle, 2)}

    started = time.perf_counter()
    shared = build_candidates_in_groups(*read, engine)
    middle = time.perf_counter()
    shared_pairs = decide_in_groups(*ask, engine)
    ended = time.perf_counter()
    figures |= {"spark_candidates": round(middle - started, 2), "spark_decisions": round(ended - middle, 2)}
    figures["equal"] = (
        shared.frame.equals(candidates.frame)
        and shared.blocked.equals(candidates.blocked)
        and shared_pairs.equals(pairs)
    )
    return figures


def main() -> None:
    """Compare both worlds, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--guests", type=int, default=6_500)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--data", help="not used: the published files stay in one process here")
    options = asked_for(parser)
    results: dict[str, Any] = {"days": options.days, "guests": options.guests, "master": options.master}
    started = time.perf_counter()
    with spark_engine(options.master) as engine:
        results["session_seconds"] = round(time.perf_counter() - started, 2)
        print(f"session of {options.master}: {results['session_seconds']} s")
        for place, named in enumerate((True, False, True)):  # the first again: Java and Python workers are then warm
            demo = DemoSettings(seed=options.seed, days=options.days, guests=options.guests, named_hotels=named)
            name = ("named" if named else "hidden") + (" (warm)" if place > 1 else "")
            results[name] = compare(demo, engine)
            print(f"{name}: {results[name]}", flush=True)
    finish("spark_alignment", results, options)


if __name__ == "__main__":
    main()
