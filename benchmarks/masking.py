"""What the rules for review text find of planted personal data, what they mask of public reviews, and how fast.

    python -m benchmarks.masking [--data <folder with hotel_reviews_sample.csv.zip>]

A planted item is found where none of its words and groups of digits is left (of an e-mail address: of its local part).
Written to <home>/benchmarks/masking.json.
"""

import argparse
import re
import time
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from assets.privacy.masking import COUNT_COLUMNS, mask_reviews, mask_text
from benchmarks.masking_cases import DEVELOPMENT, HELD_BACK, Case, planted_cases
from benchmarks.measure import asked_for, finish

_ARCHIVE = "hotel_reviews_sample.csv.zip"
_SPOKEN = frozenset({"at", "dot", "arroba", "underscore", "punkt"})
_TOKEN = re.compile(r"\[(?:name|email|phone|number)\]")


def is_gone(case: Case, masked: str) -> bool:
    """Whether nothing that tells of the planted item is left."""
    if case.kind == "name":
        words = set(re.findall(r"[\w'’-]+", _TOKEN.sub(" ", masked)))
        return not any(word in words for word in case.planted) and "[name]" in masked
    left = _TOKEN.sub(" ", masked)
    pieces = [piece for planted in case.planted for piece in re.findall(r"\w{2,}", planted)]
    if case.kind == "email":  # who it is; of the provider nothing is told
        pieces = [piece for piece in pieces if piece.lower() not in _SPOKEN][:2]
    return bool(_TOKEN.search(masked)) and not any(
        _count(piece, left) > _count(piece, case.text) - _count(piece, " ".join(case.planted)) for piece in pieces
    )


def _count(piece: str, text: str) -> int:
    return len(re.findall(rf"\b{re.escape(piece)}\b", text))


def recall(part: str) -> dict[str, dict[str, float]]:
    """Cases and share found, by kind."""
    planted, masked = Counter[str](), Counter[str]()
    for case in planted_cases(part):
        planted[case.kind] += 1
        masked[case.kind] += is_gone(case, mask_text(case.text).text)
    return {kind: {"cases": count, "recall": round(masked[kind] / count, 3)} for kind, count in planted.items()}


def public_reviews(folder: Path) -> pl.DataFrame:
    """Texts of the public sample."""
    with zipfile.ZipFile(folder / _ARCHIVE) as archive:
        raw = archive.read(archive.namelist()[0])
    table = pl.read_csv(BytesIO(raw), infer_schema=False, encoding="utf8-lossy")
    return table.select(
        title=pl.lit(None, dtype=pl.String),
        positive_text=pl.col("Positive_Review"),
        negative_text=pl.col("Negative_Review"),
    )


def over_public_reviews(folder: Path) -> dict[str, Any]:
    """Share of public reviews in which anything is masked, items by kind, and reviews per second."""
    reviews = public_reviews(folder)
    started = time.perf_counter()
    masked = mask_reviews(reviews)
    seconds = time.perf_counter() - started
    touched = masked.filter(pl.sum_horizontal(COUNT_COLUMNS) > 0).height
    return {
        "reviews": reviews.height,
        "share_masked": round(touched / reviews.height, 4),
        "reviews_per_second": round(reviews.height / seconds),
        **masked.select(pl.col(COUNT_COLUMNS).sum()).row(0, named=True),
    }


def main() -> None:
    """Print and store the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the public review sample")
    options = asked_for(parser)
    data = options.data
    results: dict[str, Any] = {part: recall(part) for part in (DEVELOPMENT, HELD_BACK)}
    if data:
        results["public"] = over_public_reviews(data)
    for name, told in results.items():
        print(f"{name}: {told}")
    finish("masking", results, options)


if __name__ == "__main__":
    main()
