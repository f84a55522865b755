"""Eight-bit linear layers for encoders on an x86 CPU: integer products, everything else in float32.

A weight row has a scale of its own. Activations are scaled by ranges seen once on fixed texts, not by those of the
batch at hand: a vector must not depend on its neighbours, and a batch's largest activation is a neighbour's.
"""

from collections.abc import Callable
from typing import Any

import torch

_LEVELS = 127  # of a signed byte, kept symmetric; activations use 7 of 8 bits: without VNNI pairs of products overflow
_TOP = 255  # of an unsigned byte: values up to twice the range still fit
_TINY = 1e-12  # smallest scale: a weight row, or an input, that is zero
_SKIPPED = ("pooler",)  # sees one row per text, and no pooling of ours reads it


class _Watched(torch.nn.Module):
    """A linear layer that remembers the smallest and the largest value that came in."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.low = 0.0
        self.high = 0.0

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        return self.layer(values)


class Int8Linear(torch.nn.Module):
    """``x W^T + b`` with W and x as integers, the sum in float32.

    Args:
        layer: the layer that it stands for.
        low: smallest input expected, 0 or less.
        high: largest input expected, 0 or more; values up to twice the range still fit.

    Source:
        PyTorch, ``onednn::qlinear_pointwise``: static activation scale, one weight scale per output.
    """

    def __init__(self, layer: torch.nn.Linear, low: float, high: float) -> None:
        super().__init__()
        weight = layer.weight.detach().float()  # (outputs, inputs)
        self._scales = (weight.abs().amax(dim=1) / _LEVELS).clamp_min(_TINY)
        self._zeros = torch.zeros(len(weight), dtype=torch.long)
        integers = torch.round(weight / self._scales[:, None]).to(torch.int8)
        self._packed: Any = torch.ops.onednn.qlinear_prepack(integers, None)
        is_biased = layer.bias is not None  # pyright: ignore[reportUnnecessaryComparison]  (torch's types forget bias=False)
        self._bias = layer.bias.detach().float() if is_biased else None
        self._scale = max((high - low) / _LEVELS, _TINY)
        self._zero = round(-low / self._scale)
        self._outputs = len(weight)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """(..., inputs) -> (..., outputs), float32."""
        rows = values.reshape(-1, values.shape[-1])
        integers = torch.mul(rows, 1.0 / self._scale).round_().add_(self._zero).clamp_(0, _TOP).to(torch.uint8)
        summed = torch.ops.onednn.qlinear_pointwise(
            integers, self._scale, self._zero, self._packed, self._scales, self._zeros, self._bias,
            1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        return summed.reshape(*values.shape[:-1], self._outputs)


def quantise_linear_layers(network: torch.nn.Module, rehearse: Callable[[], object]) -> int:
    """Replace the linear layers of a network in place.

    Args:
        network: in float32, on the CPU.
        rehearse: runs the network on the texts that set the range of every layer's input.

    Returns:
        How many layers were replaced.
    """
    watched = _wrap(network)
    with torch.inference_mode():
        rehearse()
    for parent, name, item in watched:
        setattr(parent, name, Int8Linear(item.layer, item.low, item.high))
    return len(watched)


def _wrap(network: torch.nn.Module) -> list[tuple[torch.nn.Module, str, _Watched]]:
    wrapped: list[tuple[torch.nn.Module, str, _Watched]] = []
    for name, child in list(network.named_children()):
        if name in _SKIPPED:
            continue
        if isinstance(child, torch.nn.Linear):
            item = _Watched(child)
            setattr(network, name, item)
            wrapped.append((network, name, item))
        else:
            wrapped += _wrap(child)
    return wrapped
