"""What a revenue manager needs to know of a guest segment, from customers, forecasts and masked reviews."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.common.findings import Estimate
from assets.common.intervals import fold_interval
from assets.customers.concentration import finite
from assets.customers.group_figures import (
    DOMINATED,
    GIVES_BACK,
    hidden_with_one_other,
    quantile_of_many,
    revenue_to_show,
    too_few,
)
from assets.customers.lifetime_value import SEGMENTS
from assets.models.segment_pages.folding import guest_segments
from assets.models.segment_pages.guests import Guests
from assets.models.segment_pages.themes import theme_counts, theme_mentions

_DRIVERS = 3
_THEMES = 3
ThemeShare = tuple[str, float, float]


@dataclass(frozen=True, kw_only=True)
class SegmentPage:
    """One guest segment; every figure rests on ``minimum`` or more customers, or is None or left out.

    Attributes:
        value_segment: low, mid or high.
        country_group: as printed.
        customers: how many.
        revenue: realised, currency units; None where one customer brings most of it, or where it would give away
            another segment's.
        revenue_share: of all customers' revenue; None with the revenue.
        median_value: realised value of the customers in the middle; None where one decides it.
        completed_share: stays that took place of all bookings.
        expected: mean of the scores; None without scores or where one customer brings most of them.
        drivers: (feature, mean SHAP value of the segment, currency units), strongest first.
        reviewed: customers with a paired review; None when fewer than the minimum.
        polarity: mean polarity of their reviews with its interval.
        praise: (theme, share of the segment's reviewed customers, of all reviewed customers), most frequent first.
        complaints: the same of complaints.
        at_risk: customers whose reviews are negative on average; None when fewer than the minimum.
        withheld: why a figure is None, each as ``figure: reason``.
    """

    value_segment: str
    country_group: str
    customers: int
    revenue: float | None
    revenue_share: float | None
    median_value: float | None
    completed_share: float
    expected: float | None
    drivers: tuple[tuple[str, float], ...]
    reviewed: int | None
    polarity: Estimate | None
    praise: tuple[ThemeShare, ...]
    complaints: tuple[ThemeShare, ...]
    at_risk: int | None
    withheld: tuple[str, ...]

    @property
    def title(self) -> str:
        """``High value, Southern Europe``."""
        return f"{self.value_segment.capitalize()} value, {self.country_group}"


@dataclass(frozen=True, kw_only=True)
class _Everybody:
    """What the page of a segment is seen against.

    Attributes:
        revenue: of all customers.
        influence: of :class:`Guests`.
        mentions: :func:`theme_mentions` of all texts.
        shares: side -> theme -> share of all reviewed customers that mention it.
    """

    revenue: float
    influence: pl.DataFrame
    mentions: pl.DataFrame
    shares: Mapping[str, Mapping[str, float]]


def segment_pages(guests: Guests, *, minimum: int, negative: float) -> list[SegmentPage]:
    """One page per guest segment, high value first, then by revenue; none without customers.

    Args:
        guests: what is known of them.
        minimum: customers behind every figure.
        negative: mean polarity below which a customer's reviews count as negative.
    """
    if guests.customers.is_empty():
        return []
    segments = guest_segments(guests.customers, guests.examples, minimum)
    rows = segments.join(guests.customers.drop("value_segment"), on="pseudo_customer_id", how="inner")
    rows = rows.join(_text_polarity(guests.examples), on="pseudo_customer_id", how="left").join(
        _expected(guests.scores), on="pseudo_customer_id", how="left"
    )
    mentions = theme_mentions(guests.texts)
    everybody = _Everybody(
        revenue=float(guests.customers["clv"].sum()),
        influence=guests.influence,
        mentions=mentions,
        shares=_shares_of_all(mentions, rows.drop_nulls("text_polarity")["pseudo_customer_id"]),
    )
    pages = [
        _page(str(segment), str(group), own, everybody, minimum, negative)
        for (segment, group), own in rows.sort("pseudo_customer_id").group_by(
            "value_segment", "country_group", maintain_order=True
        )
    ]
    pages = [
        page for segment in SEGMENTS for page in _told([item for item in pages if item.value_segment == segment], rows)
    ]
    order = {name: place for place, name in enumerate(reversed(SEGMENTS))}
    return sorted(pages, key=lambda page: (order[page.value_segment], -(page.revenue or 0.0), page.country_group))


def _told(pages: list[SegmentPage], rows: pl.DataFrame) -> list[SegmentPage]:
    """The pages of one value segment without a revenue that gives back the one that is withheld."""
    sums = {
        (segment, group): float(total)
        for segment, group, total in rows.group_by("value_segment", "country_group")
        .agg(pl.col("clv").sum())
        .iter_rows()
    }
    behind = [sums[page.value_segment, page.country_group] for page in pages]
    shown = hidden_with_one_other([page.revenue for page in pages], behind)
    return [
        replace(page, revenue=None, revenue_share=None, withheld=(*page.withheld, f"revenue: {GIVES_BACK}"))
        if revenue is None and page.revenue is not None
        else page
        for page, revenue in zip(pages, shown, strict=True)
    ]


def _page(
    segment: str, group: str, own: pl.DataFrame, everybody: _Everybody, minimum: int, negative: float
) -> SegmentPage:
    revenue = revenue_to_show(own["clv"])
    median = quantile_of_many(finite(own["clv"]), 0.5, minimum)
    expected = _mean_expected(own["expected"].drop_nulls(), minimum)
    reviewed = own.drop_nulls("text_polarity")
    is_told = reviewed.height >= minimum
    themes = theme_counts(everybody.mentions, reviewed["pseudo_customer_id"], minimum) if is_told else {}
    at_risk = reviewed.filter(pl.col("text_polarity") < negative).height
    is_risk_told = is_told and at_risk >= minimum
    lacking = {
        "revenue": DOMINATED if revenue is None else "",
        "median_value": DOMINATED if median is None else "",
        "expected": _why_not_expected(own["expected"].drop_nulls(), minimum) if expected is None else "",
        "reviewed": "" if is_told else too_few(minimum),
        "at_risk": "" if is_risk_told else too_few(minimum),
    }
    return SegmentPage(
        value_segment=segment,
        country_group=group,
        customers=own.height,
        revenue=revenue,
        revenue_share=revenue / everybody.revenue if revenue is not None and everybody.revenue > 0 else None,
        median_value=median,
        completed_share=float(own["completed"].sum()) / max(float(own["bookings"].sum()), 1.0),
        expected=expected,
        drivers=_drivers(everybody.influence, own["pseudo_customer_id"], minimum),
        reviewed=reviewed.height if is_told else None,
        polarity=fold_interval(reviewed["text_polarity"].to_numpy(), 0.0) if is_told else None,
        praise=_shares(themes, everybody.shares["praise"], "praise", reviewed.height),
        complaints=_shares(themes, everybody.shares["complaint"], "complaint", reviewed.height),
        at_risk=at_risk if is_risk_told else None,
        withheld=tuple(f"{name}: {why}" for name, why in lacking.items() if why),
    )


def _why_not_expected(scored: pl.Series, minimum: int) -> str:
    return too_few(minimum) if len(scored) < minimum else DOMINATED


def _mean_expected(scored: pl.Series, minimum: int) -> float | None:
    if len(scored) < minimum or revenue_to_show(scored) is None:
        return None
    return float(scored.mean())  # type: ignore[arg-type]


def _shares(
    own: Mapping[str, list[tuple[str, int]]], everybody: Mapping[str, float], side: str, reviewed: int
) -> tuple[ThemeShare, ...]:
    return tuple((name, number / reviewed, everybody[name]) for name, number in own.get(side, [])[:_THEMES])


def _shares_of_all(mentions: pl.DataFrame, reviewed: pl.Series) -> dict[str, dict[str, float]]:
    """Share of all reviewed customers that mention each theme, by side."""
    counts = theme_counts(mentions, reviewed, 1)
    return {side: {name: number / len(reviewed) for name, number in themes} for side, themes in counts.items()}


def _drivers(influence: pl.DataFrame, customers: pl.Series, minimum: int) -> tuple[tuple[str, float], ...]:
    """The features whose mean SHAP value over the segment is largest in size."""
    own = influence.filter(pl.col("pseudo_customer_id").is_in(customers.implode()))
    if own.height < minimum:
        return ()
    means = {name: float(np.mean(own[name].to_numpy())) for name in own.columns if name.startswith("b_")}
    ranked = sorted(means, key=lambda name: (-abs(means[name]), name))[:_DRIVERS]
    return tuple((name, means[name]) for name in ranked if means[name] != 0.0)


def _expected(scores: pl.DataFrame) -> pl.DataFrame:
    """Each customer once, with the value that is expected of him."""
    return scores.select("pseudo_customer_id", expected=pl.col("value")).unique(
        "pseudo_customer_id", keep="first", maintain_order=True
    )


def _text_polarity(examples: pl.DataFrame) -> pl.DataFrame:
    """Latest mean polarity of each customer with text."""
    known = examples.filter(pl.col("text_polarity").is_not_null())
    rows = known.sort("pseudo_customer_id", "as_of", "text_polarity")
    return rows.group_by("pseudo_customer_id", maintain_order=True).agg(pl.col("text_polarity").last())
