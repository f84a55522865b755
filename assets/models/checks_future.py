"""Whether the examples at T stay the same when what was delivered or decided after T changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from assets.customers.checks import another_future
from assets.customers.settings import CustomerSettings
from assets.customers.wide_block import CATEGORIES
from assets.models.examples.dataset import features_at
from assets.models.examples.text_sources import TextSources
from resources.contract import CheckOutcome, outcome_of

_SAMPLE = 500  # customers looked at, those with a pair first: others have no text that could change
_ROW = {"pseudo_customer_id": pl.String(), "as_of": pl.Date()}


def examples_see_no_future(sources: TextSources, days: Sequence[date], settings: CustomerSettings) -> CheckOutcome:
    """Feature blocks at T must be the same from rows cut at T, from all rows, and from rows with another future.

    Behaviour, text and group labels are made as the examples make them, from changed copies of the stored tables.

    Args:
        sources: stored tables; whole histories of a sample of customers are looked at.
        days: the days T.
        settings: of the customers room.
    """
    rows = _sample(sources)
    bad = pl.concat([pl.DataFrame(schema=_ROW), *(_unlike(rows, as_of, settings) for as_of in sorted(set(days)))])
    return no_future_outcome(bad)


def no_future_outcome(bad: pl.DataFrame) -> CheckOutcome:
    """The outcome over the customers and days whose examples changed; none: it holds.

    Args:
        bad: pseudo_customer_id, as_of.
    """
    return outcome_of(
        "examples_see_no_future",
        bad,
        show=tuple(_ROW),
        advice="the example as of T changed with bookings, pairs or reviews after T: filter on delivery_day in "
        "dataset.py and text_block.py",
    )


def another_text_future(sources: TextSources, as_of: date) -> TextSources:
    """The stored tables with everything after a day replaced, and every review known by then corrected the day after.

    Later pairs join other reviews, and every booking known by the day is paired anew the day after; later reviews, and
    the corrections, have another vector, polarity, score and verdict of the anomaly filter.

    Args:
        sources: stored tables.
        as_of: last day that stays as it is.
    """
    reviews = sources.clean["review_id"].unique().sort()
    is_later = pl.col("delivery_day") > as_of
    bookings = another_future(sources.bookings, as_of)
    levels = ("country_region", *CATEGORIES.values())
    others = {name: pl.lit("?") for name in levels} | {
        "repeated_guest_levels": pl.lit("0|1"),
        "arrival_from": pl.col("arrival_from") + pl.duration(days=40),
        **{name: pl.col(name) + 2 for name in ("adults_to", "children_to", "booking_changes", "parking_spaces")},
    }
    return replace(
        sources,
        bookings=bookings.with_columns(
            pl.when(is_later).then(value).otherwise(name).alias(name) for name, value in others.items()
        ),
        pairs=_other_pairs(sources.pairs, reviews, sources.bookings, as_of),
        embeddings=_changed(sources.embeddings, as_of, embedding=pl.col("embedding").list.eval(-pl.element())),
        anomalies=_changed(sources.anomalies, as_of, is_excluded=~pl.col("is_excluded")),
        parts=_changed(sources.parts, as_of, polarity_text=-pl.col("polarity_text") / 2 - 0.1),
        clean=_changed(sources.clean, as_of, score=10 - pl.col("score") / 2),
    )


def _changed(frame: pl.DataFrame, as_of: date, **values: pl.Expr) -> pl.DataFrame:
    past, later = (frame.filter(pl.col("delivery_day") <= as_of), frame.filter(pl.col("delivery_day") > as_of))
    corrections = past.with_columns(delivery_day=pl.lit(as_of + timedelta(days=1), pl.Date))
    return pl.concat([past, pl.concat([later, corrections]).with_columns(**values)])


def _other_pairs(pairs: pl.DataFrame, reviews: pl.Series, bookings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    past = pairs.filter(pl.col("delivery_day") <= as_of)
    known = bookings.filter(pl.col("delivery_day") <= as_of).select("booking_id").unique().sort("booking_id")
    if reviews.is_empty():
        return past
    day = pl.lit(as_of + timedelta(days=1), pl.Date)
    dealt = reviews.gather([row % len(reviews) for row in range(known.height)])
    new = known.with_columns(
        review_id=dealt, match_probability=pl.lit(1.0), is_assigned=pl.lit(value=True), delivery_day=day
    )
    later = pairs.filter(pl.col("delivery_day") > as_of).with_columns(
        review_id=pl.col("review_id").reverse(), match_probability=1 - pl.col("match_probability") / 2
    )
    return pl.concat([past, later, new], how="diagonal")


def _sample(sources: TextSources) -> TextSources:
    """Whole histories of some customers; ids are keyed hashes, so the first by id are a random sample."""
    paired = sources.pairs.filter(pl.col("is_assigned")).select("booking_id").unique().with_columns(has_pair=1)
    ids = sources.bookings.select("booking_id", "pseudo_customer_id").join(paired, on="booking_id", how="left")
    chosen = ids.group_by("pseudo_customer_id").agg(pairs=pl.col("has_pair").max().fill_null(0))
    chosen = chosen.sort("pairs", "pseudo_customer_id", descending=[True, False]).head(_SAMPLE)
    rows = sources.bookings.join(chosen, on="pseudo_customer_id", how="semi", maintain_order="left")
    own = sources.pairs.join(rows, on="booking_id", how="semi", maintain_order="left")
    reviews = own.select("review_id").unique()
    parts = {
        name: getattr(sources, name).join(reviews, on="review_id", how="semi", maintain_order="left")
        for name in ("embeddings", "anomalies", "parts", "clean")
    }
    return TextSources(bookings=rows, pairs=own, **parts)


def _unlike(sources: TextSources, as_of: date, settings: CustomerSettings) -> pl.DataFrame:
    """Customers whose example at T differs between the rows cut at T and any other future."""
    known = pl.col("delivery_day") <= as_of
    cut = TextSources(**{name: getattr(sources, name).filter(known) for name in TextSources.__dataclass_fields__})
    first = _example(cut, as_of, settings)
    others = (_example(other, as_of, settings) for other in (sources, another_text_future(sources, as_of)))
    apart = [
        left.join(right, on=first.columns, how="anti", nulls_equal=True)
        for second in others
        for left, right in ((first, second), (second, first))
    ]
    return pl.concat(apart).select(*_ROW).unique().sort("*")


def _example(sources: TextSources, as_of: date, settings: CustomerSettings) -> pl.DataFrame:
    return features_at(sources.bookings, sources.pairs, sources.as_stored(), as_of, settings)
