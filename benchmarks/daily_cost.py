"""What one day costs after a month of history and after two years: seconds of the same days, asset by asset.

Both homes run the same single days (from 2017-06-01 on) of the published files through the job ``daily``, scores
included, each a run in this process; one has its history begin a month earlier, the other two years. What lies before
them was filled in by one run. The first single day of each home is a warm-up and is not counted.

    python -m benchmarks.daily_cost --data <folder with the published files> [--days 7] [--encoders <home>/encoders]
"""

import argparse
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.backfill import single_days, whole
from benchmarks.measure import asked_for, finish, measured

_FIRST = date(2017, 6, 1)
_HISTORIES = {"one month": date(2017, 5, 1), "two years": date(2015, 6, 1)}
_WANTED = 1.2
# Their cost grows by design: with the customers, with the corpus that is searched for copies.
GROWS = ("customer_scores", "review_anomaly_parts")


def main() -> None:
    """Measure both, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the published files")
    parser.add_argument("--days", type=int, default=7, help="single days that are counted")
    parser.add_argument("--encoders", type=Path, help="folder `encoders` of a home, else the encoder is distilled")
    options = asked_for(parser)
    singles = [str(_FIRST + timedelta(days=at)) for at in range(options.days + 1)]
    by_history: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, start in _HISTORIES.items():
            home = Path(scratch) / name.replace(" ", "_")
            home.mkdir()
            if options.encoders:
                (home / "encoders").symlink_to(options.encoders.resolve())
            measured(whole, str(home), options.data, str(start), str(_FIRST - timedelta(days=1)), str(start))
            by_history[name] = measured(single_days, str(home), options.data, singles, str(start), "daily", 1)
    results = {"histories": by_history, **_verdict(by_history)}
    _show(results)
    finish("daily_cost", results, options)


def _verdict(by_history: dict[str, dict[str, Any]]) -> dict[str, float]:
    month, years = (by_history[name] for name in _HISTORIES)

    def flat(part: dict[str, Any]) -> float:
        return part["mean_s"] - sum(part["assets"].get(name, 0.0) for name in GROWS)

    return {
        "ratio": round(years["mean_s"] / month["mean_s"], 2),
        "ratio_without_growing": round(flat(years) / flat(month), 2),
        "ratio_cpu": round(years["mean_cpu_s"] / month["mean_cpu_s"], 2),
    }


def _show(results: dict[str, Any]) -> None:
    month, years = (results["histories"][name] for name in _HISTORIES)
    print(f"{'asset':<26}{'one month, s':>14}{'two years, s':>14}{'ratio':>8}")
    for name in sorted(years["assets"], key=lambda item: -years["assets"][item]):
        one, two = month["assets"].get(name, 0.0), years["assets"][name]
        grows = "  grows by design" if name in GROWS else ""
        print(f"{name:<26}{one:>14.3f}{two:>14.3f}{two / one if one else float('nan'):>8.2f}{grows}")
    rest = [part["mean_s"] - sum(part["assets"].values()) for part in (month, years)]
    print(f"{'orchestration':<26}{rest[0]:>14.3f}{rest[1]:>14.3f}{rest[1] / rest[0]:>8.2f}")
    print(f"{'a day':<26}{month['mean_s']:>14.3f}{years['mean_s']:>14.3f}{results['ratio']:>8.2f}")
    print(f"without what grows by design {results['ratio_without_growing']} (wanted {_WANTED}); by processor "
          f"{results['ratio_cpu']}")  # fmt: skip


if __name__ == "__main__":
    main()
