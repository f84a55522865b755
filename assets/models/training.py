"""Training of fusion networks: scaling, schedule, early stopping; the same bytes on every run.

Source: paper 001, sections 2.6 (min-max) and 2.9 (MSE, Adam, dropout, weight decay, batches, early stopping).
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assets.customers.scaling import Bounds, fit_bounds, scale
from assets.models.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.fusion import BEHAVIOUR, TEXT, VALUE, FusionKind, FusionNetwork, MlpEncoder, parameter_count
from assets.models.prediction import Prediction, non_negative
from assets.models.settings import ModelSettings
from assets.models.splits import validation_rows
from assets.models.target import TargetScale, fit_target_scale

_MIN_CUSTOMERS_TO_VALIDATE = 10  # with fewer, training runs all epochs: there is nobody to validate on
_FLOOR = 1e-6  # spread below which a text dimension counts as constant


@dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """Which blocks a network reads and how it joins them."""

    name: str
    blocks: tuple[str, ...]
    fusion: FusionKind


PLANS = {
    plan.name: plan
    for plan in (
        NetworkPlan(name="behaviour_mlp", blocks=(BEHAVIOUR,), fusion=FusionKind.SINGLE),
        NetworkPlan(name="text_only", blocks=(TEXT,), fusion=FusionKind.SINGLE),
        NetworkPlan(name="concatenation", blocks=(BEHAVIOUR, TEXT), fusion=FusionKind.CONCATENATION),
        NetworkPlan(name="gated_fusion", blocks=(BEHAVIOUR, TEXT), fusion=FusionKind.GATED),
    )
}


@dataclass(frozen=True, kw_only=True)
class Scalers:
    """Everything fitted on training rows before the network sees them."""

    behaviour: Bounds
    text_mean: NDArray[np.float32]  # (d + 2,), over training rows with text
    text_spread: NDArray[np.float32]  # (d + 2,)
    target: TargetScale


@dataclass(frozen=True, kw_only=True)
class FittedNetwork:
    """A trained network with its scalers."""

    plan: NetworkPlan
    network: FusionNetwork
    scalers: Scalers
    settings: ModelSettings
    epochs: int

    @property
    def parameters(self) -> int:
        """Number of trained values."""
        return parameter_count(self.network)

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value, and the gate for gated fusion, in row order."""
        blocks, present = to_tensors(data, self.scalers)
        with deterministic_torch(self.settings.seed, self.settings.threads), torch.inference_mode():
            self.network.eval()
            heads, weights = self.network(blocks, present)
        value = non_negative(self.scalers.target.backward(heads[VALUE].squeeze(1).numpy().astype(np.float64)))
        gated = self.plan.fusion is FusionKind.GATED
        return Prediction(value=value, gate=weights[:, 0].numpy().astype(np.float64) if gated else None)


@contextmanager
def deterministic_torch(seed: int, threads: int) -> Iterator[None]:
    """Seeded torch on a fixed number of threads with deterministic algorithms; the caller's state comes back."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(mode=True)
        try:
            yield
        finally:
            torch.set_num_threads(before[0])
            torch.use_deterministic_algorithms(mode=before[1])


def fit_scalers(data: ExampleArrays, settings: ModelSettings) -> Scalers:
    """Scalers of the training rows: min-max of behaviour, mean and spread of text, scale of the target."""
    text = data.text[data.has_text].astype(np.float64)
    width = data.text.shape[1]
    mean = text.mean(axis=0) if len(text) else np.zeros(width)
    spread = text.std(axis=0) if len(text) else np.ones(width)
    spread = np.where(spread < _FLOOR, 1.0, spread)
    return Scalers(
        behaviour=fit_bounds(data.behaviour, BEHAVIOUR_COLUMNS),
        text_mean=mean.astype(np.float32),
        text_spread=spread.astype(np.float32),
        target=fit_target_scale(data.target, settings.target_scale),
    )


def to_tensors(data: ExampleArrays, scalers: Scalers) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Scaled blocks (n, width) float32 and masks (n,) bool by block name."""
    behaviour = scale(data.behaviour, BEHAVIOUR_COLUMNS, scalers.behaviour).astype(np.float32)
    text = (data.text - scalers.text_mean) / scalers.text_spread * data.has_text[:, None]
    blocks = {BEHAVIOUR: torch.from_numpy(behaviour), TEXT: torch.from_numpy(text.astype(np.float32))}
    present = {
        BEHAVIOUR: torch.ones(len(data), dtype=torch.bool),
        TEXT: torch.from_numpy(data.has_text.copy()),
    }
    return blocks, present


def build_network(plan: NetworkPlan, text_inputs: int, settings: ModelSettings) -> FusionNetwork:
    """An untrained network; its weights come from torch's current random state."""
    width = settings.fused_width
    inputs = {BEHAVIOUR: len(BEHAVIOUR_COLUMNS), TEXT: text_inputs}
    layers = {BEHAVIOUR: settings.behaviour_layers, TEXT: (settings.text_width,)}
    encoders = {name: MlpEncoder(inputs[name], layers[name], width, settings.dropout) for name in plan.blocks}
    return FusionNetwork(encoders, plan.fusion, width, {VALUE: 1})


def fit_network(plan: NetworkPlan, data: ExampleArrays, settings: ModelSettings, seed: int) -> FittedNetwork:
    """Train a network.

    Args:
        plan: blocks and fusion.
        data: training rows.
        settings: sizes, optimiser, stopping.
        seed: of weights, batches, dropout and the validation part.

    Returns:
        The network of the epoch with the best validation loss.

    Source:
        Paper 001, section 2.9.
    """
    scalers = fit_scalers(data, settings)
    held = np.zeros(len(data), dtype=bool)
    if len(np.unique(data.customers)) >= _MIN_CUSTOMERS_TO_VALIDATE:
        held = validation_rows(data.customers, settings.validation_share, np.random.default_rng(seed))
    with deterministic_torch(seed, settings.threads):
        network = build_network(plan, data.text.shape[1], settings)
        epochs = _optimise(network, _Batches(data, scalers, settings, held, seed), settings)
    return FittedNetwork(plan=plan, network=network.eval(), scalers=scalers, settings=settings, epochs=epochs)


class _Batches:
    """Training rows in shuffled batches, and the validation rows in one."""

    def __init__(
        self, data: ExampleArrays, scalers: Scalers, settings: ModelSettings, held: NDArray[np.bool_], seed: int
    ) -> None:
        self.blocks, self.present = to_tensors(data, scalers)
        self.target = torch.from_numpy(scalers.target.forward(data.target).astype(np.float32))  # (n,)
        top = np.quantile(data.target, 2 / 3) if len(data) else 0.0
        weight = np.where(data.target > top, settings.high_value_weight, 1.0)
        self.weight = torch.from_numpy(weight.astype(np.float32))  # (n,)
        self.train = torch.from_numpy(np.flatnonzero(~held))
        self.validation = torch.from_numpy(np.flatnonzero(held))
        self.size = settings.batch_size
        self.generator = torch.Generator().manual_seed(seed)

    @property
    def per_epoch(self) -> int:
        """Number of batches."""
        return math.ceil(len(self.train) / self.size)

    def epoch(self) -> Iterator[Tensor]:
        """Row numbers of each batch, shuffled anew."""
        order = self.train[torch.randperm(len(self.train), generator=self.generator)]
        return iter(order.split(self.size)) if len(order) else iter(())

    def loss(self, network: FusionNetwork, rows: Tensor) -> Tensor:
        """Weighted mean squared error on the learning scale."""
        blocks = {name: self.blocks[name][rows] for name in network.names}
        present = {name: self.present[name][rows] for name in network.names}
        predicted = network(blocks, present)[0][VALUE].squeeze(1)  # (batch,)
        weight = self.weight[rows]
        return (weight * (predicted - self.target[rows]) ** 2).sum() / weight.sum()


def _optimise(network: FusionNetwork, batches: _Batches, settings: ModelSettings) -> int:
    total = max(1, settings.max_epochs * batches.per_epoch)
    optimiser = torch.optim.Adam(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    step = 0
    best, best_epoch, best_state = math.inf, 0, _copy_state(network)
    for epoch in range(1, settings.max_epochs + 1):
        network.train()
        for rows in batches.epoch():
            share = learning_rate_share(step, total, settings.warm_up_share)
            optimiser.param_groups[0]["lr"] = settings.learning_rate * share
            optimiser.zero_grad(set_to_none=True)
            batches.loss(network, rows).backward()
            optimiser.step()
            step += 1
        if not len(batches.validation):
            best_epoch, best_state = epoch, _copy_state(network)
            continue
        network.eval()
        with torch.no_grad():
            loss = float(batches.loss(network, batches.validation))
        if loss < best:
            best, best_epoch, best_state = loss, epoch, _copy_state(network)
        elif epoch - best_epoch >= settings.patience:
            break
    network.load_state_dict(best_state)
    return best_epoch


def _copy_state(network: FusionNetwork) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def learning_rate_share(step: int, total: int, warm_up_share: float) -> float:
    """Share of the learning rate at a step: a straight rise, then half a cosine down to zero."""
    rise = max(1, round(warm_up_share * total))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - rise) / max(1, total - rise))))
