"""Encoder tiers on real reviews: speed beside sentence-transformers' own ``encode``, agreement, and what is lost.

Every tier and the peer take turns over the same blocks of cleaned reviews, so that a busy machine slows all of them.
Speed is given by wall and by CPU seconds; the peer runs with its default settings. What a tier keeps is the R² of a
ridge regression from its vectors to the reviewer's score, five folds, the same for all, on ``--judged`` reviews: more
than are timed, kept in the embedding cache, so that a second run (or one after an interruption) computes few of them.

With a CUDA device the same command also embeds ``--card-texts`` texts (the sample over and over, its real lengths)
with minilm and, given ``--roberta``, with that model, and states the share of the card's measured matrix rate that
the useful multiplications amount to. Without a device those cells stay empty.

    python -m benchmarks.embeddings --data <folder> [--texts 1000] [--judged 6000] [--roberta <model folder>]
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measure import asked_for, finish
from resources.encoders import EncoderShelf
from resources.secret_keys import SecretKey
from resources.settings import CoreSettings
from resources.transformer_encoder import BUCKETS, TransformerEncoder, packaged_minilm

_KEY = SecretKey(b"benchmark key, not a secret, 32 bytes!!")
_PEER = "sentence-transformers"
_TIERS = ("minilm", "minilm-int8", "static")
_BLOCK = 500  # texts per turn
_WARM_UP = 64
_PENALTIES = (0.01, 0.1, 1.0, 10.0)  # of the ridge regression, chosen inside each training part
_FOLDS = 5
_STATIC_TEXTS = 50_000  # the static tier is too quick to be timed on fewer
_MATRIX = 8_192
Encode = Callable[[Sequence[str]], np.ndarray]


def home_of() -> Path:
    """Where encoders are kept and figures are written."""
    return Path(os.environ.get("STAYWORTH_HOME", "var"))


def cleaned_reviews(folder: Path) -> tuple[list[str], np.ndarray]:
    """(n,) distinct texts as the pipeline embeds them, and (n,) scores, in order of delivery."""
    from assets.common.inputs import days_between
    from assets.privacy.publication import publish_reviews
    from assets.privacy.settings import PrivacySettings
    from assets.raw.parse_reviews import parse_reviews
    from assets.reviews.cleaning import clean
    from assets.reviews.settings import ReviewSettings
    from resources.sources.base import Stream
    from resources.sources.public import PublicSource

    source = PublicSource(folder)
    delivered = source.rows(Stream.REVIEWS, days_between(source.first_day, source.last_day))
    rows, _ = clean(publish_reviews(parse_reviews(delivered).rows, PrivacySettings(), _KEY), ReviewSettings())
    distinct = rows.sort("delivery_day", "review_id").unique("text", keep="first", maintain_order=True)
    return distinct["text"].to_list(), distinct["score"].cast(pl.Float64).to_numpy()


def peer(folder: Path, device: str) -> Encode:
    """sentence-transformers' ``encode`` of a model, with its default settings."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    return lambda texts: np.asarray(model.encode(list(texts), show_progress_bar=False))


def timed(encode: Encode, texts: Sequence[str]) -> tuple[np.ndarray, float, float]:
    """Vectors, wall seconds, CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    vectors = encode(texts)
    return vectors, time.perf_counter() - wall, time.process_time() - cpu


def taking_turns(encoders: dict[str, Encode], texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Seconds and unit vectors of every encoder over the same blocks, one after the other per block."""
    by_encoder: dict[str, dict[str, Any]] = {name: {"wall": 0.0, "cpu": 0.0, "parts": []} for name in encoders}
    for encode in encoders.values():
        encode(texts[:_WARM_UP])
    for start in range(0, len(texts), _BLOCK):
        for name, encode in encoders.items():
            vectors, wall, cpu = timed(encode, texts[start : start + _BLOCK])
            own = by_encoder[name]
            own["wall"] += wall
            own["cpu"] += cpu
            own["parts"].append(vectors)
    for own in by_encoder.values():
        vectors = np.concatenate(own.pop("parts")).astype(np.float64)
        own["vectors"] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return by_encoder


def ridge_r2(vectors: np.ndarray, score: np.ndarray) -> float:
    """R² of out-of-fold predictions of the score.

    Args:
        vectors: (n, dimensions).
        score: (n,) 0 to 10.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict

    folds = KFold(_FOLDS, shuffle=True, random_state=42)
    predicted = cross_val_predict(RidgeCV(alphas=_PENALTIES), vectors, score, cv=folds)
    return 1.0 - float(((score - predicted) ** 2).sum() / ((score - score.mean()) ** 2).sum())


def qualities(shelf: EncoderShelf, tiers: Sequence[str], texts: list[str], score: np.ndarray) -> dict[str, float]:
    """R² of each tier on the same reviews, through the cache."""
    return {tier: ridge_r2(shelf.embed(tier, texts).astype(np.float64), score) for tier in tiers}


def on_processor(texts: list[str], judged: list[str], score: np.ndarray) -> dict[str, Any]:
    """Speed and agreement with the peer on the texts, R² on the judged ones, of the tiers that run on a CPU."""
    shelf = EncoderShelf(home_of(), CoreSettings(device="cpu"))
    encoders: dict[str, Encode] = {
        name: shelf.encoder(name).encode for name in _TIERS
    } | {_PEER: peer(packaged_minilm(), "cpu")}  # fmt: skip
    by_encoder = taking_turns(encoders, texts)
    results: dict[str, Any] = {}
    for name, own in by_encoder.items():
        results[name] = {
            "texts": len(texts),
            "reviews_per_second": len(texts) / own["wall"],
            "reviews_per_cpu_second": len(texts) / own["cpu"],
            "dimensions": own["vectors"].shape[1],
        }
        if own["vectors"].shape[1] == by_encoder[_PEER]["vectors"].shape[1]:
            cosines = (own["vectors"] * by_encoder[_PEER]["vectors"]).sum(axis=1)
            results[name] |= {"cosine_mean": float(cosines.mean()), "cosine_lowest": float(cosines.min())}
    for tier, r2 in qualities(shelf, _TIERS, judged, score).items():
        results[tier] |= {"r2": r2, "judged": len(judged)}
    many = (texts * (_STATIC_TEXTS // len(texts) + 1))[:_STATIC_TEXTS]
    _, wall, cpu = timed(encoders["static"], many)
    results["static"] |= {
        "texts": len(many), "reviews_per_second": len(many) / wall, "reviews_per_cpu_second": len(many) / cpu,
    }  # fmt: skip
    return results | {"ratios": ratios(results)}


def ratios(results: dict[str, Any]) -> dict[str, float]:
    """The comparisons that the targets name."""
    minilm, int8, static = results["minilm"], results["minilm-int8"], results["static"]
    speed = "reviews_per_cpu_second"
    return {
        "minilm_speed_to_peer": minilm[speed] / results[_PEER][speed],
        "static_speed_to_minilm": static[speed] / minilm[speed],
        "static_r2_to_minilm": static["r2"] / minilm["r2"],
        "int8_time_to_minilm": minilm[speed] / int8[speed],
        "int8_r2_to_minilm": int8["r2"] / minilm["r2"],
    }


def matrix_rate(device: str) -> float:
    """Half-precision floating point operations per second of a large matrix product, the best of a few."""
    import torch

    a = torch.randn(_MATRIX, _MATRIX, device=device, dtype=torch.float16)
    best = float("inf")
    for _ in range(6):
        torch.cuda.synchronize()
        started = time.perf_counter()
        a @ a
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return 2.0 * _MATRIX**3 / best


def useful_operations(folder: Path, texts: Sequence[str]) -> float:
    """Multiplications and additions that the texts' own tokens need: linear layers and attention, no padding."""
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    ids = tokenizer(list(texts), truncation=True, max_length=BUCKETS[-1])["input_ids"]
    lengths = np.array([len(row) for row in ids], dtype=np.float64)
    width, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    linear = 2.0 * (4 * width * width + 2 * width * inner) * lengths.sum()
    attention = 4.0 * width * (lengths**2).sum()
    return layers * (linear + attention)


def on_card(texts: list[str], number: int, roberta: str | None) -> dict[str, Any]:
    """Speed on a CUDA device beside the peer's defaults, and the share of the card's matrix rate; empty without one."""
    import torch

    if not torch.cuda.is_available():
        return {}
    many = (texts * (number // len(texts) + 1))[:number]
    shelf, rate = EncoderShelf(home_of(), CoreSettings(device="cuda")), matrix_rate("cuda:0")
    devices = len(shelf.compute.devices)
    results: dict[str, Any] = {"card": torch.cuda.get_device_name(0), "devices": devices, "matrix_rate": rate}
    for tier in ("minilm", *(("roberta",) if roberta else ())):
        encoder = shelf.encoder(tier, model=roberta if tier == "roberta" else None)
        assert isinstance(encoder, TransformerEncoder)  # both tiers are
        folder = encoder.folder
        other = peer(folder, "cuda")
        encoder.encode(many[: _BLOCK * 4])
        other(many[:_BLOCK])
        _, ours, _ = timed(encoder.encode, many)
        few = many[: max(_BLOCK, number // 5)]
        _, theirs, _ = timed(other, few)
        results[tier] = {
            "texts": number,
            "reviews_per_second": number / ours,
            "peer_reviews_per_second": len(few) / theirs,
            "speed_to_peer": (number / ours) / (len(few) / theirs),
            "share_of_matrix_rate": useful_operations(folder, many) / ours / (rate * devices),
        }
    return results


def table(results: dict[str, Any]) -> str:
    """The figures as lines of text; cells that were not measured are empty."""
    lines = [f"{'CPU':<24}{'reviews/s':>12}{'per CPU s':>12}{'R2':>8}{'cosine':>9}"]
    for name in ("static", "minilm", "minilm-int8", _PEER):
        own = results["cpu"][name]
        cosine = f"{own['cosine_mean']:.4f}" if "cosine_mean" in own else ""
        quality = f"{own['r2']:.3f}" if "r2" in own else ""
        lines.append(
            f"{name:<24}{own['reviews_per_second']:>12,.0f}{own['reviews_per_cpu_second']:>12,.0f}"
            f"{quality:>8}{cosine:>9}"
        )
    lines += [f"  {name} {value:.3g}" for name, value in results["cpu"]["ratios"].items()]
    lines.append(f"{'GPU':<24}{'reviews/s':>12}{'to encode':>12}{'of matrix rate':>16}")
    for tier in ("minilm", "roberta"):
        own = results["gpu"].get(tier)
        cells = (
            f"{own['reviews_per_second']:>12,.0f}{own['speed_to_peer']:>12.2f}{own['share_of_matrix_rate']:>16.1%}"
            if own
            else f"{'':>12}{'':>12}{'':>16}   not measured"
        )
        lines.append(f"{tier:<24}{cells}")
    return "\n".join(lines)


def evenly(available: int, wanted: int) -> np.ndarray:
    """Row numbers spread over all that are available."""
    return np.linspace(0, available - 1, min(wanted, available)).astype(int)


def main() -> None:
    """Measure, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the published reviews")
    parser.add_argument("--texts", type=int, default=1_000, help="reviews on which the tiers are timed")
    parser.add_argument("--judged", type=int, default=6_000, help="reviews whose score the tiers predict")
    parser.add_argument("--card-texts", type=int, default=515_738, help="texts embedded on a GPU, if there is one")
    parser.add_argument("--roberta", help="folder of a 768-wide model, for the GPU")
    options = asked_for(parser)
    texts, score = cleaned_reviews(Path(options.data))
    timed_at, judged_at = evenly(len(texts), options.texts), evenly(len(texts), options.judged)
    chosen, judged = ([texts[row] for row in at] for at in (timed_at, judged_at))
    results = {
        "cpu": on_processor(chosen, judged, score[judged_at]),
        "gpu": on_card(texts, options.card_texts, options.roberta),
    }
    print(table(results))
    finish("embeddings", results, options)


if __name__ == "__main__":
    main()
