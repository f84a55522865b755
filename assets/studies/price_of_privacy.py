"""The price of privacy: what k and the length of the batch cost those who use the published bookings.

The same raw bookings are published again under each variant, in memory, and everything that depends on the labels
is made from them anew: candidates, match weights by the same calendar of cut-offs, pairs, examples, predictions.
An experiment outside the lake: nothing of it is stored but the figures. k = 1 publishes exact rows and is the
yardstick, not an option.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.fit_window import EARLY_FITS
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.settings import FIT_LOOK_BACK_DAYS, AlignmentSettings
from assets.alignment.weight_learning import learn_weights
from assets.common.findings import Estimate
from assets.common.intervals import fold_interval
from assets.common.versions import latest_in_place
from assets.customers.protocols import OriginPlan
from assets.customers.settings import MARKET, CustomerSettings
from assets.models.estimators.registry import FUSION, NAIVE, TREES
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, evaluate, metrics_of
from assets.models.examples.dataset import build_examples
from assets.models.settings import ModelSettings
from assets.privacy.publication import Publication, publish_bookings
from assets.privacy.settings import PrivacySettings
from assets.studies.truth import alignment_truth
from resources.records import cut_offs, due_cut_off

STUDIED_MODELS = (NAIVE, TREES, FUSION)
_MODEL_METRICS = ("r2", "mae", "spearman")
ROW_SCHEMA = {
    "study": pl.String, "setting": pl.String, "place": pl.Int32, "measure": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
_LOSSES = ("ncp", "average_class_size", "classes")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way of publishing."""

    k: int
    batch: str = "day"


# specification 6.8: k = 1, 2, 5, 10, 25 by day, and the default k by week and month.
VARIANTS = (*(Variant(k=k) for k in (1, 2, 5, 10, 25)), Variant(k=5, batch="week"), Variant(k=5, batch="month"))


@dataclass(frozen=True, kw_only=True)
class World:
    """What is the same under every variant.

    Attributes:
        bookings: raw bookings of the whole history.
        pseudonyms: of the same rows.
        clean_reviews: of the whole history.
        reviews: :func:`assets.models.examples.text_block.review_table`.
        hotels: as given by ``Source.hotels``.
        links: :func:`assets.studies.truth.true_links`, None where the truth is not known.
        days: the history, ascending.
        plan: origins of the examples.
    """

    bookings: pl.DataFrame
    pseudonyms: pl.DataFrame
    clean_reviews: pl.DataFrame
    reviews: pl.DataFrame
    hotels: pl.DataFrame
    links: pl.DataFrame | None
    days: Sequence[date]
    plan: OriginPlan


@dataclass(frozen=True, kw_only=True)
class StudySettings:
    """Settings of the rooms that take part; ``every_days`` is the calendar of fitted records."""

    privacy: PrivacySettings
    alignment: AlignmentSettings
    customers: CustomerSettings
    models: ModelSettings
    every_days: int


def variant_figures(world: World, variant: Variant, settings: StudySettings) -> dict[str, Estimate]:
    """Every figure of one variant, by name.

    Names: ``ncp``, ``average_class_size``, ``classes``, ``withheld_share``; ``paired_share``,
    ``mean_probability`` (of the pairs, by their own account) and, where the truth is known, ``precision``,
    ``recall``, ``f1``; ``<model>.r2``, ``.mae``, ``.spearman`` over the prospective folds, with 95 % intervals.

    Args:
        world: the unchanging part.
        variant: k and batch.
        settings: of the rooms.
    """
    rules = replace(settings.privacy, k=variant.k, batch=variant.batch, allow_k_1=True)
    publication = publish_bookings(world.bookings, world.pseudonyms, rules)
    links = settings.alignment if variant.k == 1 else settings.alignment.for_labels()
    pairs = align(publication.published, world, replace(settings, alignment=links))
    return {
        **_loss(publication),
        **_pairing(pairs, world.links),
        **_accuracy(publication.published, pairs, world, settings),
    }


def _loss(publication: Publication) -> dict[str, Estimate]:
    loss = publication.loss()
    rows = publication.published.height + publication.withheld.height
    figures = {name: float(getattr(loss, name)) for name in _LOSSES}
    figures["withheld_share"] = publication.withheld.height / rows if rows else 0.0
    return {name: Estimate(value) for name, value in figures.items()}


def align(published: pl.DataFrame, world: World, settings: StudySettings) -> pl.DataFrame:
    """Pairs of the whole history, as the daily stages would store them where no row was corrected.

    Corrected bookings and reviews count as they came last.

    Args:
        published: bookings under one variant.
        world: the unchanging part.
        settings: of the rooms.
    """
    rules = settings.alignment
    published, reviews = latest_in_place(published, "booking_id"), latest_in_place(world.clean_reviews, "review_id")
    candidates = build_candidates(published, reviews, world.hotels, world.days, rules).frame
    learned = dict(_learned(candidates, published, world.days, settings))
    start = assumed_weights(rules)

    def weights_on(day: date) -> MatchWeights:
        due = due_cut_off(world.days[0], day, settings.every_days, EARLY_FITS)
        return (learned.get(due) if due else None) or start

    return decide(published, candidates, BOOKING_REVIEW_PAIRS.empty(), world.days, weights_on, rules)


def _learned(
    candidates: pl.DataFrame, published: pl.DataFrame, days: Sequence[date], settings: StudySettings
) -> Iterator[tuple[date, MatchWeights | None]]:
    for cut_off in cut_offs(days[0], days[-1], settings.every_days, EARLY_FITS):
        known = pl.col("delivery_day").is_between(cut_off - timedelta(days=FIT_LOOK_BACK_DAYS), cut_off)
        yield cut_off, learn_weights(candidates.filter(known), published.filter(known), settings.alignment)


def _pairing(pairs: pl.DataFrame, links: pl.DataFrame | None) -> dict[str, Estimate]:
    assigned = pairs.filter(pl.col("is_assigned"))
    decided = pairs["booking_id"].n_unique()
    figures: dict[str, float] = {
        "paired_share": assigned.height / decided if decided else 0.0,
        "mean_probability": float(assigned["match_probability"].mean() or 0.0),  # type: ignore[arg-type]
    }
    if links is not None:
        truth = alignment_truth(pairs, links)
        figures |= {name: truth[name] for name in ("precision", "recall", "f1") if name in truth}
    return {name: Estimate(value) for name, value in figures.items()}


def _accuracy(
    published: pl.DataFrame, pairs: pl.DataFrame, world: World, settings: StudySettings
) -> Mapping[str, Estimate]:
    # Labels name no guest: the customers of the papers' chain are markets.
    markets = published.with_columns(unit=pl.lit(MARKET))
    examples = build_examples(markets, pairs, world.reviews, world.plan, settings.customers)
    future = examples.filter((pl.col("protocol") == "prospective") & (pl.col("split") == "cv"))
    rules = replace(settings.models, models=STUDIED_MODELS)
    metrics = metrics_of(evaluate(future, rules), rules).filter(pl.col("protocol") == PROSPECTIVE_CV)
    estimates = {}
    for model in STUDIED_MODELS:
        rows = metrics.filter(pl.col("model") == model).sort("repeat", "fold")
        for metric in _MODEL_METRICS:
            values = rows[metric].cast(pl.Float64).fill_null(np.nan).to_numpy()
            estimates[f"{model}.{metric}"] = fold_interval(values, 1.0 / (rules.folds - 1))
    return estimates


def label_study(world: World, variants: Sequence[Variant], settings: StudySettings) -> pl.DataFrame:
    """Rows (study, setting, place, measure, value, low, high) of every variant.

    The variants by day make the study ``k``; those of the default k, in every length of batch, the study ``batch``.

    Args:
        world: the unchanging part.
        variants: ways of publishing, in the order in which they are shown.
        settings: of the rooms.
    """
    rows: list[dict[str, object]] = []
    for place, variant in enumerate(variants):
        figures = variant_figures(world, variant, settings)
        if variant.batch == "day":
            rows += _rows("k", f"k = {variant.k}", place, figures)
        if variant.k == settings.privacy.k:
            rows += _rows("batch", variant.batch, place, figures)
    return pl.DataFrame(rows, schema=ROW_SCHEMA)


def _rows(study: str, setting: str, place: int, figures: Mapping[str, Estimate]) -> list[dict[str, object]]:
    return [
        {"study": study, "setting": setting, "place": place, "measure": measure, "value": item.value,
         "low": item.low, "high": item.high}
        for measure, item in figures.items()
    ]  # fmt: skip
