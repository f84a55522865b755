"""The attack suite over the stored tables. Knows the shell's inputs, not Dagster.

The only place of the reports that reads ``restricted``: to draw targets and to know whether an attack was right.
What is stored of it are rates.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import completed_stays
from assets.common.inputs import Reads, WholeInputs
from assets.common.versions import latest_in_place
from assets.customers.protocols import OBSERVED, PROSPECTIVE
from assets.models.estimators.registry import FUSION, NAIVE, TREES, WITHOUT_TEXT
from assets.models.estimators.spec import fit_model
from assets.models.examples.dataset import text_dimensions, to_arrays
from assets.models.settings import model_settings
from assets.privacy.pseudonyms import hash_column
from assets.privacy.settings import PrivacySettings
from assets.reports.attacks import Population, attack_bookings
from assets.reports.attacks_membership import attack_membership, membership_scores
from assets.reports.attacks_pairs import ReviewWorld, attack_pairs, attack_review_text
from assets.reports.attacks_rates import AttackResult, table_of
from assets.reports.attacks_search import haystack_of
from assets.reports.settings import ReportsSettings
from assets.reports.truth import true_links
from assets.reports.wording import NO_TRUTH

Tree = dict[str, Any]
ATTACK_READS = (
    Reads("raw_bookings", None),
    Reads("raw_reviews", None),
    Reads("pseudonyms", None),
    Reads("published_bookings", None),
    Reads("masked_reviews", None),
    Reads("clean_reviews", None),
    Reads("booking_review_pairs", None),
    Reads("examples", None),
)
_MODELS = {
    "quick": (NAIVE, TREES, WITHOUT_TEXT),
    "full": (NAIVE, TREES, WITHOUT_TEXT, FUSION),
}
_QUICK_SHARE = 5  # the quick profile attacks a fifth of the targets: intervals about twice as wide
_MIN_CUSTOMERS = 90  # thirty in each part: fewer train no model worth attacking
_NEEDS_TRUTH = ("review_of_known_booking", "review_of_known_guest", "booking_of_known_review")


def attack_rows(inputs: WholeInputs) -> pl.DataFrame:
    """Rows of ``privacy_attacks`` from the stored history.

    Args:
        inputs: of an asset that reads ``ATTACK_READS``.
    """
    report = inputs.settings.room("reports", ReportsSettings)
    is_quick = inputs.settings.core.profile == "quick"
    number = max(report.attack_targets // _QUICK_SHARE, 1) if is_quick else report.attack_targets
    population = Population(
        bookings=inputs.frame("raw_bookings"),
        pseudonyms=inputs.frame("pseudonyms"),
        stored=inputs.frame("published_bookings"),
        settings=inputs.settings.room("privacy", PrivacySettings),
    )
    ks = sorted({*report.attack_ks, population.settings.k})
    results = attack_bookings(population, ks, number, inputs.rng)
    results += _through_reviews(inputs, population, number)
    results += _on_models(inputs, population.settings.k, report.attack_customers // (2 if is_quick else 1))
    return table_of(results)


def _through_reviews(inputs: WholeInputs, population: Population, number: int) -> list[AttackResult]:
    masked, raw = inputs.frame("masked_reviews"), inputs.frame("raw_reviews")
    public = raw.with_columns(hash_column(raw["row_id"], "review", inputs.key).alias("review_id"))
    text = attack_review_text(masked, public, population.settings.k, number, inputs.rng)
    results = [text] if text is not None else []
    if not inputs.source.facts.knows_truth or population.stored.is_empty():
        return results
    alignment = inputs.settings.room("alignment", AlignmentSettings)
    known = latest_in_place(population.known(), "booking_id")
    places = known.select("booking_id", "hotel", pl.col("q_country").alias("country"))
    stored = latest_in_place(population.stored, "booking_id")
    stays = completed_stays(stored, alignment).select("booking_id", "stay_end")
    world = ReviewWorld(
        pairs=inputs.frame("booking_review_pairs"),
        reviews=latest_in_place(inputs.frame("clean_reviews"), "review_id").select(
            "review_id", "hotel_name", "reviewer_country", "posted_day"
        ),
        links=true_links(inputs.source.truth(inputs.as_of), inputs.key),  # type: ignore[attr-defined]
        stays=stays.join(places, on="booking_id"),
        window_days=alignment.window_days,
    )
    haystack = haystack_of(population.stored)
    return results + attack_pairs(world, haystack, known, population.settings.k, number, inputs.rng)


def _on_models(inputs: WholeInputs, k: int, customers: int) -> list[AttackResult]:
    examples = inputs.frame("examples")
    rows = examples.filter((pl.col("protocol") == PROSPECTIVE) & (pl.col("split") == "cv"))
    if rows["pseudo_customer_id"].n_unique() < _MIN_CUSTOMERS:
        rows = examples.filter(pl.col("protocol") == OBSERVED)
    names = rows["pseudo_customer_id"].unique().sort()
    if len(names) < _MIN_CUSTOMERS:
        return []
    rng = inputs.rng
    chosen = names.gather(sorted(rng.permutation(len(names))[:customers].tolist()))
    data = to_arrays(rows.filter(pl.col("pseudo_customer_id").is_in(chosen.implode())), text_dimensions(rows))
    settings = model_settings(inputs.settings)
    fit = partial(_fit, settings=settings)
    scores = membership_scores(data, _MODELS[inputs.settings.core.profile], fit, settings.seed, rng)
    return attack_membership(scores, "internal", k, rng)


def _fit(name: str, data: Any, seed: int, *, settings: Any) -> Any:
    return fit_model(name, data, settings, seed)


def attack_results(attacks: pl.DataFrame, *, knows_truth: bool) -> tuple[Tree, dict[str, str]]:
    """The branch ``privacy.attacks`` by attack, zone and k; and what was not run.

    Args:
        attacks: rows of ``privacy_attacks``.
        knows_truth: whether the source knows who wrote which review.
    """
    tree: Tree = {}
    for row in attacks.iter_rows(named=True):
        leaf: Tree = {"value": row["rate"], "low": row["low"], "high": row["high"], "guess": row["guess_rate"]}
        leaf |= {"guess_low": row["guess_low"], "guess_high": row["guess_high"], "targets": row["targets"]}
        leaf |= {
            name: row[column]
            for name, column in (
                ("outside", "outside_rate"),
                ("worst", "worst"),
                ("disclosed", "disclosed"),
                ("disclosed_right", "disclosed_right"),
            )
            if row[column] is not None
        }
        tree.setdefault(row["attack"], {}).setdefault(row["zone"], {})[f"k{row['k']}"] = leaf
    absent = _absent(attacks["attack"].to_list(), knows_truth=knows_truth)
    return ({"privacy": {"attacks": tree}} if tree else {}), {f"privacy.attacks.{name}": why for name, why in absent}


def _absent(found: Sequence[str], *, knows_truth: bool) -> list[tuple[str, str]]:
    why = "no true pair was delivered" if knows_truth else NO_TRUTH
    return [(name, why) for name in _NEEDS_TRUTH if name not in found]
