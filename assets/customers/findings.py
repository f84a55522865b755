"""What the customers room measures of itself: how many customers there are, and how their revenue is spread."""

import polars as pl

from assets.common.findings import Disclosure, Tree, finding_rows
from assets.customers.concentration import finite, gini, top_share

DISCLOSURES = {"customers": Disclosure.GUEST_AGGREGATE}


def customer_finding_rows(customers: pl.DataFrame) -> pl.DataFrame:
    """The branch ``customers``; empty where there are none.

    Args:
        customers: ``customers`` rows.
    """
    if customers.is_empty():
        return finding_rows({}, DISCLOSURES)
    values = finite(customers["clv"])
    tree: Tree = {
        "count": customers.height,
        "revenue": float(values.sum()),
        "without_revenue_share": float((values <= 0).mean()) if values.size else None,
        "median_bookings": customers["bookings"].median(),
        "largest_bookings": customers["bookings"].max(),
        "concentration": {
            "gini": gini(values),
            "top_1_percent": top_share(values, 0.01),
            "top_10_percent": top_share(values, 0.1),
        },
    }
    return finding_rows({"customers": tree}, DISCLOSURES)
