"""How well the anomaly parts find what the simulated group plants, at several planted shares and on several seeds.

A small world is read through the rooms' own verbs as the pipeline would: parsed, masked, cleaned, embedded in the
static tier, polarity and bounds fitted at each cut-off on what came before it, parts and scores made day by day with
the record in force (the lexicon and the fixed bounds before the first). The truth is looked at afterwards.

Two readings of a planted share: ``each`` plants that share of each of the three kinds, ``sum`` that share of all three
together. A world can hold at most half planted posts, so ``each`` goes up to a sixth.

Beside the mean over seeds and the worst one stands the figure of all seeds' reviews in one ranking: with a few dozen
planted posts of a kind per world it is the steadier one.

    python -m benchmarks.review_anomalies [--shares 0.01 0.05 0.15] [--seeds 201 202 203] [--guests 6500 --days 550]
"""

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from assets.common.inputs import days_between
from assets.privacy.publication import publish_reviews
from assets.privacy.settings import PrivacySettings
from assets.raw.parse_reviews import parse_reviews
from assets.reviews.anomaly_score import FIXED_VERSION, fit_bounds, score_anomalies
from assets.reviews.body_polarity import fit_polarity_record
from assets.reviews.cleaning import clean
from assets.reviews.parts import anomaly_parts
from assets.reviews.retention import honest_flagged, part_precisions
from assets.reviews.settings import ReviewSettings
from assets.reviews.vectors import review_vector_rows
from assets.studies.truth import review_ids
from benchmarks.measure import asked_for, finish
from resources.encoders import EncoderShelf
from resources.records import cut_offs
from resources.secret_keys import SecretKey
from resources.settings import CoreSettings
from resources.sources.base import Stream
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.source import DemoSource

_KEY = SecretKey(b"benchmark key, not a secret, 32 bytes!!")
_FIT_EVERY_DAYS = 91  # core.fit_every_days
_KINDS = {"contradiction": "contradiction", "duplicate": "duplication", "burst": "timing"}
_FIGURES = ("contradiction", "duplication", "timing", "anomaly_score", "honest_flagged")
READINGS = ("each", "sum")
Record = Mapping[str, Any] | None
Ranked = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]  # parts, anomalies, planted


def home_of() -> Path:
    """Where encoders are kept and figures are written."""
    return Path(os.environ.get("STAYWORTH_HOME", "var"))


def world(seed: int, share: float, guests: int, days: int) -> DemoSettings:
    """A world in which each kind is planted with that share of all reviews."""
    return DemoSettings(
        seed=seed, guests=guests, days=days,
        contradictory_share=share, near_duplicate_share=share, burst_share=share,
    )  # fmt: skip


def clean_reviews(source: DemoSource, settings: ReviewSettings) -> pl.DataFrame:
    """``clean_reviews`` of the whole history, by delivery day."""
    delivered = source.rows(Stream.REVIEWS, days_between(source.first_day, source.last_day))
    masked = publish_reviews(parse_reviews(delivered).rows, PrivacySettings(), _KEY)
    return clean(masked, settings)[0].sort("delivery_day", "review_id")


def segments(first: date, last: date, records: Mapping[date, Record]) -> Iterator[tuple[date, Record, list[date]]]:
    """Runs of days with the record in force: the one fitted at the latest cut-off before the day."""
    edges = [first - timedelta(days=1), *[day for day in sorted(records) if day < last]]
    for at, edge in enumerate(edges):
        end = edges[at + 1] if at + 1 < len(edges) else last
        yield edge, records.get(edge), days_between(edge + timedelta(days=1), end)


def planted_of(source: DemoSource) -> pl.DataFrame:
    """(review_id, kind) of the planted reviews, kinds named as the parts."""
    rows = source.truth().reviews.filter(pl.col("planted_kind").is_in(list(_KINDS)))
    return rows.select(review_ids(rows["review_key"], _KEY), pl.col("planted_kind").replace(_KINDS).alias("kind"))


def score_history(
    reviews: pl.DataFrame, vectors: pl.DataFrame, first: date, last: date, settings: ReviewSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``review_anomaly_parts`` and ``review_anomalies`` of the whole history."""
    edges = cut_offs(first, last, _FIT_EVERY_DAYS)
    polarity = {edge: fit_polarity_record(reviews.filter(pl.col("delivery_day") <= edge), settings) for edge in edges}
    spans = [(record, days) for _, record, days in segments(first, last, polarity)]
    parts = anomaly_parts(reviews, vectors, spans, settings)
    bounds = {edge: fit_bounds(parts.filter(pl.col("delivery_day") <= edge), settings) for edge in edges}
    scored = [
        score_anomalies(
            parts.filter(pl.col("delivery_day").is_in(days)), reviews, record,
            FIXED_VERSION if record is None else str(edge), settings,
        )
        for edge, record, days in segments(first, last, bounds)
    ]  # fmt: skip
    return parts, pl.concat(scored)


def judge(seed: int, share: float, guests: int, days: int) -> tuple[dict[str, Any], Ranked]:
    """Figures of one world, over its whole history and over the days after the first fit; and its ranked reviews."""
    started, settings = time.process_time(), ReviewSettings()
    source = DemoSource(world(seed, share, guests, days))
    reviews = clean_reviews(source, settings)
    encoder = EncoderShelf(home_of(), CoreSettings()).encoder("static")
    vectors = review_vector_rows(reviews, encoder.encode(reviews["text"].to_list()))
    parts, anomalies = score_history(reviews, vectors, source.first_day, source.last_day, settings)
    planted = planted_of(source)
    fitted_from = cut_offs(source.first_day, source.last_day, _FIT_EVERY_DAYS)[0]
    judged = {
        "reviews": reviews.height,
        "planted": {kind: int((planted["kind"] == kind).sum()) for kind in _KINDS.values()},
        "whole": figures(parts, anomalies, planted),
        "after_first_fit": figures(
            parts.filter(pl.col("delivery_day") > fitted_from),
            anomalies.filter(pl.col("delivery_day") > fitted_from),
            planted,
        ),
        "cpu_seconds": round(time.process_time() - started, 1),
    }
    return judged, tuple(_numbered(frame, seed) for frame in (parts, anomalies, planted))  # type: ignore[return-value]


def _numbered(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Ids that no other world has."""
    return frame.with_columns(pl.format("{}-{}", pl.lit(seed), "review_id").alias("review_id"))


def pooled(worlds: Sequence[Ranked]) -> dict[str, float | None]:
    """Figures of all worlds' reviews in one ranking, over the whole histories."""
    return figures(*(pl.concat(frames) for frames in zip(*worlds, strict=True)))


def figures(parts: pl.DataFrame, anomalies: pl.DataFrame, planted: pl.DataFrame) -> dict[str, float | None]:
    """Average precision per part and of A, and the share of honest reviews excluded."""
    precisions = part_precisions(anomalies, parts, planted)
    return {**precisions, "honest_flagged": honest_flagged(anomalies, planted["review_id"])}


def means(results: Sequence[Mapping[str, Any]], span: str) -> dict[str, float]:
    """Mean over seeds of every figure."""
    return {name: sum(world[span][name] for world in results) / len(results) for name in _FIGURES}


def lowest(results: Sequence[Mapping[str, Any]], span: str) -> dict[str, float]:
    """The worst seed of every figure: the lowest precision, the highest share of honest reviews excluded."""
    worst = {name: min(world[span][name] for world in results) for name in _FIGURES[:-1]}
    return worst | {_FIGURES[-1]: max(world[span][_FIGURES[-1]] for world in results)}


def main() -> None:
    """Judge every world, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.05, 0.15])
    parser.add_argument("--seeds", type=int, nargs="+", default=[201, 202, 203])
    parser.add_argument("--readings", nargs="+", choices=READINGS, default=["each"])
    parser.add_argument("--guests", type=int, default=6_500, help="new guests per year")
    parser.add_argument("--days", type=int, default=550)
    options = asked_for(parser)
    results: dict[str, Any] = {"guests": options.guests, "days": options.days, "seeds": options.seeds}
    print(f"{'share':>6} {'of':>5} {'span':<16}" + "".join(f"{name:>16}" for name in _FIGURES) + "   mean (worst seed)")
    for reading in options.readings:
        for share in options.shares:
            own = share if reading == "each" else share / 3
            judged = [judge(seed, own, options.guests, options.days) for seed in options.seeds]
            by_seed, worlds = [item for item, _ in judged], [ranked for _, ranked in judged]
            entry: dict[str, Any] = {str(seed): item for seed, item in zip(options.seeds, by_seed, strict=True)}
            entry["pooled"] = together = pooled(worlds)
            for span in ("whole", "after_first_fit"):
                mean, worst = means(by_seed, span), lowest(by_seed, span)
                entry[f"mean_{span}"], entry[f"worst_{span}"] = mean, worst
                cells = "".join(f"{mean[name]:>8.3f} ({worst[name]:.3f})" for name in _FIGURES)
                print(f"{share:>6.2f} {reading:>5} {span:<16}{cells}", flush=True)
            cells = "".join(f"{together[name]:>8.3f}        " for name in _FIGURES)
            print(f"{share:>6.2f} {reading:>5} {'one ranking':<16}{cells}", flush=True)
            results.setdefault(reading, {})[f"{share:g}"] = entry
    finish("review_anomalies", results, options)


if __name__ == "__main__":
    main()
