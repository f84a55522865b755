"""Between trained models and what the model store keeps."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import lightgbm
import numpy as np
import torch

from assets.customers.scaling import Bounds
from assets.models.estimators.anchored import AnchoredTrees
from assets.models.estimators.baselines import BoostedTrees, SameAsPast
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import FittedModel
from assets.models.examples.target import TargetScale
from assets.models.networks.training import PLANS, FittedNetwork, Scalers, build_network
from assets.models.settings import ModelSettings, shaping_values
from resources.errors import ContractError
from resources.model_store import Artefact, check_features
from resources.settings import build_section

_TEXT_MEAN, _TEXT_SPREAD, _TEXT_AXES = "scaler.text_mean", "scaler.text_spread", "scaler.text_axes"
_WEIGHT = "network."


def data_version(data: ExampleArrays) -> str:
    """Hash of training rows: ids, days, features, text, targets."""
    digest = hashlib.sha256("\n".join(data.customers.tolist()).encode())
    for array in (
        data.as_of.astype(np.int64),
        data.behaviour,
        data.text,
        data.has_text,
        data.text_weight,
        data.past,
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
    own, tensors = _parts_of(model)
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in shaping_values(settings).items()}
    return Artefact(
        model=name,
        features=BEHAVIOUR_COLUMNS,
        settings=plain,
        metrics=metrics,
        data_version=data,
        known_from=known_from,
        payload={**payload, **own},
        tensors=tensors,
        trees=model.booster.model_to_string() if isinstance(model, BoostedTrees | AnchoredTrees) else None,
    )


def _parts_of(model: FittedModel) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Payload and tensors of a network, payload of anchored trees; nothing for other models."""
    if isinstance(model, AnchoredTrees):
        return {"floor": model.floor, "reads_text": model.reads_text}, {}
    if not isinstance(model, FittedNetwork):
        return {}, {}
    scalers = model.scalers
    payload = {
        "plan": model.plan.name,
        "behaviour": scalers.behaviour.payload(),
        "target": scalers.target.payload(),
        "past_floor": scalers.floor,
        "text_inputs": len(scalers.text_spread),
        "epochs": model.epochs,
    }
    state = model.network.state_dict()
    tensors = {f"{_WEIGHT}{key}": value.detach().numpy() for key, value in state.items()}
    if scalers.text_axes is not None:
        tensors[_TEXT_AXES] = scalers.text_axes
    return payload, tensors | {_TEXT_MEAN: scalers.text_mean, _TEXT_SPREAD: scalers.text_spread}


def from_artefact(artefact: Artefact) -> FittedModel:
    """The model that an artefact holds.

    Raises:
        ContractError: it was trained on other features than this version computes, or holds no known model.
    """
    check_features(artefact.features, BEHAVIOUR_COLUMNS)
    if artefact.model == "same_as_past":
        return SameAsPast()
    if artefact.trees is not None:
        booster = lightgbm.Booster(model_str=artefact.trees)
        if "floor" not in artefact.payload:
            return BoostedTrees(booster)
        floor, reads_text = float(artefact.payload["floor"]), bool(artefact.payload["reads_text"])
        return AnchoredTrees(booster=booster, floor=floor, reads_text=reads_text)
    if "plan" not in artefact.payload:
        message = f"artefact of model {artefact.model!r} holds neither trees nor a network; train it again"
        raise ContractError(message)
    return _network_of(artefact)


def _network_of(artefact: Artefact) -> FittedNetwork:
    settings = settings_of(artefact)
    plan = PLANS[artefact.payload["plan"]]
    network = build_network(plan, int(artefact.payload["text_inputs"]), settings)
    weights = {name: array for name, array in artefact.tensors.items() if name.startswith(_WEIGHT)}
    network.load_state_dict(
        {name.removeprefix(_WEIGHT): torch.from_numpy(array.copy()) for name, array in weights.items()}
    )
    scalers = Scalers(
        behaviour=Bounds.from_payload(artefact.payload["behaviour"]),
        text_mean=artefact.tensors[_TEXT_MEAN],
        text_axes=artefact.tensors.get(_TEXT_AXES),
        text_spread=artefact.tensors[_TEXT_SPREAD],
        target=TargetScale(**artefact.payload["target"]),
        text_shrinkage=settings.text_shrinkage,
        floor=float(artefact.payload.get("past_floor", 1.0)),
    )
    return FittedNetwork(
        plan=plan, network=network.eval(), scalers=scalers, settings=settings, epochs=int(artefact.payload["epochs"])
    )


def settings_of(artefact: Artefact) -> ModelSettings:
    """The settings that a model was trained with."""
    return build_section("models", ModelSettings, artefact.settings)
