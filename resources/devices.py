"""Compute devices: CPU, GPU, several GPUs, and a fake one that walks the GPU path on any machine.

What belongs here: which device the settings choose, its numeric precision, its batch budget, and the
device class that the embedding cache is keyed by. What does not: models and batches (``encoders``).
"""

import platform
import re
from dataclasses import dataclass, replace

from resources.settings import refuse

_SECTION = "core"
_CPU_TOKENS = 2_048  # keeps the filling of small daily batches cheap; larger gains nothing on a CPU
_GPU_TOKENS = 65_536  # (256 rows of 256 tokens) fills a data-centre GPU and fits one with 8 GiB
_FAKE_TOKENS = 4_096


@dataclass(frozen=True, kw_only=True)
class Compute:
    """Where and how an encoder computes.

    Attributes:
        kind: ``cpu``, ``cuda`` or ``fake``.
        devices: torch device names, one per device that shares the batches.
        precision: ``float32``, ``float16`` on a GPU, or ``int8`` (linear layers only, CPU).
        device_class: what results may depend on: equal classes give equal bytes.
        token_budget: tokens per batch; rows = budget // length bucket, so shapes are fixed.
    """

    kind: str
    devices: tuple[str, ...]
    precision: str
    device_class: str
    token_budget: int


def choose_compute(device: str) -> Compute:
    """The compute for a ``core.device`` setting.

    Args:
        device: ``auto`` (CUDA where there is a device, else CPU), ``cpu``, ``cuda`` or ``fake``.

    Raises:
        SettingsError: ``cuda`` is asked for and no CUDA device is visible, or the word is unknown.
    """
    if device not in ("auto", "cpu", "cuda", "fake"):
        raise refuse(_SECTION, "device", device, "auto, cpu, cuda, fake")
    if device == "fake":
        return fake_compute()
    import torch  # heavy: only where a transformer runs

    has_cuda = torch.cuda.is_available()
    if device == "cuda" and not has_cuda:
        raise refuse(_SECTION, "device", device, "cpu or auto on this machine: no CUDA device is visible")
    if device == "cpu" or not has_cuda:
        return cpu_compute(torch.backends.cpu.get_cpu_capability())
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return cuda_compute(names)


def cpu_compute(capability: str) -> Compute:
    """One CPU in single precision; the vector instruction set decides the kernels, so it is in the class."""
    return Compute(
        kind="cpu",
        devices=("cpu",),
        precision="float32",
        device_class=f"cpu-{_slug(platform.machine())}-{_slug(capability)}",
        token_budget=_CPU_TOKENS,
    )


def int8_compute(capability: str) -> Compute:
    """The CPU with eight-bit linear layers: another precision, so another place in the cache."""
    return replace(cpu_compute(capability), precision="int8")


def cuda_compute(names: list[str]) -> Compute:
    """All visible GPUs of the first one's model, in half precision; mixed models would mix results."""
    same = [index for index, name in enumerate(names) if name == names[0]]
    return Compute(
        kind="cuda",
        devices=tuple(f"cuda:{index}" for index in same),
        precision="float16",
        device_class=f"cuda-{_slug(names[0])}",
        token_budget=_GPU_TOKENS,
    )


def fake_compute() -> Compute:
    """Two devices in half precision that are the CPU: tests walk the GPU path with it."""
    return Compute(
        kind="fake", devices=("cpu", "cpu"), precision="float16", device_class="fake", token_budget=_FAKE_TOKENS
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
