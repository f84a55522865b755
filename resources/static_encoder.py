"""The ``static`` tier: a table with one vector per word piece, distilled once from the sentence encoder.

A text's vector is the mean of its word pieces' rows, scaled to length one. Needs neither torch nor a GPU
once the table is there, and takes microseconds per text.

Source:
    Model2Vec (Tulkens, van Dongen 2024), https://github.com/MinishLab/model2vec: forward pass of every
    word piece, principal components, weights by frequency rank (smooth inverse frequency).
"""

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from resources.atomic_files import drafted_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_DIMENSIONS = 256  # Model2Vec's default; more gains little on reviews
_FILES = ("table.safetensors", "tokenizer.json")
_CHUNK = 4_096  # texts per pass: bounds memory at a few hundred MB


class StaticEncoder:
    """Mean of word-piece vectors, unit norm. A text's vector depends on nothing but the text and the table."""

    name = "static"
    precision = "float32"
    device_class = "numpy"  # sums in a fixed order on the CPU: no device enters

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def version(self) -> str:
        """Digest of the table and the tokenizer: another distillation is another version."""
        return self._version

    @cached_property
    def _version(self) -> str:
        digest = hashlib.sha256()
        for name in _FILES:
            digest.update((self._folder / name).read_bytes())
        return digest.hexdigest()[:16]

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._table.shape[1])

    @cached_property
    def _table(self) -> np.ndarray:
        from safetensors.numpy import load_file

        return load_file(self._folder / "table.safetensors")["table"].astype(np.float32)  # (n_pieces, dimensions)

    @cached_property
    def _no_words(self) -> np.ndarray:
        return self._table.astype(np.float64).mean(axis=0)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, dimensions) float32, unit norm; a text without a known word piece gets the table's mean direction."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        parts = [self._encode_chunk(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
        return np.concatenate(parts)

    def _encode_chunk(self, texts: Sequence[str]) -> np.ndarray:
        unknown = self._tokenizer.token_to_id("[UNK]")
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        sums = np.empty((len(texts), self.dimensions))  # (n, dimensions)
        for row, encoding in enumerate(encodings):
            pieces = np.array([piece for piece in encoding.ids if piece != unknown], dtype=np.int64)
            sums[row] = self._table[pieces].sum(axis=0, dtype=np.float64) if len(pieces) else self._no_words
        norms = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
        return (sums / np.maximum(norms, 1e-12)).astype(np.float32)


def static_encoder(home: Path, model: Path) -> StaticEncoder:
    """The static encoder of this home, distilled on first use and reused ever after.

    Args:
        home: the project's data folder; the table goes to ``<home>/encoders/static-<dimensions>-<model digest>``.
        model: folder of the sentence encoder to distil from.
    """
    folder = home / "encoders" / f"static-{_DIMENSIONS}-{_model_digest(model)}"
    if not all((folder / name).exists() for name in _FILES):
        _distil_into(folder, model)
    return StaticEncoder(folder)


def _model_digest(model: Path) -> str:
    weights = model / "model.safetensors"
    head, size = b"", 0
    if weights.exists():
        size = weights.stat().st_size
        with weights.open("rb") as file:
            head = file.read(1 << 16)
    return hashlib.sha256((model / "config.json").read_bytes() + head + str(size).encode()).hexdigest()[:12]


def _distil_into(folder: Path, model: Path) -> None:
    """Distil beside the target and rename: parallel runs never see half a table, the first one wins."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with drafted_folder(folder) as draft:
        distil(model, draft)


def distil(model: Path, folder: Path) -> None:
    """Write ``table.safetensors``, ``tokenizer.json`` and ``card.json`` for a sentence encoder.

    About half a minute on two cores. The same machine kind gives the same bytes.

    Args:
        model: folder of a Hugging Face encoder with tokenizer.
        folder: an existing folder.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from model2vec.distill import distill_from_model
    from safetensors.numpy import save_file
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    with contextlib.redirect_stderr(io.StringIO()):  # the libraries' progress bars; exceptions still come through
        network = AutoModel.from_pretrained(str(model), local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(str(model), local_files_only=True, use_fast=True)
        table = distill_from_model(network, tokenizer, device="cpu", pca_dims=_DIMENSIONS, quantize_to="float16")
    # float16 swallows the last bits of the principal components, which differ between linear algebra builds.
    save_file({"table": np.ascontiguousarray(table.embedding, dtype=np.float16)}, str(folder / "table.safetensors"))
    table.tokenizer.save(str(folder / "tokenizer.json"))
    card = {"distilled_from": model.name, "method": "model2vec", "dimensions": _DIMENSIONS}
    (folder / "card.json").write_text(json.dumps(card, sort_keys=True), encoding="utf-8")
