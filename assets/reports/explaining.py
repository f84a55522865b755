"""What needs a trained model to be shown: influence of features, words behind single forecasts, examples."""

from functools import partial

import polars as pl

from assets.common.inputs import WholeInputs
from assets.embeddings.settings import EmbeddingSettings
from assets.models.artefacts import from_artefact
from assets.models.baselines import BoostedTrees
from assets.models.dataset import BEHAVIOUR_COLUMNS, to_arrays
from assets.models.explain import predict_from_texts, shap_values
from assets.models.prediction import FittedModel
from assets.models.settings import model_settings
from assets.models.training import FittedNetwork
from assets.reports.explanations import explain_text, representative_customers, texts_of_customers
from assets.reports.gather import long_shap
from assets.reports.inputs import TextExplanation
from assets.reports.settings import ReportsSettings


def trained(inputs: WholeInputs, name: str) -> tuple[FittedModel, int] | None:
    """A kept model and the length of the text vectors it reads; None when it was not trained."""
    rows = inputs.frame("trained_models").filter(pl.col("model") == name)
    if rows.is_empty():
        return None
    artefact = inputs.resource("model_store").load(name, str(rows["version"][0]), BEHAVIOUR_COLUMNS)
    return from_artefact(artefact), int(artefact.payload["text_dimensions"])


def latest_examples(examples: pl.DataFrame) -> pl.DataFrame:
    """The prospective examples of the latest origin: the customers as a forecast sees them."""
    rows = examples.filter(pl.col("protocol") == "prospective")
    return rows.filter(pl.col("as_of") == pl.col("as_of").max()).sort("pseudo_customer_id")


def tree_influence(inputs: WholeInputs, limit: int) -> pl.DataFrame | None:
    """Exact SHAP values of the boosted trees at the latest origin, long; None without the model."""
    found, rows = trained(inputs, "lightgbm"), latest_examples(inputs.frame("examples"))
    if found is None or rows.is_empty() or not isinstance(found[0], BoostedTrees):
        return None
    return long_shap(shap_values(found[0], to_arrays(rows, found[1])), rows, limit)


def explained_texts(inputs: WholeInputs, settings: ReportsSettings) -> tuple[TextExplanation, ...]:
    """LIME for one customer of each value segment that has a text; empty without the fusion model."""
    found, rows = trained(inputs, "gated_fusion"), latest_examples(inputs.frame("examples"))
    if found is None or rows.is_empty() or not isinstance(found[0], FittedNetwork):
        return ()
    network, dimensions = found[0], found[1]
    known_by = rows["as_of"][0]
    texts = texts_of_customers(
        inputs.frame("booking_review_pairs").filter(pl.col("delivery_day") <= known_by),
        inputs.frame("published_bookings"),
        inputs.frame("clean_reviews"),
        inputs.frame("review_anomalies"),
    )
    rows = rows.filter(pl.col("has_text"))
    segments = inputs.frame("customers").select("pseudo_customer_id", "value_segment")
    candidates = (
        rows.select("pseudo_customer_id")
        .with_columns(prediction=network.predict(to_arrays(rows, dimensions)).value)
        .join(texts, on="pseudo_customer_id", how="inner")
        .join(segments, on="pseudo_customer_id", how="inner")
        .sort("pseudo_customer_id")
    )
    tier = inputs.settings.room("embeddings", EmbeddingSettings)
    encode = partial(_encode, inputs, tier)
    explained = []
    for row in representative_customers(candidates, settings.lime_min_words).iter_rows(named=True):
        example = to_arrays(rows.filter(pl.col("pseudo_customer_id") == row["pseudo_customer_id"]), dimensions)
        explained.append(
            explain_text(
                row["text"],
                predict_from_texts(network, example, encode),
                words=settings.lime_words,
                samples=settings.lime_samples,
                seed=inputs.settings.core.seed,
                segment=row["value_segment"],
            )
        )
    return tuple(explained)


def _encode(inputs: WholeInputs, tier: EmbeddingSettings, texts):  # noqa: ANN001, ANN202
    # Not through the cache: perturbed texts are never asked for again.
    encoder = inputs.resource("encoders").encoder(tier.tier, model=tier.model, pooling=tier.pooling)
    return encoder.encode(list(texts))


def fusion_settings(inputs: WholeInputs) -> dict[str, str]:
    """The settings of the fusion model under the names of table 10 of paper 001."""
    settings = model_settings(inputs.settings)
    found = trained(inputs, "gated_fusion")
    return {
        "Learning rate": f"{settings.learning_rate:g}",
        "Behavioural hidden layers": str(list(settings.behaviour_layers)),
        "Textual embedding size": str(found[1]) if found else "none",
        "Attention projection size": str(settings.text_width),
        "Batch size": str(settings.batch_size),
        "Dropout probability": f"{settings.dropout:g}",
        "Weight decay": f"{settings.weight_decay:g}",
        "Optimiser": "Adam",
    }
