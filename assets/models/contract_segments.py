"""What the models room stores about groups of customers: segments of guests, each figure on the minimum of them."""

import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from resources.contract import Column, FrameContract, Subject, Zone

_UNIT = "currency units"
_TEXTS, _FLOATS = pl.List(pl.String()), pl.List(pl.Float64())
_MINIMUM = "customers.min_customers (never fewer than k)"


def _themes(side: str, said: str) -> tuple[Column, ...]:
    return (
        Column(name=side, dtype=_TEXTS, description=f"themes that are {said}, most frequent first"),
        Column(name=f"{side}_share", dtype=_FLOATS, description="share of the reviewed customers, in their order"),
        Column(name=f"{side}_share_of_all", dtype=_FLOATS, description="share of all reviewed customers"),
    )


SEGMENT_PAGES = FrameContract(
    asset="segment_pages",
    zone=Zone.INTERNAL,
    grain="one row per guest segment: value segment by country group, folded until each holds enough customers",
    key=("value_segment", "country_group"),
    description=f"What a revenue manager needs to know of a guest segment; every figure stands on {_MINIMUM} customers "
    "or more, or is null and `withheld` says why.",
    columns=(
        Column(name="place", dtype=pl.Int32(), description="order: high value first, then by revenue", minimum=0),
        Column(name="value_segment", dtype=pl.String(), description="by the rule of the settings", values=SEGMENTS,
               subject=Subject.NONE),
        Column(name="country_group", dtype=pl.String(), description="countries, folded", subject=Subject.NONE),
        Column(name="customers", dtype=pl.Int64(), description="in the segment", minimum=2),
        Column(name="revenue", dtype=pl.Float64(), description="realised", unit=_UNIT, nullable=True),
        Column(name="revenue_share", dtype=pl.Float64(), description="of all customers' revenue", nullable=True),
        Column(name="median_value", dtype=pl.Float64(), description="mean of the customers in the middle", unit=_UNIT,
               nullable=True),
        Column(name="completed_share", dtype=pl.Float64(), description="stays that took place of all bookings",
               minimum=0, maximum=1),
        Column(name="expected", dtype=pl.Float64(), description="mean of the scores", unit=_UNIT, nullable=True),
        Column(name="reviewed", dtype=pl.Int64(), description="customers with a paired review", nullable=True),
        Column(name="at_risk", dtype=pl.Int64(), description="customers whose reviews are negative on average",
               nullable=True),
        Column(name="polarity", dtype=pl.Float64(), description="mean of the reviewed customers", nullable=True,
               minimum=-1, maximum=1),
        Column(name="polarity_low", dtype=pl.Float64(), description="lower end, 95 %", nullable=True),
        Column(name="polarity_high", dtype=pl.Float64(), description="upper end, 95 %", nullable=True),
        Column(name="drivers", dtype=_TEXTS, description="features with the largest mean SHAP value, largest first"),
        Column(name="driver_influence", dtype=_FLOATS, description="mean SHAP value, in their order", unit=_UNIT),
        *_themes("praise", "praised"),
        *_themes("complaints", "complained about"),
        Column(name="withheld", dtype=_TEXTS, description="why a figure is null, `figure: reason`"),
    ),
)  # fmt: skip

SEGMENT_THEMES = FrameContract(
    asset="segment_themes",
    zone=Zone.INTERNAL,
    grain="one row per theme of reviews and side",
    key=("side", "theme"),
    description=f"How many reviewed customers of each value segment mention a theme; shares of fewer than {_MINIMUM} "
    "customers are null.",
    columns=(
        Column(name="theme", dtype=pl.String(), description="of a fixed list", subject=Subject.NONE),
        Column(name="side", dtype=pl.String(), description="praise or complaint", values=("praise", "complaint"),
               subject=Subject.NONE),
        *(
            Column(name=name, dtype=pl.Float64(), description=f"share of the reviewed customers of {name} value",
                   nullable=True, minimum=0, maximum=1)
            for name in SEGMENTS
        ),
        Column(name="difference", dtype=pl.Float64(), description="high less low", nullable=True),
        Column(name="low_end", dtype=pl.Float64(), description="of the difference, 95 %", nullable=True),
        Column(name="high_end", dtype=pl.Float64(), description="of the difference, 95 %", nullable=True),
    ),
)  # fmt: skip
