"""The processes that train one network together, by torch's own data parallelism; one alone is a team of one."""

from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn


@dataclass(frozen=True, kw_only=True)
class Team:
    """A process and its place among those that train together.

    Every member holds all examples and takes the same steps; of each batch it reads its own share only. Whoever
    builds a team of several has opened the process group before.

    Attributes:
        place: of this process, from 0 on.
        size: number of processes.
        device: torch's name of the device of this process.
    """

    place: int = 0
    size: int = 1
    device: str = "cpu"

    @property
    def is_first(self) -> bool:
        """Whether this process prints and stores."""
        return self.place == 0

    @property
    def is_on_card(self) -> bool:
        """Whether the device is a CUDA one."""
        return self.device.startswith("cuda")

    @property
    def device_type(self) -> str:
        """``cuda`` or ``cpu``."""
        return "cuda" if self.is_on_card else "cpu"

    def own(self, rows: Tensor) -> Tensor:
        """This process's rows of a batch: dealt in turn, none where the batch is smaller than the team."""
        return rows[self.place :: self.size]

    def total(self, values: Tensor) -> Tensor:
        """Sum over the team, the same in every process."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values

    def largest(self, value: float) -> float:
        """The largest of the team's values."""
        if self.size == 1:
            return value
        held = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.all_reduce(held, op=distributed.ReduceOp.MAX)
        return float(held)

    def told_by_first(self, value: float) -> float:
        """The first process's value: what all decide by."""
        if self.size == 1:
            return value
        held = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(held, src=0)
        return float(held)

    def wrapped(self, network: nn.Module) -> nn.Module:
        """The network as the team trains it: all start from the first one's weights, gradients are averaged."""
        if self.size == 1:
            return network
        from torch.nn.parallel import DistributedDataParallel

        devices = [torch.device(self.device)] if self.is_on_card else None
        return DistributedDataParallel(network, device_ids=devices, forward_sync_buffers=False)
