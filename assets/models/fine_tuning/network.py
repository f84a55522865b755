"""A text encoder and a fusion network as one: texts in as word pieces, value out, gradients all the way down.

The network above the encoder is the one that is trained on stored embeddings, with the same scalers. The text of a
customer is made by the same rule too: the mean of the reviews' unit vectors, weighted by match probability.
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assets.models.examples.dataset import BEHAVIOUR, TEXT
from assets.models.examples.prediction import Prediction
from assets.models.examples.target import level_of
from assets.models.fine_tuning.data import LinkedExamples
from assets.models.fine_tuning.team import Team
from assets.models.networks.fusion import VALUE, FusionNetwork, parameter_count
from assets.models.networks.training import FittedNetwork, NetworkPlan, Scalers, deterministic_torch, fit_network
from assets.models.settings import ModelSettings
from resources.errors import ContractError

_TEXTS_AT_ONCE = 64  # of like length, when nothing is trained; fixed, so that a vector never depends on the team


class TextEncoder(nn.Module):
    """Word pieces in, one unit vector per text out.

    Attributes:
        width: of the vectors.
    """

    width: int

    def checkpoint(self, *, on: bool) -> None:
        """Whether activations of the layers are computed again on the way back instead of kept."""


class PooledEncoder(TextEncoder):
    """A Hugging Face encoder whose tokens are pooled into one unit vector per text.

    Args:
        encoder: gives ``last_hidden_state``.
        pooling: ``mean`` or ``first``, as the embeddings room pools.
    """

    def __init__(self, encoder: nn.Module, pooling: str) -> None:
        super().__init__()
        if getattr(encoder, "pooler", None) is not None:
            # Its output is not read, and weights without gradients would stop several processes.
            encoder.pooler = None  # type: ignore[assignment]
        self.encoder = encoder
        self.pooling = pooling
        self.width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]

    def checkpoint(self, *, on: bool) -> None:
        """Source: Chen, Xu, Zhang, Guestrin 2016, arXiv:1604.06174."""
        if on:
            self.encoder.gradient_checkpointing_enable({"use_reentrant": False})  # type: ignore[operator]
        else:
            self.encoder.gradient_checkpointing_disable()  # type: ignore[operator]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(texts, tokens) word pieces, (texts, tokens) 0 or 1 -> (texts, d) float32, unit norm."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()  # (texts, tokens, d)
        if self.pooling == "first":
            pooled = hidden[:, 0]  # (texts, d)
        else:
            weights = mask.unsqueeze(-1).float()  # (texts, tokens, 1)
            pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1)  # (texts, d)
        return nn.functional.normalize(pooled, dim=1)


class StoredVectors(TextEncoder):
    """Vectors as they are in the place of an encoder: the same training, with nothing to learn below the network.

    Args:
        vectors: (texts, d) unit vectors; a text's only word piece is its row.
    """

    vectors: Tensor

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.from_numpy(vectors), persistent=False)
        self.width = vectors.shape[1]

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002 - as of any encoder
        """(texts, 1) rows -> (texts, d)."""
        return self.vectors[ids[:, 0]]


class EndToEndNetwork(nn.Module):
    """Encoder, the fitted scaling of its vectors, fusion network.

    Args:
        encoder: trained on.
        fusion: trained on, with blocks behaviour and text.
        scalers: of the fusion network; they stay as they were fitted.
    """

    text_mean: Tensor
    text_axes: Tensor
    text_spread: Tensor

    def __init__(self, encoder: TextEncoder, fusion: FusionNetwork, scalers: Scalers) -> None:
        super().__init__()
        self.encoder, self.fusion = encoder, fusion
        axes = np.eye(len(scalers.text_mean), dtype=np.float32) if scalers.text_axes is None else scalers.text_axes
        self.register_buffer("text_mean", torch.from_numpy(scalers.text_mean.copy()))  # (d + 2,)
        self.register_buffer("text_axes", torch.from_numpy(axes.copy()))  # (d + 2, inputs)
        self.register_buffer("text_spread", torch.from_numpy(scalers.text_spread.copy()))  # (inputs,)

    def forward(
        self,
        ids: Tensor,
        mask: Tensor,
        shares: Tensor,
        extras: Tensor,
        evidence: Tensor,
        behaviour: Tensor,
        has_text: Tensor,
    ) -> Tensor:
        """What the value head puts out.

        Args:
            ids: (texts, tokens) word pieces.
            mask: (texts, tokens) 1 for those that are read.
            shares: (rows, texts) float32, of each text in a row's text.
            extras: (rows, 2) float32, polarity and score.
            evidence: (rows,) float32, ``evidence_share``.
            behaviour: (rows, features) float32, scaled.
            has_text: (rows,) bool.

        Returns:
            (rows, outputs) float32.
        """
        vectors = self.encoder(ids, mask)  # (texts, d)
        with torch.autocast(vectors.device.type, enabled=False):  # small, and read by exp: full precision
            text = torch.cat([shares @ vectors, extras], dim=1) - self.text_mean  # (rows, d + 2)
            text = text @ self.text_axes / self.text_spread * evidence.unsqueeze(1)  # (rows, inputs)
            present = {BEHAVIOUR: torch.ones_like(has_text), TEXT: has_text}
            return self.fusion({BEHAVIOUR: behaviour, TEXT: text}, present)[0][VALUE]


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """An encoder with the network above it, ready to predict.

    Attributes:
        encoder: of the texts, on the team's device.
        fitted: network and scalers.
    """

    encoder: TextEncoder
    fitted: FittedNetwork

    @property
    def parameters(self) -> int:
        """Number of trained values, the encoder's among them."""
        return self.fitted.parameters + parameter_count(self.encoder)

    def predict(self, data: LinkedExamples, team: Team | None = None) -> Prediction:
        """Predicted value and gate in row order, in single precision; every member of a team must ask."""
        team = team or Team()
        with seeded(team, self.fitted.settings):
            vectors = embedded(self.encoder, data, team)
        return self.fitted.predict(data.with_vectors(vectors))


def padded(pieces: Sequence[Sequence[int]], padding: int) -> tuple[Tensor, Tensor]:
    """Word pieces (texts, tokens) filled up to the longest text, and the mask of those that are read."""
    width = max((len(row) for row in pieces), default=1)
    ids = torch.full((len(pieces), max(width, 1)), padding, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    mask[:, 0] = 1  # a text without pieces attends to its own first place, so that nothing is divided by zero
    for row, own in enumerate(pieces):
        ids[row, : len(own)] = torch.tensor(own, dtype=torch.int64)
        mask[row, : len(own)] = 1
    return ids, mask


def embedded(encoder: TextEncoder, data: LinkedExamples, team: Team) -> NDArray[np.float32]:
    """(texts, d) unit vectors of the texts that the examples read, zeros for others; the team shares the work.

    Batches hold texts of like length and are the same for every size of the team.
    """
    used = np.unique(data.links.text)
    order = used[np.argsort([len(data.pieces[at]) for at in used], kind="stable")] if len(used) else used
    vectors = torch.zeros(len(data.pieces), encoder.width, device=team.device)
    was_training = encoder.training
    encoder.eval()
    with torch.no_grad():
        for number, start in enumerate(range(0, len(order), _TEXTS_AT_ONCE)):
            if number % team.size != team.place:
                continue
            at = order[start : start + _TEXTS_AT_ONCE]
            ids, mask = padded([data.pieces[text] for text in at], data.padding)
            vectors[torch.from_numpy(at).to(team.device)] = encoder(ids.to(team.device), mask.to(team.device))
    encoder.train(was_training)
    return team.total(vectors).cpu().numpy()


@contextmanager
def seeded(team: Team, settings: ModelSettings, seed: int | None = None) -> Iterator[None]:
    """Seeded torch; on a CPU also deterministic, on ``settings.threads`` threads. The caller's state comes back."""
    own = settings.seed if seed is None else seed
    if not team.is_on_card:
        with deterministic_torch(own, settings.threads):
            yield
        return
    card = torch.device(team.device).index or 0  # cards add up in any order: equal bytes are not promised there
    with torch.random.fork_rng(devices=[card]):
        torch.manual_seed(own)
        yield


def frozen_model(
    plan: NetworkPlan, encoder: TextEncoder, data: LinkedExamples, settings: ModelSettings, seed: int, team: Team
) -> TextModel:
    """The network trained on what the encoder says as it is; where end-to-end training starts.

    Args:
        plan: with blocks behaviour and text.
        encoder: on the team's device; it is not changed.
        data: training rows.
        settings: of the room.
        seed: as of ``fit_network``.
        team: every member does the same and gets the same.

    Raises:
        ContractError: the plan reads no text, or no behaviour.
    """
    if set(plan.blocks) != {BEHAVIOUR, TEXT} or plan.is_blind:
        message = f"end-to-end training needs a network of behaviour and text, {plan.name} reads {list(plan.blocks)}"
        raise ContractError(message + "; take gated_fusion or gated_fusion_anchored")
    with seeded(team, settings, seed):
        vectors = embedded(encoder, data, team)
    return TextModel(encoder=encoder, fitted=fit_network(plan, data.with_vectors(vectors), settings, seed))


def end_to_end(start: TextModel, team: Team) -> EndToEndNetwork:
    """The model as one trainable network; the encoder is the model's own, the network above it a copy."""
    fusion = copy.deepcopy(start.fitted.network)
    return EndToEndNetwork(start.encoder, fusion, start.fitted.scalers).to(team.device)


def tuned_model(start: TextModel, network: EndToEndNetwork, epochs: int) -> TextModel:
    """The trained network as a model that predicts, at a level that is not set yet."""
    fusion = copy.deepcopy(network.fusion).cpu().eval()
    return TextModel(encoder=network.encoder, fitted=replace(start.fitted, network=fusion, epochs=epochs, level=1.0))


def levelled(model: TextModel, data: LinkedExamples, team: Team) -> TextModel:
    """The model with the total of its training rows right, as every network has it; every member of a team must ask."""
    level = team.told_by_first(level_of(data.arrays.target, model.predict(data, team).value))
    return replace(model, fitted=replace(model.fitted, level=level))


def encoder_facts(encoder: PooledEncoder) -> dict[str, Any]:
    """Configuration and pooling, JSON-able, without the folder that it came from."""
    config: Mapping[str, Any] = json.loads(encoder.encoder.config.to_json_string(use_diff=False))  # type: ignore[union-attr, operator]
    kept = {name: value for name, value in sorted(config.items()) if not name.startswith("_") and value is not None}
    return {"pooling": encoder.pooling, "config": kept}


def encoder_of(facts: Mapping[str, Any]) -> PooledEncoder:
    """An encoder of that configuration, its weights still to be loaded."""
    from transformers import AutoConfig, AutoModel

    config = dict(facts["config"])
    with torch.random.fork_rng(devices=[]):
        network = AutoModel.from_config(AutoConfig.for_model(config.pop("model_type"), **config))
    return PooledEncoder(network, facts["pooling"]).eval()
