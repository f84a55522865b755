"""What the customers room measures of itself: who its customers are, how many, and how their revenue is spread."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from assets.common.findings import Disclosure, Tree, finding_rows
from assets.customers.concentration import finite, gini, top_share
from assets.customers.group_figures import DOMINATED, Floats, is_dominated, quantile_of_many, too_few

DISCLOSURES = {"customers": Disclosure.GUEST_AGGREGATE, "customers.minimum": Disclosure.NEUTRAL}
_MOST = 0.99  # of the customers have fewer bookings: the most that is said without saying it of one


def customer_finding_rows(
    customers: pl.DataFrame, minimum: int, figures: Mapping[str, float | str | None] | None = None
) -> pl.DataFrame:
    """The branch ``customers``; without customers minimum and count alone.

    Args:
        customers: ``customers`` rows of one unit.
        minimum: customers behind every figure; what has fewer is absent, with the reason.
        figures: of :func:`assets.customers.unit_figures.unit_figures`.
    """
    tree: Tree = {"minimum": minimum, "count": customers.height}
    if customers.is_empty():
        return finding_rows({"customers": tree}, DISCLOSURES)
    values, bookings = finite(customers["clv"]), finite(customers["bookings"])
    why = too_few(minimum) if values.size < minimum else DOMINATED if is_dominated(values) else None
    zeros = int((values <= 0).sum())
    is_share_told = zeros in (0, values.size) or minimum <= zeros <= values.size - minimum
    told: dict[str, float | str | None] = {
        "revenue": why or float(values.sum()),
        "concentration.gini": why or gini(values),
        "concentration.top_1_percent": _top(values, 0.01, minimum),
        "concentration.top_10_percent": _top(values, 0.1, minimum),
        "without_revenue_share": zeros / values.size if is_share_told else too_few(minimum),
        "median_bookings": too_few(minimum) if bookings.size < minimum else float(np.median(bookings)),
        "bookings_p99": quantile_of_many(bookings, _MOST, minimum) or too_few(minimum),
    }
    told |= figures or {}
    tree |= {"unit": customers["unit"][0], "concentration": {}, "without_key": {}}
    reasons = {f"customers.{path}": value for path, value in told.items() if isinstance(value, str)}
    for path, value in told.items():
        if not isinstance(value, str):
            branch, _, name = path.rpartition(".")
            (tree[branch] if branch else tree)[name] = value
    return finding_rows({"customers": tree}, DISCLOSURES, reasons)


def _top(values: Floats, share: float, minimum: int) -> float | str:
    """Revenue share of the best, or why it is not told."""
    best = values[::-1][: max(1, round(share * values.size))]
    if best.size < minimum:
        return too_few(minimum)
    return DOMINATED if is_dominated(best) else top_share(values, share)
