"""Can text be seen to help, and is nothing seen where there is nothing? Worlds in which both answers are known. Pure.

In ``decisive`` worlds what guests write decides what they spend: with true links the fusion must gain from the texts,
and must not from the texts of others. In ``none`` worlds satisfaction moves nothing: a gain that is claimed there is
wrong. Both hold the same network against itself, with and without texts, on the same guests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from assets.common.findings import Estimate
from assets.common.intervals import fold_interval
from assets.customers.protocols import PROSPECTIVE, OriginPlan
from assets.customers.settings import GUEST, CustomerSettings
from assets.customers.units import in_units
from assets.models.estimators.registry import FUSION, NAIVE
from assets.models.evaluation.controls import shuffle_texts
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV, evaluate
from assets.models.evaluation.paired import Difference, Verdict, difference, drawn_figures, holm, verdict_of
from assets.models.examples.dataset import build_examples
from assets.models.examples.text_block import review_table
from assets.models.examples.text_sources import TEXT_COLUMNS
from assets.models.findings.customer_lists import forecasts_of
from assets.models.settings import ModelSettings
from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.stays import as_labels
from assets.studies.ceilings import study_models, true_pairs
from assets.studies.contract import TEXT_CONTROLS
from assets.studies.settings import StudiesSettings
from assets.studies.truth import Truth, true_links
from resources.secret_keys import SecretKey
from resources.settings import Settings, digest_of
from resources.sources.demo.settings import DECISIVE, NONE

Tree = dict[str, Any]
NEEDED = ("stays", "review_embeddings", "review_anomalies", "review_anomaly_parts", "clean_reviews")
METRIC = "auc"  # of any revenue
TEXT, SHUFFLED = COMPARISONS = ("text", "shuffled")  # each minus the same network without texts
PROTOCOLS = (PROSPECTIVE_CV, HOLDOUT)
_MASKED = "masked"
_GAINS = {
    **{name: TEXT_CONTROLS.schema[name] for name in TEXT_CONTROLS.names if name not in ("world", "seed")},
    "auc": pl.Float64(),
}
_DRAWS = 1_000
_APART = frozenset({"demo", "reports", "studies"})  # sections that count by themselves
_VERSION = "1"  # of the study: another one makes everything anew


@dataclass(frozen=True, kw_only=True)
class ControlPlan:
    """What the study makes.

    Attributes:
        worlds: kind -> seeds.
        guests: new guests a year in each.
        days: of history.
    """

    worlds: Mapping[str, tuple[int, ...]]
    guests: int
    days: int


def control_plan(settings: Settings) -> ControlPlan:
    """The plan by the settings; the quick profile makes the first world of each kind."""
    own = settings.room("studies", StudiesSettings)
    is_quick = settings.core.profile == "quick"
    positive, null = (1, 1) if is_quick else (own.control_positive_worlds, own.control_null_worlds)
    worlds = {DECISIVE: tuple(range(1, positive + 1)), NONE: tuple(range(1, null + 1))}
    return ControlPlan(worlds=worlds, guests=own.control_guests, days=own.control_days)


def control_folder(settings: Settings) -> Path:
    """Where finished worlds lie: another folder for other settings of any room, or another size of world."""
    own = settings.room("studies", StudiesSettings)
    rooms = {name: dict(section) for name, section in settings.sections.items() if name not in _APART}
    digest = digest_of(own.control_guests, own.control_days, rooms, settings.core.seed, _VERSION)
    return settings.home / "studies" / "controls" / digest


def control_files(settings: Settings) -> list[tuple[str, int, Path]]:
    """Kind, seed and file of every world of the plan, finished or not."""
    folder = control_folder(settings)
    return [
        (world, seed, folder / f"{world}-{seed:05d}.parquet")
        for world, seeds in control_plan(settings).worlds.items()
        for seed in seeds
    ]


def control_models(settings: Settings) -> ModelSettings:
    """The fusion alone, as the quick profile trains it: worlds are compared, not models."""
    return replace(study_models(settings), models=(NAIVE, FUSION))


def control_examples(
    tables: Mapping[str, pl.DataFrame], truth: Truth, key: SecretKey, plan: OriginPlan, settings: CustomerSettings
) -> pl.DataFrame:
    """Examples of guests whose texts are those of their true reviews.

    Args:
        tables: ``NEEDED`` of the whole history.
        truth: of the world.
        key: of the keyed hashes.
        plan: origins.
        settings: of the customers room.
    """
    bookings = in_units(as_labels(tables["stays"], (*LABELLED_BOOKINGS.names, "guest_hash")), GUEST)
    reviews = review_table(*(tables[name] for name in NEEDED[1:]))
    pairs = true_pairs(true_links(truth, key), reviews)
    examples = build_examples(bookings, pairs, reviews, plan, settings)
    return examples.filter(pl.col("protocol") == PROSPECTIVE)


def without_texts(examples: pl.DataFrame) -> pl.DataFrame:
    """The same examples as if nobody had written anything."""
    blank = {name: pl.lit(None, examples.schema[name]) for name in TEXT_COLUMNS}
    blank |= {"text_weight": pl.lit(0.0), "reviews": pl.lit(0, examples.schema["reviews"])}
    return examples.with_columns(has_text=pl.lit(value=False), **blank)


def world_figures(examples: pl.DataFrame, settings: ModelSettings) -> pl.DataFrame:
    """What texts, and texts of others, add to the AUC of any revenue in one world.

    Args:
        examples: :func:`control_examples`.
        settings: :func:`control_models`.

    Returns:
        ``protocol``, ``comparison``, ``value``, ``low``, ``high``, ``p`` (two-sided, paired bootstrap over guests),
        ``guests``; no rows where the world is too small for its folds.
    """
    shuffled = shuffle_texts(examples, np.random.default_rng(settings.seed))
    rows = text_gains(without_texts(examples), {TEXT: examples, SHUFFLED: shuffled}, settings)
    names = [name for name in TEXT_CONTROLS.names if name not in ("world", "seed")]
    return rows.select(names)


def text_gains(masked: pl.DataFrame, variants: Mapping[str, pl.DataFrame], settings: ModelSettings) -> pl.DataFrame:
    """What each variant of the texts adds to the AUC of any revenue, on the same guests.

    Args:
        masked: :func:`without_texts`: the reference.
        variants: name -> the same examples with texts.
        settings: :func:`control_models`.

    Returns:
        ``protocol``, ``comparison`` (the variant), ``value``, ``low``, ``high``, ``p`` (two-sided, paired bootstrap),
        ``guests``, ``auc`` (of the variant); no rows where the world is too small for its folds,
        or where all guests end alike.
    """
    predictions = {name: _fusion_of(rows, settings) for name, rows in {_MASKED: masked, **variants}.items()}
    rng = np.random.default_rng(settings.seed)
    rows: list[Tree] = []
    for protocol in PROTOCOLS:
        own = {name: part.filter(pl.col("protocol") == protocol) for name, part in predictions.items()}
        if any(part.is_empty() for part in own.values()):
            continue
        drawn = drawn_figures({name: forecasts_of(part) for name, part in own.items()}, METRIC, rng, _DRAWS)
        for name in variants:
            apart = difference(drawn[name], drawn[_MASKED])
            if apart.item.low is None or not np.isfinite([apart.item.value, apart.item.low]).all():
                continue  # everybody came, or nobody: there is nothing to rank
            rows.append({
                "protocol": protocol, "comparison": name, "value": apart.item.value, "low": apart.item.low,
                "high": apart.item.high, "p": apart.p, "guests": own[name]["pseudo_customer_id"].n_unique(),
                "auc": float(drawn[name][0]),
            })  # fmt: skip
    return pl.DataFrame(rows, schema=_GAINS)


def _fusion_of(examples: pl.DataFrame, settings: ModelSettings) -> pl.DataFrame:
    own = evaluate(examples, settings).filter(pl.col("model") == FUSION)
    return own.sort("protocol", "as_of", "pseudo_customer_id")


def control_rows(parts: Iterable[tuple[str, int, pl.DataFrame]]) -> pl.DataFrame:
    """Rows of ``text_controls`` from finished worlds: kind, seed, figures."""
    named = [part.with_columns(world=pl.lit(world), seed=pl.lit(seed, pl.Int64)) for world, seed, part in parts]
    frames = [TEXT_CONTROLS.conform(part.select(TEXT_CONTROLS.names)) for part in named]
    return pl.concat([TEXT_CONTROLS.empty(), *frames])


def control_results(rows: pl.DataFrame) -> Tree:
    """The branch ``controls``: the gain from texts and from texts of others, and what was claimed where nothing is.

    Args:
        rows: ``text_controls``.

    Returns:
        ``positive.{gain, shuffled}`` in cross-validation, ``positive.holdout`` beneath the same names, and
        ``null.{claims, worlds}``; empty without worlds. A gain's ``p`` is two-sided, over worlds by a t test, of a
        single world by its bootstrap; ``p_holm`` corrects for the two protocols.
    """
    tree: Tree = {}
    positive = rows.filter(pl.col("world") == DECISIVE)
    if positive.height:
        by_protocol = {name: positive.filter(pl.col("protocol") == name) for name in PROTOCOLS}
        p_values = [_p_of(own.filter(pl.col("comparison") == TEXT)) for own in by_protocol.values()]
        corrected = holm([1.0 if p is None else p for p in p_values])
        branches = {
            name: _branch(own, p, p_holm)
            for (name, own), p, p_holm in zip(by_protocol.items(), p_values, corrected, strict=True)
            if own.height
        }
        tree["positive"] = {"worlds": positive["seed"].n_unique(), **branches.get(PROSPECTIVE_CV, {})}
        if HOLDOUT in branches:
            tree["positive"]["holdout"] = branches[HOLDOUT]
    null = rows.filter((pl.col("world") == NONE) & (pl.col("comparison") == TEXT))
    if null.height:
        tree["null"] = {"claims": claims_of(null), "worlds": null["seed"].n_unique()}
    return tree


def _branch(own: pl.DataFrame, p: float | None, p_holm: float) -> Tree:
    text, shuffled = (_over_worlds(own.filter(pl.col("comparison") == name)) for name in COMPARISONS)
    gain = {"value": text.value, "low": text.low, "high": text.high, "p": p, "p_holm": p_holm}
    return {"gain": gain, "shuffled": shuffled.as_json()}


def _over_worlds(own: pl.DataFrame) -> Estimate:
    """Mean over worlds with its t interval; of a single world its own figure."""
    if own.height == 1:
        return Estimate(*own.select("value", "low", "high").row(0))
    return fold_interval(own["value"].to_numpy(), 0.0)  # worlds share no rows


def _p_of(own: pl.DataFrame) -> float | None:
    if own.height < 2:
        return own["p"][0] if own.height else None
    values = own["value"].to_numpy()
    spread = float(values.std(ddof=1)) / np.sqrt(len(values))
    return float(2.0 * stats.t.sf(abs(float(values.mean())) / spread, df=len(values) - 1)) if spread > 0.0 else 0.0


def claims_of(rows: pl.DataFrame) -> int:
    """Worlds in which the rule of verdicts would say that text helps, in cross-validation."""
    own = rows.filter((pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("comparison") == TEXT))
    apart = [
        Difference(item=Estimate(row["value"], row["low"], row["high"]), p=row["p"])
        for row in own.iter_rows(named=True)
    ]
    return sum(verdict_of(item, item.p, METRIC) is Verdict.HOLDS for item in apart)
