"""The attack suite over the stored tables. Knows the shell's inputs, not Dagster.

The only place of the reports that reads ``restricted``: to draw targets and to know whether an attack was right.
What is stored of it are rates.
"""

from functools import partial
from typing import Any

import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import completed_stays
from assets.common.inputs import Reads, WholeInputs
from assets.common.versions import latest_in_place
from assets.customers.protocols import OBSERVED, PROSPECTIVE
from assets.customers.units import of_main_unit
from assets.models.estimators.registry import FUSION, NAIVE, TREES, WITHOUT_TEXT
from assets.models.estimators.spec import fit_model
from assets.models.examples.dataset import text_dimensions, to_arrays
from assets.models.settings import model_settings
from assets.privacy.pseudonyms import hash_column
from assets.privacy.settings import PrivacySettings
from assets.studies.attacks.membership import attack_membership, membership_scores
from assets.studies.attacks.pairs import ReviewWorld, attack_pairs, attack_review_text
from assets.studies.attacks.rates import AttackResult, table_of
from assets.studies.attacks.search import haystack_of
from assets.studies.attacks.stored_views import VIEW_READS, attack_views
from assets.studies.attacks.suite import Population, attack_bookings
from assets.studies.matched_links import every_room
from assets.studies.measure_links import STAY_OF_ROOM
from assets.studies.settings import StudiesSettings
from assets.studies.truth import true_links, truth_of

Tree = dict[str, Any]
ATTACK_READS = (
    Reads("raw_bookings", None),
    Reads("raw_reviews", None),
    Reads("pseudonyms", None),
    Reads("labelled_bookings", None),
    Reads("stays", None),
    Reads("masked_reviews", None),
    Reads("clean_reviews", None),
    Reads("booking_review_pairs", None),
    Reads("examples", None),
    *VIEW_READS,
)
_MODELS = {
    "quick": (NAIVE, TREES, WITHOUT_TEXT),
    "full": (NAIVE, TREES, WITHOUT_TEXT, FUSION),
}
_QUICK_SHARE = 5  # the quick profile attacks a fifth of the targets: intervals about twice as wide
_MIN_CUSTOMERS = 90  # thirty in each part: fewer train no model worth attacking


def attack_rows(inputs: WholeInputs) -> pl.DataFrame:
    """Rows of ``privacy_attacks`` from the stored history.

    Args:
        inputs: of an asset that reads ``ATTACK_READS``.
    """
    report = inputs.settings.room("studies", StudiesSettings)
    is_quick = inputs.settings.core.profile == "quick"
    number = max(report.attack_targets // _QUICK_SHARE, 1) if is_quick else report.attack_targets
    population = Population(
        bookings=inputs.frame("raw_bookings"),
        pseudonyms=inputs.frame("pseudonyms"),
        stored=inputs.frame("labelled_bookings"),
        settings=inputs.settings.room("privacy", PrivacySettings),
    )
    ks = sorted({*report.attack_ks, population.settings.k})
    results = attack_bookings(population, ks, number, inputs.rng)
    results += attack_views(inputs, population, number)
    results += _through_reviews(inputs, population, number)
    results += _on_models(inputs, population.settings.k, report.attack_customers // (2 if is_quick else 1))
    return table_of(results)


def _through_reviews(inputs: WholeInputs, population: Population, number: int) -> list[AttackResult]:
    masked, raw = inputs.frame("masked_reviews"), inputs.frame("raw_reviews")
    public = raw.with_columns(hash_column(raw["row_id"], "review", inputs.key).alias("review_id"))
    text = attack_review_text(masked, public, population.settings.k, number, inputs.rng)
    results = [text] if text is not None else []
    truth = truth_of(inputs.source, inputs.as_of)
    if truth is None or population.stored.is_empty():
        return results
    alignment = inputs.settings.room("alignment", AlignmentSettings)
    known = latest_in_place(population.known(), "booking_id")
    places = known.select("booking_id", "hotel", pl.col("q_country").alias("country"))
    stored = latest_in_place(population.stored, "booking_id")
    stays = completed_stays(stored, alignment).select("booking_id", "stay_end")
    world = ReviewWorld(
        # Whoever holds the pairs finds the stay of any of its rooms.
        pairs=every_room(inputs.frame("booking_review_pairs"), inputs.history("stays", STAY_OF_ROOM)),
        reviews=latest_in_place(inputs.frame("clean_reviews"), "review_id").select(
            "review_id", "hotel_name", "reviewer_country", "posted_day"
        ),
        links=true_links(truth, inputs.key),
        stays=stays.join(places, on="booking_id"),
        window_days=alignment.window_days,
    )
    haystack = haystack_of(population.stored)
    return results + attack_pairs(world, haystack, known, population.settings.k, number, inputs.rng)


def _on_models(inputs: WholeInputs, k: int, customers: int) -> list[AttackResult]:
    examples = of_main_unit(inputs.frame("examples"))
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
    return attack_membership(scores, "restricted", k, rng)


def _fit(name: str, data: Any, seed: int, *, settings: Any) -> Any:
    return fit_model(name, data, settings, seed)
