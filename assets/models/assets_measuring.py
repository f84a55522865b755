"""What the models room measures of itself, in Dagster: findings, and why its models predict what they predict."""

from functools import partial

import polars as pl

from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.common.declaration import ENCODERS
from assets.common.findings import finding_rows, merged
from assets.common.measuring import findings_asset
from assets.common.seeding import generator_of
from assets.customers.group_figures import minimum_customers
from assets.customers.monthly_views import cells_hold_k
from assets.customers.units import of_main_unit
from assets.models.checks_explaining import (
    validate_curves,
    validate_explained_texts,
    validate_faithfulness,
    validate_influence,
    validate_influence_by_value,
    validate_word_influence,
)
from assets.models.contract_explaining import CUSTOMER_REVIEWS, EXPLAINED_TEXTS, FEATURE_INFLUENCE, MODELS_FINDINGS
from assets.models.contract_serving import CUSTOMER_VALUE
from assets.models.contract_told import FORECAST_CURVES, INFLUENCE_BY_VALUE, WORD_INFLUENCE, WORDS_BY_VALUE
from assets.models.estimators.boosted_trees import BoostedTrees
from assets.models.estimators.registry import FUSION, TREES
from assets.models.estimators.spec import explained_models
from assets.models.explaining.shapley import shap_values
from assets.models.explaining.value_words import words_by_value as words_that_go_with_value
from assets.models.explaining.word_influence import word_influence as influence_of_words
from assets.models.findings.bench import KEPT_READS, TEXT_READS, kept_model, known_texts, text_bench
from assets.models.findings.branches import (
    DISCLOSURES,
    STREAM,
    ModelTables,
    explanation_tree,
    fusion_settings,
    model_tree,
)
from assets.models.findings.curves import forecast_curves as curves_of
from assets.models.findings.gate import gates, withheld_gates
from assets.models.findings.influence import influence_by_value as means_by_value
from assets.models.findings.influence import influence_rows
from assets.models.findings.scores import horizon_results, score_results
from assets.models.findings.words import explained_text_rows
from assets.models.segment_pages.at_risk import at_risk_customers, at_risk_tree
from assets.models.serving.monthly_value import SHOWN_CELL, first_scored_days, value_view
from assets.models.settings import model_settings
from assets.privacy.settings import PrivacySettings

_OWNERS = ["team:models"]
_MEASURED = (
    "model_predictions",
    "model_metrics",
    "model_tuning",
    "model_ablations",
    "anomaly_sensitivity",
)


@whole_asset(contract=FEATURE_INFLUENCE, group="models", reads=KEPT_READS, validate=validate_influence,
             kinds={"lightgbm"}, owners=_OWNERS)  # fmt: skip
def feature_influence(inputs: WholeInputs) -> pl.DataFrame:
    """How far each feature moves the forecast of each customer of the latest origin (exact SHAP of the trees)."""
    kept = kept_model(inputs, TREES)
    if kept is None or not isinstance(kept.model, BoostedTrees):
        return FEATURE_INFLUENCE.empty()
    return influence_rows(TREES, shap_values(kept.model, kept.data), kept.rows)


@whole_asset(contract=CUSTOMER_REVIEWS, group="models", reads=TEXT_READS, kinds={"polars"}, owners=_OWNERS)
def customer_reviews(inputs: WholeInputs) -> pl.DataFrame:
    """Which reviews stand behind each customer's text block as of the last day, and with which share."""
    return known_texts(inputs, inputs.as_of).select(CUSTOMER_REVIEWS.names)


@whole_asset(contract=EXPLAINED_TEXTS, group="models", reads=[*KEPT_READS, *TEXT_READS],
             validate=validate_explained_texts, kinds={"pytorch"}, owners=_OWNERS, pool=ENCODERS)  # fmt: skip
def explained_texts(inputs: WholeInputs) -> pl.DataFrame:
    """Words of one masked review per value segment that move its customer's forecast (LIME of the fusion)."""
    bench = text_bench(inputs)
    if bench is None:
        return EXPLAINED_TEXTS.empty()
    return explained_text_rows(bench, model_settings(inputs.settings), inputs.settings.core.seed)


@whole_asset(contract=INFLUENCE_BY_VALUE, group="models", reads=[Reads("feature_influence", None)],
             validate=validate_influence_by_value, kinds={"polars"}, owners=_OWNERS)  # fmt: skip
def influence_by_value(inputs: WholeInputs) -> pl.DataFrame:
    """How far each feature moves forecasts, over everybody and by tenth of its value; no row of few customers."""
    return means_by_value(inputs.frame("feature_influence"), minimum_customers(inputs.settings))


@whole_asset(contract=WORD_INFLUENCE, group="models", reads=[*KEPT_READS, *TEXT_READS],
             validate=validate_word_influence, kinds={"pytorch"}, owners=_OWNERS, pool=ENCODERS)  # fmt: skip
def word_influence(inputs: WholeInputs) -> pl.DataFrame:
    """How far words move the fusion's forecasts, mean over the customers who used them; no word of few customers."""
    bench, least = text_bench(inputs), minimum_customers(inputs.settings)
    if bench is None:
        return WORD_INFLUENCE.empty()
    texts = model_settings(inputs.settings).word_texts
    return influence_of_words(bench.model, bench.candidates, bench.predictor, texts=texts, minimum=least)


@whole_asset(contract=WORDS_BY_VALUE, group="models", reads=TEXT_READS, kinds={"polars"}, owners=_OWNERS)
def words_by_value(inputs: WholeInputs) -> pl.DataFrame:
    """Words that go with high or low value beyond chance, one text per customer; no word of few customers."""
    texts = known_texts(inputs, inputs.as_of)
    return words_that_go_with_value(texts, of_main_unit(inputs.frame("customers")), minimum_customers(inputs.settings))


@whole_asset(contract=FORECAST_CURVES, group="models",
             reads=[Reads("model_predictions", None), Reads("customer_scores", 0)], validate=validate_curves,
             kinds={"numpy"}, owners=_OWNERS)  # fmt: skip
def forecast_curves(inputs: WholeInputs) -> pl.DataFrame:
    """Calibration, gain, errors and sizes of every model's forecasts over groups of customers; none of few."""
    least = minimum_customers(inputs.settings)
    return curves_of(inputs.frame("model_predictions"), inputs.frame("customer_scores"), least)


@findings_asset(
    contract=MODELS_FINDINGS,
    reads=[
        *KEPT_READS,
        *TEXT_READS,
        *(Reads(name, None) for name in _MEASURED),
        Reads("customers_findings", None),
        Reads("customer_scores", 0),
    ],
    validate=validate_faithfulness,
    kinds={"polars", "pytorch", "lightgbm"},
    owners=_OWNERS,
    pool=ENCODERS,
)
def models_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the models room measures of itself: accuracy, claims, controls, leakage, reasons and whether they hold."""
    settings, core, least = model_settings(inputs.settings), inputs.settings.core, minimum_customers(inputs.settings)
    tables = ModelTables(
        customers=of_main_unit(inputs.frame("customers")),
        examples=of_main_unit(inputs.frame("examples")),
        metrics=inputs.frame("model_metrics"),
        predictions=inputs.frame("model_predictions"),
        tuning=inputs.frame("model_tuning"),
        ablations=inputs.frame("model_ablations"),
        sensitivity=inputs.frame("anomaly_sensitivity"),
    )
    fresh = partial(generator_of, core.seed, STREAM)
    kept = [item for name in explained_models() if (item := kept_model(inputs, name)) is not None]
    width = next((item.text_dimensions for item in kept if item.name == FUSION), None)
    exposed = at_risk_customers(tables.examples, tables.customers, settings.at_risk_polarity)
    at_risk, withheld = at_risk_tree(exposed, tables.customers, least)
    scores, withheld_scores = score_results(inputs.frame("customer_scores"), least)
    tree = merged(
        at_risk,
        horizon_results(tables.examples),
        scores,
        model_tree(tables, settings, core.profile, fresh, least),
        explanation_tree(kept, text_bench(inputs), settings, core.seed, fresh),
        fusion_settings(settings, width),
    )
    withheld |= withheld_gates(gates(tables.predictions, tables.customers, tables.examples), least)
    return finding_rows(tree, DISCLOSURES, withheld | withheld_scores)


@whole_asset(contract=CUSTOMER_VALUE, group="models", reads=[Reads("customer_scores", None, is_sparse=True)],
             kinds={"polars"}, owners=["team:privacy"],
             further_checks=[cells_hold_k(CUSTOMER_VALUE.empty(), SHOWN_CELL, 2)])  # fmt: skip
def customer_value(inputs: WholeInputs) -> WholeProduced:
    """Scores of each month's first scored day in two digits, with the main reason, under ids of that month."""
    minimum = inputs.settings.room("privacy", PrivacySettings).k
    days = first_scored_days(inputs.stored_days("customer_scores"))
    views = [value_view(inputs.part("customer_scores", [day]), day, inputs.key, minimum) for day in days]
    frame = pl.concat([CUSTOMER_VALUE.empty(), *(CUSTOMER_VALUE.conform(view.rows) for view in views)])
    metadata = {"months": len(views), "customers_withheld": sum(view.withheld for view in views)}
    return WholeProduced(frame, metadata, outcomes=[cells_hold_k(frame, SHOWN_CELL, minimum)])
