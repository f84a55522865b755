"""Between trained models and what the model store keeps."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from assets.models.estimators.spec import ModelSpec, Storage, model_spec, spec_of
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import FittedModel
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from resources.model_store import FINE_TUNED, Artefact, check_features
from resources.settings import shaping_values


def data_version(data: ExampleArrays) -> str:
    """Hash of training rows: ids, days, features, text, targets."""
    digest = hashlib.sha256("\n".join(data.customers.tolist()).encode())
    for array in (
        data.as_of.astype(np.int64),
        data.behaviour,
        data.wide,
        data.text,
        data.has_text,
        data.text_weight,
        data.past,
        data.past_year,
        data.year_earlier,
        data.season_price,
        data.horizon_price,
        data.target,
    ):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def to_artefact(
    name: str,
    model: FittedModel,
    settings: ModelSettings,
    *,
    metrics: Mapping[str, float | None],
    data: str,
    known_from: date,
    payload: Mapping[str, Any],
) -> Artefact:
    """A trained model as the store keeps it.

    Args:
        name: of the model.
        model: trained.
        settings: it was trained with.
        metrics: of its evaluation.
        data: :func:`data_version` of its training rows.
        known_from: first day on which it may score.
        payload: further JSON-able facts (interval, horizon).
    """
    packed = _storage_of(model_spec(name.removesuffix(FINE_TUNED))).pack(model)
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in shaping_values(settings).items()}
    return Artefact(
        model=name,
        features=BEHAVIOUR_COLUMNS,
        settings=plain,
        metrics=metrics,
        data_version=data,
        known_from=known_from,
        payload={**payload, **packed.payload},
        tensors=packed.tensors,
        trees=packed.trees,
    )


def from_artefact(artefact: Artefact) -> FittedModel:
    """The model that an artefact holds.

    Raises:
        ContractError: it was trained on other features than this version computes, or holds no known model.
    """
    check_features(artefact.features, BEHAVIOUR_COLUMNS)
    return _storage_of(spec_of(artefact)).unpack(artefact)


def _storage_of(spec: ModelSpec) -> Storage:
    if spec.storage is None:
        message = f"model {spec.name!r} is compared and never kept; give its ModelSpec a storage"
        raise ContractError(message)
    return spec.storage
