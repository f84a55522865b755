"""Evidence for the pairs: other windows, a permutation control, calibration, single pairs taken apart.

Everything is made anew from the published tables for each window with weights learned at the end of the history, so
that windows are compared with each other; the stored pairs are not touched. On the simulated group an oracle stands
beside (see ``match_oracle``). The quick profile does the same for the stored window over the newest days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.evidence import calibration_table, waterfall
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.permutation import shuffle_reviews
from assets.alignment.scores import Scores
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_learning import learn_weights
from assets.studies.match_emissions import MatchModel
from assets.studies.match_oracle import oracle_scores
from assets.studies.truth import alignment_truth

WINDOWS = (7, 14, 30)  # specification 6.4
QUICK_DAYS = 150  # newest days that the quick profile looks at: enough for a fit, a few seconds' work
WATERFALLS = 10
STORED = "stored"  # the oracle over the stored candidates; told under links.matched
PARTS = ("window", "permutation", "reliability", "waterfall", "verdict", STORED)
_SCHEMA = {
    "part": pl.String, "setting": pl.String, "place": pl.Int32, "measure": pl.String, "value": pl.Float64,
}  # fmt: skip
Rows = list[tuple[str, str, int, str, float]]


@dataclass(frozen=True, kw_only=True)
class LinkageWorld:
    """Both sides of the linkage.

    Attributes:
        bookings: rows of ``booking_rows`` of the whole history, each booking as it came last.
        reviews: clean_reviews of the whole history, likewise.
        hotels: as given by ``Source.hotels``.
        days: the history, ascending.
        links: :func:`assets.studies.truth.true_links`, None where the truth is not known.
        model: of the simulated world, None likewise.
    """

    bookings: pl.DataFrame
    reviews: pl.DataFrame
    hotels: pl.DataFrame
    days: Sequence[date]
    links: pl.DataFrame | None = None
    model: MatchModel | None = None


def newest(world: LinkageWorld, days: int) -> LinkageWorld:
    """The same world with its newest days only."""
    kept = sorted(world.days)[-days:]
    inside = pl.col("delivery_day").is_in(kept)
    return replace(world, bookings=world.bookings.filter(inside), reviews=world.reviews.filter(inside), days=kept)


@dataclass(frozen=True)
class _Linked:
    """One linkage of a world: candidates, weights, pairs."""

    candidates: pl.DataFrame
    weights: MatchWeights
    pairs: pl.DataFrame


def evidence_rows(
    world: LinkageWorld, settings: AlignmentSettings, windows: Sequence[int], rng: np.random.Generator
) -> pl.DataFrame:
    """``part``, ``setting``, ``place``, ``measure``, ``value``: one row per figure.

    Args:
        world: both sides.
        settings: of the alignment room; its window must be among ``windows``.
        windows: days after the stay to compare.
        rng: deals the texts out anew for the permutation control.
    """
    rows: Rows = []
    for place, days in enumerate(windows):
        here = replace(settings, window_days=days)
        linked = _linked(world, here)
        rows += [("window", str(days), place, name, value) for name, value in _window(world, linked, here).items()]
        if days == settings.window_days:
            rows += _verdict(linked.weights) + _reliability(world, linked) + _waterfalls(linked)
            rows += _permutation(world, linked, here, rng)
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _linked(world: LinkageWorld, settings: AlignmentSettings) -> _Linked:
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, settings).frame
    weights = learn_weights(candidates, world.bookings, settings) or assumed_weights(settings)
    return _Linked(candidates, weights, _decided(world, candidates, weights, settings))


def _decided(
    world: LinkageWorld, candidates: pl.DataFrame, scores: Scores, settings: AlignmentSettings
) -> pl.DataFrame:
    empty = BOOKING_REVIEW_PAIRS.empty()
    return decide(world.bookings, candidates, empty, world.days, lambda _: scores, settings)


def _window(world: LinkageWorld, linked: _Linked, settings: AlignmentSettings) -> dict[str, float]:
    """Figures of one window; the oracle sees the same candidates and takes pairs from its own best threshold."""
    decided = linked.pairs["booking_id"].n_unique()
    paired = linked.pairs.filter(pl.col("is_assigned"))
    figures = {
        "days": float(len(world.days)),
        "candidates": float(linked.candidates.height),
        "decided": float(decided),
        "pairs": float(paired.height),
        "paired_share": paired.height / decided if decided else 0.0,
        "mean_probability": float(paired["match_probability"].mean() or 0.0),  # type: ignore[arg-type]
        "weights_identified": float(linked.weights.is_identified),
    }
    if world.links is None or world.model is None:
        return figures
    figures |= alignment_truth(linked.pairs, world.links)
    oracle = oracle_scores(linked.candidates, world.bookings, world.reviews, world.model, settings)
    perfect = alignment_truth(_decided(world, linked.candidates, oracle, settings), world.links)
    return figures | {
        f"oracle_{name}": perfect[name]
        for name in ("precision", "recall", "f1", "calibration_error")
        if name in perfect
    }


def _verdict(weights: MatchWeights) -> Rows:
    """Whether there was anything to learn, and the figures behind it."""
    figures = {"is_identified": float(weights.is_identified), **weights.notes}
    return [("verdict", "weights", 0, name, float(value)) for name, value in figures.items()]


def _reliability(world: LinkageWorld, linked: _Linked) -> Rows:
    """Predicted against observed share of matches in bins of probability."""
    if world.links is None:
        return []
    table = calibration_table(linked.pairs, world.links, bins=20)
    return [
        ("reliability", f"{row['bin'] / 20:.2f}", row["bin"], name, float(row[name]))
        for row in table.iter_rows(named=True)
        for name in ("pairs", "predicted", "observed")
    ]


def _waterfalls(linked: _Linked) -> Rows:
    """Ten pairs from the least to the most probable one, from prior odds to posterior, step by step."""
    chosen = linked.pairs.filter(pl.col("is_assigned")).sort("match_probability", "booking_id")
    if chosen.is_empty():
        return []
    places = np.unique(np.linspace(0, chosen.height - 1, WATERFALLS).round().astype(np.int64))
    rows: Rows = []
    for number, row in enumerate(chosen[places].iter_rows(named=True), start=1):
        name = f"pair {number:02d}"
        steps = waterfall(linked.candidates, row["booking_id"], row["review_id"], linked.weights)
        rows += [
            ("waterfall", name, place, step["step"], step["weight"])
            for place, step in enumerate(steps.iter_rows(named=True))
        ]
        rows.append(("waterfall", name, steps.height, "probability", row["match_probability"]))
    return rows


def _permutation(world: LinkageWorld, linked: _Linked, settings: AlignmentSettings, rng: np.random.Generator) -> Rows:
    """The same weights over texts dealt out anew: what is then still found is noise."""
    shuffled = shuffle_reviews(world.reviews, rng)
    candidates = build_candidates(world.bookings, shuffled, world.hotels, world.days, settings).frame
    pairs = _decided(world, candidates, linked.weights, settings)
    again = learn_weights(candidates, world.bookings, settings)
    rows: Rows = []
    for place, (name, table) in enumerate((("as written", linked.pairs), ("dealt out anew", pairs))):
        taken = table.filter(pl.col("is_assigned"))
        rows += [
            ("permutation", name, place, "pairs", float(taken.height)),
            ("permutation", name, place, "probability_mass", float(taken["match_probability"].sum())),
        ]
    figures = again.notes if again is not None else {}
    rows.append(("permutation", "dealt out anew", 1, "is_identified", float(again is not None and again.is_identified)))
    rows.append(("permutation", "dealt out anew", 1, "mean_bayes_factor", float(figures.get("mean_bayes_factor", 1.0))))
    return rows


def with_oracle(rows: pl.DataFrame, figures: Mapping[str, float]) -> pl.DataFrame:
    """The rows and those of the part ``stored``: what an oracle makes of the stored candidates.

    Args:
        rows: of :func:`evidence_rows`.
        figures: by measure, possibly none.
    """
    more = [(STORED, "oracle", 0, name, value) for name, value in figures.items()]
    return pl.concat([rows, pl.DataFrame(more, schema=_SCHEMA, orient="row")])


def evidence_branch(rows: pl.DataFrame) -> dict[str, object]:
    """The branches ``alignment.windows``, ``.permutation``, ``.reliability``, ``.waterfalls``, ``.verdict``.

    Args:
        rows: of :func:`evidence_rows`, possibly empty.
    """
    names = {"window": "windows", "waterfall": "waterfalls"}
    tree: dict[str, dict[str, Any]] = {}
    shown = rows.filter(pl.col("part") != STORED)
    for row in shown.sort("part", "setting", "place", "measure").iter_rows(named=True):
        setting = row["setting"].replace(".", "_").replace(" ", "_")
        part = str(row["part"])
        branch = tree.setdefault(names.get(part, part), {}).setdefault(setting, {})
        branch[row["measure"].replace(" ", "_")] = row["value"]
    return dict(tree)


def of_window(rows: pl.DataFrame, days: int) -> Mapping[str, float]:
    """Figures of one window."""
    part = rows.filter((pl.col("part") == "window") & (pl.col("setting") == str(days)))
    return dict(part.select("measure", "value").iter_rows())
