"""What to do with a guest segment, by rule."""

from assets.models.segment_pages.pages import SegmentPage
from assets.models.segment_pages.themes import RECOVERY

_OFTEN = 0.15  # share of reviewed customers from which a complaint asks for action (ours)


def actions(page: SegmentPage) -> list[str]:
    """What to do with a segment, by rule: complaints first, then praise, then value."""
    common = [name for name, share, _ in page.complaints if share >= _OFTEN and name in RECOVERY]
    advised = [f"{name}: {RECOVERY[name]}" for name in common[:2]]
    if page.at_risk is not None and page.value_segment == "high":
        advised.insert(0, "call back before the next season: reviews here are negative on average for many")
    if not advised and page.praise:
        advised.append(f"keep what is praised ({page.praise[0][0]}) and name it in offers to this segment")
    if page.completed_share < 2 / 3:
        advised.append("a third or more of the bookings is not completed: ask for a deposit or remind before arrival")
    by_value = {
        "high": "hold prices and allot rooms early; loyalty benefits rather than discounts",
        "mid": "offer one more stay or a longer one within the season",
        "low": "sell through the cheapest channel; no discount without a longer stay",
    }
    return [*advised, by_value[page.value_segment]]
