"""Examples with texts and a tiny encoder with random weights, for the tests of end-to-end training."""

import atexit
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import torch

from assets.embeddings.settings import EmbeddingSettings
from assets.models.fine_tuning.data import LinkedExamples, TextLinks, word_pieces
from assets.models.fine_tuning.network import PooledEncoder
from assets.models.settings import ModelSettings
from pipelines.fine_tuning_setup import LoadedEncoder, load_encoder
from tests.unit.models.build import synthetic
from tests.unit.resources.tiny_model import WORDS, write_tiny_model

TOKENS = 16
SETTINGS = ModelSettings(
    behaviour_layers=(8,), text_width=8, fused_width=8, dropout=0.0, max_epochs=30, batch_size=64, learning_rate=5e-3,
    target_scale="standard", text_components=2, fine_tuning_batch=32, fine_tuning_epochs=6, fine_tuning_rate=1e-3,
    fine_tuning_tokens=TOKENS, fine_tuning_checkpointing=False,
)  # fmt: skip


@cache
def tiny_folder() -> Path:
    folder = Path(mkdtemp(prefix="stayworth-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write_tiny_model(folder)


def loaded_encoder(pooling: str = "mean") -> LoadedEncoder:
    chosen = EmbeddingSettings(tier="roberta", model=str(tiny_folder()), pooling=pooling)
    return load_encoder(chosen, "cpu", TOKENS)


def tiny_encoder(pooling: str = "mean", dropout: float = 0.0) -> PooledEncoder:
    encoder = loaded_encoder(pooling).network
    for part in encoder.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = dropout
        if hasattr(part, "dropout_prob"):
            part.dropout_prob = dropout
    return encoder


def told_examples(number: int = 300, seed: int = 1, *, effect: float = 60.0, text_share: float = 0.8) -> LinkedExamples:
    """Customers whose value depends on one behaviour feature and on the word that the first of two reviews ends in."""
    rng = np.random.default_rng(seed)
    arrays = synthetic(seed, number, text_effect=0.0)
    has_text = rng.random(number) < text_share
    is_good = rng.random(number) < 0.5
    texts, row, text, share = [], [], [], []
    for customer in np.flatnonzero(has_text):
        others = [word for word in WORDS if word not in ("good", "bad")]
        told = " ".join([*rng.choice(others, 6), "good" if is_good[customer] else "bad"])
        texts += [f"{told}", " ".join(rng.choice(others, 5))]
        row += [customer, customer]
        text += [len(texts) - 2, len(texts) - 1]
        share += [0.75, 0.25]
    links = TextLinks(
        texts=tuple(texts), rows=number, row=np.array(row, dtype=np.int64), text=np.array(text, dtype=np.int64),
        share=np.array(share, dtype=np.float32),
    )  # fmt: skip
    target = np.maximum(arrays.target + effect * np.where(is_good, 1.0, -1.0) * has_text, 0.0)
    arrays = replace(arrays, has_text=has_text, text_weight=has_text * 0.9, target=target,
                     text=np.where(has_text[:, None], arrays.text, 0.0).astype(np.float32))  # fmt: skip
    pieces = word_pieces(links.texts, loaded_encoder().tokenizer, TOKENS)
    return LinkedExamples(arrays=arrays, links=links, pieces=pieces)
