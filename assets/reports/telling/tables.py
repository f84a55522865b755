"""Small tables of the data stages: our figure, the paper's figure beside it, and what was not printed."""

from collections.abc import Mapping

from assets.customers.lifetime_value import SEGMENTS
from assets.reports.telling.blocks import Disclosure, Table


def values_table(
    key: str, title: str, values: Mapping[str, str], *, note: str = "", disclosure: Disclosure = Disclosure.OPERATIONAL
) -> Table:
    """Two columns: what, how much."""
    return Table(
        key=key, title=title, columns=("Measure", "Value"), rows=tuple(values.items()), note=note, disclosure=disclosure
    )


def shorten(text: str, length: int) -> str:
    """The text cut at a word border, with an ellipsis where something is missing."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    return f"{flat[:length].rsplit(' ', 1)[0]} …"


def value_order(segment: str) -> int:
    """Sorts value segments, the most valuable first; what is no segment comes last."""
    return -SEGMENTS.index(segment) if segment in SEGMENTS else 1
