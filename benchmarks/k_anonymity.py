"""k-anonymity on the public bookings: one go, batches, l and t, verification; anonypyx on 10,000 rows beside it.

Each measurement runs in a process of its own. "MiB above the data" is the peak memory minus what the process held
with the data loaded. NCP is averaged over rows and the named quasi-identifiers; a withheld row counts 1.

    python -m benchmarks.k_anonymity --data <folder with hotel_bookings.csv(.zip)>
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import asked_for, finish, measured

NINE = (
    "country", "arrival", "nights", "lead_time", "adults", "children", "market_segment", "customer_type", "agent",
)  # fmt: skip
_PEER_ROWS = 10_000
_L, _T = 3, 0.3
# Figures of other tools on all rows, same columns, k and NCP (measured on a shared two-core machine).
_PEERS = {"anonypy 0.2.1": {"ncp": 0.0148, "seconds": 163}, "anonypyx 0.2.11": {"ncp": 0.0148, "seconds": 131}}


def table(folder: str, rows: int | None = None) -> Any:
    """The nine quasi-identifiers and the rate of every row of the published file, as typed by a CSV reader."""
    import polars as pl

    path = Path(folder) / "hotel_bookings.csv"
    zipped = path.with_suffix(".csv.zip")
    source: Any = path if path.exists() else _unzipped(zipped)
    raw = pl.read_csv(source, infer_schema_length=None, null_values=["NULL", "NA"], n_rows=rows)
    day = pl.concat_str("arrival_date_year", "arrival_date_month", "arrival_date_day_of_month", separator="-")
    return raw.select(
        "country", "lead_time", "adults", "children", "market_segment", "customer_type",
        pl.col("agent").cast(pl.String), "adr", arrival=day.str.to_date("%Y-%B-%d"),
        nights=pl.col("stays_in_weekend_nights") + pl.col("stays_in_week_nights"),
    )  # fmt: skip


def _unzipped(path: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0])


def _timed(task: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What the task returns, its wall and processor seconds, and the memory above what was held before."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forget the peak of reading the data (Linux)
    before = _resident("VmRSS")
    wall, processor = time.perf_counter(), time.process_time()
    outcome = task()
    spent = {"wall_s": round(time.perf_counter() - wall, 3), "cpu_s": round(time.process_time() - processor, 3)}
    return outcome, {**spent, "mib_above_data": round(_resident("VmHWM") - before)}


def _resident(field: str) -> float:
    """Memory now (VmRSS) or at its peak (VmHWM), in MiB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def one_go(folder: str, mode: str, rows: int | None, limits: dict[str, float]) -> dict[str, Any]:
    """``anonymise`` over the whole table: labels, loss report and the recount of k, l and t."""
    from assets.privacy.anonymise import anonymise

    frame = table(folder, rows)
    # A first call on a few rows loads the libraries' code; it would count as memory of the table's.
    anonymise(frame.head(500), NINE, 5, mode=mode, sensitive="adr" if limits else None)
    options: dict[str, Any] = {"sensitive": "adr", **limits} if limits else {}
    done, spent = _timed(lambda: anonymise(frame, NINE, 5, mode=mode, **options))
    loss, risk = done.loss, done.risk
    return {
        **spent, "rows": loss.rows, "withheld": loss.withheld, "classes": loss.classes, "k": risk.k, "l": risk.l,
        "t": risk.t, "ncp": round(loss.ncp, 5), "c_avg": round(loss.average_class_size, 3),
    }  # fmt: skip


def anonypyx(folder: str, rows: int) -> dict[str, Any]:
    """Mondrian of anonypyx on the same table; NCP from the ranges and sets of the rows in its classes."""
    import anonypyx as peer

    frame = table(folder, rows).drop("adr").to_pandas()
    # Its own preparation: numbers without gaps, categories for the rest.
    frame["arrival"] = (frame["arrival"] - frame["arrival"].min()).dt.days
    frame["children"] = frame["children"].fillna(0).astype(int)
    levels = ["country", "market_segment", "customer_type", "agent"]
    for name in levels:
        frame[name] = frame[name].fillna("unknown").astype("category")
    ranges = {name: frame[name].nunique() - 1 if name in levels else int(frame[name].max() - frame[name].min())
              for name in NINE}  # fmt: skip
    anonymiser = peer.Anonymiser(frame, k=5, algorithm="Mondrian", feature_columns=list(NINE))
    # Its partitions, without the time that its labels take: enough for NCP, and kind to it.
    classes, spent = _timed(lambda: anonymiser.algorithm.partition(anonymiser.parameters))
    lost = 0.0
    for members in classes:
        part = frame.loc[members]
        for name in NINE:
            span = part[name].nunique() - 1 if name in levels else int(part[name].max() - part[name].min())
            lost += len(part) * span / ranges[name]
    return {**spent, "rows": len(frame), "withheld": len(frame) - sum(map(len, classes)), "classes": len(classes),
            "k": min(map(len, classes)), "ncp": round(lost / len(frame) / len(NINE), 5)}  # fmt: skip


def batches(folder: str, batch: str, columns: str, split: bool, limits: dict[str, float]) -> dict[str, Any]:
    """The pipeline's batches over the whole history, partitioned and labelled."""
    from assets.privacy.generalisation import generalise
    from assets.privacy.loss import information_loss, spans_of
    from assets.privacy.rate_limits import RateLimits
    from assets.privacy.settings import QUASI_IDENTIFIERS

    bookings, _ = _linked(folder)
    chosen = NINE if columns == "nine" else QUASI_IDENTIFIERS
    asked = RateLimits(l=limits.get("l"), t=limits.get("t"), band_width=25.0) if limits else None  # type: ignore[arg-type]
    done, spent = _timed(
        lambda: generalise(
            bookings, k=5, quasi_identifiers=chosen, batch=batch, split_completed=split, limits=asked
        )
    )  # fmt: skip
    loss = information_loss(done.labels, spans_of(bookings), withheld=done.withheld.height, k=5, columns=chosen)
    return {**spent, "rows": loss.rows, "withheld": loss.withheld, "classes": loss.classes, "k": loss.min_class_size,
            "ncp": round(loss.ncp, 5), "c_avg": round(loss.average_class_size, 3)}  # fmt: skip


def verification(folder: str) -> dict[str, Any]:
    """k, l and t of the rate, counted again on the labels of the whole history, day by day."""
    import polars as pl

    from assets.privacy.publication import publish_bookings
    from assets.privacy.rate_limits import RateLimits
    from assets.privacy.settings import PrivacySettings
    from assets.privacy.verification import label_risk

    bookings, named = _linked(folder)
    settings = PrivacySettings()
    published = publish_bookings(bookings.select(_raw_columns()), named, settings).published
    known = bookings.select("booking_id", "rate", unit=pl.coalesce("guest_hash", "booking_id"))
    rows = published.join(known, on="booking_id", how="left", maintain_order="left")
    delivered = bookings.select(batch_day="delivery_day", rate="rate")
    risk, spent = _timed(lambda: label_risk(published, rows, delivered, RateLimits.of(settings)))
    kept = risk.metadata()
    return {**spent, "rows": published.height, "classes": len(risk.units), "k": kept["k_min"],
            "l": kept["l_min_rate"], "t": kept["t_max_rate"]}  # fmt: skip


def _raw_columns() -> list[str]:
    from assets.raw.contract import RAW_BOOKINGS

    return list(RAW_BOOKINGS.names)


def _linked(folder: str) -> tuple[Any, Any]:
    """Raw bookings of every day beside their pseudonyms, and the pseudonyms."""
    from assets.common.inputs import days_between
    from assets.privacy.publication import pseudonymise
    from assets.privacy.settings import PrivacySettings
    from assets.raw.parse_bookings import parse_bookings
    from assets.raw.settings import RawSettings
    from resources.secret_keys import SecretKey
    from resources.sources.base import Stream
    from resources.sources.public import PublicSource

    source = PublicSource(Path(folder))
    delivered = source.rows(Stream.BOOKINGS, days_between(source.first_day, source.last_day))
    bookings = parse_bookings(delivered, RawSettings()).rows
    named = pseudonymise(bookings, PrivacySettings(), SecretKey(b"benchmark key, not a secret, 32 bytes!!"))
    return bookings.join(named, on=["delivery_day", "row_id"], how="left", maintain_order="left"), named


def main() -> None:
    """Run all, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the published bookings")
    options = asked_for(parser)
    folder = options.data
    both = {"l": _L, "t": _T}
    runs: dict[str, tuple[Any, ...]] = {
        "one go, gain": (one_go, "gain", None, {}),
        "one go, fast": (one_go, "fast", None, {}),
        f"one go, gain, l = {_L}, t = {_T}": (one_go, "gain", None, both),
        f"gain, {_PEER_ROWS:,} rows": (one_go, "gain", _PEER_ROWS, {}),
        f"fast, {_PEER_ROWS:,} rows": (one_go, "fast", _PEER_ROWS, {}),
        f"anonypyx, {_PEER_ROWS:,} rows": (anonypyx, _PEER_ROWS),
        "nine, day": (batches, "day", "nine", False, {}),
        "nine, day, stays apart": (batches, "day", "nine", True, {}),
        "nine, week": (batches, "week", "nine", False, {}),
        "nine, month": (batches, "month", "nine", False, {}),
        "thirteen, day, stays apart": (batches, "day", "thirteen", True, {}),
        "thirteen, week": (batches, "week", "thirteen", False, {}),
        "thirteen, month": (batches, "month", "thirteen", False, {}),
        f"thirteen, day, stays apart, l = {_L}, t = {_T}": (batches, "day", "thirteen", True, both),
        f"thirteen, week, l = {_L}, t = {_T}": (batches, "week", "thirteen", False, both),
        "k, l, t counted again, all days": (verification,),
    }
    results: dict[str, Any] = {"peers_all_rows": _PEERS}
    shown = ("cpu_s", "wall_s", "mib_above_data", "withheld", "classes", "k", "ncp", "l", "t")
    print(f"{'':<46}" + "".join(f"{name:>16}" for name in shown))
    for name, (task, *arguments) in runs.items():
        results[name] = measured(task, folder, *arguments)
        cells = (results[name].get(column) for column in shown)
        print(f"{name:<46}" + "".join(f"{'-' if cell is None else cell:>16}" for cell in cells), flush=True)
    ours, peer = results[f"gain, {_PEER_ROWS:,} rows"], results[f"anonypyx, {_PEER_ROWS:,} rows"]
    results["ratio_to_anonypyx"] = {
        "seconds": round(peer["cpu_s"] / ours["cpu_s"], 1), "ncp": round(ours["ncp"] / peer["ncp"], 2),
    }  # fmt: skip
    print(f"against anonypyx on {_PEER_ROWS:,} rows: {results['ratio_to_anonypyx']}")
    finish("k_anonymity", results, options)


if __name__ == "__main__":
    main()
