"""Networks built from named encoders, one fusion and named heads.

Block b of a batch is (batch, width_b); ``present`` says per block which rows have it. A missing block is encoded
as zeros and gets no weight, so a customer without a review is predicted from behaviour alone (gate 1).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import torch
from torch import Tensor, nn

from resources.errors import ContractError

VALUE = "value"
_BYTE = 256
_LOWEST_WORD = -(2**63)


class FusionKind(StrEnum):
    """How encoded blocks are joined."""

    SINGLE = "single"
    CONCATENATION = "concatenation"
    GATED = "gated"


class ByteDropout(nn.Module):
    """Dropout whose random numbers cost an eighth: one random word decides over eight units.

    Args:
        probability: of dropping a unit, rounded to a 256th; what is kept is scaled up by the exact figure.

    Source:
        Paper 001, section 2.9. (torch.nn.Dropout draws a word per unit: seen, two fifths of a training's time.)
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.threshold = round(probability * _BYTE)  # of 256 byte values, this many drop the unit

    def forward(self, values: Tensor) -> Tensor:
        """(batch, width) -> (batch, width); unchanged when not training."""
        if not self.training or not self.threshold:
            return values
        words = torch.empty((values.numel() + 7) // 8, dtype=torch.int64, device=values.device)
        words.random_(_LOWEST_WORD, None)
        kept = (words.view(torch.uint8)[: values.numel()] >= self.threshold).view(values.shape)
        return values * kept.to(values.dtype).mul_(_BYTE / (_BYTE - self.threshold))


class MlpEncoder(nn.Module):
    """Fully connected layers with ReLU and dropout, ending in the fused width.

    Args:
        inputs: width of the block.
        layers: hidden widths; behaviour [128, 64], text [128].
        width: fused width; no further layer when the last hidden width is the fused width already.
        dropout: probability of dropping a hidden unit in training.

    Shapes:
        (batch, inputs) -> (batch, width)

    Source:
        Paper 001, section 2.8.
    """

    def __init__(self, inputs: int, layers: Sequence[int], width: int, dropout: float) -> None:
        super().__init__()
        stack: list[nn.Module] = []
        for hidden in layers:
            stack += [nn.Linear(inputs, hidden), nn.ReLU(), ByteDropout(dropout)]
            inputs = hidden
        if inputs != width:
            stack.append(nn.Linear(inputs, width))
        self.layers = nn.Sequential(*stack)

    def forward(self, block: Tensor) -> Tensor:
        """(batch, inputs) -> (batch, width)."""
        return self.layers(block)


class SingleFusion(nn.Module):
    """One block passes through."""

    def __init__(self, names: Sequence[str], width: int) -> None:
        super().__init__()
        if len(names) != 1:
            message = f"single fusion takes one encoder, got {list(names)}; choose gated or concatenation"
            raise ContractError(message)
        self.width = width

    def forward(self, encoded: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 1, width), (batch, 1) -> (batch, width), weights (batch, 1)."""
        return encoded.squeeze(1), present.to(encoded.dtype)


class ConcatenationFusion(nn.Module):
    """Encoded blocks side by side with their masks."""

    def __init__(self, names: Sequence[str], width: int) -> None:
        super().__init__()
        self.width = len(names) * (width + 1)

    def forward(self, encoded: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, blocks, width), (batch, blocks) -> (batch, blocks * (width + 1)), weights (batch, blocks)."""
        mask = present.to(encoded.dtype)  # (batch, blocks)
        joined = torch.cat([encoded.flatten(1), mask], dim=1)  # (batch, blocks * width + blocks)
        return joined, mask / mask.sum(dim=1, keepdim=True).clamp(min=1.0)


class GatedFusion(nn.Module):
    """Weighted mean of the encoded blocks; the weights come from all of them.

    For two blocks this is the paper's ``g = sigmoid(W [h_b; h_t])``, ``h = g h_b + (1 - g) h_t`` with a scalar g:
    the softmax of (z, 0) is (sigmoid(z), 1 - sigmoid(z)). More blocks get one logit each.

    Source:
        Paper 001, section 2.8.
    """

    def __init__(self, names: Sequence[str], width: int) -> None:
        super().__init__()
        self.width = width
        self.score = nn.Linear(len(names) * width, len(names) - 1)

    def forward(self, encoded: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, blocks, width), (batch, blocks) -> (batch, width), weights (batch, blocks)."""
        logits = self.score(encoded.flatten(1))  # (batch, blocks - 1)
        logits = torch.cat([logits, logits.new_zeros(logits.shape[0], 1)], dim=1)  # (batch, blocks)
        weights = torch.softmax(logits.masked_fill(~present, -torch.inf), dim=1)  # (batch, blocks)
        return (weights.unsqueeze(2) * encoded).sum(dim=1), weights


FUSIONS: Mapping[FusionKind, type[SingleFusion] | type[ConcatenationFusion] | type[GatedFusion]] = {
    FusionKind.SINGLE: SingleFusion,
    FusionKind.CONCATENATION: ConcatenationFusion,
    FusionKind.GATED: GatedFusion,
}


class FusionNetwork(nn.Module):
    """Named encoders -> fusion -> named linear heads.

    Args:
        encoders: by block name, each ending in ``width``.
        kind: of the fusion.
        width: fused width.
        heads: output width by head name; CLV is ``{"value": 1}``.
    """

    def __init__(
        self, encoders: Mapping[str, nn.Module], kind: FusionKind, width: int, heads: Mapping[str, int]
    ) -> None:
        super().__init__()
        self.names = tuple(encoders)
        self.encoders = nn.ModuleDict(dict(encoders))
        self.fusion = FUSIONS[kind](self.names, width)
        self.heads = nn.ModuleDict({name: nn.Linear(self.fusion.width, size) for name, size in heads.items()})

    def forward(self, blocks: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
        """Predict every head.

        Args:
            blocks: (batch, inputs) by block name.
            present: (batch,) bool by block name.

        Returns:
            (batch, size) by head name, and the fusion weights (batch, blocks) in the order of ``names``.

        Raises:
            ContractError: a block is missing.
        """
        missing = [name for name in self.names if name not in blocks or name not in present]
        if missing:
            message = f"network needs blocks {list(self.names)}, got none for {missing}; pass block and mask for each"
            raise ContractError(message)
        mask = torch.stack([present[name] for name in self.names], dim=1)  # (batch, blocks)
        encoded = torch.stack([self.encoders[name](blocks[name]) for name in self.names], dim=1)
        encoded = encoded * mask.unsqueeze(2).to(encoded.dtype)  # (batch, blocks, width)
        fused, weights = self.fusion(encoded, mask)  # (batch, fusion width), (batch, blocks)
        return {name: head(fused) for name, head in self.heads.items()}, weights


def parameter_count(network: nn.Module) -> int:
    """Number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
