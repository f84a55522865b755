"""How well stays and reviews are paired: our weights, the paper's rule, Splink and an oracle, on the same candidates.

On the simulated group, per review rate and k: F1 against the truth, expected calibration error, seconds. Ours, Splink
and the oracle each take pairs from the threshold that makes expected F1 largest by their own probabilities; all three
are decided by the same one-to-one rule, day by day. Ours is fitted on the candidates it scores, without labels, as
Splink is. With ``--data``: the public files, where no true links exist: what free EM makes of the weights there, what
ours says, and the seconds and memory of pairing all stays with all reviews.

Splink compares the same agreement columns: each share of a label is a level of its own custom SQL comparison.

    python -m benchmarks.alignment [--seeds 101] [--rates 0.05 0.2 0.5] [--days 220] [--data <folder>]
"""

import argparse
import logging
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.assignment import Scores, decide
from assets.alignment.baseline import best_similar_review
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_learning import fitted_threshold, learn_weights
from assets.common.inputs import days_between
from assets.privacy.publication import pseudonymise, publish_bookings, publish_reviews
from assets.privacy.settings import PrivacySettings
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from assets.reports.match_oracle import oracle_scores
from assets.reports.truth import alignment_truth, true_links
from assets.reviews.cleaning import clean
from assets.reviews.settings import ReviewSettings
from benchmarks.measure import measured, write
from resources.settings import SecretKey
from resources.sources.base import Source, Stream
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.source import DemoSource

_KEY = SecretKey(b"benchmark key, not a secret, 32 bytes!!")
_FIELDS = ("country", "nights", "party", "purpose", "room")
_CUTS = (0.999, 0.45, 0.2, 0.0)  # shares of a label that agree: all, a half, a fifth, less
_SHOWN = ("f1", "precision", "recall", "calibration_error", "seconds")


@dataclass(frozen=True)
class Sides:
    """Both sides of the linkage, as published and cleaned."""

    bookings: pl.DataFrame
    reviews: pl.DataFrame
    source: Source
    days: list[Any]


def sides_of(source: Any, days: list[Any], k: int) -> Sides:
    """Published bookings and clean reviews of those days."""
    privacy = PrivacySettings(k=k, allow_k_1=k == 1)
    bookings = parse_bookings(source.rows(Stream.BOOKINGS, days), RawSettings()).rows
    published = publish_bookings(bookings, pseudonymise(bookings, privacy, _KEY), privacy).published
    reviews = parse_reviews(source.rows(Stream.REVIEWS, days)).rows
    cleaned = clean(publish_reviews(reviews, privacy, _KEY), ReviewSettings())[0]
    return Sides(published, cleaned, source, days)


@dataclass(frozen=True)
class SplinkScores:
    """Splink's Bayes factors with its own prior, scaled to odds."""

    odds: pl.DataFrame
    threshold: dict[str, float]

    def score(self, candidates: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Bits and odds of candidates."""
        found = candidates.select("booking_id", "review_id").join(
            self.odds, on=["booking_id", "review_id"], how="left", maintain_order="left"
        )["odds"]
        odds = found.fill_null(0.0).to_numpy()
        return np.round(np.log2(np.maximum(odds, 1e-12)), 6), odds


def splink_weights(candidates: pl.DataFrame) -> tuple[SplinkScores, dict[str, dict[str, float]]]:
    """Splink's model of the candidates by its own EM, and m and u of its levels.

    The candidates are rebuilt inside Splink: every pair is a link between two one-row records under a blocking key of
    its own, so that exactly these pairs are compared, on the stored agreement columns.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator
    from splink import comparison_level_library as levels
    from splink import comparison_library as library

    logging.getLogger("splink").setLevel(logging.ERROR)
    pair = candidates.with_row_index("pair")
    shares = [f"{name}_agreement" for name in _FIELDS] + ["time_agreement"]
    left = pair.select(unique_id=pl.col("pair"), pair=pl.col("pair"), **{name: pl.col(name) for name in shares})
    right = pair.select(unique_id=pl.col("pair"), pair=pl.col("pair"), **{name: pl.lit(1.0) for name in shares})

    def comparison(column: str) -> Any:
        # u: how the candidates agree, nearly all of which are no match; EM over u as well underflows to 0.
        edges = [edge for edge in _CUTS if _level_share(pair[column], edge) > 0.0]
        cut = [
            levels.CustomLevel(f"{column}_l >= {edge}" if edge else f"{column}_l > 0").configure(
                u_probability=_level_share(pair[column], edge)
            )
            for edge in edges
        ]
        rest = max(1.0 - sum(_level_share(pair[column], edge) for edge in edges), 1e-9)
        return library.CustomComparison(
            output_column_name=column,
            comparison_levels=[levels.NullLevel(column), *cut, levels.ElseLevel().configure(u_probability=rest)],
        )

    shares = [name for name in shares if pair[name].drop_nulls().n_unique() > 1]
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=["l.pair = r.pair"],
        comparisons=[comparison(name) for name in shares],
        retain_intermediate_calculation_columns=False,
        probability_two_random_records_match=0.005,
    )
    api = DuckDBAPI()
    linker = Linker([api.register(left.to_arrow()), api.register(right.to_arrow())], settings)
    linker.training.estimate_parameters_using_expectation_maximisation(
        "l.pair = r.pair",
        fix_u_probabilities=True,
        fix_probability_two_random_records_match=False,
        record_sample_proportion=1.0,
    )
    return _splink_odds(linker, pair, candidates), _splink_parameters(linker)


def _level_share(shares: pl.Series, edge: float) -> float:
    """Share of the known values that reach this cut and not the one above it."""
    known = shares.drop_nulls()
    above = min([cut for cut in _CUTS if cut > edge], default=2.0)
    reached = (known >= edge) if edge else (known > 0)
    return float((reached & (known < above)).mean() or 0.0) if len(known) else 0.0  # type: ignore[arg-type]


def _splink_odds(linker: Any, pair: pl.DataFrame, candidates: pl.DataFrame) -> SplinkScores:
    found = pl.from_arrow(linker.inference.predict().as_pyarrow_table())
    assert isinstance(found, pl.DataFrame)
    odds = (
        pair.select("pair", "booking_id", "review_id")
        .join(found.select(pair=pl.col("unique_id_l"), bits=pl.col("match_weight")), on="pair", how="left")
        .select("booking_id", "review_id", odds=(2.0 ** pl.col("bits").fill_null(-40.0).clip(-40.0, 29.0)))
    )
    scores = SplinkScores(odds, {})
    threshold = {str(name[0]): fitted_threshold(part, scores) for name, part in
                 candidates.partition_by("identity", as_dict=True).items()}  # fmt: skip
    return SplinkScores(odds, threshold)


def _splink_parameters(linker: Any) -> dict[str, dict[str, float]]:
    model = linker.misc.save_model_to_json()
    found: dict[str, dict[str, float]] = {}
    for item in model["comparisons"]:
        full = next(level for level in item["comparison_levels"] if not level.get("is_null_level"))
        found[item["output_column_name"]] = {
            "m": round(float(full.get("m_probability") or 0.0), 4),
            "u": round(float(full.get("u_probability") or 0.0), 4),
        }
    return found


def judged(sides: Sides, candidates: pl.DataFrame, scores: Scores, links: pl.DataFrame) -> dict[str, float]:
    """Figures of one matcher, decided day by day."""
    empty = BOOKING_REVIEW_PAIRS.empty()
    pairs = decide(sides.bookings, candidates, empty, sides.days, lambda _: scores, AlignmentSettings())
    return alignment_truth(pairs, links)


def demo(seed: int, rate: float, k: int, named: bool, days: int, with_splink: bool) -> dict[str, Any]:
    """Every matcher on one world."""
    settings = AlignmentSettings()
    source = DemoSource(DemoSettings(seed=seed, review_share=rate, named_hotels=named))
    sides = sides_of(source, days_between(source.first_day, source.first_day + timedelta(days=days - 1)), k)
    started = time.process_time()
    candidates = build_candidates(sides.bookings, sides.reviews, source.hotels(), sides.days, settings).frame
    found: dict[str, Any] = {"candidates": candidates.height, "build_seconds": time.process_time() - started}
    links = true_links(source.truth(sides.days[-1]), _KEY)
    started = time.process_time()
    weights = learn_weights(candidates, sides.bookings, settings)
    assert weights is not None
    found["is_identified"] = weights.is_identified
    found["ours"] = judged(sides, candidates, weights, links) | {"seconds": time.process_time() - started}
    model = source.match_model(sides.days[-1])
    oracle = oracle_scores(candidates, sides.bookings, sides.reviews, model, settings)
    found["oracle"] = judged(sides, candidates, oracle, links)
    found["share_of_oracle"] = found["ours"]["f1"] / max(found["oracle"]["f1"], 1e-9)
    paper = best_similar_review(sides.bookings, candidates, sides.days, settings)
    found["paper"] = alignment_truth(paper.with_columns(match_probability=pl.lit(None, pl.Float64)), links)
    if with_splink:
        started = time.process_time()
        scores, parameters = splink_weights(candidates)
        found["splink"] = judged(sides, candidates, scores, links) | {"seconds": time.process_time() - started}
        found["splink"]["parameters"] = parameters
    return found


def public(folder: str) -> dict[str, Any]:
    """Weights, candidates and decisions over all public stays and reviews, timed."""
    from resources.sources.public import PublicSource

    settings = AlignmentSettings()
    source = PublicSource(Path(folder))
    sides = sides_of(source, days_between(source.first_day, source.last_day), PrivacySettings().k)
    started, cpu = time.perf_counter(), time.process_time()
    candidates = build_candidates(sides.bookings, sides.reviews, source.hotels(), sides.days, settings).frame
    built = time.process_time() - cpu
    weights = learn_weights(candidates, sides.bookings, settings)
    assert weights is not None
    learned = time.process_time() - cpu
    empty = BOOKING_REVIEW_PAIRS.empty()
    pairs = decide(sides.bookings, candidates, empty, sides.days, lambda _: weights, settings)
    done = time.process_time() - cpu
    assigned = pairs.filter(pl.col("is_assigned")).height
    return {
        "stays": pairs["booking_id"].n_unique(), "reviews": sides.reviews.height, "candidates": candidates.height,
        "pairs": assigned, "paired_share": assigned / max(pairs["booking_id"].n_unique(), 1),
        "is_identified": weights.is_identified, "notes": dict(weights.notes),
        "wall_seconds": time.perf_counter() - started, "cpu_seconds": done,
        "cpu_candidates": built, "cpu_weights": learned - built, "cpu_decide": done - learned,
    }  # fmt: skip


def public_splink(folder: str) -> dict[str, Any]:
    """What free EM makes of the public candidates: m and u of full agreement, by field."""
    from resources.sources.public import PublicSource

    source = PublicSource(Path(folder))
    last = source.last_day
    sides = sides_of(source, days_between(last - timedelta(days=120), last), PrivacySettings().k)
    found = build_candidates(sides.bookings, sides.reviews, source.hotels(), sides.days, AlignmentSettings()).frame
    return {"candidates": found.height, "parameters": splink_weights(found)[1]}


def main() -> None:
    """Judge every world, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.05, 0.2, 0.5])
    parser.add_argument("--ks", type=int, nargs="+", default=[5, 1])
    parser.add_argument("--days", type=int, default=220)
    parser.add_argument("--without-splink", action="store_true")
    parser.add_argument("--data", help="folder with the public files")
    options = parser.parse_args()
    results: dict[str, Any] = {"days": options.days, "seeds": options.seeds}
    if options.data:
        results["public"] = measured(public, options.data)
        print(results["public"], flush=True)
        if not options.without_splink:
            results["public_splink"] = measured(public_splink, options.data)
            print(results["public_splink"], flush=True)
    print(f"{'seed':>5} {'k':>2} {'rate':>5} {'hotels':<7} {'matcher':<7}" + "".join(f"{name:>18}" for name in _SHOWN))
    for seed in options.seeds:
        for k in options.ks:
            for named in (True, False):
                for rate in options.rates:
                    item = demo(seed, rate, k, named, options.days, not options.without_splink)
                    hotels = "named" if named else "hidden"
                    results[f"{seed}.{k}.{rate:g}.{hotels}"] = item
                    for matcher in ("ours", "oracle", "paper", "splink"):
                        if matcher in item:
                            cells = "".join(f"{item[matcher].get(name, float('nan')):>18.4f}" for name in _SHOWN)
                            print(f"{seed:>5} {k:>2} {rate:>5.2f} {hotels:<7} {matcher:<7}{cells}", flush=True)
                    print(f"{'':>22} share of the oracle's F1: {item['share_of_oracle']:.3f}", flush=True)
    home = Path(os.environ.get("STAYWORTH_HOME", "var"))
    print(f"figures: {write(home, 'alignment', results)}")


if __name__ == "__main__":
    main()
