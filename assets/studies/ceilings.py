"""One simulated world as the ceilings see it: examples, the same with texts of the true pairs, expected revenue.

The oracle knows expected revenue by the labels that rows carry; the delivered rows say which pseudo-customer carries
which labels. Only customers with a row by T are tested, so labels that nobody has carried by then drop out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl

from assets.customers.protocols import PROSPECTIVE, OriginPlan
from assets.customers.settings import MARKET, CustomerSettings
from assets.customers.units import in_units
from assets.models.examples.dataset import build_examples
from assets.models.examples.text_block import review_table
from assets.models.examples.text_sources import with_texts
from assets.models.settings import QUICK, ModelSettings
from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.stays import as_labels
from assets.studies.contract import VALUE_CEILINGS
from assets.studies.settings import StudiesSettings
from assets.studies.truth import Truth, true_links, truth_of
from resources.errors import ContractError
from resources.secret_keys import SecretKey
from resources.settings import Settings, build_section, digest_of
from resources.sources.base import Source

NEEDED = (
    "stays", "pseudonyms", "booking_review_pairs", "review_embeddings", "review_anomalies",
    "review_anomaly_parts", "clean_reviews",
)  # fmt: skip
LABELS = (
    "country", "market_segment", "distribution_channel", "is_repeated_guest", "agent", "company", "customer_type",
)  # fmt: skip
INFLUENCES = ("none", "weak", "strong")
_ROW_PREFIX = "reservation:"
_APART = frozenset({"demo", "reports", "studies"})  # sections that count by themselves
_OWN_DEMO = ("seed", "satisfaction_influence", "guests", "days")  # set by the study itself
_VERSION = "4"  # of the study: another one makes everything anew
_SECONDS_PER_WORLD, _MEASURED_SIZE = 40.0, 3_000 * 400  # docs/results/ceilings.md: one core, guests a year times days


class FutureTruth(Truth, Protocol):
    """A truth that also knows what is to be expected."""

    def expected_values(self, day: date, days: int, draws: int) -> pl.DataFrame:
        """``LABELS`` and ``revenue`` expected in (``day``, ``day`` + ``days``]."""
        ...


def future_truth_of(source: Source, day: date) -> FutureTruth:
    """The truth of everything delivered up to a day, with what is to be expected of it.

    Raises:
        ContractError: the source knows no truth.
    """
    truth = truth_of(source, day)
    if truth is None:
        message = f"source {source.name} knows no truth; the ceilings are studied in simulated worlds"
        raise ContractError(message)
    return truth


@dataclass(frozen=True, kw_only=True)
class CeilingWorld:
    """Cross-validation rows of the prospective protocol of one world.

    Attributes:
        examples: as the pipeline makes them.
        linked: the same rows with the texts of the true pairs.
        expected: ``pseudo_customer_id``, ``as_of``, ``expected``.
        pairs_right: share of the pipeline's pairs that are true, None without pairs.
    """

    examples: pl.DataFrame
    linked: pl.DataFrame
    expected: pl.DataFrame
    pairs_right: float | None


def ceiling_world(
    tables: Mapping[str, pl.DataFrame],
    delivered: pl.DataFrame,
    truth: FutureTruth,
    key: SecretKey,
    plan: OriginPlan,
    settings: CustomerSettings,
    draws: int,
) -> CeilingWorld:
    """Make the three views of a world.

    Args:
        tables: ``NEEDED`` of the whole history.
        delivered: booking rows as delivered: ``reservation_id`` and ``LABELS``.
        truth: of the world.
        key: of the keyed hashes.
        plan: origins.
        settings: of the customers room.
        draws: futures that the oracle averages over.
    """
    # The oracle knows customers by the labels that they share: markets, whatever the unit of the run.
    bookings = in_units(as_labels(tables["stays"], (*LABELLED_BOOKINGS.names, "guest_hash")), MARKET)
    reviews = review_table(*(tables[name] for name in NEEDED[3:]))
    cross = OriginPlan(observed=plan.observed, horizon_days=plan.horizon_days, cv=plan.cv, holdout=None)
    made = build_examples(bookings, tables["booking_review_pairs"], reviews, cross, settings)
    examples = made.filter(pl.col("protocol") == PROSPECTIVE)
    links = true_links(truth, key)
    carriers = customers_by_labels(delivered, tables["pseudonyms"])
    futures = {day: truth.expected_values(day, plan.horizon_days, draws) for day in plan.cv}
    return CeilingWorld(
        examples=examples,
        linked=with_texts(examples, bookings, true_pairs(links, reviews), reviews),
        expected=expected_by_customer(futures, carriers),
        pairs_right=_pairs_right(tables["booking_review_pairs"], links),
    )


def true_pairs(links: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
    """Every review with the first room of its stay, certain, decided on the day the review came.

    Args:
        links: :func:`assets.studies.truth.true_links`.
        reviews: :func:`assets.models.examples.text_block.review_table`.
    """
    first = reviews.sort("review_id", "delivery_day").unique("review_id", keep="first", maintain_order=True)
    known = links.filter(pl.col("is_first_room")).join(first.select("review_id", "delivery_day"), on="review_id")
    return known.select(
        "booking_id", "review_id", "delivery_day", match_probability=pl.lit(1.0), is_assigned=pl.lit(value=True)
    ).sort("booking_id", "review_id")


def customers_by_labels(delivered: pl.DataFrame, pseudonyms: pl.DataFrame) -> pl.DataFrame:
    """``LABELS`` and the ``pseudo_customer_id`` that carries them.

    Raises:
        ContractError: labels are carried by several pseudo-customers: the key of the settings looks at more than the
            oracle knows.
    """
    rows = delivered.select(*LABELS, row_id=_ROW_PREFIX + pl.col("reservation_id"))
    labelled = rows.join(pseudonyms.select("row_id", "pseudo_customer_id"), on="row_id").drop("row_id").unique()
    if labelled.select(LABELS).is_duplicated().any():
        message = f"the oracle knows customers by {', '.join(LABELS)}, the key of this run tells more apart"
        raise ContractError(message + "; leave privacy.key_columns at its default for this study")
    return labelled.sort("pseudo_customer_id", *LABELS)


def expected_by_customer(futures: Mapping[date, pl.DataFrame], carriers: pl.DataFrame) -> pl.DataFrame:
    """Expected revenue summed by pseudo-customer.

    Args:
        futures: T -> ``LABELS`` and ``revenue``.
        carriers: :func:`customers_by_labels`.

    Returns:
        ``pseudo_customer_id``, ``as_of``, ``expected``, sorted by both.
    """
    schema = pl.Schema({"pseudo_customer_id": pl.String(), "as_of": pl.Date(), "expected": pl.Float64()})
    parts = [schema.to_frame()]
    for day, future in futures.items():
        known = future.join(carriers, on=list(LABELS)).sort("pseudo_customer_id", *LABELS)
        summed = known.group_by("pseudo_customer_id", maintain_order=True).agg(expected=pl.col("revenue").sum())
        parts.append(summed.with_columns(as_of=pl.lit(day, pl.Date)).select(schema.names()))
    return pl.concat(parts).sort("as_of", "pseudo_customer_id")


def _pairs_right(pairs: pl.DataFrame, links: pl.DataFrame) -> float | None:
    claimed = pairs.filter(pl.col("is_assigned")).select("booking_id", "review_id")
    if claimed.is_empty():
        return None
    return claimed.join(links, on=["booking_id", "review_id"], how="semi").height / claimed.height


def world_name(influence: str, seed: int) -> str:
    """Name of a world in the study's folder."""
    return f"{influence}-{seed:05d}"


def other_worlds(groups: Sequence[Sequence[int]], own: Sequence[int]) -> list[int]:
    """Seeds of every group but one."""
    return [seed for group in groups if group != own for seed in group]


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """What the study makes.

    Attributes:
        seeds: of the worlds; each with every influence.
        influences: word -> ``demo.satisfaction_influence``.
        groups: of worlds; a world's data-rich ceiling learns from the other groups.
        guests: new guests a year.
        days: of history.
        draws: futures that the oracle averages over.
    """

    seeds: tuple[int, ...]
    influences: Mapping[str, float]
    groups: int
    guests: int
    days: int
    draws: int

    def hours(self, worlds: int) -> float:
        """Hours on one free core for so many worlds, ceilings included, by the seconds that a world took."""
        return worlds * _SECONDS_PER_WORLD * (self.guests * self.days) / _MEASURED_SIZE / 3_600


def study_plan(settings: Settings) -> StudyPlan:
    """The plan by the settings."""
    own = settings.room("studies", StudiesSettings)
    return StudyPlan(
        seeds=tuple(range(1, own.ceiling_seeds + 1)),
        influences=dict(zip(INFLUENCES, own.ceiling_influences, strict=True)),
        groups=own.ceiling_groups,
        guests=own.ceiling_guests,
        days=own.ceiling_days,
        draws=own.ceiling_draws,
    )


def study_models(settings: Settings) -> ModelSettings:
    """Settings of every training of the study: the quick profile's, whatever the run's: many worlds are compared."""
    return build_section("models", ModelSettings, {**QUICK, "seed": settings.core.seed})


def study_folder(settings: Settings) -> Path:
    """Where the parts of a study lie: another folder for other settings of any room, or another size of world."""
    own = settings.room("studies", StudiesSettings)
    shape = (own.ceiling_influences, own.ceiling_guests, own.ceiling_days, own.ceiling_draws)
    demo = {name: value for name, value in settings.sections.get("demo", {}).items() if name not in _OWN_DEMO}
    rooms = {name: dict(section) for name, section in settings.sections.items() if name not in _APART}
    digest = digest_of(shape, demo, rooms, settings.core.seed, settings.core.fit_every_days, _VERSION)
    return settings.home / "studies" / "ceilings" / digest


def rich_folder(plan: StudyPlan) -> str:
    """Name of the folder of data-rich ceilings under this number of worlds and groups."""
    return f"data_rich-{len(plan.seeds)}-{plan.groups}"


def study_files(settings: Settings) -> list[tuple[str, int, Path]]:
    """Influence, seed and file of every part with figures, finished or not.

    Args:
        settings: of the home that holds them.
    """
    plan, folder = study_plan(settings), study_folder(settings)
    return [
        (influence, seed, folder / kind / f"{world_name(influence, seed)}.parquet")
        for influence in plan.influences
        for seed in plan.seeds
        for kind in ("figures", rich_folder(plan))
    ]


def ceiling_rows(parts: Iterable[tuple[str, int, pl.DataFrame]]) -> pl.DataFrame:
    """Rows of ``value_ceilings`` from finished parts: influence, seed, figures."""
    named = [part.with_columns(influence=pl.lit(influence), seed=pl.lit(seed)) for influence, seed, part in parts]
    frames = [VALUE_CEILINGS.conform(part.select(VALUE_CEILINGS.names)) for part in named]
    return pl.concat([VALUE_CEILINGS.empty(), *frames])
