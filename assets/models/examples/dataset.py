"""The examples table: one row per (protocol, customer, T) with feature blocks, masks and targets.

Also the arrays that trainers read from it. Everything that trains or scores goes through here.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.behaviour import behaviour_features
from assets.customers.features import FEATURE_NAMES
from assets.customers.lifetime_value import current_rows
from assets.customers.past_figures import PAST_COLUMNS, past_figures
from assets.customers.protocols import (
    LONG_DAYS,
    LONG_HORIZON,
    OBSERVED,
    PROSPECTIVE,
    OriginPlan,
    observed_targets,
    prospective_targets,
)
from assets.customers.settings import CustomerSettings
from assets.customers.wide_block import WIDE_NAMES, wide_features
from assets.models.examples.text_block import text_block
from resources.errors import ContractError

BEHAVIOUR_COLUMNS: tuple[str, ...] = tuple(f"b_{name}" for name in FEATURE_NAMES)
WIDE_COLUMNS: tuple[str, ...] = tuple(f"w_{name}" for name in WIDE_NAMES)
PAST, BEHAVIOUR, WIDE, TEXT = "past", "behaviour", "wide", "text"  # what a model may read of an example
TEXT_EXTRAS = ("text_polarity", "text_score")  # stand after the embedding in the text block
_SCORE_TOP = 10.0  # reviewer scores run from 0 to 10


@dataclass(frozen=True, kw_only=True)
class ExampleArrays:
    """Examples as arrays, row for row.

    Attributes:
        customers: (n,) pseudo-customer ids.
        as_of: (n,) datetime64[D].
        behaviour: (n, len(BEHAVIOUR_COLUMNS)) float64, unscaled.
        wide: (n, len(WIDE_COLUMNS)) float64, unscaled.
        text: (n, d + 2) float32: embedding, polarity, score / 10; zeros without a review.
        has_text: (n,) bool.
        text_weight: (n,) float64, sum of the match probabilities behind the text.
        past: (n,) float64, revenue of the last H days, "same as the past".
        past_year: (n,) float64, revenue of the last 365 days.
        year_earlier: (n,) float64, revenue of the H days that begin a year before T.
        season_price: (n,) float64, the house's price per night in those H days; NaN where it is not known.
        horizon_price: (n,) float64, the same of the H days of the target: an outcome, to learn from; NaN as above.
        horizon: (n,) float64, H in days; 0 in the observed window.
        target: (n,) float64, currency units.
    """

    customers: NDArray[np.str_]
    as_of: NDArray[np.datetime64]
    behaviour: NDArray[np.float64]
    wide: NDArray[np.float64]
    text: NDArray[np.float32]
    has_text: NDArray[np.bool_]
    text_weight: NDArray[np.float64]
    past: NDArray[np.float64]
    past_year: NDArray[np.float64]
    year_earlier: NDArray[np.float64]
    season_price: NDArray[np.float64]
    horizon_price: NDArray[np.float64]
    horizon: NDArray[np.float64]
    target: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.target)

    @property
    def revenue(self) -> NDArray[np.float64]:
        """(n,) revenue by T: the size of a customer."""
        return self.behaviour[:, BEHAVIOUR_COLUMNS.index("b_monetary")]

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "ExampleArrays":
        """The chosen rows, in the order asked for."""
        return ExampleArrays(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def build_examples(
    bookings: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame, plan: OriginPlan, settings: CustomerSettings
) -> pl.DataFrame:
    """All examples of both protocols, and of the year-long target.

    Args:
        bookings: of :func:`assets.customers.units.customer_bookings`.
        pairs: booking_review_pairs.
        reviews: :func:`assets.models.examples.text_block.review_table`.
        plan: the origins.
        settings: of the customers room.

    Returns:
        The columns of the ``examples`` contract, sorted by (protocol, as_of, pseudo_customer_id).
    """
    parts = []
    if not bookings.is_empty():
        parts.append(
            _examples_at(bookings, pairs, reviews, plan.observed, settings)
            .join(observed_targets(bookings, plan.observed), on="pseudo_customer_id")
            .join(past_figures(bookings, plan.observed, plan.horizon_days).drop("past_revenue"),
                  on="pseudo_customer_id")
            .with_columns(protocol=pl.lit(OBSERVED), split=pl.lit("cv"), horizon_days=pl.lit(0, pl.Int32),
                          horizon_price=pl.lit(None, pl.Float64))
        )  # fmt: skip
    origins = [(day, PROSPECTIVE, "cv", plan.horizon_days) for day in plan.cv]
    origins += [(plan.holdout, PROSPECTIVE, "holdout", plan.horizon_days)] if plan.holdout else []
    origins += [(plan.long, LONG_HORIZON, "cv", LONG_DAYS)] if plan.long else []
    for day, protocol, split, days in origins:
        rows = _examples_at(bookings, pairs, reviews, day, settings)
        rows = rows.join(prospective_targets(bookings, day, days), on="pseudo_customer_id")
        horizon = pl.lit(days, pl.Int32)
        parts.append(rows.with_columns(protocol=pl.lit(protocol), split=pl.lit(split), horizon_days=horizon))
    if not parts:
        return pl.DataFrame(schema=EXAMPLE_SCHEMA)
    names = EXAMPLE_SCHEMA.names()
    table = pl.concat([part.select(names) for part in parts]).cast(EXAMPLE_SCHEMA)
    return table.sort("protocol", "as_of", "pseudo_customer_id")


EXAMPLE_SCHEMA = pl.Schema(
    {
        "protocol": pl.String(),
        "split": pl.String(),
        "pseudo_customer_id": pl.String(),
        "unit": pl.String(),
        "as_of": pl.Date(),
        "horizon_days": pl.Int32(),
        "target_clv": pl.Float64(),
        **dict.fromkeys(PAST_COLUMNS, pl.Float64()),
        "horizon_price": pl.Float64(),
        **dict.fromkeys((*BEHAVIOUR_COLUMNS, *WIDE_COLUMNS), pl.Float64()),
        "has_text": pl.Boolean(),
        "text_weight": pl.Float64(),
        "text_polarity": pl.Float64(),
        "text_score": pl.Float64(),
        "text_vector": pl.List(pl.Float32()),
        "reviews": pl.Int32(),
        "country_group": pl.String(),
        "channel": pl.String(),
    }
)


def features_at(
    bookings: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame, as_of: date, settings: CustomerSettings
) -> pl.DataFrame:
    """Feature blocks of every customer with a row by T, without targets: what scoring reads.

    Args:
        bookings: of :func:`assets.customers.units.customer_bookings`.
        pairs: booking_review_pairs.
        reviews: :func:`assets.models.examples.text_block.review_table`.
        as_of: T; nothing delivered or decided after it is looked at.
        settings: of the customers room.

    Returns:
        pseudo_customer_id, unit, as_of, behaviour and wide block, text block, country_group, channel; sorted by id.
    """
    return _examples_at(bookings, pairs, reviews, as_of, settings)


def with_past(known: pl.DataFrame, bookings: pl.DataFrame, as_of: date, horizon_days: int) -> pl.DataFrame:
    """Features as of T with what was earned before it and the horizon: what a model reads to forecast.

    Args:
        known: of :func:`features_at`.
        bookings: as for it.
        as_of: T.
        horizon_days: H of the model.
    """
    past = past_figures(bookings, as_of, horizon_days)
    joined = known.join(past, on="pseudo_customer_id", how="left", maintain_order="left")
    return joined.with_columns(horizon_days=pl.lit(horizon_days, pl.Int32))


def _examples_at(
    bookings: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame, as_of: date, settings: CustomerSettings
) -> pl.DataFrame:
    behaviour = behaviour_features(bookings, as_of, settings)
    behaviour = behaviour.rename(dict(zip(FEATURE_NAMES, BEHAVIOUR_COLUMNS, strict=True)))
    wide = wide_features(bookings, as_of).rename(dict(zip(WIDE_NAMES, WIDE_COLUMNS, strict=True)))
    rows = current_rows(bookings, as_of)
    labels = rows.group_by("pseudo_customer_id", maintain_order=True).agg(
        unit=pl.col("unit").first(),
        country_group=pl.col("country_region").last(),
        channel=pl.col("distribution_channel_levels").last(),
    )
    text = text_block(rows.select("booking_id", "pseudo_customer_id"), pairs, reviews, as_of)
    joined = behaviour.join(wide, on="pseudo_customer_id", how="left").join(labels, on="pseudo_customer_id", how="left")
    joined = joined.join(text, on="pseudo_customer_id", how="left")
    return joined.with_columns(
        as_of=pl.lit(as_of, pl.Date),
        has_text=pl.col("has_text").fill_null(False),
        text_weight=pl.col("text_weight").fill_null(0.0),
        reviews=pl.col("reviews").fill_null(0),
        country_group=pl.col("country_group").fill_null("?"),
        channel=pl.col("channel").fill_null("?"),
    ).sort("pseudo_customer_id")


def to_arrays(examples: pl.DataFrame, dimensions: int) -> ExampleArrays:
    """Examples as arrays.

    Args:
        examples: rows of the examples table, or of :func:`features_at` (then targets are 0).
        dimensions: length of the text vectors; rows without text get zeros.

    Returns:
        Arrays in row order.

    Raises:
        ContractError: a behaviour column is missing or extra, or a text vector has another length.
    """
    check_behaviour_columns(examples.columns)
    number = examples.height

    def column(name: str, absent: float = 0.0) -> NDArray[np.float64]:
        if name not in examples.columns:
            return np.full(number, absent)
        return examples[name].cast(pl.Float64).fill_null(absent).to_numpy()

    return ExampleArrays(
        customers=examples["pseudo_customer_id"].to_numpy().astype(str),
        as_of=examples["as_of"].to_numpy().astype("datetime64[D]"),
        behaviour=examples.select(BEHAVIOUR_COLUMNS).to_numpy().astype(np.float64),
        wide=examples.select(WIDE_COLUMNS).to_numpy().astype(np.float64),
        text=_text_matrix(examples, dimensions),
        has_text=examples["has_text"].to_numpy().astype(bool),
        text_weight=np.nan_to_num(column("text_weight")),
        past=column("past_revenue"),
        past_year=column("past_year_revenue"),
        year_earlier=column("year_earlier_revenue"),
        season_price=column("season_price", np.nan),
        horizon_price=column("horizon_price", np.nan),
        horizon=column("horizon_days"),
        target=column("target_clv"),
    )


def check_behaviour_columns(columns: list[str]) -> None:
    """Raise unless the ``b_`` and ``w_`` columns are exactly the known ones.

    Raises:
        ContractError: names every missing and every extra column of either block.
    """
    known = {*BEHAVIOUR_COLUMNS, *WIDE_COLUMNS}
    got = {name for name in columns if name.startswith(("b_", "w_"))}
    missing, extra = sorted(known - got), sorted(got - known)
    if missing or extra:
        message = f"examples lack feature columns {missing} and have unknown ones {extra}"
        raise ContractError(message + "; rebuild the examples table with this version of the features")


def text_dimensions(examples: pl.DataFrame) -> int:
    """Length of the text vectors; 1 when no row has text, so that the text branch keeps an input."""
    lengths = examples["text_vector"].list.len().drop_nulls()
    return int(lengths.max()) if len(lengths) else 1  # type: ignore[arg-type]


def _text_matrix(examples: pl.DataFrame, dimensions: int) -> NDArray[np.float32]:
    matrix = np.zeros((examples.height, dimensions + len(TEXT_EXTRAS)), dtype=np.float32)
    has_text = examples["has_text"].to_numpy().astype(bool)
    vectors = examples.filter(pl.col("has_text"))
    if vectors.is_empty():
        return matrix
    lengths = set(vectors["text_vector"].list.len().to_list())
    if lengths != {dimensions}:
        message = f"text vectors must have {dimensions} values, got lengths {sorted(lengths)}"
        raise ContractError(message + "; all reviews must be embedded by one encoder: re-run review_embeddings")
    flat = vectors["text_vector"].explode().to_numpy()
    matrix[has_text, :dimensions] = flat.reshape(-1, dimensions)
    matrix[has_text, dimensions] = vectors["text_polarity"].to_numpy()
    matrix[has_text, dimensions + 1] = vectors["text_score"].to_numpy() / _SCORE_TOP
    return matrix
