"""What is needed to explain: the kept models, the customers as a forecast sees them, their texts and an encoder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.alignment.link_rows import LINK_READS, link_rows
from assets.common.inputs import Reads, WholeInputs
from assets.customers.protocols import PROSPECTIVE
from assets.customers.units import customer_bookings, of_main_unit
from assets.embeddings.settings import EmbeddingSettings
from assets.models.estimators.registry import FUSION
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays, to_arrays
from assets.models.examples.prediction import FittedModel
from assets.models.explaining.shapley import predict_from_texts
from assets.models.explaining.texts import BOOKING, JUDGED, REVIEW, main_texts, texts_of_customers
from assets.models.networks.training import FittedNetwork
from assets.models.serving.artefacts import from_artefact
from assets.privacy.feature_rows import booking_reads

KEPT_READS = (Reads("trained_models", None), Reads("examples", None))  # of a kept model and its customers
TEXT_READS = (
    Reads("customers", None),
    *LINK_READS,
    *booking_reads(),
    Reads("clean_reviews", None),
    Reads("review_anomalies", None),
)  # of the texts that a network reads


@dataclass(frozen=True, kw_only=True)
class KeptModel:
    """A model as the store keeps it, with the customers of the latest origin.

    Attributes:
        name: of the model.
        model: trained on every example with a known target.
        text_dimensions: length of the text vectors that it reads.
        rows: prospective examples of the latest origin, by customer.
    """

    name: str
    model: FittedModel
    text_dimensions: int
    rows: pl.DataFrame

    @property
    def data(self) -> ExampleArrays:
        """The rows as arrays."""
        return to_arrays(self.rows, self.text_dimensions)


def kept_model(inputs: WholeInputs, name: str) -> KeptModel | None:
    """A model of the training in service; None where it was not kept, or where nobody can be forecast.

    Args:
        inputs: of a table that reads :data:`KEPT_READS`.
        name: of the model.
    """
    kept = inputs.frame("trained_models").filter(pl.col("model") == name)
    rows = latest_examples(of_main_unit(inputs.frame("examples")))
    if kept.is_empty() or rows.is_empty():
        return None
    artefact = inputs.resource("model_store").load(name, str(kept["version"][0]), BEHAVIOUR_COLUMNS)
    dimensions = int(artefact.payload["text_dimensions"])
    return KeptModel(name=name, model=from_artefact(artefact), text_dimensions=dimensions, rows=rows)


def latest_examples(examples: pl.DataFrame) -> pl.DataFrame:
    """The prospective examples of the latest origin: the customers as a forecast sees them, by id."""
    rows = examples.filter(pl.col("protocol") == PROSPECTIVE)
    return rows.filter(pl.col("as_of") == pl.col("as_of").max()).sort("pseudo_customer_id")


def known_texts(inputs: WholeInputs, known_by: date) -> pl.DataFrame:
    """Masked texts behind the customers' text blocks (:func:`texts_of_customers`).

    Args:
        inputs: of a table that reads :data:`TEXT_READS`.
        known_by: last day that counts.
    """
    return texts_of_customers(
        link_rows(inputs),
        customer_bookings(inputs, BOOKING),
        inputs.history("clean_reviews", REVIEW),
        inputs.history("review_anomalies", JUDGED),
        known_by=known_by,
    )


@dataclass(frozen=True, kw_only=True)
class TextBench:
    """What is needed to explain single texts.

    Attributes:
        model: name of the network.
        network: that reads them.
        data: examples with text at the latest origin.
        candidates: ``pseudo_customer_id``, ``review_id``, ``prediction``, ``text``, ``share``, ``value_segment``.
        encode: texts -> embeddings.
    """

    model: str
    network: FittedNetwork
    data: ExampleArrays
    candidates: pl.DataFrame
    encode: Callable[[Sequence[str]], NDArray[np.float32]]

    def predictor(self, candidate: Mapping[str, Any]) -> Callable[[Sequence[str]], NDArray[np.float64]]:
        """Texts -> predictions of the candidate's customer, as the text block of the example really was."""
        row = self.data.take(np.flatnonzero(self.data.customers == candidate["pseudo_customer_id"]))
        return predict_from_texts(
            self.network, row, self.encode, used=candidate["text"], share=float(candidate["share"])
        )


def text_bench(inputs: WholeInputs, name: str = FUSION) -> TextBench | None:
    """A network with the texts that its predictions used; None without model or texts.

    Args:
        inputs: of a table that reads :data:`KEPT_READS` and :data:`TEXT_READS`.
        name: of the network.
    """
    kept = kept_model(inputs, name)
    if kept is None or not isinstance(kept.model, FittedNetwork) or not kept.rows["has_text"].any():
        return None
    rows = kept.rows.filter(pl.col("has_text"))
    data = to_arrays(rows, kept.text_dimensions)
    segments = inputs.frame("customers").select("pseudo_customer_id", "value_segment")
    candidates = (
        rows.select("pseudo_customer_id")
        .with_columns(prediction=kept.model.predict(data).value)
        .join(main_texts(known_texts(inputs, rows["as_of"][0])), on="pseudo_customer_id", how="inner")
        .join(segments, on="pseudo_customer_id", how="inner")
        .sort("pseudo_customer_id")
    )
    tier = inputs.settings.room("embeddings", EmbeddingSettings)
    # Not through the cache: perturbed texts are never asked for again.
    encoder = inputs.resource("encoders").encoder(tier.tier, model=tier.model, pooling=tier.pooling)
    return TextBench(
        model=name,
        network=kept.model,
        data=data,
        candidates=candidates,
        encode=lambda texts: encoder.encode(list(texts)),
    )
