"""Single texts taken apart by word: one per value segment to be shown, and whether such words are faithful."""

from collections.abc import Callable

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.models.contract_explaining import EXPLAINED_TEXTS
from assets.models.explaining.faithfulness import REMOVED, word_deletion
from assets.models.explaining.words import explain_text, representative_customers
from assets.models.findings.bench import TextBench
from assets.models.findings.explanations import deletion_results
from assets.models.settings_measuring import MeasuringSettings


def explained_text_rows(bench: TextBench, settings: MeasuringSettings, seed: int) -> pl.DataFrame:
    """Rows of ``explained_texts``: LIME for one customer of each value segment that has a text.

    Args:
        bench: network, customers, texts and encoder.
        settings: how many words and perturbed copies.
        seed: of the perturbations.
    """
    rows = []
    for row in representative_customers(bench.candidates, settings.lime_min_words).iter_rows(named=True):
        told = explain_text(
            row["text"],
            bench.predictor(row),
            words=settings.lime_words,
            samples=settings.lime_samples,
            seed=seed,
            segment=row["value_segment"],
            share=float(row["share"]),
        )
        rows.append({
            "model": bench.model, "segment": told.segment, "pseudo_customer_id": row["pseudo_customer_id"],
            "review_id": row["review_id"], "prediction": told.prediction, "share": told.share, "fit": told.fit,
            "text": told.text, "words": list(told.words), "weights": list(told.weights),
        })  # fmt: skip
    return pl.DataFrame(rows, schema=EXPLAINED_TEXTS.schema)


def word_faithfulness(
    bench: TextBench, settings: MeasuringSettings, seed: int, fresh: Callable[[], np.random.Generator]
) -> Tree:
    """The deletion test of LIME's words over customers evenly chosen by prediction, under ``faithfulness.words``.

    Args:
        bench: network, customers, texts and encoder.
        settings: how many texts, perturbed copies and random parts.
        seed: of the perturbations.
        fresh: a generator at the start of the findings' stream, for each text anew.
    """
    ordered = bench.candidates.filter(pl.col("text").str.count_matches(r"\w+") >= settings.lime_min_words)
    ordered = ordered.sort("prediction", "pseudo_customer_id")
    step = max(1, -(-ordered.height // settings.faithfulness_texts))
    deletions = []
    for row in ordered.gather_every(step).iter_rows(named=True):
        predict = bench.predictor(row)
        told = explain_text(row["text"], predict, words=max(REMOVED), samples=settings.lime_samples, seed=seed)
        deletion = word_deletion(predict, row["text"], told.words, fresh(), draws=settings.faithfulness_draws)
        if deletion is not None:
            deletions.append(deletion)
    return {"faithfulness": {"words": deletion_results(deletions, fresh(), settings.bootstrap_draws)}}
