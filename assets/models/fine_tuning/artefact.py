"""Between a model trained end to end and what the model store keeps: weights and JSON, no pickle."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np
import torch

from assets.models.fine_tuning.data import LinkedExamples
from assets.models.fine_tuning.loop import FineTuned
from assets.models.fine_tuning.network import PooledEncoder, TextModel, encoder_facts, encoder_of
from assets.models.networks.training import FittedNetwork
from assets.models.serving.artefacts import data_version, from_artefact, to_artefact
from resources.errors import ContractError
from resources.model_store import FINE_TUNED, Artefact

_WEIGHT, _TOKENIZER = "encoder.", "tokenizer"
_SETTINGS = "fine_tuning_"


def to_tuned_artefact(
    tuned: FineTuned,
    data: LinkedExamples,
    tokenizer: str,
    *,
    metrics: Mapping[str, float | None],
    known_from: date,
    facts: Mapping[str, Any],
) -> Artefact:
    """The model as the store keeps it.

    Args:
        tuned: trained.
        data: its training rows.
        tokenizer: in the JSON form of the library ``tokenizers``.
        metrics: of its test rows.
        known_from: first day on which every row it learned from had been delivered.
        facts: further JSON-able ones.

    Raises:
        ContractError: it was trained on stored vectors, without an encoder.
    """
    fitted, encoder = tuned.model.fitted, tuned.model.encoder
    if not isinstance(encoder, PooledEncoder):
        message = f"a model above {type(encoder).__name__} has no encoder to keep; keep the network alone"
        raise ContractError(message)
    own = {name: value for name, value in asdict(fitted.settings).items() if name.startswith(_SETTINGS)}
    payload = {
        **facts,
        "encoder": encoder_facts(encoder),
        "padding": data.padding,
        "fine_tuning": own,
        "precision": tuned.precision,
        "losses": [[epoch.training, epoch.validation] for epoch in tuned.epochs],
    }
    packed = to_artefact(
        fitted.plan.name + FINE_TUNED, fitted, fitted.settings, metrics=metrics, data=_version_of(data),
        known_from=known_from, payload=payload,
    )  # fmt: skip
    weights = {f"{_WEIGHT}{name}": value.detach().cpu().numpy() for name, value in encoder.state_dict().items()}
    words = np.frombuffer(tokenizer.encode(), dtype=np.uint8)
    return replace(packed, tensors={**packed.tensors, **weights, _TOKENIZER: words})


def _version_of(data: LinkedExamples) -> str:
    digest = hashlib.sha256(data_version(data.arrays).encode())
    digest.update("\n".join(data.links.texts).encode())
    for array in (data.links.row, data.links.text, data.links.share):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def from_tuned_artefact(artefact: Artefact) -> tuple[TextModel, str]:
    """The model that an artefact holds, on the processor, and its tokenizer.

    Raises:
        ContractError: it holds no encoder, or was trained on other features than this version computes.
    """
    if _TOKENIZER not in artefact.tensors:
        message = f"artefact of model {artefact.model!r} holds no encoder; load it as any other model"
        raise ContractError(message)
    fitted = from_artefact(artefact)
    assert isinstance(fitted, FittedNetwork)  # to_tuned_artefact packs nothing else
    encoder = encoder_of(artefact.payload["encoder"])
    encoder.load_state_dict(
        {name.removeprefix(_WEIGHT): torch.from_numpy(array.copy())
         for name, array in artefact.tensors.items() if name.startswith(_WEIGHT)}
    )  # fmt: skip
    return TextModel(encoder=encoder, fitted=fitted), artefact.tensors[_TOKENIZER].tobytes().decode()
