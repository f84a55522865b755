"""Pages of guest segments as rows of a table, and back."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.common.findings import Estimate
from assets.models.segment_pages.pages import SegmentPage, ThemeShare

_PLAIN = (
    "value_segment", "country_group", "customers", "revenue", "revenue_share", "median_value", "completed_share",
    "expected", "reviewed", "at_risk",
)  # fmt: skip
_THEMES = ("praise", "complaints")
_FLOATS, _TEXTS = pl.List(pl.Float64()), pl.List(pl.String())
PAGE_SCHEMA = pl.Schema(
    {
        "place": pl.Int32(), "value_segment": pl.String(), "country_group": pl.String(), "customers": pl.Int64(),
        "revenue": pl.Float64(), "revenue_share": pl.Float64(), "median_value": pl.Float64(),
        "completed_share": pl.Float64(), "expected": pl.Float64(), "reviewed": pl.Int64(), "at_risk": pl.Int64(),
        "polarity": pl.Float64(), "polarity_low": pl.Float64(), "polarity_high": pl.Float64(),
        "drivers": _TEXTS, "driver_influence": _FLOATS, "praise": _TEXTS, "praise_share": _FLOATS,
        "praise_share_of_all": _FLOATS, "complaints": _TEXTS, "complaints_share": _FLOATS,
        "complaints_share_of_all": _FLOATS, "withheld": _TEXTS,
    }
)  # fmt: skip


def page_rows(pages: Sequence[SegmentPage]) -> pl.DataFrame:
    """One row per page, in their order.

    Args:
        pages: of :func:`assets.models.segment_pages.pages.segment_pages`.
    """
    return pl.DataFrame([_row(place, page) for place, page in enumerate(pages)], schema=PAGE_SCHEMA)


def _row(place: int, page: SegmentPage) -> dict[str, Any]:
    row: dict[str, Any] = {"place": place} | {name: getattr(page, name) for name in _PLAIN}
    polarity = page.polarity
    if polarity is not None:
        row |= {"polarity": polarity.value, "polarity_low": polarity.low, "polarity_high": polarity.high}
    row |= {"drivers": [name for name, _ in page.drivers], "driver_influence": [size for _, size in page.drivers]}
    for side in _THEMES:
        shares: tuple[ThemeShare, ...] = getattr(page, side)
        row |= {
            side: [name for name, _, _ in shares],
            f"{side}_share": [share for _, share, _ in shares],
            f"{side}_share_of_all": [of_all for _, _, of_all in shares],
        }
    return row | {"withheld": list(page.withheld)}


def pages_of(rows: pl.DataFrame) -> list[SegmentPage]:
    """The pages behind the rows, in their order.

    Args:
        rows: of ``segment_pages``.
    """
    return [_page(row) for row in rows.sort("place").iter_rows(named=True)]


def _page(row: dict[str, Any]) -> SegmentPage:
    told = row["polarity"]
    themes = {
        side: tuple(zip(row[side], row[f"{side}_share"], row[f"{side}_share_of_all"], strict=True)) for side in _THEMES
    }
    return SegmentPage(
        **{name: row[name] for name in _PLAIN},
        polarity=None if told is None else Estimate(told, row["polarity_low"], row["polarity_high"]),
        drivers=tuple(zip(row["drivers"], row["driver_influence"], strict=True)),
        praise=themes["praise"],
        complaints=themes["complaints"],
        withheld=tuple(row["withheld"]),
    )
