"""Error and time of differentially private releases, against OpenDP's own, at the same epsilon.

Data and figures as in the comparison of peers: the public bookings, one row = one unit (add or remove one row);
counts in 26 months x 2 hotels; mean rate clamped to 0..400 in month x market segment, with private group sizes;
quantiles of the rate by hotel. Each release spends epsilon = 1. The error is the mean absolute relative error over
draws and cells; means over cells of 100 bookings or more.

OpenDP's own grouped means and quantiles need its extra ``opendp[polars]``, which pins an old Polars and so lives in
an environment of its own (made below ``<home>/benchmarks`` on first use, or given by ``--peer-python``). Quantiles
there are chosen from a list of candidates, in steps of 1 and of 0.1.

    python -m benchmarks.differential_privacy --data <folder with hotel_bookings.csv(.zip)> [--draws 50]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.privacy.measurements import Noise, noisy_counts, noisy_means
from assets.privacy.quantiles import noisy_quantiles
from benchmarks.measure import asked_for, finish
from resources.privacy_accounting import rho_of

_PEER = "opendp[polars]==0.16.0"
_HIGHEST, _CENTS = 400, 100
_LEAST = 100
_ORDERS = {"two": (0.5, 0.9), "nine": tuple(round(0.1 * place, 1) for place in range(1, 10))}
_TARGET_RATIO, _TARGET_SECONDS = 0.62, 0.1


def bookings(folder: Path) -> pl.DataFrame:
    """``month``, ``hotel``, ``segment``, ``rate`` of the public bookings, as delivered."""
    stored = next(path for path in sorted(folder.glob("hotel_bookings.csv*")))
    if stored.suffix == ".zip":
        import zipfile

        with zipfile.ZipFile(stored) as archive:
            content = archive.read(archive.namelist()[0])
    else:
        content = stored.read_bytes()
    raw = pl.read_csv(content, infer_schema_length=None, null_values=["NULL", "NA"])
    month = pl.format("{}-{}", pl.col("arrival_date_year"), pl.col("arrival_date_month"))
    return raw.select(
        month.alias("month"),
        "hotel",
        pl.col("market_segment").alias("segment"),
        pl.col("adr").cast(pl.Float64).alias("rate"),
    ).sort("month", "hotel", "segment", "rate")


def timed(draws: int, release: Callable[[], np.ndarray]) -> tuple[np.ndarray, dict[str, float]]:
    """All draws, and seconds per draw: wall and CPU; the first draw, which loads libraries, is not timed."""
    release()
    wall, cpu = time.perf_counter(), time.process_time()
    drawn = np.array([release() for _ in range(draws)])
    return drawn, {
        "seconds": (time.perf_counter() - wall) / draws, "cpu_seconds": (time.process_time() - cpu) / draws,
    }  # fmt: skip


def error_of(released: np.ndarray, true: np.ndarray, kept: np.ndarray | None = None) -> float:
    """Mean absolute relative error over draws and kept cells."""
    cells = np.ones(len(true), bool) if kept is None else kept
    return float((np.abs(released - true)[:, cells] / np.abs(true)[cells]).mean())


def cell_sums(rows: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Cells of month and segment in order, their sums in cents and their sizes."""
    cents = (pl.col("rate").clip(0, _HIGHEST) * _CENTS).round().cast(pl.Int64)
    cells = rows.group_by("month", "segment").agg(cents.sum().alias("sum"), pl.len().cast(pl.Int64).alias("size"))
    cells = cells.sort("month", "segment")
    return cells, cells["sum"].to_numpy().copy(), cells["size"].to_numpy().copy()


def ours(rows: pl.DataFrame, draws: int, accounting: str = "pure", loss: float = 1.0) -> dict[str, Any]:
    """Our releases with OpenDP's samplers; aggregating the rows is part of the time."""
    noise = Noise(accounting=accounting)
    cells, sums, sizes = cell_sums(rows)
    true, kept = sums / sizes / _CENTS, sizes >= _LEAST

    def means() -> np.ndarray:
        _, sums, counted = cell_sums(rows)
        return noisy_means(sums, counted, noise, bounds=(0, _HIGHEST * _CENTS), loss=loss).values / _CENTS

    def count() -> np.ndarray:
        counts = rows.group_by("month", "hotel").len().sort("month", "hotel")["len"].cast(pl.Int64).to_numpy()
        return noisy_counts(counts, noise, loss=loss, sensitivity=1).values

    drawn, seconds = timed(draws, means)
    results: dict[str, Any] = {"mean": {"error": error_of(drawn, true, kept), "cells": int(kept.sum()), **seconds}}
    true_counts = rows.group_by("month", "hotel").len().sort("month", "hotel")["len"].to_numpy().astype(float)
    drawn, seconds = timed(draws, count)
    results["counts"] = {"error": error_of(drawn, true_counts), "cells": len(true_counts), **seconds}
    cents = {
        hotel: (part["rate"].clip(0, _HIGHEST) * _CENTS).round().cast(pl.Int64).to_numpy()
        for (hotel,), part in rows.partition_by("hotel", as_dict=True).items()
    }
    for name, orders in _ORDERS.items():

        def quantiles(orders: tuple[float, ...] = orders) -> np.ndarray:
            parts = [
                noisy_quantiles(values, orders, noise, bounds=(0, _HIGHEST * _CENTS), loss=loss).values / _CENTS
                for _, values in sorted(cents.items())
            ]
            return np.concatenate(parts)

        drawn, seconds = timed(draws, quantiles)
        results[f"quantiles_{name}"] = {"error": error_of(drawn, true_quantiles(rows, orders)), **seconds}
    return results


def true_quantiles(rows: pl.DataFrame, orders: tuple[float, ...]) -> np.ndarray:
    """Smallest rate that the share reaches, by hotel and order."""
    return np.concatenate(
        [
            np.quantile(part["rate"].clip(0, _HIGHEST).to_numpy(), orders, method="inverted_cdf")
            for _, part in sorted(rows.partition_by("hotel", as_dict=True).items())
        ]
    )


def opendp_plain(rows: pl.DataFrame, draws: int) -> dict[str, Any]:
    """OpenDP's counts and grouped means through its plain API, in this environment.

    Its grouped mean is a sum clamped to the bounds, noised for the larger bound with half of epsilon, over a count
    noised with the other half.
    """
    noise = Noise()
    _, sums, sizes = cell_sums(rows)

    def means() -> np.ndarray:
        _, sums, counted = cell_sums(rows)
        total = noisy_counts(sums, noise, loss=0.5, sensitivity=_HIGHEST * _CENTS).values
        return total / np.maximum(noisy_counts(counted, noise, loss=0.5, sensitivity=1).values, 1) / _CENTS

    drawn, seconds = timed(draws, means)
    return {"mean": {"error": error_of(drawn, sums / sizes / _CENTS, sizes >= _LEAST), **seconds}}


# Runs in the peer's environment: OpenDP's Context over a LazyFrame, as its documentation writes it.
PEER_SCRIPT = """
import json, sys, time
import opendp.prelude as dp, polars as pl
dp.enable_features("contrib")
rows = pl.read_parquet(sys.argv[1]); draws = int(sys.argv[2]); slow = int(sys.argv[3])
cells = rows.select("month", "segment").unique(); pairs = rows.select("month", "hotel").unique()
hotels = rows.select("hotel").unique()
def release(keys, by, expressions):
    context = dp.Context.compositor(
        data=rows.lazy(), privacy_unit=dp.unit_of(contributions=1), privacy_loss=dp.loss_of(epsilon=1.0),
        split_evenly_over=1, margins=[dp.polars.Margin(by=by, max_length=200_000, invariant=None)],
    )
    query = context.query().group_by(by).agg(expressions).with_keys(keys.lazy())
    return query.release().collect().sort(by)
def repeat(name, times, keys, by, expressions):
    release(keys, by, expressions)
    wall, cpu = time.perf_counter(), time.process_time()
    found = [release(keys, by, expressions) for _ in range(times)]
    out[name] = {"seconds": (time.perf_counter() - wall) / times, "cpu_seconds": (time.process_time() - cpu) / times,
                 "draws": [[frame[column].cast(pl.Float64).to_list() for column in frame.columns if column not in by]
                           for frame in found]}
out = {}
rate = pl.col("rate").cast(float).fill_null(0.0).fill_nan(0.0)
repeat("counts", draws, pairs, ["month", "hotel"], [dp.len().alias("n")])
repeat("mean", draws, cells, ["month", "segment"], [rate.dp.mean((0.0, 400.0)).alias("mean")])
for name, orders in (("two", [0.5, 0.9]), ("nine", [round(0.1 * k, 1) for k in range(1, 10)])):
    for step, times in ((1.0, slow), (0.1, slow)) if name == "two" else ((1.0, slow),):
        grid = [round(step * k, 1) for k in range(round(400 / step) + 1)]
        asked = [rate.dp.quantile(q, candidates=grid).alias(f"q{q}") for q in orders]
        repeat(f"quantiles_{name}_step_{step:g}", times, hotels, ["hotel"], asked)
print(json.dumps(out))
"""


def peer(rows: pl.DataFrame, draws: int, slow: int, python: Path) -> dict[str, Any]:
    """OpenDP's own releases, run by the interpreter that holds ``opendp[polars]``."""
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "rows.parquet", Path(folder) / "peer.py"
        rows.write_parquet(table)
        script.write_text(PEER_SCRIPT, "utf-8")
        command = [str(python), str(script), str(table), str(draws), str(slow)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"OpenDP's own releases failed:\n{done.stderr[-2000:]}"
        raise RuntimeError(message)
    by_library = json.loads(done.stdout.splitlines()[-1])
    cells, sums, sizes = cell_sums(rows)
    counts = rows.group_by("month", "hotel").len().sort("month", "hotel")["len"].to_numpy().astype(float)
    truth: dict[str, tuple[np.ndarray, np.ndarray | None]] = {
        "counts": (counts, None), "mean": (sums / sizes / _CENTS, sizes >= _LEAST),
    }  # fmt: skip
    results = {}
    for name, measured in by_library.items():
        drawn = np.array(measured.pop("draws"))
        if name.startswith("quantiles"):
            true = true_quantiles(rows, _ORDERS[name.split("_")[1]])
            error = error_of(drawn.transpose(0, 2, 1).reshape(len(drawn), -1), true)
        else:
            error = error_of(drawn[:, 0], *truth[name])
        results[name] = {"error": error, **measured}
    return results


def peer_python(given: str | None, home: Path) -> Path:
    """The interpreter with ``opendp[polars]``: as given, or made once below the home."""
    if given:
        return Path(given)
    folder = home / "benchmarks" / "opendp_polars"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", _PEER, "numpy"], check=True)
    return python


def table_of(results: dict[str, Any]) -> list[str]:
    """Lines: each figure of ours beside OpenDP's and their ratio."""
    own, other = results["ours"], results["opendp"]
    pairs = [("counts", "counts"), ("mean", "mean")]
    pairs += [(name.rpartition("_step_")[0], name) for name in other if name.startswith("quantiles")]
    lines = [f"{'release':<28}{'ours':>10}{'opendp':>10}{'ratio':>8}{'s':>9}{'CPU s':>9}{'opendp s':>10}{'CPU s':>9}"]
    pairs += [(name, name) for name in own if not any(mine == name for mine, _ in pairs)]
    for mine, its in pairs:
        a, b = own[mine], other.get(its, dict.fromkeys(("error", "seconds", "cpu_seconds"), float("nan")))
        lines.append(
            f"{its:<28}{a['error']:>10.5f}{b['error']:>10.5f}{a['error'] / b['error']:>8.2f}{a['seconds']:>9.3f}"
            f"{a['cpu_seconds']:>9.3f}{b['seconds']:>10.3f}{b['cpu_seconds']:>9.3f}"
        )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Command line; prints a table and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--quantile-draws", type=int, default=20, help="of OpenDP's own quantiles, which are slow")
    parser.add_argument("--peer-python", help="an interpreter that has opendp[polars]")
    parser.add_argument("--plain", action="store_true", help="OpenDP's plain API only; no second environment")
    options = asked_for(parser, arguments)
    home = Path(os.environ.get("STAYWORTH_HOME", "var"))
    rows = bookings(options.data)
    own = ours(rows, options.draws)
    plain = opendp_plain(rows, options.draws)
    other = dict(plain)
    if not options.plain:
        python = peer_python(options.peer_python, home)
        other |= peer(rows, options.draws, options.quantile_draws, python)
    results: dict[str, Any] = {
        "data": "public bookings", "rows": rows.height, "epsilon": 1.0, "draws": options.draws,
        "ours": own, "opendp": other, "opendp_plain": plain, "opendp_is_plain": options.plain,
        "ours_zcdp": ours(rows, options.draws, "zcdp", rho_of(1.0, 1e-6)),
        "mean_ratio": own["mean"]["error"] / other["mean"]["error"], "mean_ratio_target": _TARGET_RATIO,
        "mean_ratio_plain": own["mean"]["error"] / plain["mean"]["error"],
        "counts_ratio": own["counts"]["error"] / other["counts"]["error"] if "counts" in other else None,
        "seconds_target": _TARGET_SECONDS,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip
    sys.stdout.write("\n".join(table_of(results)) + "\n")
    finish("differential_privacy", results, options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
