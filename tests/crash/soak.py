"""The long crash test: kills `stayworth run` (or `backfill`) at random moments and compares with undisturbed worlds.

Each world is killed up to eight times, at moments drawn half over the wall time and half over the stages, started
again after each kill, and finished undisturbed. After each kill every stored file must already be, byte by byte, the
undisturbed run's; at the end all of them, and every release must be booked once.

    python -m tests.crash.soak --kills 100 [--seed 1] [--minutes 60] [--write docs/results/crash_safety.md]
    make soak KILLS=100
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from pipelines.results_page import markdown_of, measured_here, write_block
from resources.encoders import EncoderShelf
from resources.settings import CoreSettings
from tests.crash.evidence import half_files, orchestration, releases, stored_bytes, uncharged
from tests.crash.victims import Ended, Nursery, draw_moment, nursery

DAYS = 35  # one closed month, so that figures are released; three cut-offs of fitted records
WORLD = {
    "STAYWORTH_DEMO__DAYS": str(DAYS),
    "STAYWORTH_DEMO__GUESTS": "1500",
    "STAYWORTH_DEMO__HOTELS": "2",
    "STAYWORTH_STUDIES__CONTROL_GUESTS": "100",
    "STAYWORTH_STUDIES__CONTROL_DAYS": "40",
    "STAYWORTH_CORE__FIT_EVERY_DAYS": "10",
    "STAYWORTH_CUSTOMERS__HORIZON_DAYS": "7",
    "STAYWORTH_CUSTOMERS__CV_STEP_DAYS": "5",
    "STAYWORTH_CUSTOMERS__MIN_HISTORY_DAYS": "7",
}
_PER_WORLD = 8
_DAILY = ("raw_bookings", "published_bookings", "review_vectors", "booking_review_pairs", "daily_ledger")


@dataclass
class Tally:
    """Kills by stage, what went wrong, seconds of recovery."""

    kills: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    worlds: int = 0


def prepared(folder: Path, encoders: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "encoders").symlink_to(encoders / "encoders")
    return folder


def one_world(
    born: Nursery, calm: Ended, homes: tuple[Path, Path], kills: int, rng: random.Random, tally: Tally
) -> None:
    """Up to ``kills`` kills in one home, each followed by a start, then the comparison."""
    home, undisturbed = homes
    whole, killed_in = stored_bytes(undisturbed), None
    for _ in range(kills):
        ended = born.run(home, [born.command], draw_moment(calm, rng))
        if not ended.was_killed:
            if ended.status != 0:
                tally.wrong.append(f"ended with {ended.status}: {ended.text[-600:]}")
            break
        killed_in = ended.stage
        tally.kills[killed_in] += 1
        for name in half_files(home, whole)[:3]:
            tally.bad[killed_in] += 1
            tally.wrong.append(f"killed in {killed_in}: {name} is not the undisturbed file")
        tally.wrong += [f"killed in {killed_in}: release {item} is not booked" for item in uncharged(home)]
    last = born.run(home, [born.command])
    tally.recovery[killed_in or "none"].append(last.seconds)
    wrong = [] if last.status == 0 else [f"the last start ended with {last.status}: {last.text[-1500:]}"]
    ours = stored_bytes(home)
    wrong += [f"{name} differs" for name in sorted({*ours, *whole}) if ours.get(name) != whole.get(name)][:5]
    wrong += [] if releases(home) == releases(undisturbed) else ["the ledger books other releases"]
    wrong += orchestration(home, DAYS, list(_DAILY))
    tally.bad[killed_in or "none"] += bool(wrong)
    tally.wrong += wrong
    tally.worlds += 1


def soak(kills: int, seed: int, minutes: float, folder: Path, niceness: int, encoders: Path | None,
         command: str) -> Tally:  # fmt: skip
    """Kill until there are enough or the time is over."""
    rng, tally, began = random.Random(seed), Tally(), time.perf_counter()
    if encoders is not None:
        (folder / "encoders").symlink_to(encoders.resolve())
    EncoderShelf(folder, CoreSettings()).embed("static", ["warm up"])
    with nursery(WORLD, niceness=niceness) as born:
        born.command = command
        for name in ("again", "calm"):
            calm = born.run(prepared(folder / name, folder), [command])
            if calm.status != 0:
                sys.exit(f"the undisturbed run failed: {calm.text[-3000:]}")
        first, second = (stored_bytes(folder / name) for name in ("again", "calm"))
        if unlike := sorted(name for name in {*first, *second} if first.get(name) != second.get(name)):
            sys.exit(f"two undisturbed runs differ in {', '.join(unlike)}: nothing can be compared")
        born.order = [name for name, _ in calm.stages]
        tell(f"undisturbed: {calm.seconds:.0f} s, {len(born.order)} stages")
        while (done := sum(tally.kills.values())) < kills and time.perf_counter() - began < 60 * minutes:
            home = prepared(folder / "killed", folder)
            one_world(born, calm, (home, folder / "calm"), min(_PER_WORLD, kills - done), rng, tally)
            shutil.rmtree(home)
            tell(
                f"{sum(tally.kills.values())} kills, {tally.worlds} worlds, {len(tally.wrong)} wrong, "
                f"{time.perf_counter() - began:.0f} s"
            )
    return tally


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=120.0, help="no new world after these")
    parser.add_argument("--command", choices=("run", "backfill"), default="run", help="what is killed (default run)")
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--write", type=Path, help="results page that gets the figures")
    parser.add_argument("--encoders", type=Path, help="folder `encoders` of a home, else the encoder is distilled")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="stayworth-soak-") as folder:
        tally = soak(
            options.kills, options.seed, options.minutes, Path(folder), options.nice, options.encoders, options.command
        )
    tell(f"{'killed in':<26}{'kills':>7}{'bad':>6}{'recovery, median s':>21}")
    for stage, number in sorted(tally.kills.items()):
        spent = sorted(tally.recovery.get(stage, []))
        median = f"{spent[len(spent) // 2]:.1f}" if spent else ""
        tell(f"{stage:<26}{number:>7}{tally.bad[stage]:>6}{median:>21}")
    total = sum(tally.kills.values())
    seconds = time.perf_counter() - began
    tell(f"{total} kills in {len(tally.kills)} stages of {tally.worlds} worlds, {seconds:.0f} s")
    for line in tally.wrong:
        tell(f"wrong: {line}")
    if options.write is not None:
        command = (
            f"python -m tests.crash.soak --kills {options.kills} --seed {options.seed} --command {options.command}"
        )
        write_block(options.write, measured_here("soak", command, body_of(tally, seconds)))
    return 1 if tally.wrong or total < options.kills else 0


def body_of(tally: Tally, seconds: float) -> str:
    """The figures as Markdown: all kills in a line, then a row per stage."""
    total = {
        "kills": sum(tally.kills.values()), "stages": len(tally.kills), "worlds": tally.worlds,
        "wrong": len(tally.wrong), "seconds": round(seconds),
    }  # fmt: skip
    stages = {
        stage: {
            "killed": number,
            "wrong after it": tally.bad[stage],
            "recovery, median s": round(median(tally.recovery[stage]), 1) if tally.recovery.get(stage) else None,
        }
        for stage, number in tally.kills.most_common()
    }
    return markdown_of({"all": total, **stages})


if __name__ == "__main__":
    sys.exit(main())
