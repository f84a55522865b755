"""End-to-end training: small steps for the encoder, the usual ones above it, early stopping, one or several processes.

Source: paper 001, sections 2.7 and 2.9 (RoBERTa fine-tuned, Adam, early stopping). Training starts from the network
that was trained above the frozen encoder: gradients of an untrained one would spoil the encoder's first steps (Kumar,
Raghunathan, Jones, Ma, Liang 2022, arXiv:2202.10054).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from assets.models.examples.dataset import BEHAVIOUR, TEXT, TEXT_EXTRAS
from assets.models.fine_tuning.data import LinkedExamples
from assets.models.fine_tuning.network import (
    EndToEndNetwork,
    TextModel,
    embedded,
    end_to_end,
    levelled,
    padded,
    seeded,
    tuned_model,
)
from assets.models.fine_tuning.team import Team
from assets.models.networks.heads import losses, on_anchor
from assets.models.networks.schedule import learning_rate_share
from assets.models.networks.training import Batches, evidence_share, held_rows
from assets.models.settings import ModelSettings

_ENCODER, _HEAD = 0, 1  # of the optimiser's groups


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One pass over the training rows.

    Attributes:
        number: from 1 on; 0 is the start, before any step.
        training: mean training loss; None for the start.
        validation: loss of the validation rows; None where nobody is held back.
        steps: optimiser steps.
        seconds: of the steps, validation left out.
    """

    number: int
    training: float | None
    validation: float | None
    steps: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class FineTuned:
    """A model trained end to end.

    Attributes:
        model: of the epoch with the best validation loss, the start among them.
        epochs: all that were run, the start first.
        best: number of the one that was kept; 0: no epoch was better than the frozen encoder.
        precision: of the encoder's activations in training.
    """

    model: TextModel
    epochs: tuple[Epoch, ...]
    best: int
    precision: str

    @property
    def seconds_per_step(self) -> float:
        """Mean time of a step."""
        return sum(epoch.seconds for epoch in self.epochs) / max(1, sum(epoch.steps for epoch in self.epochs))


def chosen_precision(wanted: str, team: Team) -> str:
    """Precision of the encoder's activations: as wanted, or by ``auto`` what the device is good at."""
    if wanted != "auto":
        return wanted
    if not team.is_on_card:
        return "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"


class EndToEndBatches:
    """Training rows in shuffled batches, each member's share of them as tensors."""

    def __init__(self, start: TextModel, data: LinkedExamples, settings: ModelSettings, seed: int, team: Team) -> None:
        self.data, self.team = data, team
        self._held = held_rows(data.arrays, settings, seed)
        self._start, self._seed = start, seed
        self._settings = replace(settings, batch_size=settings.fine_tuning_batch)
        width = len(start.fitted.scalers.text_mean) - len(TEXT_EXTRAS)
        blank = np.zeros((len(data.pieces), width), dtype=np.float32)
        self.rows = self._batches(blank)  # its text block is not read: the encoder makes it anew each step
        self._extras = torch.from_numpy(data.arrays.text[:, -len(TEXT_EXTRAS) :].copy())
        shrinkage = start.fitted.scalers.text_shrinkage
        self._evidence = torch.from_numpy(evidence_share(data.arrays, shrinkage, data.arrays.has_text))

    def _batches(self, vectors: np.ndarray) -> Batches:
        arrays, fitted = self.data.with_vectors(vectors), self._start.fitted
        return Batches(fitted.plan, arrays, fitted.scalers, self._settings, self._held, self._seed)

    @property
    def has_validation(self) -> bool:
        """Whether anybody is held back."""
        return len(self.rows.validation) > 0

    def inputs(self, rows: Tensor) -> tuple[Tensor, ...]:
        """Arguments of ``EndToEndNetwork`` for these rows; rows may be none."""
        text, shares = self.data.links.take(rows.numpy()).dense()
        pieces = [self.data.pieces[at] for at in text] if self.data.pieces else [[]]
        ids, mask = padded(pieces, self.data.padding)
        parts = (ids, mask, torch.from_numpy(shares), self._extras[rows], self._evidence[rows],
                 self.rows.blocks[BEHAVIOUR][rows], self.rows.present[TEXT][rows])  # fmt: skip
        return tuple(part.to(self.team.device) for part in parts)

    def loss(self, network: nn.Module, rows: Tensor) -> Tensor:
        """This member's part of a batch's weighted mean loss, times the size of the team.

        The weights are summed over the whole batch and the team's gradients are averaged: the gradient is then that
        of one process that reads the batch alone, however unequal the shares are.
        """
        batch, own, device = self.rows, self.team.own(rows), self.team.device
        raw = on_anchor(batch.head, network(*self.inputs(own)), batch.anchor[own].to(device))  # (own, outputs)
        part = batch.weight[own].to(device) * losses(batch.head, raw, batch.target[own].to(device))
        return part.sum() * (self.team.size / float(batch.weight[rows].sum()))

    def validation_loss(self, network: EndToEndNetwork) -> float:
        """Weighted mean loss of the validation rows in single precision; the same in every process."""
        held = self.data.take(self.rows.validation.numpy())
        vectors = embedded(network.encoder, held, self.team)
        model = tuned_model(self._start, network, 0)
        with torch.no_grad():
            loss = self._batches(vectors).loss(model.fitted.network, self.rows.validation)
        return self.team.told_by_first(float(loss))


class Steps:
    """The optimiser with its schedule and precision.

    Args:
        network: trained on.
        settings: rates, schedule, precision.
        total: number of steps planned.
        team: that trains.
    """

    def __init__(self, network: EndToEndNetwork, settings: ModelSettings, total: int, team: Team) -> None:
        self.precision = chosen_precision(settings.fine_tuning_precision, team)
        self._settings, self._total, self._team = settings, max(1, total), team
        self._network = team.wrapped(network)
        self._rates = {_ENCODER: settings.fine_tuning_rate, _HEAD: settings.learning_rate}
        groups = [  # no decay of the encoder: it would pull trained weights to zero, and the steps are few
            {"params": list(network.encoder.parameters()), "lr": 0.0, "weight_decay": 0.0},
            {"params": list(network.fusion.parameters()), "lr": 0.0, "weight_decay": settings.weight_decay},
        ]
        self._optimiser = torch.optim.Adam(groups)
        self._scaler = torch.amp.GradScaler(team.device_type, enabled=self.precision == "float16")
        self._done = 0

    def take(self, batches: EndToEndBatches, rows: Tensor) -> Tensor:
        """One step on a batch; gives this member's part of its loss."""
        self._network.train()
        constant = self._settings.schedule == "constant"
        share = 1.0 if constant else learning_rate_share(self._done, self._total, self._settings.warm_up_share)
        for group, rate in self._rates.items():
            self._optimiser.param_groups[group]["lr"] = rate * share
        self._optimiser.zero_grad(set_to_none=True)
        loss = self.loss(batches, rows)
        self._scaler.scale(loss).backward()
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self._done += 1
        return loss.detach() / self._team.size

    def loss(self, batches: EndToEndBatches, rows: Tensor) -> Tensor:
        """:meth:`EndToEndBatches.loss` in the chosen precision."""
        mixed = self.precision != "float32"
        kind = getattr(torch, self.precision) if mixed else None
        with torch.autocast(self._team.device_type, dtype=kind, enabled=mixed):
            return batches.loss(self._network, rows)


def fine_tune(
    start: TextModel,
    data: LinkedExamples,
    settings: ModelSettings,
    seed: int,
    clock: Callable[[], float],
    team: Team | None = None,
    watch: Callable[[Epoch], None] | None = None,
) -> FineTuned:
    """Train encoder and network end to end.

    Args:
        start: :func:`assets.models.fine_tuning.network.frozen_model` of the same rows and seed; **its encoder is
            trained in place**, so it must not predict afterwards.
        data: training rows.
        settings: of the room.
        seed: of batches, dropout and the validation part.
        clock: seconds.
        team: every member calls with the same arguments.
        watch: told of every epoch once it is over.
    """
    team = team or Team()
    with seeded(team, settings, seed + team.place):  # dropout of its own in every process
        batches = EndToEndBatches(start, data, settings, seed, team)
        network = end_to_end(start, team)
        network.encoder.checkpoint(on=settings.fine_tuning_checkpointing)
        steps = Steps(network, settings, settings.fine_tuning_epochs * batches.rows.per_epoch, team)
        epochs, best = _run(network, batches, steps, settings, clock, watch or (lambda _: None))
        network.encoder.checkpoint(on=False)
    model = levelled(tuned_model(start, network.eval(), best), data, team)
    return FineTuned(model=model, epochs=tuple(epochs), best=best, precision=steps.precision)


def _run(
    network: EndToEndNetwork,
    batches: EndToEndBatches,
    steps: Steps,
    settings: ModelSettings,
    clock: Callable[[], float],
    watch: Callable[[Epoch], None],
) -> tuple[list[Epoch], int]:
    lowest = batches.validation_loss(network) if batches.has_validation else math.inf
    epochs = [Epoch(number=0, training=None, validation=_finite(lowest), steps=0, seconds=0.0)]
    watch(epochs[0])
    best, kept = 0, _copy_state(network)
    for number in range(1, settings.fine_tuning_epochs + 1):
        epochs.append(_epoch(network, batches, steps, clock, number))
        watch(epochs[-1])
        loss = epochs[-1].validation
        if loss is None or loss < lowest:
            lowest = lowest if loss is None else loss
            best, kept = number, _copy_state(network)
        elif number - best >= settings.fine_tuning_patience:
            break
    network.load_state_dict(kept)
    return epochs, best


def _epoch(
    network: EndToEndNetwork, batches: EndToEndBatches, steps: Steps, clock: Callable[[], float], number: int
) -> Epoch:
    total, taken, began = torch.zeros(1, device=batches.team.device), 0, clock()
    for rows in batches.rows.epoch():
        total += steps.take(batches, rows)
        taken += 1
    training = float(batches.team.total(total)) / max(1, taken)  # waits for the card, so the clock is right
    seconds = clock() - began
    loss = batches.validation_loss(network) if batches.has_validation else None
    return Epoch(number=number, training=training, validation=loss, steps=taken, seconds=seconds)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _copy_state(network: nn.Module) -> dict[str, Tensor]:
    """On the processor: a card keeps room for activations."""
    return {name: value.detach().to("cpu", copy=True) for name, value in network.state_dict().items()}
