"""How well stays and reviews are paired: our weights, the paper's rule, Splink and an oracle, on the same candidates.

On the simulated group, per review rate, k and whether hotels are named: F1 against the truth, expected calibration
error, seconds. Ours is fitted as the pipeline fits it: at every cut-off (after 7, 14, 28 and 56 days of history, then
91 days apart) on what was stored up to then, the documented start before the first one. F1 is given over the whole
history and over the days after the first 91. The share of the oracle's F1 is given per world, and pooled over the
seeds with an interval (see oracle_share.py). Beside it stands a learner of the same form that is told every true link
among the stored candidates as of each cut-off: what labels would add. Splink and the oracle see the whole history at
once. Ours, Splink and the oracle take pairs from the threshold that makes expected F1 largest by their own
probabilities, decided by the same one-to-one rule, day by day.

Splink compares the same agreements: each band of a field is a level of a custom comparison, the days between stay and
post, the text's similarity and the ladder of room grades included. Its u are the agreement of the candidates, nearly
all of which are no match; its m start at the documented priors, as ours do; its prior is set to the share of
candidates that match if 70 % of the reviews (our own prior) have their stay among them; its EM learns m. With
``--data``: the public files, where no true links exist: what EM makes of the weights there, what ours says, and the
seconds and memory of pairing all stays with all reviews.

    python -m benchmarks.alignment [--seeds 101 102] [--rates 0.05 0.2 0.5] [--ks 5 1] [--days 364] [--data <folder>]
"""

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.assignment import decide
from assets.alignment.baseline import best_similar_review
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.fit_window import EARLY_FITS
from assets.alignment.match_probability import TEXT_EDGES, TIME_EDGES, MatchWeights, assumed_weights, field_weights
from assets.alignment.room_grades import grades_of
from assets.alignment.scores import Scores
from assets.alignment.settings import FIT_LOOK_BACK_DAYS, AlignmentSettings
from assets.alignment.weight_learning import fitted_threshold, learn_weights
from assets.common.inputs import days_between
from assets.privacy.publication import pseudonymise, publish_bookings, publish_reviews
from assets.privacy.settings import PrivacySettings
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from assets.reviews.cleaning import clean
from assets.reviews.settings import ReviewSettings
from assets.studies.match_oracle import oracle_scores
from assets.studies.truth import alignment_truth, true_links
from benchmarks.measure import asked_for, finish, measured
from benchmarks.oracle_share import WeeklyCounts, oracle_beliefs, share_of_oracle, weekly_counts
from resources.records import cut_offs
from resources.secret_keys import SecretKey
from resources.settings import CoreSettings
from resources.sources.base import Source, Stream
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.source import DemoSource

_KEY = SecretKey(b"benchmark key, not a secret, 32 bytes!!")
_FIELDS = ("country", "nights", "party", "purpose", "room")
_CUTS = (0.999, 0.45, 0.2, 0.0)  # shares of a label that agree: all, a half, a fifth, less
_EVERY_DAYS = CoreSettings().fit_every_days
_COVERAGE = AlignmentSettings().coverage
_CERTAIN_THRESHOLD = 0.3  # of the documented start with k = 1, where hotels are hidden as well
_SHOWN = ("f1", "f1_later", "precision", "recall", "calibration_error", "seconds")


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
        odds_of_pairs = candidates.select("booking_id", "review_id").join(
            self.odds, on=["booking_id", "review_id"], how="left", maintain_order="left"
        )["odds"]
        odds = odds_of_pairs.fill_null(0.0).to_numpy()
        return np.round(np.log2(np.maximum(odds, 1e-12)), 6), odds


def splink_levels(candidates: pl.DataFrame) -> pl.DataFrame:
    """Level of each candidate in each comparison, 0 the most alike, null where a side is silent."""
    shares = {
        name: pl.sum_horizontal(pl.col(f"{name}_agreement") < edge for edge in _CUTS[:-1])
        + (pl.col(f"{name}_agreement") <= 0.0).cast(pl.UInt32)
        for name in _FIELDS
    }
    gap = (pl.col("gap_days_from") + pl.col("gap_days_to")).abs() / 2
    names, types = grades_of(candidates["review_room"], is_type=False), grades_of(candidates["stay_room"], is_type=True)
    coded = candidates.select(
        **{
            name: pl.when(pl.col(f"{name}_agreement").is_not_null()).then(level.cast(pl.Int64))
            for name, level in shares.items()
        },
        time=pl.sum_horizontal((gap >= edge).cast(pl.Int64) for edge in TIME_EDGES),
        text=pl.sum_horizontal((pl.col("text_similarity").fill_null(0.0) < edge).cast(pl.Int64) for edge in TEXT_EDGES),
        grade=pl.lit((names != types).cast(pl.Int64)),
    )
    return coded.select(name for name in coded.columns if coded[name].drop_nulls().n_unique() > 1)


def splink_weights(candidates: pl.DataFrame) -> tuple[SplinkScores, dict[str, dict[str, float]]]:
    """Splink's model of the candidates by its own EM, and m and u of its levels.

    The candidates are rebuilt inside Splink: every pair is a link between two one-row records under a blocking key of
    its own, so that exactly these pairs are compared.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_level_library as levels
    from splink import comparison_library as library

    logging.getLogger("splink").setLevel(logging.ERROR)
    coded = splink_levels(candidates)
    pair = candidates.select("booking_id", "review_id").with_row_index("pair")
    left = coded.with_columns(pair["pair"], unique_id=pair["pair"])
    right = left.select("unique_id", "pair", *(pl.lit(0, pl.Int64).alias(name) for name in coded.columns))

    start = field_weights(candidates, assumed_weights(AlignmentSettings()))

    def comparison(column: str) -> Any:
        # Where EM starts decides what it finds: at the documented priors, as ours does.
        bits = start["room name" if column == "grade" else column]
        table = (
            coded.select(column, ratio=pl.Series(np.exp2(bits))).drop_nulls().group_by(column)
            .agg(u=pl.len(), m=pl.col("ratio").sum()).sort(column)
            .with_columns(pl.col("u", "m") / pl.col("u", "m").sum())
        )  # fmt: skip
        steps = [
            levels.CustomLevel(f"{column}_l = {level}", label_for_charts=f"{column} {level}").configure(
                u_probability=u, m_probability=m
            )
            for level, u, m in table.iter_rows()
        ]
        null = levels.CustomLevel(f"{column}_l is null", "unknown").configure(is_null_level=True)
        return library.CustomComparison(output_column_name=column, comparison_levels=[null, *steps])

    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on("pair")],
        comparisons=[comparison(name) for name in coded.columns],
        retain_intermediate_calculation_columns=False,
        probability_two_random_records_match=min(
            _COVERAGE * candidates["review_id"].n_unique() / candidates.height, 0.5
        ),
    )
    api = DuckDBAPI()
    linker = Linker([api.register(left.to_arrow()), api.register(right.to_arrow())], settings)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("pair"),
        fix_u_probabilities=True,
        fix_probability_two_random_records_match=True,
        record_sample_proportion=1.0,
    )
    return _splink_odds(linker, pair, candidates), _splink_parameters(linker)


def _splink_odds(linker: Any, pair: pl.DataFrame, candidates: pl.DataFrame) -> SplinkScores:
    predicted = pl.from_arrow(linker.inference.predict().as_pyarrow_table())
    assert isinstance(predicted, pl.DataFrame)
    odds = (
        pair.select("pair", "booking_id", "review_id")
        .join(predicted.select(pair=pl.col("unique_id_l"), bits=pl.col("match_weight")), on="pair", how="left")
        .select("booking_id", "review_id", odds=(2.0 ** pl.col("bits").fill_null(-40.0).clip(-40.0, 29.0)))
    )
    scores = SplinkScores(odds, {})
    threshold = {str(name[0]): fitted_threshold(part, scores) for name, part in
                 candidates.partition_by("identity", as_dict=True).items()}  # fmt: skip
    return SplinkScores(odds, threshold)


def _splink_parameters(linker: Any) -> dict[str, dict[str, float]]:
    """Both m and u of the most alike level, by comparison."""
    parameters: dict[str, dict[str, float]] = {}
    for item in linker.misc.save_model_to_json()["comparisons"]:
        full = next(level for level in item["comparison_levels"] if not level.get("is_null_level"))
        parameters[item["output_column_name"]] = {
            name: round(float(full.get(f"{name}_probability") or 0.0), 4) for name in ("m", "u")
        }
    return parameters


def judged(
    sides: Sides, candidates: pl.DataFrame, weights_on: Callable[[date], Scores], links: pl.DataFrame,
    settings: AlignmentSettings,
) -> tuple[dict[str, float], pl.DataFrame]:  # fmt: skip
    """Figures and pairs of one matcher, decided day by day; ``f1_later`` and its like: after the first quarter."""
    empty = BOOKING_REVIEW_PAIRS.empty()
    pairs = decide(sides.bookings, candidates, empty, sides.days, weights_on, settings)
    return _figures(pairs, sides, links), pairs


def _figures(pairs: pl.DataFrame, sides: Sides, links: pl.DataFrame) -> dict[str, float]:
    later = alignment_truth(pairs.filter(pl.col("delivery_day") > sides.days[_EVERY_DAYS - 1]), links)
    return alignment_truth(pairs, links) | {f"{name}_later": value for name, value in later.items()}


def fitted_as_of(
    sides: Sides, candidates: pl.DataFrame, settings: AlignmentSettings, told: pl.DataFrame | None = None
) -> tuple[Callable[[date], MatchWeights], list[MatchWeights]]:
    """Weights in force on each day, as the pipeline fits them, and the fits; ``told``: links given to the learner."""
    fits: list[tuple[date, MatchWeights]] = []
    for cut_off in cut_offs(sides.days[0], sides.days[-2], _EVERY_DAYS, EARLY_FITS):
        inside = pl.col("delivery_day").is_between(cut_off - timedelta(days=FIT_LOOK_BACK_DAYS), cut_off)
        learned = learn_weights(candidates.filter(inside), sides.bookings.filter(inside), settings, told)
        if learned is not None:
            fits.append((cut_off, learned))
    start = assumed_weights(settings)

    def on(day: date) -> MatchWeights:
        return next((weights for cut_off, weights in reversed(fits) if cut_off < day), start)

    return on, [weights for _, weights in fits]


def demo(
    seed: int, rate: float, k: int, named: bool, days: int, with_splink: bool
) -> tuple[dict[str, Any], tuple[WeeklyCounts, ...]]:
    """Every matcher on one world, and the weekly counts of ours, the oracle's and the told learner's."""
    both: dict[str, Any] = {"threshold": _CERTAIN_THRESHOLD, "context_threshold": _CERTAIN_THRESHOLD} if k == 1 else {}
    settings = AlignmentSettings(**both) if k == 1 else AlignmentSettings().for_labels()
    source = DemoSource(DemoSettings(seed=seed, review_share=rate, named_hotels=named))
    sides = sides_of(source, days_between(source.first_day, source.first_day + timedelta(days=days - 1)), k)
    started = time.process_time()
    candidates = build_candidates(sides.bookings, sides.reviews, source.hotels(), sides.days, settings).frame
    figures: dict[str, Any] = {"candidates": candidates.height, "build_seconds": time.process_time() - started}
    links = true_links(source.truth(sides.days[-1]), _KEY)  # type: ignore[arg-type]
    started = time.process_time()
    weights_on, fits = fitted_as_of(sides, candidates, settings)
    figures["is_identified"] = [weights.is_identified for weights in fits]
    figures["ours"], pairs = judged(sides, candidates, weights_on, links, settings)
    figures["ours"]["seconds"] = time.process_time() - started
    model = source.match_model(sides.days[-1])
    oracle = oracle_scores(candidates, sides.bookings, sides.reviews, model, settings)
    figures["oracle"], perfect = judged(sides, candidates, lambda _: oracle, links, settings)
    for name in ("f1", "f1_later"):
        figures[f"{name}_of_oracle"] = figures["ours"][name] / max(figures["oracle"][name], 1e-9)
    figures["told"], informed = judged(
        sides, candidates, fitted_as_of(sides, candidates, settings, links)[0], links, settings
    )
    beliefs = oracle_beliefs(candidates, oracle)
    weeks = tuple(weekly_counts(table, links, beliefs) for table in (pairs, perfect, informed))
    paper = best_similar_review(sides.bookings, candidates, sides.days, settings)
    figures["paper"] = _figures(paper.with_columns(match_probability=pl.lit(None, pl.Float64)), sides, links)
    if with_splink:
        figures |= _splink_beside(candidates, sides, links, settings)
    return figures, weeks


def _splink_beside(
    candidates: pl.DataFrame, sides: Sides, links: pl.DataFrame, settings: AlignmentSettings
) -> dict[str, Any]:
    """Splink's figures, or the error that its EM ended in (an m of practically zero is refused)."""
    started = time.process_time()
    try:
        scores, parameters = splink_weights(candidates)
    except ValueError as error:
        return {"splink_error": str(error)}
    figures = judged(sides, candidates, lambda _: scores, links, settings)[0]
    return {"splink": figures | {"seconds": time.process_time() - started}, "splink_parameters": parameters}


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
    candidates = build_candidates(sides.bookings, sides.reviews, source.hotels(), sides.days, AlignmentSettings()).frame
    return {"candidates": candidates.height, "parameters": splink_weights(candidates)[1]}


def _show(item: dict[str, Any], world: str) -> None:
    for matcher in ("ours", "oracle", "told", "paper", "splink"):
        if matcher in item:
            cells = "".join(f"{item[matcher].get(name, float('nan')):>18.4f}" for name in _SHOWN)
            print(f"{world} {matcher:<7}{cells}", flush=True)
    if "splink_error" in item:
        print(f"{'':>22} Splink ended in an error: {item['splink_error'][:90]}", flush=True)
    whole, later = item["f1_of_oracle"], item["f1_later_of_oracle"]
    print(f"{'':>22} share of the oracle's F1: {whole:.3f}, after the first quarter {later:.3f}", flush=True)


def _pooled(weeks: dict[str, list[tuple[WeeklyCounts, ...]]]) -> dict[str, dict[str, float]]:
    """Share of the oracle's F1 by cell, over all seeds."""
    rng = np.random.default_rng(0)
    cells: dict[str, dict[str, float]] = {}
    print(
        "k, review rate, hotels: share of the oracle's F1 over all seeds (95 %), and expected by the oracle's belief;"
    )
    print("the same two of a learner of the same form that is told every true link as of each cut-off")
    for cell, worlds in weeks.items():
        ours, oracle, told = ([item[place] for item in worlds] for place in range(3))
        item, bound = share_of_oracle(ours, oracle, rng), share_of_oracle(told, oracle, rng)
        cells[cell] = item | {f"told_{name}": value for name, value in bound.items()}
        interval = f"{item['low']:.3f} to {item['high']:.3f}"
        print(
            f"{cell:>16}  {item['share']:.3f} ({interval})  {item['expected_share']:.3f}"
            f"   told {bound['share']:.3f} ({bound['low']:.3f} to {bound['high']:.3f})  {bound['expected_share']:.3f}",
            flush=True,
        )
    return cells


def main() -> None:
    """Judge every world, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.05, 0.2, 0.5])
    parser.add_argument("--ks", type=int, nargs="+", default=[5, 1])
    parser.add_argument("--hotels", nargs="+", choices=["named", "hidden"], default=["named", "hidden"])
    parser.add_argument("--name", default="alignment", help="of the file of figures")
    parser.add_argument("--days", type=int, default=364)
    parser.add_argument("--without-splink", action="store_true")
    parser.add_argument("--data", help="folder with the public files")
    options = asked_for(parser)
    results: dict[str, Any] = {"days": options.days, "seeds": options.seeds}
    if options.data:
        results["public"] = measured(public, options.data)
        print(results["public"], flush=True)
        if not options.without_splink:
            try:
                results["public_splink"] = measured(public_splink, options.data)
            except RuntimeError as error:  # its EM underflows on candidates without matches
                results["public_splink"] = {"error": str(error)}
            print(results["public_splink"], flush=True)
    print(f"{'seed':>5} {'k':>2} {'rate':>5} {'hotels':<7} {'matcher':<7}" + "".join(f"{name:>18}" for name in _SHOWN))
    weeks: dict[str, list[tuple[WeeklyCounts, ...]]] = {}
    for seed in options.seeds:
        for k in options.ks:
            for hotels in options.hotels:
                for rate in options.rates:
                    item, counts = demo(seed, rate, k, hotels == "named", options.days, not options.without_splink)
                    weeks.setdefault(f"{k} {rate:g} {hotels}", []).append(counts)
                    results[f"{seed}.{k}.{rate:g}.{hotels}"] = item
                    _show(item, f"{seed:>5} {k:>2} {rate:>5.2f} {hotels:<7}")
    results["pooled"] = _pooled(weeks)
    finish(options.name, results, options)


if __name__ == "__main__":
    main()
