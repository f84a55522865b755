"""Text encoders by tier, and the shelf that hands them out with the cache in front.

Tiers: ``static`` (word-piece table, CPU), ``minilm`` (all-MiniLM-L6-v2), ``minilm-int8`` (the same with
eight-bit linear layers, always on the CPU), ``roberta`` (a model of the user's). All are offline once present,
and give unit vectors that do not depend on a text's neighbours.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from resources.devices import Compute, choose_compute, int8_compute
from resources.embedding_cache import CacheKey, EmbeddingCache, content_hash
from resources.settings import CoreSettings, refuse
from resources.static_encoder import static_encoder
from resources.transformer_encoder import POOLINGS, TransformerEncoder, local_model, packaged_minilm

_SECTION = "embeddings"
INT8_TIER = "minilm-int8"
OWN_TIER = "roberta"
TIERS = ("static", "minilm", INT8_TIER, OWN_TIER)
_KEPT_EVERY = 8_192  # texts embedded between two writes to the cache: what an interrupted run loses at most


class Encoder(Protocol):
    """Turns texts into unit vectors.

    Attributes:
        name: the tier.
        precision: of the computation, ``float32``, ``float16`` or ``int8``.
        device_class: machines of one class give the same bytes.
    """

    name: str
    precision: str
    device_class: str

    @property
    def version(self) -> str:
        """Digest of everything in the model that a vector depends on."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, dimensions) float32, one unit vector per text, in the order given."""
        ...


class EncoderShelf:
    """Encoders of one home, loaded on first use, with the embedding cache in front of them."""

    def __init__(self, home: Path, core: CoreSettings) -> None:
        self._home = home
        self._device = core.device
        self._cache = EmbeddingCache(home)
        self._encoders: dict[tuple[str, str | None, str], Encoder] = {}

    @cached_property
    def compute(self) -> Compute:
        """The compute that ``core.device`` chooses for the transformer tiers."""
        return choose_compute(self._device)

    def encoder(self, tier: str, *, model: str | None = None, pooling: str = "mean") -> Encoder:
        """The encoder of a tier, without the cache.

        Args:
            tier: one of ``TIERS``.
            model: folder or cached Hugging Face name; for ``roberta`` only.
            pooling: ``mean``, or ``first`` (the first token, as in paper 001).

        Raises:
            SettingsError: unknown tier or pooling.
            SourceError: the tier's model is not on this machine.
        """
        _refuse_unknown(tier, pooling)
        choice = (tier, model, pooling)
        if choice not in self._encoders:
            self._encoders[choice] = self._load(*choice)
        return self._encoders[choice]

    def check(self, tier: str, *, model: str | None = None, pooling: str = "mean") -> None:
        """Whether :meth:`encoder` can load the tier: its model is looked for, and nothing is loaded.

        Raises:
            SettingsError: unknown tier or pooling.
            SourceError: the tier's model is not on this machine.
        """
        _refuse_unknown(tier, pooling)
        _folder_of(tier, model)

    def _load(self, tier: str, model: str | None, pooling: str) -> Encoder:
        if tier == "static":
            return static_encoder(self._home, packaged_minilm())
        if tier == INT8_TIER:
            import torch  # heavy: only where a transformer runs

            compute = int8_compute(torch.backends.cpu.get_cpu_capability())
            return TransformerEncoder(tier, packaged_minilm(), compute, pooling)
        return TransformerEncoder(tier, _folder_of(tier, model), self.compute, pooling)

    def embed(self, tier: str, texts: Sequence[str], *, model: str | None = None, pooling: str = "mean") -> np.ndarray:
        """(n, dimensions) float32 unit vectors; each distinct text is computed once and then read from the cache.

        New vectors go to the cache every few thousand texts: a run that was interrupted goes on from there.

        Args:
            tier: see :meth:`encoder`.
            texts: (n,) texts.
            model: see :meth:`encoder`.
            pooling: see :meth:`encoder`.
        """
        encoder = self.encoder(tier, model=model, pooling=pooling)
        if not texts:
            return np.zeros((0, encoder.dimensions), dtype=np.float32)
        key = CacheKey(
            encoder=encoder.name,
            version=encoder.version,
            precision=encoder.precision,
            device_class=encoder.device_class,
            dimensions=encoder.dimensions,
        )
        hashes = [content_hash(text) for text in texts]
        known = self._cache.get(key, hashes)
        fresh = {digest: text for digest, text in zip(hashes, texts, strict=True) if digest not in known}
        new = list(fresh)
        for start in range(0, len(new), _KEPT_EVERY):
            part = new[start : start + _KEPT_EVERY]
            vectors = encoder.encode([fresh[digest] for digest in part])
            self._cache.put(key, part, vectors)
            known.update(zip(part, vectors, strict=True))
        return np.stack([known[digest] for digest in hashes])


def _refuse_unknown(tier: str, pooling: str) -> None:
    if tier not in TIERS:
        raise refuse(_SECTION, "tier", tier, ", ".join(TIERS))
    if pooling not in POOLINGS:
        raise refuse(_SECTION, "pooling", pooling, ", ".join(POOLINGS))


def _folder_of(tier: str, model: str | None) -> Path:
    """Where the model of a tier lies: the user's own, or the packaged one that all others are made from."""
    return local_model(model) if tier == OWN_TIER else packaged_minilm()
