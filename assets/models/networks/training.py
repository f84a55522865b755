"""Training of fusion networks: scaling, schedule, early stopping; the same bytes on every run.

Source: paper 001, sections 2.6 (min-max) and 2.9 (MSE, Adam, dropout, weight decay, batches, early stopping).
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assets.customers.scaling import Bounds, fit_bounds, scale
from assets.models.examples.dataset import BEHAVIOUR, BEHAVIOUR_COLUMNS, TEXT, TEXT_EXTRAS, ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative
from assets.models.examples.splits import validation_rows
from assets.models.examples.target import TargetScale, fit_target_scale, level_of, typical_value
from assets.models.examples.text_components import fit_text_components
from assets.models.networks.fusion import VALUE, FusionKind, FusionNetwork, MlpEncoder, parameter_count
from assets.models.networks.heads import OUTPUTS, Head, expected_value, losses, on_anchor
from assets.models.networks.schedule import learning_rate_share
from assets.models.settings import ModelSettings

_MIN_CUSTOMERS_TO_VALIDATE = 10  # with fewer, training runs all epochs: there is nobody to validate on
_TARGET_SCALES = {Head.ZERO_INFLATED_LOG_NORMAL: "log", Head.FACTOR: "share"}  # else as the settings say
_FLOOR = 1e-6  # spread below which a text dimension counts as constant


@dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """Which blocks a network reads, how it joins them, and what it is trained for.

    Attributes:
        name: of the model.
        blocks: by name.
        fusion: how they are joined.
        head: loss and expected value.
        is_weighted: whether the top third of training targets counts ``weighted_by`` times.
        is_blind: whether every text is masked, with the network left as it is.
    """

    name: str
    blocks: tuple[str, ...]
    fusion: FusionKind
    head: Head = Head.SQUARED_ERROR
    is_weighted: bool = False
    is_blind: bool = False


@dataclass(frozen=True, kw_only=True)
class Scalers:
    """Everything fitted on training rows before the network sees them."""

    behaviour: Bounds
    text_mean: NDArray[np.float32]  # (d + 2,), over training rows with text
    text_axes: NDArray[np.float32] | None  # (d + 2, inputs), None: every dimension is an input
    text_spread: NDArray[np.float32]  # (inputs,)
    target: TargetScale
    text_shrinkage: float  # match probability at which text counts half
    floor: float  # currency units, added to the past under the head that forecasts a factor on it

    def anchor(self, past: NDArray[np.float64]) -> Tensor:
        """(n,) float32 ln of the past on the learning scale."""
        return torch.from_numpy(np.log((past + self.floor) / self.target.spread).astype(np.float32))


@dataclass(frozen=True, kw_only=True)
class FittedNetwork:
    """A trained network with its scalers.

    Attributes:
        plan: that it was built by.
        network: with the weights of its best epoch.
        scalers: of what it reads and of its target.
        settings: that it was trained with.
        epochs: up to the best one.
        level: factor on every prediction with which the total of the training rows is right.
    """

    plan: NetworkPlan
    network: FusionNetwork
    scalers: Scalers
    settings: ModelSettings
    epochs: int
    level: float = 1.0

    @property
    def parameters(self) -> int:
        """Number of trained values."""
        return parameter_count(self.network)

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value, and the gate for gated fusion, in row order."""
        blocks, present = to_tensors(data, self.scalers, is_blind=self.plan.is_blind)
        with deterministic_torch(self.settings.seed, self.settings.threads), torch.inference_mode():
            self.network.eval()
            heads, weights = self.network(blocks, present)
            raw = on_anchor(self.plan.head, heads[VALUE], self.scalers.anchor(data.past))
        value = self.level * non_negative(expected_value(self.plan.head, raw, self.scalers.target).numpy())
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


def fit_scalers(data: ExampleArrays, settings: ModelSettings, head: Head = Head.SQUARED_ERROR) -> Scalers:
    """Scalers of the training rows: min-max of behaviour, mean and spread of text, scale of the target."""
    text = data.text[data.has_text].astype(np.float64)
    width = data.text.shape[1]
    mean = text.mean(axis=0) if len(text) else np.zeros(width)
    axes = _text_axes(data, settings.text_components)
    inputs = text - mean if axes is None else (text - mean) @ axes
    spread = inputs.std(axis=0) if len(text) else np.ones(inputs.shape[1])
    spread = np.where(spread < _FLOOR, 1.0, spread)
    return Scalers(
        behaviour=fit_bounds(data.behaviour, BEHAVIOUR_COLUMNS),
        text_mean=mean.astype(np.float32),
        text_axes=None if axes is None else axes.astype(np.float32),
        text_spread=spread.astype(np.float32),
        target=fit_target_scale(data.target, _TARGET_SCALES.get(head, settings.target_scale)),
        text_shrinkage=settings.text_shrinkage,
        floor=typical_value(data.target),
    )


def _text_axes(data: ExampleArrays, components: int) -> NDArray[np.float64] | None:
    """(d + 2, inputs) leading components of the embedding beside polarity and score; None for all dimensions."""
    if not components:
        return None
    axes = fit_text_components(data, components).axes  # (d, components)
    extras = np.eye(len(TEXT_EXTRAS))
    return np.block([[axes, np.zeros((len(axes), len(extras)))], [np.zeros((len(extras), axes.shape[1])), extras]])


def to_tensors(
    data: ExampleArrays, scalers: Scalers, *, is_blind: bool = False
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Scaled blocks (n, width) float32 and masks (n,) bool by block name; no row has text if blind."""
    has_text = data.has_text & (not is_blind)
    behaviour = scale(data.behaviour, BEHAVIOUR_COLUMNS, scalers.behaviour).astype(np.float32)
    text = data.text - scalers.text_mean
    text = (text if scalers.text_axes is None else text @ scalers.text_axes) / scalers.text_spread
    text *= evidence_share(data, scalers.text_shrinkage, has_text)[:, None]
    blocks = {BEHAVIOUR: torch.from_numpy(behaviour), TEXT: torch.from_numpy(text.astype(np.float32))}
    present = {
        BEHAVIOUR: torch.ones(len(data), dtype=torch.bool),
        TEXT: torch.from_numpy(has_text),
    }
    return blocks, present


def evidence_share(data: ExampleArrays, shrinkage: float, has_text: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(n,) by how much a text departs from the mean text: w / (w + shrinkage), 0 without text.

    One review that is this customer's with a chance of a few per cent tells next to nothing; taken at its word, it
    moved the forecast for the largest public customer to ten times its past.
    """
    share = data.text_weight / (data.text_weight + shrinkage) if shrinkage else np.ones(len(data))
    return np.where(has_text, share, 0.0).astype(np.float32)


def build_network(plan: NetworkPlan, text_inputs: int, settings: ModelSettings) -> FusionNetwork:
    """An untrained network; its weights come from torch's current random state."""
    width = settings.fused_width
    inputs = {BEHAVIOUR: len(BEHAVIOUR_COLUMNS), TEXT: text_inputs}
    layers = {BEHAVIOUR: settings.behaviour_layers, TEXT: (settings.text_width,)}
    encoders = {name: MlpEncoder(inputs[name], layers[name], width, settings.dropout) for name in plan.blocks}
    network = FusionNetwork(encoders, plan.fusion, width, {VALUE: OUTPUTS[plan.head]})
    if plan.head is Head.FACTOR:  # training starts at "same as the past"
        for parameter in network.heads[VALUE].parameters():
            nn.init.zeros_(parameter)
    return network


def fit_network(plan: NetworkPlan, data: ExampleArrays, settings: ModelSettings, seed: int) -> FittedNetwork:
    """Train a network.

    Args:
        plan: blocks and fusion.
        data: training rows.
        settings: sizes, optimiser, stopping.
        seed: of weights, batches, dropout and the validation part.

    Returns:
        The network of the epoch with the best validation loss, its predictions at the level of the training rows.

    Source:
        Paper 001, section 2.9.
    """
    scalers = fit_scalers(data, settings, plan.head)
    held = held_rows(data, settings, seed)
    with deterministic_torch(seed, settings.threads):
        network = build_network(plan, len(scalers.text_spread), settings)
        epochs = _optimise(network, Batches(plan, data, scalers, settings, held, seed), settings)
    fitted = FittedNetwork(plan=plan, network=network.eval(), scalers=scalers, settings=settings, epochs=epochs)
    return replace(fitted, level=level_of(data.target, fitted.predict(data).value))


def held_rows(data: ExampleArrays, settings: ModelSettings, seed: int) -> NDArray[np.bool_]:
    """(n,) rows kept for early stopping; none with too few customers."""
    if len(np.unique(data.customers)) < _MIN_CUSTOMERS_TO_VALIDATE:
        return np.zeros(len(data), dtype=bool)
    return validation_rows(data.customers, settings.validation_share, np.random.default_rng(seed))


class Batches:
    """Training rows in shuffled batches, and the validation rows in one."""

    def __init__(
        self,
        plan: NetworkPlan,
        data: ExampleArrays,
        scalers: Scalers,
        settings: ModelSettings,
        held: NDArray[np.bool_],
        seed: int,
    ) -> None:
        self.head = plan.head
        self.blocks, self.present = to_tensors(data, scalers, is_blind=plan.is_blind)
        self.target = torch.from_numpy(scalers.target.forward(data.target).astype(np.float32))  # (n,)
        top = np.quantile(data.target, 2 / 3) if len(data) else 0.0
        high = settings.weighted_by if plan.is_weighted else settings.high_value_weight
        weight = np.where(data.target > top, high, 1.0)
        self.anchor = scalers.anchor(data.past)  # (n,)
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
        """Weighted mean loss of the head."""
        blocks = {name: self.blocks[name][rows] for name in network.names}
        present = {name: self.present[name][rows] for name in network.names}
        raw = on_anchor(self.head, network(blocks, present)[0][VALUE], self.anchor[rows])  # (batch, outputs)
        weight = self.weight[rows]
        return (weight * losses(self.head, raw, self.target[rows])).sum() / weight.sum()


def _optimise(network: FusionNetwork, batches: Batches, settings: ModelSettings) -> int:
    total = max(1, settings.max_epochs * batches.per_epoch)
    optimiser = torch.optim.Adam(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    step = 0
    best, best_epoch, best_state = math.inf, 0, _copy_state(network)
    for epoch in range(1, settings.max_epochs + 1):
        network.train()
        for rows in batches.epoch():
            is_constant = settings.schedule == "constant"
            share = 1.0 if is_constant else learning_rate_share(step, total, settings.warm_up_share)
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
