"""What the texts of reviews add to the forecast of guests, by how the reviews were linked, in one simulated world.

The gated fusion against the same network without texts, on the same guests: area under the curve of any revenue, in
cross-validation and on the hold-out. Links: matched alone; half verified and the others matched, as a run has them; the
true ones. Control: true texts dealt anew among the guests, which must add nothing. Intervals: 95 %, guests resampled.

    python -m benchmarks.text_gain [--seed 42] [--influence 1] [--write docs/results/text_gain.md]
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.links import VERIFIED_COLUMNS, links_of
from assets.customers.protocols import PROSPECTIVE, plan_origins
from assets.customers.settings import GUEST, CustomerSettings
from assets.customers.units import in_units
from assets.models.evaluation.controls import shuffle_texts
from assets.models.examples.dataset import build_examples
from assets.models.examples.text_block import review_table
from assets.models.examples.text_sources import with_texts
from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.stays import as_labels
from assets.studies.ceilings import future_truth_of, true_pairs
from assets.studies.text_controls import NEEDED, control_models, text_gains, without_texts
from assets.studies.truth import true_links
from benchmarks.measure import asked_for, finish
from pipelines.results_page import shown
from pipelines.study_worlds import scratch_home, tables_of, world_workspace
from resources.settings import CoreSettings, Settings

_LINKS = ("booking_review_pairs", "verified_links")
MATCHED, HALF, TRUE, SHUFFLED = "matched", "half verified, half matched", "true links", "true links, texts shuffled"


def variants_of(tables: dict[str, pl.DataFrame], true: pl.DataFrame, plan: Any, settings: Any) -> dict[str, Any]:
    """The examples under each kind of links, by name.

    Args:
        tables: ``NEEDED`` and the links, of the whole history.
        true: ``true_pairs`` of the world.
        plan: origins.
        settings: of the customers room.
    """
    bookings = in_units(as_labels(tables["stays"], (*LABELLED_BOOKINGS.names, "guest_hash")), GUEST)
    reviews = review_table(*(tables[name] for name in NEEDED[1:]))
    pairs = tables["booking_review_pairs"]
    half = links_of(pairs, tables["verified_links"].select(VERIFIED_COLUMNS))
    made = build_examples(bookings, pairs, reviews, plan, settings).filter(pl.col("protocol") == PROSPECTIVE)
    linked = with_texts(made, bookings, true, reviews)
    return {
        MATCHED: made,
        HALF: with_texts(made, bookings, half, reviews),
        TRUE: linked,
        SHUFFLED: shuffle_texts(linked, np.random.default_rng(42)),
    }


def measured_world(settings: Settings, demo: dict[str, Any]) -> dict[str, Any]:
    """Gains by kind of links, and how many guests have a text."""
    with scratch_home(settings) as scratch:
        workspace = world_workspace(settings, scratch, demo)
        tables = tables_of(workspace, (*NEEDED, *_LINKS))
        source, customers = workspace.source, workspace.settings.room("customers", CustomerSettings)
        plan = plan_origins(source.first_day, source.last_day, customers, is_public=False)
        links = true_links(future_truth_of(source, source.last_day), workspace.key)
        reviews = review_table(*(tables[name] for name in NEEDED[1:]))
        variants = variants_of(tables, true_pairs(links, reviews), plan, customers)
    gains = text_gains(without_texts(variants[TRUE]), variants, control_models(workspace.settings))
    results: dict[str, Any] = {}
    for row in gains.iter_rows(named=True):
        branch = results.setdefault(row["protocol"], {})
        gain = f"{row['value']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
        texts = shown(float(variants[row["comparison"]]["has_text"].mean()))
        branch[row["comparison"]] = {
            "AUC": row["auc"], "gain from texts": gain, "guests": row["guests"], "with a text": texts,
        }  # fmt: skip
    return results


def main() -> None:
    """Print and store the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var"), help="home whose encoders are used")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--influence", type=float, default=1.0, help="demo.satisfaction_influence")
    parser.add_argument("--days", type=int, default=550)
    options = asked_for(parser)
    settings = Settings(home=options.home.absolute(), core=CoreSettings(source="demo"))
    demo = {"seed": options.seed, "satisfaction_influence": options.influence, "days": options.days}
    results = measured_world(settings, demo)
    for protocol, rows in results.items():
        for name, figures in rows.items():
            print(f"{protocol}, {name}: {figures}")
    finish(f"text_gain_seed_{options.seed}_influence_{options.influence:g}", results, options)


if __name__ == "__main__":
    main()
