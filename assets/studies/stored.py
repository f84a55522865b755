"""Studies: what an asset hands to the pure experiments. Knows the inputs of the shell, not Dagster."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.alignment.stay_rows import room_settings, stay_rows
from assets.common.inputs import Reads, WholeInputs, days_between
from assets.common.versions import latest_in_place
from assets.customers.protocols import plan_origins
from assets.customers.settings import CustomerSettings
from assets.models.examples.text_block import review_table
from assets.models.settings import QUICK, ModelSettings
from assets.privacy.release_errors import release_errors
from assets.privacy.releases import restricted_bookings
from assets.privacy.settings import PrivacySettings
from assets.studies.alignment_evidence import (
    QUICK_DAYS,
    WINDOWS,
    LinkageWorld,
    evidence_rows,
    newest,
    with_oracle,
)
from assets.studies.measure_links import ORACLE_READS, stored_oracle_figures
from assets.studies.price_of_privacy import ROW_SCHEMA, VARIANTS, StudySettings, Variant, World, label_study
from assets.studies.truth import true_links, truth_of
from resources.settings import build_section

Tree = dict[str, Any]
EPSILONS = (0.1, 0.5, 1.0, 2.0)  # of one release; the setting's own allotments lie between the first two
_DRAWS = 200
PRICE_READS = (
    Reads("raw_bookings", None),
    Reads("pseudonyms", None),
    Reads("clean_reviews", None),
    Reads("review_embeddings", None),
    Reads("review_anomalies", None),
    Reads("review_anomaly_parts", None),
)


def price_rows(inputs: WholeInputs, variants: Sequence[Variant] = VARIANTS) -> pl.DataFrame:
    """Rows of ``price_of_privacy`` from the stored history.

    Networks train with the settings of the quick profile, whatever the run's: seven worlds are compared with each
    other, not with the tables of the main chapters.
    """
    bookings = inputs.frame("raw_bookings")
    core, facts = inputs.settings.core, inputs.source.facts
    customers = inputs.settings.room("customers", CustomerSettings)
    first_day = bookings["delivery_day"].min() or inputs.as_of
    truth = truth_of(inputs.source, inputs.as_of)
    world = World(
        bookings=bookings,
        pseudonyms=inputs.frame("pseudonyms"),
        clean_reviews=inputs.frame("clean_reviews"),
        reviews=review_table(
            inputs.frame("review_embeddings"),
            inputs.frame("review_anomalies"),
            inputs.frame("review_anomaly_parts"),
            inputs.frame("clean_reviews"),
        ),
        hotels=inputs.source.hotels(),
        links=true_links(truth, inputs.key) if truth is not None else None,
        days=days_between(inputs.first_day, inputs.as_of),
        plan=plan_origins(first_day, inputs.as_of, customers, is_public=facts.is_published),  # type: ignore[arg-type]
    )
    settings = StudySettings(
        privacy=inputs.settings.room("privacy", PrivacySettings),
        alignment=inputs.settings.room("alignment", AlignmentSettings),
        customers=customers,
        models=build_section("models", ModelSettings, QUICK),
        every_days=core.fit_every_days,
    )
    return pl.concat([label_study(world, variants, settings), epsilon_rows(inputs, settings.privacy)])


def epsilon_rows(inputs: WholeInputs, settings: PrivacySettings) -> pl.DataFrame:
    """The study ``epsilon``: error of each family of released aggregates, drawn outside the ledger."""
    bookings = restricted_bookings(inputs.frame("raw_bookings"), inputs.frame("pseudonyms"))
    errors = release_errors(bookings, EPSILONS, _DRAWS, inputs.rng, settings)
    places = {epsilon: place for place, epsilon in enumerate(EPSILONS)}
    rows = [
        {"study": "epsilon", "setting": f"epsilon {row['epsilon']:g}", "place": places[row["epsilon"]],
         "measure": row["family"], "value": row["relative_error"], "low": None, "high": None}
        for row in errors.iter_rows(named=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=ROW_SCHEMA)


EVIDENCE_READS = ORACLE_READS


def alignment_evidence_rows(inputs: WholeInputs) -> pl.DataFrame:
    """Rows of ``alignment_evidence``: three windows in the full profile, the stored one in the quick profile."""
    core, settings = inputs.settings.core, room_settings(inputs)
    is_known = inputs.source.facts.knows_truth
    truth = truth_of(inputs.source, inputs.as_of)
    world = LinkageWorld(
        bookings=latest_in_place(stay_rows(inputs), "booking_id"),
        reviews=latest_in_place(inputs.frame("clean_reviews"), "review_id"),
        hotels=inputs.source.hotels(),
        days=days_between(inputs.first_day, inputs.as_of),
        links=true_links(truth, inputs.key) if truth is not None else None,
        model=inputs.source.match_model(inputs.as_of) if is_known else None,  # type: ignore[attr-defined]
    )
    own = settings.window_days
    if core.profile == "quick":
        rows = evidence_rows(newest(world, QUICK_DAYS), settings, (own,), inputs.rng)
    else:
        rows = evidence_rows(world, settings, tuple(sorted({own, *WINDOWS})), inputs.rng)
    return with_oracle(rows, stored_oracle_figures(inputs))
