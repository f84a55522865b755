"""What the privacy room measures of itself: k-anonymity, its loss, the budget, and bookings that were withheld."""

import polars as pl

from assets.common.findings import Disclosure, Tree, finding_rows, merged
from assets.privacy.class_labels import LEVEL_COLUMNS, LEVEL_SEPARATOR, NUMBER_COLUMNS
from assets.privacy.loss import information_loss
from assets.privacy.settings import PrivacySettings
from assets.raw.findings import later_steps

DISCLOSURES = {"dataset": Disclosure.OPERATIONAL, "privacy": Disclosure.OPERATIONAL}


def privacy_finding_rows(
    published: pl.DataFrame, counts: pl.DataFrame, policy: str, settings: PrivacySettings, ledger: pl.DataFrame | None
) -> pl.DataFrame:
    """The branch ``privacy``, and the last steps of the bookings in ``dataset``.

    Args:
        published: ``published_bookings`` rows.
        counts: ``raw_counts`` rows.
        policy: of the raw room, in force.
        settings: of this room.
        ledger: ``budget_period``, ``epsilon_spent``, ``epsilon_spent_so_far``; None without a ledger.
    """
    own = counts.filter((pl.col("policy") == policy) & (pl.col("stream") == "bookings"))
    if own.is_empty():
        return finding_rows({}, DISCLOSURES, {})
    tree, reasons = later_steps(policy, "bookings", {"withheld": published.height, "published": published.height})
    if published.height:
        privacy = privacy_tree(published, int(own["kept"].sum()), settings, ledger)
        tree = merged(tree, {"privacy": privacy})
    return finding_rows(tree, DISCLOSURES, reasons)


def privacy_tree(published: pl.DataFrame, kept: int, settings: PrivacySettings, ledger: pl.DataFrame | None) -> Tree:
    """k-anonymity of the published bookings, its information loss, and the budget.

    Args:
        published: ``published_bookings`` rows, at least one.
        kept: bookings that the raw room handed on.
        settings: of this room.
        ledger: as in :func:`privacy_finding_rows`.
    """
    withheld = max(kept - published.height, 0)
    loss = information_loss(
        published, label_spans(published), withheld=withheld, k=settings.k, columns=settings.quasi_identifiers
    )
    tree: Tree = {
        "k": settings.k,
        "batch": settings.batch,
        "min_class_size": loss.min_class_size,
        "classes": loss.classes,
        "rows": loss.rows,
        "published": published.height,
        "withheld": withheld,
        "ncp": loss.ncp,
        "ncp_by_column": dict(loss.ncp_by_column),
        "average_class_size": loss.average_class_size,
        "discernibility": loss.discernibility,
        "epsilon_budget": settings.epsilon,
        "epsilon_spent": 0.0,
    }
    if ledger is not None and not ledger.is_empty():
        spent = dict(zip(ledger["budget_period"].to_list(), ledger["epsilon_spent"].to_list(), strict=True))
        tree["epsilon_spent"] = max(spent.values())
        tree["spent_by_period"] = spent
        tree["epsilon_spent_in_all"] = sum(spent.values())
    return tree


def label_spans(labels: pl.DataFrame) -> dict[str, int]:
    """Whole range of each quasi-identifier as far as published labels show it.

    The withheld rows' values are missing from it, so that no restricted row is read for a figure.

    Args:
        labels: ``published_bookings`` rows.
    """
    spans = {}
    for name in LEVEL_COLUMNS:
        levels = labels[f"{name}_levels"].str.split(LEVEL_SEPARATOR).explode()
        spans[name] = max(levels.n_unique() - 1, 0)
    for name in NUMBER_COLUMNS:
        low, high = labels[f"{name}_from"], labels[f"{name}_to"]
        width = pl.select((pl.lit(high.max()) - pl.lit(low.min())).alias("width"))["width"]
        spans[name] = int(width.dt.total_days()[0] if width.dtype == pl.Duration else width[0]) if len(low) else 0
    return spans
