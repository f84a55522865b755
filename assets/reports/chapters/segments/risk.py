"""High-value segments at risk from negative reviews: where to call first, and about what (specification 6.9)."""

from collections.abc import Sequence
from dataclasses import dataclass

from assets.models.segment_pages.pages import SegmentPage, ThemeShare
from assets.models.segment_pages.themes import RECOVERY


@dataclass(frozen=True, kw_only=True)
class SegmentAtRisk:
    """A high-value segment whose reviews complain.

    Attributes:
        title: of the segment.
        customers: in it.
        at_risk: customers with reviews that are negative on average; None when too few to tell.
        reviewed: customers with a paired review.
        revenue_share: of all revenue; None where it would tell on one customer.
        exposed: what the list is ordered by: revenue share times share at risk, or, where that can't be told,
            times share of the main complaint.
        reason: main complaints, with their share of the segment's and of all reviewed customers.
        recovery: suggested for the main complaint.
    """

    title: str
    customers: int
    at_risk: int | None
    reviewed: int
    revenue_share: float | None
    exposed: float
    reason: tuple[ThemeShare, ...]
    recovery: str


def segments_at_risk(pages: Sequence[SegmentPage]) -> list[SegmentAtRisk]:
    """High-value segments with negative reviews or common complaints, most exposed first.

    Segments without enough reviewed customers, and those in which neither enough customers are negative nor enough
    share a complaint, are left out: what is left could tell on single guests.
    """
    exposed = []
    for page in pages:
        if page.value_segment != "high" or page.reviewed is None or not (page.complaints or page.at_risk):
            continue
        share = page.at_risk / page.reviewed if page.at_risk else page.complaints[0][1]
        recovery = RECOVERY[page.complaints[0][0]] if page.complaints else "ask what went wrong: no complaint is common"
        exposed.append(
            SegmentAtRisk(
                title=page.title,
                customers=page.customers,
                at_risk=page.at_risk,
                reviewed=page.reviewed,
                revenue_share=page.revenue_share,
                exposed=share * (page.revenue_share or 0.0),
                reason=page.complaints[:2],
                recovery=recovery,
            )
        )
    return sorted(exposed, key=lambda item: (item.at_risk is None, -item.exposed, item.title))
