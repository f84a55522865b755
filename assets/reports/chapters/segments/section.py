"""The chapter on guest segments: a page for each that a revenue manager can act on, and where value is at risk."""

import re
from collections.abc import Sequence

import polars as pl

from assets.customers.group_figures import DOMINANCE
from assets.customers.lifetime_value import SEGMENTS
from assets.models.segment_pages.pages import SegmentPage, ThemeShare
from assets.models.segment_pages.rows import pages_of
from assets.reports.chapters.segments.actions import actions
from assets.reports.chapters.segments.risk import segments_at_risk
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Paragraph, Section, Table
from assets.reports.telling.guests import customer_words, minimum_customers
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import MISSING, capital, count, estimate, joined, money, percent, plain


def segments_section(told: Told) -> Section:
    """Overview, segments at risk, one page per segment."""
    minimum, currency, many = minimum_customers(told), told.run.currency, customer_words(told).many
    pages = pages_of(told.table("segment_pages"))
    if pages:
        blocks: list[Block] = [
            overview_table(pages, currency, minimum),
            *risk_blocks(pages, told, minimum),
            *theme_blocks(told.table("segment_themes"), minimum),
            *(page_table(page, currency, many) for page in _with_page(pages, told.settings.segment_pages)),
        ]
    elif not told.number("customers.count"):
        blocks = [missing("guest segments", told, Need.CUSTOMERS)]
    else:
        text = f"Guest segments: no segment holds {count(minimum)} customers, so nothing is said of any."
        blocks = [Notice(text=text, tone="missing")]
    return Section(
        anchor="segments",
        title="Guest segments, and what to do for each",
        lead=f"Value segment by country group. Nothing here rests on fewer than {count(minimum)} {many}: "
        "smaller groups are folded into larger ones. The suggestions follow fixed rules from complaints, praise and "
        "value; they are a start for a person who knows the house, not effects that were measured.",
        blocks=tuple(blocks),
    )


_AT_A_GLANCE = 30  # rows that a person reads; guests fall into a hundred segments and more


def _with_page(pages: Sequence[SegmentPage], limit: int) -> list[SegmentPage]:
    """The segments with most revenue, in the order of the overview."""
    kept = sorted(pages, key=lambda page: -(page.revenue or 0.0))[:limit]
    return [page for page in pages if page in kept]


def overview_table(pages: Sequence[SegmentPage], currency: str, minimum: int) -> Table:
    """The guest segments with most revenue at a glance; the others are in the table that they come from."""
    left = len(pages) - _AT_A_GLANCE
    others = f" {count(left)} segments with less revenue stand in the table segment_pages." if left > 0 else ""
    rows = tuple(
        (
            page.title,
            count(page.customers),
            percent(page.revenue_share),
            count(page.median_value),
            count(page.expected),
            count(page.reviewed),
            estimate(page.polarity),
            capital(page.complaints[0][0]) if page.complaints else MISSING,
        )
        for page in _with_page(pages, _AT_A_GLANCE)
    )
    return Table(
        key="guest_segments",
        title="Guest segments at a glance",
        columns=("Segment", "Customers", "Share of revenue", "Median value", "Expected", "Reviewed", "Polarity (95 %)",
                 "Main complaint"),
        rows=rows,
        words_at=(7,),
        note=f"Currency {currency}. “{MISSING}”: fewer than {count(minimum)} customers behind the figure, "
        f"or one brings more than {percent(DOMINANCE, 0)} of the sum. Expected: mean forecast. Polarity: −1 to 1."
        f"{others}",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )  # fmt: skip


def risk_blocks(pages: Sequence[SegmentPage], told: Told, minimum: int) -> list[Block]:
    """High-value segments at risk from negative reviews, with the reason and a recovery."""
    if not any(page.reviewed for page in pages):
        return [missing("high-value segments at risk from negative reviews", told, Need.TEXTS)]
    exposed = segments_at_risk(pages)
    if not exposed:
        text = "High-value segments at risk from negative reviews: none in which enough customers complain of the same."
        return [Paragraph(text=text, disclosure=Disclosure.GUEST_AGGREGATE)]
    rows = tuple(
        (
            item.title,
            percent(item.revenue_share),
            count(item.reviewed),
            count(item.at_risk) if item.at_risk is not None else f"under {count(minimum)}",
            joined([f"{name} ({percent(share, 0)})" for name, share, _ in item.reason]) or MISSING,
            capital(item.recovery),
        )
        for item in exposed
    )
    table = Table(
        key="segments_at_risk",
        title="High-value segments at risk from negative reviews",
        columns=("Segment", "Share of revenue", "Reviewed", "Negative", "Reason (share that complains)", "Recovery"),
        rows=rows,
        words_at=(4, 5),
        note="Negative: customers whose paired reviews are negative on average. Most exposed first. Pairs are "
        "probable, not certain; whom to call is listed by “stayworth at-risk”, for those who may see it.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )
    return [table]


def theme_blocks(themes: pl.DataFrame, minimum: int) -> list[Block]:
    """Which themes go with high and with low value, over all reviewed customers."""
    if themes.is_empty():
        return []
    rows = tuple(
        (
            capital(row["theme"]),
            row["side"],
            *(percent(row[segment], 0) for segment in SEGMENTS),
            f"{100 * row['difference']:+.0f} ({100 * row['low_end']:+.0f} to {100 * row['high_end']:+.0f})"
            if row["difference"] is not None
            else MISSING,
        )
        for row in themes.iter_rows(named=True)
    )
    table = Table(
        key="themes_by_value",
        title="Themes of reviews that go with high and with low value",
        columns=(
            "Theme",
            "Side",
            *(f"{capital(segment)} value" for segment in SEGMENTS),
            "High less low, points (95 %)",
        ),
        rows=rows,
        text_columns=2,
        note="Share of reviewed customers that mention the theme, from one masked review per customer. "
        f"“{MISSING}”: fewer than {count(minimum)} customers mention it. An association, not a cause.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )
    return [table]


def page_table(page: SegmentPage, currency: str, many: str) -> Table:
    """One guest segment on a page of its own."""
    rows = [
        ("Size", f"{count(page.customers)} {many}; {percent(page.completed_share, 0)} of bookings completed"),
        ("Value", _value(page, currency)),
        ("Drivers", _drivers(page, currency)),
        ("Reviews", _reviews(page)),
        ("Praised", _themes(page.praise)),
        ("Complaints", _themes(page.complaints)),
        ("Suggested", " ".join(f"{capital(action)}." for action in actions(page))),
    ]
    return Table(
        key=f"page_{re.sub('[^a-z]+', '_', page.title.lower()).strip('_')}",
        title=page.title,
        columns=("Topic", "Segment page"),
        rows=tuple(rows),
        text_columns=2,
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def _value(page: SegmentPage, currency: str) -> str:
    parts: list[str] = []
    if page.revenue is not None:
        parts.append(f"{money(page.revenue, currency)} realised ({percent(page.revenue_share)} of all)")
    if page.median_value is not None and page.median_value > 0:
        parts.append(f"half are worth {money(page.median_value, currency)} or more")
    elif page.median_value is not None:
        parts.append("half or more brought nothing yet")
    if page.expected is not None:
        parts.append(f"{money(page.expected, currency)} each expected next")
    return capital("; ".join(parts)) or MISSING


def _drivers(page: SegmentPage, currency: str) -> str:
    parts = [
        f"{plain(name.removeprefix('b_'))} {'raises' if value > 0 else 'lowers'} the forecast by "
        f"{money(abs(value), currency) if abs(value) >= 1 else f'less than {currency} 1'}"
        for name, value in page.drivers
    ]
    return capital(joined(parts)) + ", on average against the mean customer" if parts else "Not known"


def _reviews(page: SegmentPage) -> str:
    if page.reviewed is None or page.polarity is None:
        return "Too few customers with a paired review"
    text = f"{count(page.reviewed)} customers with a paired review; mean polarity {estimate(page.polarity)}"
    return text + (f"; {count(page.at_risk)} negative on average" if page.at_risk is not None else "")


def _themes(themes: Sequence[ThemeShare]) -> str:
    """Themes with the share of the segment's reviewed customers that mention them, beside that of all."""
    parts = [f"{name} ({percent(share, 0)}; all guests {percent(of_all, 0)})" for name, share, of_all in themes]
    return capital(", ".join(parts)) or "Nothing common enough"
