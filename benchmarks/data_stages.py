"""The data stages on the public bookings against the same steps the way a pandas notebook writes them.

Steps of both: read the CSV, type it, set bad rates aside, hash row ids and the composite customer key, group each
delivery day into classes of at least k = 5 over the same thirteen quasi-identifiers, label the classes, sum the
realised revenue per pseudo-customer. The notebook's partitioning is the textbook one (cut the widest column at its
median); ours weighs every admissible cut of every column by what it gains over all of them.

The notebook's recursion over frames takes many minutes for the whole history, so by default both read the
delivery days of three months; ``--whole`` takes all.

    python -m benchmarks.data_stages --data <folder with hotel_bookings.csv(.zip)> [--whole]
"""

import argparse
import hashlib
import hmac
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import asked_for, finish, measured

_FIRST, _LAST = "2016-03-01", "2016-05-31"  # the default window of delivery days
_KEY = b"benchmark key, not a secret, 32 bytes!!"
_K = 5
_NUMBERS = ["nights", "lead_time", "adults", "children", "arrival"]
_CATEGORIES = [
    "country", "market_segment", "distribution_channel", "customer_type", "agent", "company", "hotel",
    "is_repeated_guest",
]  # fmt: skip
_CUSTOMER = [
    "country", "agent", "company", "customer_type", "market_segment", "distribution_channel", "is_repeated_guest",
]  # fmt: skip


def ours(folder: str, whole: bool) -> dict[str, Any]:
    """Our verbs, called as from a notebook, over the whole history at once."""
    import polars as pl

    from assets.common.inputs import days_between
    from assets.privacy.publication import pseudonymise, publish_bookings
    from assets.privacy.settings import PrivacySettings
    from assets.raw.parse_bookings import parse_bookings
    from assets.raw.settings import RawSettings
    from resources.secret_keys import SecretKey
    from resources.sources.base import Stream
    from resources.sources.public import PublicSource

    settings = PrivacySettings()
    source = PublicSource(Path(folder))
    window = (source.first_day, source.last_day) if whole else (date.fromisoformat(_FIRST), date.fromisoformat(_LAST))
    delivered = source.rows(Stream.BOOKINGS, days_between(*window))
    bookings = parse_bookings(delivered, RawSettings()).rows
    named = pseudonymise(bookings, settings, SecretKey(_KEY))
    publication = publish_bookings(bookings, named, settings)
    published = publication.published
    clv = published.group_by("pseudo_customer_id").agg(clv=pl.col("realised_revenue").sum())
    return {
        "rows_in": delivered.height,
        "published": published.height,
        "withheld": publication.withheld.height,
        "classes": published["class_id"].n_unique(),
        "smallest_class": int(published["class_size"].min() or 0),  # type: ignore[arg-type]
        "nights_width": round(float((published["nights_to"] - published["nights_from"]).mean() or 0.0), 3),  # type: ignore[arg-type]
        "lead_time_width": round(float((published["lead_time_to"] - published["lead_time_from"]).mean() or 0.0), 1),  # type: ignore[arg-type]
        "customers": clv.height,
        "revenue": int(clv["clv"].sum()),
    }


def notebook(folder: str, whole: bool) -> dict[str, Any]:
    """The same steps in plain pandas: one frame, apply, groupby, recursion over frames."""
    import pandas as pd

    raw = pd.read_csv(_csv(folder))
    if not whole:
        raw = raw[raw["reservation_status_date"].between(_FIRST, _LAST)].copy()
    raw["nights"] = raw["stays_in_weekend_nights"] + raw["stays_in_week_nights"]
    raw["arrival"] = pd.to_datetime(
        raw["arrival_date_year"].astype(str) + raw["arrival_date_month"] + raw["arrival_date_day_of_month"].astype(str),
        format="%Y%B%d",
    ).map(pd.Timestamp.toordinal)
    raw["delivery_day"] = pd.to_datetime(raw["reservation_status_date"])
    raw["children"] = raw["children"].fillna(0)
    frame = raw[(raw["adr"] >= 0) & (raw["adr"] <= 5000)].copy()
    texts = frame.astype(object).where(frame.notna(), "?").astype(str)
    frame["row_id"] = texts.agg("|".join, axis=1).map(_keyed)
    frame["customer"] = texts[_CUSTOMER].agg("|".join, axis=1).map(_keyed)
    done = frame["reservation_status"] == "Check-Out"
    frame["revenue"] = (frame["adr"] * frame["nights"]).round().where(done, 0)
    frame[_CATEGORIES] = texts[_CATEGORIES]
    classes = []
    for (_, completed), day in frame.groupby(["delivery_day", done]):
        numbers = _NUMBERS[:-1] if completed else _NUMBERS
        if len(day) >= _K:
            classes += _split(day, numbers)
    labelled = pd.concat([_label(rows) for rows in classes])
    clv = labelled.groupby("customer")["revenue"].sum()
    return {
        "rows_in": len(raw),
        "published": len(labelled),
        "withheld": len(frame) - len(labelled),
        "classes": len(classes),
        "smallest_class": min(len(rows) for rows in classes),
        "nights_width": round(float((labelled["nights_to"] - labelled["nights_from"]).mean()), 3),
        "lead_time_width": round(float((labelled["lead_time_to"] - labelled["lead_time_from"]).mean()), 1),
        "customers": len(clv),
        "revenue": int(clv.sum()),
    }


def _csv(folder: str) -> str:
    for name in ("hotel_bookings.csv", "hotel_bookings.csv.zip"):
        if (Path(folder) / name).exists():
            return str(Path(folder) / name)
    sys.exit(f"no hotel_bookings.csv or hotel_bookings.csv.zip in {folder}")


def _keyed(text: str) -> str:
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()[:32]


def _split(rows: Any, numbers: list[str]) -> list[Any]:
    spans = {name: rows[name].max() - rows[name].min() for name in numbers}
    spans |= {name: rows[name].nunique() - 1 for name in _CATEGORIES}
    for name in sorted(spans, key=lambda key: -spans[key]):
        if spans[name] == 0:
            break
        codes = rows[name] if name in numbers else rows[name].astype("category").cat.codes
        left = codes <= codes.median()
        if left.sum() >= _K and (~left).sum() >= _K:
            return _split(rows[left], numbers) + _split(rows[~left], numbers)
    return [rows]


def _label(rows: Any) -> Any:
    labelled = rows[["row_id", "customer", "revenue", "delivery_day", "reservation_status"]].copy()
    for name in _NUMBERS:
        labelled[f"{name}_from"], labelled[f"{name}_to"] = rows[name].min(), rows[name].max()
    for name in _CATEGORIES:
        labelled[name] = "|".join(sorted(rows[name].unique()))
    return labelled


def main() -> None:
    """Run both, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the published bookings")
    parser.add_argument("--whole", action="store_true", help="the whole history instead of three months")
    options = asked_for(parser)
    results = {
        "ours": measured(ours, options.data, options.whole),
        "pandas_notebook": measured(notebook, options.data, options.whole),
    }
    a, b = results["ours"], results["pandas_notebook"]
    results["ratio"] = {
        "seconds": round(b["seconds"] / a["seconds"], 1),
        "peak_mib": round(b["peak_mib"] / a["peak_mib"], 2),
    }
    print(f"{'':<20}{'ours':>14}{'pandas notebook':>18}")
    for name in a:
        print(f"{name:<20}{a[name]:>14,}{b[name]:>18,}")
    ratio = results["ratio"]
    print(f"the notebook takes {ratio['seconds']} times the time and {ratio['peak_mib']} times the memory")
    finish("data_stages", results, options)


if __name__ == "__main__":
    main()
