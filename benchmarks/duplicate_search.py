"""Near-duplicates in a corpus as large as the full public file: seconds, memory, recall, against brute force.

The corpus has 515,738 texts, as many as the full file: the public sample's 14,782 and, for the rest, texts from the
demo group's grammar with four in a hundred copied from an earlier one, exactly or edited lightly. Vectors are those of
the static encoder. Texts and vectors are made once and kept under ``<home>/benchmarks``.

- ``whole corpus``: ``review_vectors`` read from Parquet, every review searched among all earlier ones.
- ``one day``: the same file read, the last day's reviews (about 700) searched.
- ``brute force``: float32 blocks of all vectors, largest cosine only, timed on a share of the queries and scaled up
  to all (``--full``: all of them).
- ``recall``: of queries with a neighbour at cosine 0.95 or more, the share whose largest cosine is found. Asked are
  evenly spaced texts and, since few of those have such a neighbour, evenly spaced ones of the copied texts.
- ``--device cuda``: the exact search on a GPU beside the others, and whether it agrees with brute force.

    python -m benchmarks.duplicate_search --data <folder with the public sample> [--device cuda] [--full]
"""

import argparse
import hashlib
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.reviews.cleaning import clean_text, joined_text
from assets.reviews.contract import REVIEW_VECTORS
from assets.reviews.duplication import duplication
from assets.reviews.duplication_device import device_neighbours
from assets.reviews.duplication_search import nearest_earlier
from assets.reviews.settings import ReviewSettings
from assets.reviews.vectors import review_vector_rows
from benchmarks.measure import asked_for, finish, measured
from resources.encoders import EncoderShelf
from resources.settings import CoreSettings
from resources.sources.base import Stream
from resources.sources.demo.catalogue import hotels
from resources.sources.demo.edits import edited
from resources.sources.demo.wording import Chooser, Occasion, Text, compose
from resources.sources.public import PublicSource

TEXTS = 515_738  # rows of the full public file
_DAYS = 730  # it covers two years
_CHUNK = 20_000
_COPIED = 0.04
_SEED = 7
_CLOSE = 0.95
_QUERY_ROWS, _CORPUS_ROWS = 1_024, 8_192
_TIMED_QUERIES = 4_096
BRUTE_FORCE_SECONDS = 440  # float32, two quiet cores, as stated with the target


def public_texts(folder: Path) -> list[str]:
    """Texts of the public sample as the pipeline joins them."""
    source = PublicSource(folder)
    days = [source.first_day + timedelta(days=at) for at in range((source.last_day - source.first_day).days + 1)]
    rows = source.rows(Stream.REVIEWS, days)
    texts = rows.select(
        pl.lit(None, dtype=pl.String).alias("title"),
        clean_text(pl.col("Positive_Review"), ReviewSettings().placeholders).alias("positive_text"),
        clean_text(pl.col("Negative_Review"), ReviewSettings().placeholders).alias("negative_text"),
    )
    return texts.select(joined_text().alias("text"))["text"].fill_null("").to_list()


def demo_text(number: int) -> str:
    """One text of the demo group's grammar, a pure function of its number; four in a hundred copy an earlier one."""
    chooser, text = _draft(number)
    if chooser.unit("copy") < _COPIED and number:
        text = edited(chooser, _draft(int(chooser.unit("source") * number))[1], chooser.one("hotel", hotels(8)))[0]
    parts = (text.title, ". ".join(text.positive), ". ".join(text.negative))
    return " ".join(f"{part}." for part in parts if part)


def _draft(number: int) -> tuple[Chooser, Text]:
    chooser = Chooser(_SEED, number)
    occasion = Occasion(
        hotel=chooser.one("hotel", hotels(8)),
        mood=1.1 * chooser.normal("mood"),
        services=None,
        is_business=chooser.unit("business") < 0.2,
        has_children=chooser.unit("children") < 0.1,
        manner="stock" if chooser.unit("manner") < 0.05 else "composed",
        sentences=int(np.clip(np.rint(np.exp(0.7 + 0.53 * chooser.normal("length"))), 2, 12)),
        one_sided=False,
        language="english",
    )
    return chooser, compose(chooser, occasion, 0.6)


def corpus(folder: Path, home: Path, number: int) -> Path:
    """Folder with ``review_vectors`` of the whole corpus in Parquet, made on first use."""
    encoder = EncoderShelf(home, CoreSettings()).encoder("static")
    target = home / "benchmarks" / f"duplicate-search-{number}-{encoder.version}"
    public = public_texts(folder)[:number]
    for at, start in enumerate(range(0, number, _CHUNK)):
        path = target / f"{at:03d}.parquet"
        if path.exists():
            continue
        target.mkdir(parents=True, exist_ok=True)
        texts = list(_texts(public, number, start, min(start + _CHUNK, number)))
        rows = _rows(texts, start, number)
        staged = path.with_suffix(".part")
        review_vector_rows(rows, encoder.encode(texts)).write_parquet(staged)
        staged.rename(path)
    return target


def _texts(public: list[str], number: int, first: int, last: int) -> Iterator[str]:
    """Texts by position: the public ones lie evenly among the others."""
    for place in range(first, last):
        before, after = place * len(public) // number, (place + 1) * len(public) // number
        yield public[before] if after > before else demo_text(place - before)


def _rows(texts: list[str], start: int, number: int) -> pl.DataFrame:
    days = [date(2015, 8, 4) + timedelta(days=(start + at) * _DAYS // number) for at in range(len(texts))]
    ids = [_id(start + at) for at in range(len(texts))]
    return pl.DataFrame({"review_id": ids, "text": texts, "posted_day": days, "delivery_day": days})


def _id(place: int) -> str:
    return hashlib.sha256(f"benchmark {place}".encode()).hexdigest()[:32]


def searched(folder: str, last_day_only: bool, device: str | None) -> dict[str, Any]:
    """Our search over the stored vectors, reading them included."""
    vectors = pl.read_parquet(Path(folder) / "*.parquet").select(REVIEW_VECTORS.names)
    days = sorted(vectors["delivery_day"].unique().to_list())
    scored = duplication(vectors, days[-1:] if last_day_only else days, ReviewSettings(), device)
    close = int((scored["duplication_cosine"] >= _CLOSE).sum())
    return {"reviews": scored.height, "close": close, "cpu_seconds": round(time.process_time(), 1)}


def largest_cosines(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(n_queries,) largest cosine to an earlier vector, by brute force in single precision; -2 without one."""
    best = np.full(len(queries), -2.0, dtype=np.float32)
    for start in range(0, len(queries), _QUERY_ROWS):
        block = queries[start : start + _QUERY_ROWS]
        for first in range(0, int(block[-1]), _CORPUS_ROWS):
            part = vectors[first : first + _CORPUS_ROWS]
            cosines = vectors[block] @ part.T
            if first + len(part) > block[0]:
                cosines[np.arange(first, first + len(part))[None, :] >= block[:, None]] = -2.0
            span = slice(start, start + len(block))
            best[span] = np.maximum(best[span], cosines.max(axis=1))
    return best


def brute_force(folder: str, queries: int) -> dict[str, Any]:
    """Brute force on evenly spaced queries; ``scaled_seconds`` for all of them."""
    vectors, _ = matrix(folder)
    asked = np.unique(np.linspace(0, len(vectors) - 1, queries).astype(np.int64))
    started = time.perf_counter()
    best = largest_cosines(vectors, asked)
    seconds = time.perf_counter() - started
    return {
        "queries": len(asked),
        "close": int((best >= _CLOSE).sum()),
        "scaled_seconds": round(seconds * len(vectors) / len(asked), 1),
    }


def copied_ids(public: int, number: int) -> list[str]:
    """Ids of the texts that copy an earlier one.

    Args:
        public: how many public texts lie among the others.
        number: texts in all.
    """
    ids = []
    for place in range(number):
        before, after = place * public // number, (place + 1) * public // number
        if after == before and place > before and Chooser(_SEED, place - before).unit("copy") < _COPIED:
            ids.append(_id(place))
    return ids


def recall(folder: str, queries: int, device: str | None, copied: list[str]) -> dict[str, Any]:
    """How many of the queries with a close neighbour get their largest cosine: half of them copies, half any text."""
    vectors, ids = matrix(folder)
    copies = np.flatnonzero(ids.is_in(copied).to_numpy())
    half = queries // 2
    chosen = copies[np.linspace(0, len(copies) - 1, half).astype(np.int64)]
    asked = np.unique(np.concatenate([chosen, np.linspace(1, len(vectors) - 1, half).astype(np.int64)]))
    if device is None:
        neighbours = nearest_earlier(vectors, asked, 1, ReviewSettings().duplication_exact_texts)
    else:
        neighbours = device_neighbours(vectors, asked, 1, device)
    ours = np.full(len(asked), -2.0)
    ours[np.searchsorted(asked, neighbours.query)] = neighbours.cosine
    best = largest_cosines(vectors, asked)
    close = best >= _CLOSE
    found_share = float((ours[close] >= best[close] - 1e-5).mean()) if close.any() else None
    return {
        "queries": len(asked),
        "close": int(close.sum()),
        "recall": None if found_share is None else round(found_share, 5),
    }


def matrix(folder: str) -> tuple[np.ndarray, pl.Series]:
    """Distinct vectors of texts long enough to be evidence, in order of their first occurrence, and their ids."""
    columns = ["review_id", "vector", "distinct_words", "delivery_day"]
    rows = pl.read_parquet(Path(folder) / "*.parquet", columns=columns)
    rows = rows.sort("delivery_day", "review_id")
    rows = rows.filter(pl.col("distinct_words") >= ReviewSettings().duplication_stock_words)
    width = int(rows["vector"].list.len()[0])
    vectors = np.ascontiguousarray(rows["vector"].list.to_array(width).to_numpy(), dtype=np.float32)
    digests = [hashlib.blake2b(vector.tobytes(), digest_size=16).digest() for vector in vectors]
    first = pl.Series(digests).to_frame("digest").with_row_index().unique("digest", keep="first", maintain_order=True)
    kept = first["index"].to_numpy()
    return vectors[kept], rows["review_id"].gather(kept)


def main() -> None:
    """Make the corpus, search it in all ways, print a table, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with hotel_reviews_sample.csv.zip")
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--recall-queries", type=int, default=10_000)
    parser.add_argument("--full", action="store_true", help="brute force on all queries")
    parser.add_argument("--device", help="torch device of an exact search beside the others, such as cuda")
    options = asked_for(parser)
    home = Path(os.environ.get("STAYWORTH_HOME", "var"))
    folder = str(corpus(options.data, home, options.texts))
    copied = copied_ids(len(public_texts(options.data)[: options.texts]), options.texts)
    results: dict[str, Any] = {"texts": options.texts, "stated_brute_force_seconds": BRUTE_FORCE_SECONDS}
    results["whole_corpus"] = measured(searched, folder, False, None)  # positional through a pipe
    print(f"whole corpus: {results['whole_corpus']}", flush=True)
    results["one_day"] = measured(searched, folder, True, None)
    print(f"one day: {results['one_day']}", flush=True)
    if options.device:
        results["device"] = measured(searched, folder, False, options.device)
        results["device_recall"] = measured(recall, folder, options.recall_queries, options.device, copied)
        print(f"{options.device}: {results['device']}, {results['device_recall']}", flush=True)
    results["brute_force"] = measured(brute_force, folder, options.texts if options.full else _TIMED_QUERIES)
    print(f"brute force: {results['brute_force']}", flush=True)
    ratio = results["brute_force"]["scaled_seconds"] / results["whole_corpus"]["seconds"]
    results["times_faster_than_brute_force"] = round(ratio, 1)
    results["recall"] = measured(recall, folder, options.recall_queries, None, copied)
    print(f"recall: {results['recall']}; {ratio:.1f} times faster than brute force in this run")
    finish("duplicate_search", results, options)


if __name__ == "__main__":
    main()
