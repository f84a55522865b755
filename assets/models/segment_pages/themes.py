"""What guests praise and complain about: fixed themes of hotel service.

Themes are ours, counted by customer and never by review, so that one guest who writes often counts once.
"""

from dataclasses import dataclass

import polars as pl
from scipy import stats

from assets.customers.lifetime_value import SEGMENTS

_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Theme:
    """One theme of service.

    Attributes:
        name: as printed.
        words: what it is recognised by, lower case, parted by commas; a star stands for any ending.
        recovery: what to do about complaints.
    """

    name: str
    words: str
    recovery: str

    @property
    def pattern(self) -> str:
        """Regular expression over lower-case text."""
        parts = [part.strip().replace("*", r"\w*") for part in self.words.split(",")]
        return rf"\b(?:{'|'.join(parts)})\b"


THEMES: tuple[Theme, ...] = (
    Theme(
        name="noise and sleep",
        words="nois*, loud*, quiet, sleep*, slept, thin walls, soundproof*",
        recovery="offer a quiet room away from lift, bar and street, and confirm it before arrival",
    ),
    Theme(
        name="cleanliness",
        words="clean*, dirty, dust*, filthy, stain*, spotless, mould*, mold*, smell*, smelt",
        recovery="have the room checked by a supervisor before arrival, and write that it was",
    ),
    Theme(
        name="staff and service",
        words="staff, service, rude, friendly, unfriendly, helpful, unhelpful, polite, ignored, waiter, manager",
        recovery="a personal call by the duty manager, and a named contact for the next stay",
    ),
    Theme(
        name="arrival and departure",
        words="check in, check-in, checking in, check out, check-out, queue*, reception, front desk, waited",
        recovery="offer early arrival, express check-in and late departure at no charge",
    ),
    Theme(
        name="room and bed",
        words="room, rooms, bed, beds, mattress, pillow*, tiny, cramped, spacious, furniture, view",
        recovery="upgrade the room once, and ask before arrival which bed is wanted",
    ),
    Theme(
        name="bathroom and water",
        words="bath*, shower*, toilet*, hot water, towel*, drain",
        recovery="repair and inspect before the next arrival; offer a room with a newer bathroom",
    ),
    Theme(
        name="heat, cold, repairs",
        words="air con*, aircon*, heating, heater, freezing, stuffy, broken, repair*, out of order, lift, elevator",
        recovery="repair first, then write that it is done, with a voucher for the next stay",
    ),
    Theme(
        name="breakfast and food",
        words="breakfast*, food, restaurant, coffee, buffet, dinner, meal*, menu, vegetarian, bar",
        recovery="breakfast or a dinner on the house at the next stay, diets noted beforehand",
    ),
    Theme(
        name="price and charges",
        words="price*, pricey, expensive, overpriced, charg*, fee, fees, tax, refund*, deposit, bill, value for money",
        recovery="go through the bill, refund what was not agreed, and send an offer without extras",
    ),
    Theme(
        name="wifi and work",
        words="wifi, wi-fi, internet, desk, socket*, meeting room, connection",
        recovery="offer the faster line and a room with a desk at no charge",
    ),
    Theme(
        name="location and parking",
        words="location, located, parking, metro, bus, airport, central, far from, walking distance",
        recovery="offer a transfer or a parking space at the next stay",
    ),
)
RECOVERY = {theme.name: theme.recovery for theme in THEMES}


def theme_mentions(texts: pl.DataFrame) -> pl.DataFrame:
    """Which customers praise or complain about what.

    Args:
        texts: ``pseudo_customer_id``, ``positive_text``, ``negative_text`` (masked; may be null).

    Returns:
        ``pseudo_customer_id``, ``side`` (praise, complaint), ``theme``; one row per customer, side and theme.
    """
    frames = []
    for side, column in (("praise", "positive_text"), ("complaint", "negative_text")):
        lower = texts.select("pseudo_customer_id", text=pl.col(column).fill_null("").str.to_lowercase())
        for theme in THEMES:
            own = lower.filter(pl.col("text").str.contains(theme.pattern)).select("pseudo_customer_id").unique()
            frames.append(own.with_columns(side=pl.lit(side), theme=pl.lit(theme.name)))
    return pl.concat(frames).sort("pseudo_customer_id", "side", "theme")


def theme_counts(mentions: pl.DataFrame, customers: pl.Series, minimum: int) -> dict[str, list[tuple[str, int]]]:
    """(theme, customers) per side, most frequent first; themes of fewer customers than ``minimum`` are left out.

    Args:
        mentions: :func:`theme_mentions`.
        customers: distinct ids that are counted.
        minimum: customers behind a theme.
    """
    own = mentions.filter(pl.col("pseudo_customer_id").is_in(customers.implode()))
    counted = own.group_by("side", "theme").agg(n=pl.len()).filter(pl.col("n") >= minimum)
    ordered = counted.sort("side", "n", "theme", descending=[False, True, False])
    return {
        side: list(ordered.filter(pl.col("side") == side).select("theme", "n").iter_rows())
        for side in ("praise", "complaint")
    }


def themes_by_value(texts: pl.DataFrame, segments: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """How many reviewed customers of each value segment mention a theme.

    Args:
        texts: ``pseudo_customer_id``, ``positive_text``, ``negative_text``, weightiest first; one text per customer is
            read.
        segments: ``pseudo_customer_id``, ``value_segment``.
        minimum: customers behind a share.

    Returns:
        ``theme``, ``side``, a share per value segment (null below the minimum), ``difference`` of high less low with
        ``low_end`` and ``high_end`` (95 %, normal approximation; null where a share is); themes without any share are
        left out.
    """
    one = texts.unique("pseudo_customer_id", keep="first", maintain_order=True)
    known = one.join(segments.select("pseudo_customer_id", "value_segment"), on="pseudo_customer_id", how="inner")
    sizes = {name: known.filter(pl.col("value_segment") == name).height for name in SEGMENTS}
    counts = (
        theme_mentions(known)
        .join(known.select("pseudo_customer_id", "value_segment"), on="pseudo_customer_id", how="inner")
        .group_by("theme", "side")
        .agg((pl.col("value_segment") == name).sum().alias(name) for name in SEGMENTS)
    )
    shares = counts.with_columns(
        pl.when(pl.col(name) >= minimum).then(pl.col(name) / max(sizes[name], 1)).alias(name) for name in SEGMENTS
    )
    reach = (
        float(stats.norm.isf(_LEVEL / 2))
        * sum(
            (pl.col(name) * (1.0 - pl.col(name)) / max(sizes[name], 1) for name in ("low", "high")), pl.lit(0.0)
        ).sqrt()
    )
    gap = pl.col("high") - pl.col("low")
    return (
        shares.with_columns(difference=gap, low_end=gap - reach, high_end=gap + reach)
        .filter(pl.any_horizontal(pl.col(name).is_not_null() for name in SEGMENTS))
        .sort("side", pl.max_horizontal(*SEGMENTS), "theme", descending=[False, True, False])
    )
