"""Guest segments: value segment by country group, folded until no single guest can be told from them.

A cell of fewer customers than the minimum goes up the country hierarchy (country, sub-region, region, world); what
is still too small joins the smallest cell that is shown. No figure rests on fewer customers than the minimum.
"""

from collections import Counter
from collections.abc import Sequence

import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.privacy.hierarchies import MISSING, REGION_OF, WORLD, sub_region

_MIXED = "mixed or unknown origin"
_AND_OTHERS = " and others"
_SCHEMA = {"pseudo_customer_id": pl.String, "value_segment": pl.String, "country_group": pl.String}


def parent(node: str) -> str:
    """The next node up the country hierarchy; the world is its own parent."""
    if node in (WORLD, MISSING) or node in REGION_OF.values():
        return WORLD
    return REGION_OF.get(node) or sub_region(node) or WORLD


def folded(nodes: Sequence[str], minimum: int) -> list[str | None]:
    """The group that each node ends in, every group holding ``minimum`` or more.

    Args:
        nodes: country labels (countries, sub-regions, regions, World or unknown), one per customer.
        minimum: customers per group.

    Returns:
        Labels in order; None for all when there are fewer nodes than the minimum.
    """
    if len(nodes) < minimum:
        return [None] * len(nodes)
    groups = [WORLD if node == MISSING else node for node in nodes]
    for _ in range(3):  # country, sub-region, region
        counts = Counter(groups)
        groups = [node if counts[node] >= minimum else parent(node) for node in groups]
    counts = Counter(groups)
    small = {node for node, number in counts.items() if number < minimum}
    if not small:
        return [_label(node, set(counts)) for node in groups]
    shown = sorted((number, node) for node, number in counts.items() if node not in small)
    if not shown:
        return [WORLD.lower() if len(counts) > 1 else _label(node, set(counts)) for node in groups]
    host = shown[0][1]
    labels = set(counts) - small
    return [
        _label(host, labels) + _AND_OTHERS if node in small or node == host else _label(node, labels) for node in groups
    ]


def _label(node: str, shown: set[str]) -> str:
    if node == WORLD:
        return _MIXED
    inside = any(other != node and node in _above(other) for other in shown)
    return f"{node}, other" if inside else node


def _above(node: str) -> set[str]:
    """All nodes above a node."""
    above: set[str] = set()
    while node != WORLD:
        node = parent(node)
        above.add(node)
    return above


def guest_segments(customers: pl.DataFrame, examples: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """The segment of every customer.

    Args:
        customers: ``pseudo_customer_id``, ``value_segment``.
        examples: ``pseudo_customer_id``, ``as_of``, ``country_group``; the latest row of a customer counts.
        minimum: customers per segment.

    Returns:
        ``pseudo_customer_id``, ``value_segment``, ``country_group``; customers of value segments that are too small
        as a whole are left out.
    """
    rows = customers.select("pseudo_customer_id", "value_segment").sort("pseudo_customer_id")
    groups = examples.sort("pseudo_customer_id", "as_of").group_by("pseudo_customer_id", maintain_order=True)
    rows = rows.join(groups.agg(pl.col("country_group").last()), on="pseudo_customer_id", how="left")
    rows = rows.with_columns(pl.col("country_group").fill_null(MISSING))
    frames = [pl.DataFrame(schema=_SCHEMA)]
    for segment in SEGMENTS:
        own = rows.filter(pl.col("value_segment") == segment)
        labels = pl.Series("country_group", folded(own["country_group"].to_list(), minimum), dtype=pl.String)
        frames.append(own.with_columns(labels).drop_nulls("country_group").select(list(_SCHEMA)))
    return pl.concat(frames).sort("pseudo_customer_id")
