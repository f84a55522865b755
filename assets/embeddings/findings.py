"""What the embeddings room measures of itself: reviews embedded, dimensions, and the encoder's speed here."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from assets.common.findings import Disclosure, Tree, finding_rows

DISCLOSURES = {"embeddings": Disclosure.OPERATIONAL}
_WARM_UP = 8  # texts of the first call, which loads the model


def embedding_finding_rows(
    reviews: int, texts: Sequence[str], tier: str, encoder: Any, clock: Callable[[], float] = time.perf_counter
) -> pl.DataFrame:
    """The branch ``embeddings.<tier>``.

    Args:
        reviews: clean reviews; all are embedded, since embedding conserves rows.
        texts: that the speed is measured on; none: no speed.
        tier: name of the encoder's tier.
        encoder: with ``dimensions`` and ``encode``.
        clock: seconds; speeds are not reproducible, and listed as such.
    """
    branch: Tree = {"reviews": reviews, "dimensions": encoder.dimensions}
    if texts:
        encoder.encode(list(texts[:_WARM_UP]))
        started = clock()
        encoder.encode(list(texts))
        branch["reviews_per_second"] = len(texts) / max(clock() - started, 1e-9)
    return finding_rows({"embeddings": {tier: branch}}, DISCLOSURES)
