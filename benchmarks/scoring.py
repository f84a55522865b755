"""Batch scoring of a million customers by the path that ``customer_scores`` takes, and point look-ups in the result.

Features are given, in the columns of ``examples``; what is timed is everything after them: value, interval, segment
and reasons of every customer. Models are trained on 20,000 synthetic customers with the default settings of trees and
the quick profile's network; both are bound to two cores. The paper (001, section 2.14) scores 10,000 customers a
minute; its figure is quoted, not measured.

    python -m benchmarks.scoring [--customers 1000000]
"""

import argparse
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import asked_for, finish, measured

PAPER_PER_MINUTE = 10_000
_TRAINED_ON = 20_000
_DIMENSIONS = 256  # of the static tier
_TEXT_SHARE = 0.3
_DAY = date(2024, 6, 30)
_LOOKUPS = 200
_CORES = 2


def features(number: int, seed: int) -> Any:
    """Synthetic customers in the columns of ``examples``: heavy-tailed behaviour, a text vector for some."""
    import numpy as np
    import polars as pl

    from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, WIDE_COLUMNS

    rng = np.random.default_rng(seed)
    ids = rng.integers(0, 256, (number, 16), dtype=np.uint8)
    behaviour = {name: np.round(rng.gamma(0.8, 200.0, number), 2) for name in BEHAVIOUR_COLUMNS}
    has_text = rng.random(number) < _TEXT_SHARE
    vectors = rng.normal(size=(int(has_text.sum()), _DIMENSIONS)).astype(np.float32)
    place = pl.select(pl.when(pl.lit(has_text)).then(pl.lit(has_text.cumsum() - 1))).to_series()
    wave = sum(behaviour[name] * (1 + index % 3) / 9 for index, name in enumerate(BEHAVIOUR_COLUMNS[:9]))
    listed = pl.Series("text_vector", vectors).arr.to_list()
    return pl.DataFrame(
        {
            "pseudo_customer_id": [bytes(row).hex() for row in ids],
            "as_of": [_DAY] * number,
            **behaviour,
            **dict.fromkeys(WIDE_COLUMNS, np.zeros(number)),
            "has_text": has_text,
            "text_vector": listed.gather(place),
            "text_polarity": np.where(has_text, 0.3, np.nan),
            "text_score": np.where(has_text, 8.0, np.nan),
            "past_revenue": behaviour[BEHAVIOUR_COLUMNS[0]],
            "target_clv": np.maximum(wave + rng.normal(0, 50, number), 0.0),
        },
        strict=False,
    ).sort("pseudo_customer_id")


def served_model(name: str) -> Any:
    """A model of that name, trained and ready to serve, with its interval and its explainer."""
    from dataclasses import replace

    from assets.models.estimators.boosted_trees import fit_boosted_trees
    from assets.models.estimators.spec import fit_model
    from assets.models.examples.dataset import to_arrays
    from assets.models.serving.scoring import Served, interval_table
    from assets.models.settings import model_settings
    from resources.settings import CoreSettings, Settings

    settings = replace(model_settings(Settings(home=Path(), core=CoreSettings())), max_epochs=2)
    data = to_arrays(features(_TRAINED_ON, 1), _DIMENSIONS)
    trees = fit_boosted_trees(data, settings, 1)
    model = trees if name == "lightgbm" else fit_model(name, data, settings, 1)
    table = interval_table(data.target, model.predict(data).value, settings.interval, settings.mape_floor)
    return Served(name=name, version="0" * 16, model=model, interval=table, explainer=trees, horizon_days=180,
                  text_dimensions=_DIMENSIONS)  # fmt: skip


def scoring(name: str, number: int, folder: str) -> dict[str, Any]:
    """Seconds for all customers, and milliseconds of look-ups in the day that they make."""
    from assets.models.serving.scoring import score_customers

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
    served, known = served_model(name), features(number, 2)
    score_customers(known.head(1000), served, _DAY, segment_rule="thirds", reasons=3)  # loads code
    wall, processor = time.perf_counter(), time.process_time()
    scores = score_customers(known, served, _DAY, segment_rule="thirds", reasons=3)
    seconds, spent = time.perf_counter() - wall, time.process_time() - processor
    per_minute = number / seconds * 60
    return {
        "customers": scores.height, "scoring_s": round(seconds, 1), "cpu_s": round(spent, 1),
        "customers_per_minute": round(per_minute), "ratio_to_paper": round(per_minute / PAPER_PER_MINUTE, 1),
        **lookups(scores, Path(folder)),
    }  # fmt: skip


def lookups(scores: Any, folder: Path) -> dict[str, float]:
    """Store the day as the lake does and look single customers up."""
    import numpy as np

    from assets.models.contract import CUSTOMER_SCORES
    from resources.input_record import InputRecord
    from resources.lake import Lake
    from resources.score_reader import ScoreReader

    lake = Lake.of(folder, [CUSTOMER_SCORES])
    record = InputRecord(asset=CUSTOMER_SCORES.asset, partition=str(_DAY), rows_out=scores.height)
    lake.promote(lake.stage(CUSTOMER_SCORES, _DAY, scores, record))
    reader, spent = ScoreReader(lake, CUSTOMER_SCORES), []
    for place in np.random.default_rng(3).integers(0, scores.height, _LOOKUPS):
        customer = scores["pseudo_customer_id"][int(place)]
        started = time.perf_counter()
        rows = reader.find(customer)
        spent.append(1000 * (time.perf_counter() - started))
        if rows.height != 1:
            message = f"expected one row of {customer}, got {rows.height}"
            raise RuntimeError(message)
    return {"lookup_median_ms": round(float(np.median(spent)), 1),
            "lookup_p99_ms": round(float(np.quantile(spent, 0.99)), 1)}  # fmt: skip


def main() -> None:
    """Score with trees and with the gated fusion, print a table, store the figures."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = asked_for(parser)
    number = options.customers
    results: dict[str, Any] = {"paper": {"customers_per_minute": PAPER_PER_MINUTE}, "cores": _CORES}
    shown = ("customers", "scoring_s", "cpu_s", "customers_per_minute", "ratio_to_paper", "lookup_median_ms",
             "lookup_p99_ms", "peak_mib")  # fmt: skip
    print(f"{'':<14}" + "".join(f"{name:>22}" for name in shown))
    for name in ("lightgbm", "gated_fusion"):
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measured(scoring, name, number, folder)
        print(f"{name:<14}" + "".join(f"{results[name][column]:>22}" for column in shown), flush=True)
    finish("scoring", results, options)


if __name__ == "__main__":
    main()
