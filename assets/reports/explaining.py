"""What needs a trained model to be shown: influence of features, words behind single forecasts, examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.findings import merged
from assets.common.inputs import WholeInputs
from assets.embeddings.settings import EmbeddingSettings
from assets.models.estimators.boosted_trees import BoostedTrees
from assets.models.estimators.registry import FUSION, TREES
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays, to_arrays
from assets.models.examples.prediction import FittedModel
from assets.models.explaining.faithfulness import REMOVED, word_deletion
from assets.models.explaining.shapley import predict_from_texts, shap_values
from assets.models.networks.training import FittedNetwork
from assets.models.serving.artefacts import from_artefact
from assets.models.settings import model_settings
from assets.reports.explanations import explain_text, main_texts, representative_customers, texts_of_customers
from assets.reports.gather import long_shap
from assets.reports.inputs import TextExplanation
from assets.reports.measure_explanations import deletion_results, model_explanation
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


def tree_influence(inputs: WholeInputs, limit: int) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Exact SHAP values of the boosted trees at the latest origin, long and per customer; None without the model."""
    found, rows = trained(inputs, TREES), latest_examples(inputs.frame("examples"))
    if found is None or rows.is_empty() or not isinstance(found[0], BoostedTrees):
        return None
    wide = shap_values(found[0], to_arrays(rows, found[1]))
    return long_shap(wide, rows, limit), wide


def current_texts(inputs: WholeInputs, known_by: date) -> pl.DataFrame:
    """Masked texts behind the customers' text blocks (:func:`texts_of_customers`)."""
    names = ("booking_review_pairs", "published_bookings", "clean_reviews", "review_anomalies")
    return texts_of_customers(*(inputs.frame(name) for name in names), known_by=known_by)


@dataclass(frozen=True, kw_only=True)
class TextBench:
    """What is needed to explain single texts.

    Attributes:
        network: the fusion model.
        rows: examples with text at the latest origin, by customer id.
        data: the same as arrays.
        candidates: ``pseudo_customer_id``, ``prediction``, ``text``, ``share``, ``value_segment``.
        encode: texts -> embeddings.
    """

    network: FittedNetwork
    rows: pl.DataFrame
    data: ExampleArrays
    candidates: pl.DataFrame
    encode: Callable[[Sequence[str]], NDArray[np.float32]]

    def predictor(self, candidate: Mapping[str, Any]) -> Callable[[Sequence[str]], NDArray[np.float64]]:
        """Texts -> predictions of the candidate's customer, as the text block of the example really was."""
        row = self.data.take(np.flatnonzero(self.data.customers == candidate["pseudo_customer_id"]))
        return predict_from_texts(
            self.network, row, self.encode, used=candidate["text"], share=float(candidate["share"])
        )


def text_bench(inputs: WholeInputs) -> TextBench | None:
    """The fusion model with the texts that its predictions used; None without model or texts."""
    found, rows = trained(inputs, FUSION), latest_examples(inputs.frame("examples"))
    rows = rows.filter(pl.col("has_text"))
    if found is None or rows.is_empty() or not isinstance(found[0], FittedNetwork):
        return None
    network, data = found[0], to_arrays(rows, found[1])
    segments = inputs.frame("customers").select("pseudo_customer_id", "value_segment")
    candidates = (
        rows.select("pseudo_customer_id")
        .with_columns(prediction=network.predict(data).value)
        .join(main_texts(current_texts(inputs, rows["as_of"][0])), on="pseudo_customer_id", how="inner")
        .join(segments, on="pseudo_customer_id", how="inner")
        .sort("pseudo_customer_id")
    )
    tier = inputs.settings.room("embeddings", EmbeddingSettings)
    # Not through the cache: perturbed texts are never asked for again.
    encoder = inputs.resource("encoders").encoder(tier.tier, model=tier.model, pooling=tier.pooling)
    return TextBench(
        network=network,
        rows=rows,
        data=data,
        candidates=candidates,
        encode=lambda texts: encoder.encode(list(texts)),
    )


def explained_texts(inputs: WholeInputs, settings: ReportsSettings) -> tuple[TextExplanation, ...]:
    """LIME for one customer of each value segment that has a text; empty without the fusion model."""
    bench = text_bench(inputs)
    if bench is None:
        return ()
    return tuple(
        explain_text(
            row["text"],
            bench.predictor(row),
            words=settings.lime_words,
            samples=settings.lime_samples,
            seed=inputs.settings.core.seed,
            segment=row["value_segment"],
            share=float(row["share"]),
        )
        for row in representative_customers(bench.candidates, settings.lime_min_words).iter_rows(named=True)
    )


def explanation_branch(inputs: WholeInputs, settings: ReportsSettings) -> dict[str, Any]:
    """``shapley`` and ``faithfulness`` of the boosted trees, of the fusion and of its words."""
    examples = inputs.frame("examples")
    latest = latest_examples(examples)
    tree: dict[str, Any] = {}
    for name in (FUSION, TREES):
        found = trained(inputs, name)
        if found is None or latest.is_empty() or not isinstance(found[0], FittedNetwork | BoostedTrees):
            continue
        data = to_arrays(latest, found[1])
        tree = merged(tree, model_explanation(name, found[0], data, settings, inputs.rng))
    bench = text_bench(inputs)
    if bench is not None:
        tree = merged(tree, _word_faithfulness(bench, inputs, settings))
    return {"explanations": tree} if tree else {}


def _word_faithfulness(bench: TextBench, inputs: WholeInputs, settings: ReportsSettings) -> dict[str, Any]:
    """The deletion test of LIME's words over customers evenly chosen by prediction."""
    ordered = bench.candidates.filter(pl.col("text").str.count_matches(r"\w+") >= settings.lime_min_words)
    ordered = ordered.sort("prediction", "pseudo_customer_id")
    step = max(1, -(-ordered.height // settings.faithfulness_texts))
    deletions = []
    for row in ordered.gather_every(step).iter_rows(named=True):
        predict = bench.predictor(row)
        found = explain_text(
            row["text"], predict, words=max(REMOVED), samples=settings.lime_samples, seed=inputs.settings.core.seed
        )
        deletion = word_deletion(predict, row["text"], found.words, inputs.rng, draws=settings.faithfulness_draws)
        if deletion is not None:
            deletions.append(deletion)
    return {"faithfulness": {"words": deletion_results(deletions, inputs.rng, settings.bootstrap_draws)}}


def fusion_settings(inputs: WholeInputs) -> dict[str, str]:
    """The settings of the fusion model under the names of table 10 of paper 001."""
    settings = model_settings(inputs.settings)
    found = trained(inputs, FUSION)
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
