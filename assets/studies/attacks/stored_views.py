"""Attacks through what the zones hold of customers, over the stored tables. Knows the shell's inputs, not Dagster.

Each attack is made on the internal zone as stored and, as its control, on what the restricted zone holds: it must
succeed there.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from assets.common.inputs import Reads, WholeInputs
from assets.common.versions import latest_in_place
from assets.customers.monthly_views import VIEW_BANDS, VIEW_VALUE, month_ends
from assets.customers.settings import CustomerSettings
from assets.customers.units import in_units
from assets.models.contract import EXAMPLES
from assets.models.serving.monthly_value import SHOWN_CELL
from assets.studies.attacks.customer_views import Snapshot, banded_snapshots, exact_snapshots
from assets.studies.attacks.customers import (
    attack_customers_alone,
    attack_rows_of_customers,
    certain_links,
    classes_of,
)
from assets.studies.attacks.fingerprints import (
    TEXT_VALUES,
    attack_score_fingerprint,
    attack_subset_sums,
    attack_text_fingerprint,
)
from assets.studies.attacks.joined import attack_joined, tied_customers
from assets.studies.attacks.rates import AttackResult, exact_k
from assets.studies.attacks.search import haystack_of
from assets.studies.attacks.suite import SCORING, Population, by_version, drawn
from resources.contract import Zone

VIEW_READS = (
    Reads(VIEW_BANDS, is_whole=True),
    Reads(VIEW_VALUE, is_whole=True),
    Reads("customer_scores", None, is_sparse=True),
    Reads("review_anomaly_parts", None),
)
TEXT_TABLES = (EXAMPLES,)  # every table that holds what was computed of a customer's texts; tested
_SCORE = ("delivery_day", "target", "value", "reasons")


def attack_views(inputs: WholeInputs, population: Population, number: int) -> list[AttackResult]:
    """Every attack through customers, texts, scores and class means.

    Args:
        inputs: of an asset that reads ``VIEW_READS``, ``examples`` and ``clean_reviews``.
        population: the history.
        number: targets at most, per attack.
    """
    k = population.settings.k
    results = _fingerprints(inputs, k)
    population = under_customers(population, inputs.settings.room("customers", CustomerSettings).unit)
    known = by_version(population.known())
    if known.is_empty() or population.stored.is_empty():
        return results
    targets = with_facts(drawn(known, number, inputs.rng))
    for zone, snapshots, filed in _zones(inputs, known, k):
        results += through_views(snapshots, population, known, targets, zone, filed)
    sums = attack_subset_sums(population.stored, number, inputs.rng, "internal", k)
    exact = attack_subset_sums(population.stored, number, inputs.rng, "restricted", k, half_step=0.0)
    return [*results, *(item for item in (sums, exact) if item is not None)]


def under_customers(population: Population, unit: str) -> Population:
    """The history with the customers of the settings in the place of markets.

    Args:
        population: the history.
        unit: setting of the customers room.
    """
    keys = ["delivery_day", "row_id"]
    named = in_units(population.pseudonyms.with_columns(pl.col("guest_hash").alias("guest")), unit)
    pseudonyms = named.rename({"guest": "guest_hash"}).select(population.pseudonyms.columns)
    newest = pseudonyms.sort("booking_id", "delivery_day").unique("booking_id", keep="last", maintain_order=True)
    stored = population.stored.drop("pseudo_customer_id").join(
        newest.select("booking_id", "pseudo_customer_id"), on="booking_id", how="inner", maintain_order="left"
    )
    bookings = population.bookings.join(pseudonyms.select(keys), on=keys, how="semi", maintain_order="left")
    return replace(
        population, bookings=bookings, pseudonyms=pseudonyms, stored=stored.select(population.stored.columns)
    )


def with_facts(targets: pl.DataFrame) -> pl.DataFrame:
    """Targets with what the attacker knows of one stay, as floats, and the customer that it belongs to."""
    columns = {"nights": "nights", "lead": "lead_time_days", "requests": "special_requests"}
    facts = {name: pl.col(column).cast(pl.Float64).fill_null(0.0) for name, column in columns.items()}
    return targets.with_columns(person=pl.col("pseudo_customer_id"), **facts)


def _zones(inputs: WholeInputs, known: pl.DataFrame, k: int) -> list[tuple[str, Sequence[Snapshot], int]]:
    persons = known["pseudo_customer_id"].unique().sort().to_list()
    banded = banded_snapshots(inputs.frame(VIEW_BANDS), persons, inputs.key)
    ends = month_ends(inputs.first_day, inputs.as_of)
    names = ["booking_id", "pseudo_customer_id", "delivery_day", "nights", "lead_time_days", "special_requests"]
    stays = known.select(pl.col("booking_id").str.replace(" of .*$", ""), *names[1:], "realised_revenue")
    return [("internal", banded, k), ("restricted", exact_snapshots(stays, ends), exact_k())]


def through_views(
    snapshots: Sequence[Snapshot],
    population: Population,
    known: pl.DataFrame,
    targets: pl.DataFrame,
    zone: str,
    k: int,
) -> list[AttackResult]:
    """Attacks through one view of customers.

    Args:
        snapshots: of the view, ascending; none where no month is over: nothing to attack.
        population: the history.
        known: its bookings by version (:func:`assets.studies.attacks.suite.by_version`).
        targets: :func:`with_facts` of some of them.
        zone: that holds the view.
        k: filed under.
    """
    if not snapshots:
        return []
    classes = classes_of(population.stored)
    links = certain_links(snapshots, classes)
    truth = known.select(SCORING)
    labelled = by_version(population.stored).join(truth, on="booking_id", how="left", maintain_order="left")
    tied = tied_customers(snapshots, links, population.stored)
    facts = targets.select("person", "nights", "lead", "requests", pl.col("day").cast(pl.Float64))
    return [
        attack_customers_alone(snapshots, facts, zone, k),
        *attack_rows_of_customers(snapshots, classes, links, zone, k),
        *attack_joined(haystack_of(labelled), targets, tied, zone, k),
    ]


def _fingerprints(inputs: WholeInputs, k: int) -> list[AttackResult]:
    results: list[AttackResult | None] = []
    reviews = _review_values(inputs)
    for zone, filed in ((Zone.INTERNAL, k), (Zone.RESTRICTED, exact_k())):
        tables = [item.asset for item in TEXT_TABLES if item.zone is zone]
        frames = [inputs.frame(name).filter(pl.col(TEXT_VALUES[0]).is_not_null()) for name in tables]
        results.append(attack_text_fingerprint([item for item in frames if item.height], reviews, str(zone), filed))
    shown = ["month", *SHOWN_CELL]
    results.append(attack_score_fingerprint(inputs.frame(VIEW_VALUE), shown, str(Zone.INTERNAL), k))
    scores = inputs.frame("customer_scores")
    results.append(attack_score_fingerprint(scores, _SCORE, str(Zone.RESTRICTED), exact_k()))
    return [item for item in results if item is not None]


def _review_values(inputs: WholeInputs) -> pl.DataFrame:
    polarity = latest_in_place(inputs.frame("review_anomaly_parts"), "review_id")
    scores = latest_in_place(inputs.frame("clean_reviews"), "review_id").select("review_id", text_score="score")
    return polarity.select("review_id", text_polarity="polarity_text").join(scores, on="review_id").drop("review_id")
