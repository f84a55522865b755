"""What a network's value head puts out, what it is trained for, and how that becomes an expected value."""

import math
from enum import StrEnum

import torch
from torch import Tensor
from torch.nn import functional

from assets.models.examples.target import TargetScale

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_LEAST_SPREAD, _MOST_SPREAD = 0.05, 3.0  # of ln value, in spreads: beyond them exp runs away or the loss diverges
_FARTHEST = 8.0  # location of ln value, in spreads
_FARTHEST_FACTOR = 4.0  # ln of the factor on the past: 55 times at most
_WIDEST = math.log(1e12)  # of the mean's logarithm: above any revenue, below what float32 holds


class Head(StrEnum):
    """Kinds of value head."""

    SQUARED_ERROR = "squared_error"
    ZERO_INFLATED_LOG_NORMAL = "zero_inflated_log_normal"
    FACTOR = "factor"


OUTPUTS = {Head.SQUARED_ERROR: 1, Head.ZERO_INFLATED_LOG_NORMAL: 3, Head.FACTOR: 1}


def on_anchor(head: Head, raw: Tensor, anchor: Tensor) -> Tensor:
    """(batch, outputs): what the network puts out, on top of the past where the head forecasts a factor.

    Args:
        head: kind.
        raw: (batch, outputs) of the network.
        anchor: (batch,) ln of the past, on the learning scale; other heads do without.
    """
    if head is not Head.FACTOR:
        return raw
    return raw.clamp(-_FARTHEST_FACTOR, _FARTHEST_FACTOR) + anchor.unsqueeze(1)


def losses(head: Head, raw: Tensor, target: Tensor) -> Tensor:
    """(batch,) loss of each row.

    Args:
        head: kind.
        raw: (batch, outputs) of :func:`on_anchor`.
        target: (batch,) on the learning scale; for the log-normal head that is standardised ln value, -inf for none.

    Source:
        Squared error: paper 001, section 2.9. Zero-inflated log-normal: Wang, Liu, Miao (2019), arXiv:1912.07753,
        equation 2; the term 1/x of the density is left out, which no weight can change. Factor: Poisson's, which is
        consistent for any target whose mean is right (Gourieroux, Monfort, Trognon 1984); by cross-validation it was
        ahead of Tweedie's of powers 1.25 and 1.5 on the public data.
    """
    if head is Head.SQUARED_ERROR:
        return (raw[:, 0] - target) ** 2
    if head is Head.FACTOR:
        return torch.exp(raw[:, 0]) - target * raw[:, 0]
    buys = torch.isfinite(target)  # (batch,)
    returning = functional.binary_cross_entropy_with_logits(raw[:, 0], buys.to(raw.dtype), reduction="none")
    location, spread = _log_normal(raw)
    distance = (torch.where(buys, target, location.detach()) - location) / spread
    spending = torch.log(spread) + 0.5 * distance**2 + _HALF_LOG_TWO_PI
    return returning + torch.where(buys, spending, torch.zeros_like(spending))


def expected_value(head: Head, raw: Tensor, scale: TargetScale) -> Tensor:
    """(n,) expected value in currency units, float64; ``raw`` as :func:`losses` takes it.

    Log-normal: P(value > 0) times exp(mu + sigma² / 2), cut a little above the largest value seen in training.
    """
    raw = raw.to(torch.float64)
    if head is Head.SQUARED_ERROR:
        return torch.from_numpy(scale.backward(raw[:, 0].numpy()))
    if head is Head.FACTOR:
        return torch.exp(raw[:, 0].clamp(max=_WIDEST)) * scale.spread
    location, spread = _log_normal(raw)
    mu, sigma = scale.mean + scale.spread * location, scale.spread * spread
    mean = torch.sigmoid(raw[:, 0]) * torch.exp((mu + 0.5 * sigma**2).clamp(max=_WIDEST))
    ceiling = math.exp(scale.mean + scale.spread * scale.largest)  # the largest training value
    return mean.clamp(max=2.0 * ceiling)


def _log_normal(raw: Tensor) -> tuple[Tensor, Tensor]:
    location = raw[:, 1].clamp(-_FARTHEST, _FARTHEST)
    return location, (functional.softplus(raw[:, 2] + 0.5) + _LEAST_SPREAD).clamp(max=_MOST_SPREAD)
