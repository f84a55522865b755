"""How the simulated group's marginals compare with the public data's: a page of Markdown tables."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from resources.errors import ContractError
from resources.sources.demo.posts import delay_days

_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
_PLACEHOLDERS = ("No Negative", "No Positive")
_BOOKINGS_NEEDED = (
    "lead_time", "stays_in_weekend_nights", "stays_in_week_nights", "adults", "children", "babies", "country", "adr",
    "is_canceled", "deposit_type", "market_segment", "customer_type", "is_repeated_guest", "arrival_date_month",
    "reservation_status", "arrival_date_year", "reservation_status_date",
)  # fmt: skip
_REVIEWS_NEEDED = ("Positive_Review", "Negative_Review", "Reviewer_Score", "Tags")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def compare_marginals(
    demo_bookings: pl.DataFrame,
    demo_reviews: pl.DataFrame,
    public_bookings: pl.DataFrame,
    public_reviews: pl.DataFrame,
) -> str:
    """A Markdown page that sets the marginals of ``demo`` beside those of the public data.

    Args:
        demo_bookings: rows of the exchange format (text), as :meth:`DemoSource.rows` gives them.
        demo_reviews: likewise.
        public_bookings: likewise from the public files.
        public_reviews: likewise.

    Returns:
        Markdown; figures only, no row and no text of either source.

    Raises:
        ContractError: a frame is empty or lacks a column that is compared.
    """
    for name, frame, needed in (
        ("demo_bookings", demo_bookings, _BOOKINGS_NEEDED),
        ("demo_reviews", demo_reviews, _REVIEWS_NEEDED),
        ("public_bookings", public_bookings, _BOOKINGS_NEEDED),
        ("public_reviews", public_reviews, _REVIEWS_NEEDED),
    ):
        _require(name, frame, needed)
    sections = [
        _INTRODUCTION.format(
            demo_bookings=demo_bookings.height,
            demo_reviews=demo_reviews.height,
            public_bookings=public_bookings.height,
            public_reviews=public_reviews.height,
        ),
        *_booking_sections(demo_bookings, public_bookings),
        *_review_sections(demo_reviews, public_reviews),
        _delay_section(),
    ]
    return "\n\n".join(sections) + "\n"


_INTRODUCTION = """# The simulated group beside the public data

How far the simulated group is like the hotels that it imitates. Left the simulated group ({demo_bookings:,}
booking rows, {demo_reviews:,} reviews), right the public files
({public_bookings:,} booking rows, {public_reviews:,} reviews). Numbers
are shares of rows or quantiles. *Distance* is the total variation distance: the share of rows that
would have to change their value to make both columns equal (0 = same, 1 = nothing in common).

Known differences, wanted: the simulated group has several hotels, and its guests are as the public data's
guests wherever the hotel stands; guests come back more often than the public counters show, because the public
hotels recognise few of them; a stay is reviewed far more often, so that a small world has text to learn from."""


def _require(name: str, frame: pl.DataFrame, needed: Sequence[str]) -> None:
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        message = f"{name} lacks {', '.join(missing)}; pass rows of the exchange format"
        raise ContractError(message)
    if frame.is_empty():
        message = f"{name} has no rows; pass at least one day with deliveries"
        raise ContractError(message)


def _booking_sections(demo: pl.DataFrame, public: pl.DataFrame) -> list[str]:
    stayed = pl.col("reservation_status") == "Check-Out"
    nights = pl.col("stays_in_weekend_nights").cast(pl.Float64) + pl.col("stays_in_week_nights").cast(pl.Float64)
    rate = pl.col("adr").cast(pl.Float64)
    party = pl.format(
        "{} adults, {}",
        pl.col("adults"),
        pl.when(_has_children()).then(pl.lit("children")).otherwise(pl.lit("no children")),
    )
    by_segment = [
        (name, demo.filter(pl.col("market_segment") == name), public.filter(pl.col("market_segment") == name))
        for name in ("Online TA", "Offline TA/TO", "Direct", "Groups", "Corporate")
    ]
    return [
        "## Bookings",
        _numbers(
            [
                ("lead time, days", _floats(demo, pl.col("lead_time")), _floats(public, pl.col("lead_time"))),
                ("nights", _floats(demo, nights), _floats(public, nights)),
                ("rate per night, stays", _floats(demo.filter(stayed), rate), _floats(public.filter(stayed), rate)),
            ]
        ),
        _rates("cancelled or no-show", by_segment, demo, public),
        _shares("party", demo, public, party),
        _shares("country", demo, public, pl.col("country")),
        _season(demo, public),
        _shares("market segment", demo, public, pl.col("market_segment")),
        _shares("customer type", demo, public, pl.col("customer_type")),
        _shares("deposit", demo, public, pl.col("deposit_type")),
        _shares("recognised as repeated guest", demo, public, pl.col("is_repeated_guest")),
    ]


def _season(demo: pl.DataFrame, public: pl.DataFrame) -> str:
    tables = {name: dict(season_of(frame).iter_rows()) for name, frame in (("demo", demo), ("public", public))}
    lines = ["| arrivals of stays, share of the year | demo | public |", "|---|---|---|"]
    for month in _MONTHS:
        cells = [f"{table[month]:.3f}" if month in table else "–" for table in tables.values()]
        lines.append(f"| {month} | {' | '.join(cells)} |")
    return "\n".join(lines)


def season_of(bookings: pl.DataFrame) -> pl.DataFrame:
    """Share of each calendar month in a year's arrivals of stays: ``month``, ``share``.

    Months are averaged over the years, and those that the rows do not cover whole are left out, so that a
    history of a year and a half reads as one year.
    """
    stays = bookings.filter(pl.col("reservation_status") == "Check-Out").select(
        pl.col("reservation_status_date").str.to_date("%Y-%m-%d").alias("day"),
        pl.format("{} {} 1", pl.col("arrival_date_year"), pl.col("arrival_date_month"))
        .str.to_date("%Y %B %d")
        .alias("first"),
        pl.col("arrival_date_month").alias("month"),
    )
    whole = stays.filter(
        (pl.col("first") > pl.col("first").min()) & (pl.col("first").dt.month_end() < pl.col("day").max())
    )
    monthly = whole.group_by("month", "first").len().group_by("month").agg(pl.col("len").mean())
    return monthly.select("month", (pl.col("len") / pl.col("len").sum()).alias("share")).sort("month")


def _has_children() -> pl.Expr:
    count = pl.col("children").cast(pl.Float64, strict=False).fill_null(0.0)
    return (count + pl.col("babies").cast(pl.Float64)) > 0


def _review_sections(demo: pl.DataFrame, public: pl.DataFrame) -> list[str]:
    trip = pl.col("Tags").str.extract(r"'\s*(Leisure trip|Business trip)\s*'").fill_null("not named")
    party = pl.col("Tags").str.extract(
        r"'\s*(Couple|Solo traveler|Group|Family with young children|Family with older children|"
        r"Travelers with friends)\s*'"
    )
    nights = pl.col("Tags").str.extract(r"Stayed (\d+) night").cast(pl.Float64)
    score = pl.col("Reviewer_Score")
    rows = [
        ("score", _floats(demo, score), _floats(public, score)),
        ("nights, by tag", _floats(demo, nights), _floats(public, nights)),
    ]
    for column, label in (("Positive_Review", "words, positive field"), ("Negative_Review", "words, negative field")):
        rows.append((label, _floats(demo, _word_count(column)), _floats(public, _word_count(column))))
    return [
        "## Reviews",
        _numbers(rows),
        _shares("empty positive field", demo, public, pl.col("Positive_Review").str.strip_chars() == _PLACEHOLDERS[1]),
        _shares("empty negative field", demo, public, pl.col("Negative_Review").str.strip_chars() == _PLACEHOLDERS[0]),
        _shares("trip", demo, public, trip),
        _shares("party, by tag", demo, public, party.fill_null("not named")),
        _shares("from a mobile device", demo, public, pl.col("Tags").str.contains("mobile device")),
    ]


def _word_count(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    empty = text.is_in(_PLACEHOLDERS) | (text == "")
    return pl.when(empty).then(None).otherwise(text.str.split(" ").list.len()).cast(pl.Float64)


def _floats(frame: pl.DataFrame, value: pl.Expr) -> np.ndarray:
    return frame.select(value.cast(pl.Float64, strict=False).alias("value"))["value"].drop_nulls().to_numpy()


def _numbers(rows: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> str:
    heads = [f"{quantile:.0%}" for quantile in _QUANTILES]
    lines = [f"| | source | mean | {' | '.join(heads)} |", "|---|---|" + "---|" * (len(heads) + 1)]
    for label, demo, public in rows:
        for place, (source, values) in enumerate((("demo", demo), ("public", public))):
            cells = (
                [f"{value:.1f}" for value in (float(np.mean(values)), *np.quantile(values, _QUANTILES))]
                if len(values)
                else ["–"] * (len(heads) + 1)
            )
            lines.append(f"| {'' if place else label} | {source} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _rates(
    label: str, parts: Sequence[tuple[str, pl.DataFrame, pl.DataFrame]], demo: pl.DataFrame, public: pl.DataFrame
) -> str:
    canceled: Callable[[pl.DataFrame], str] = lambda frame: (  # noqa: E731
        f"{float(np.mean(_floats(frame, pl.col('is_canceled')))):.3f}" if frame.height else "–"
    )
    lines = [f"| {label} | demo | public |", "|---|---|---|", f"| all | {canceled(demo)} | {canceled(public)} |"]
    return "\n".join([*lines, *(f"| {name} | {canceled(left)} | {canceled(right)} |" for name, left, right in parts)])


def share_table(demo: pl.DataFrame, public: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    """Shares of each value in both frames: ``value``, ``demo``, ``public``, most frequent in public first."""
    counted = [
        frame.select(value.cast(pl.String).fill_null("").alias("value"))
        .group_by("value")
        .agg((pl.len() / frame.height).alias(name))
        for name, frame in (("demo", demo), ("public", public))
    ]
    joined = counted[0].join(counted[1], on="value", how="full", coalesce=True).fill_null(0.0)
    return joined.sort(["public", "demo", "value"], descending=[True, True, False])


def total_variation(shares: pl.DataFrame) -> float:
    """Half the sum of absolute differences of the two share columns, in [0, 1]."""
    return float(np.abs(shares["demo"].to_numpy() - shares["public"].to_numpy()).sum() / 2)


def _shares(label: str, demo: pl.DataFrame, public: pl.DataFrame, value: pl.Expr, order: Sequence[str] = ()) -> str:
    shares = share_table(demo, public, value)
    shown = shares.head(12)
    if order:
        places = {name: place for place, name in enumerate(order)}
        shown = shares.sort(pl.col("value").replace_strict(places, default=len(places)))
    lines = [f"| {label} (distance {total_variation(shares):.3f}) | demo | public |", "|---|---|---|"]
    lines += [f"| {name or '(empty)'} | {left:.3f} | {right:.3f} |" for name, left, right in shown.iter_rows()]
    if shares.height > shown.height:
        rest = shares.tail(shares.height - shown.height)
        lines.append(f"| {rest.height} others | {rest['demo'].sum():.3f} | {rest['public'].sum():.3f} |")
    return "\n".join(lines)


def _delay_section() -> str:
    uniforms = (np.arange(10_000) + 0.5) / 10_000
    delays = delay_days(uniforms)
    cells = [f"{value:.1f}" for value in (float(np.mean(delays)), *np.quantile(delays, _QUANTILES))]
    heads = [f"{quantile:.0%}" for quantile in _QUANTILES]
    return "\n".join(
        [
            "## Days from check-out to review",
            "",
            "The public files link no review to a stay, so no public figure exists; the simulated delay is:",
            "",
            f"| | mean | {' | '.join(heads)} |",
            "|---|---|" + "---|" * len(heads),
            f"| demo | {' | '.join(cells)} |",
        ]
    )
