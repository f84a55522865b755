"""How far each feature moves forecasts: of each customer, as rows, and of groups of customers, from low to high."""

import polars as pl

from assets.common.group_sizes import merged_neighbours
from assets.models.contract_explaining import FEATURE_INFLUENCE
from assets.models.contract_told import INFLUENCE_BY_VALUE

_TENTHS = 10


def influence_rows(model: str, influence: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``feature_influence``: every customer's every feature.

    Args:
        model: that is explained.
        influence: pseudo_customer_id and one column per feature (``b_...``), in currency units.
        values: the features' values, row for row.
    """
    features = [name for name in influence.columns if name.startswith("b_")]
    return pl.concat(
        [
            FEATURE_INFLUENCE.empty(),
            *(
                influence.select(
                    "pseudo_customer_id",
                    model=pl.lit(model),
                    feature=pl.lit(name),
                    influence=pl.col(name),
                    scaled_value=_rank_within(values[name]),
                )
                for name in features
            ),
        ]
    )


def _rank_within(values: pl.Series) -> pl.Series:
    """Average rank, 0 for the lowest to 1 for the highest value; 0.5 where all are the same."""
    rank = values.rank("average")
    low, high = (float(bound or 0.0) for bound in (rank.min(), rank.max()))  # type: ignore[arg-type]
    return (rank - low) / (high - low) if high > low else rank * 0.0 + 0.5


def influence_by_value(influence: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Rows of ``influence_by_value``: means over everybody and over tenths of the customers by the feature's value.

    Equal values are one group under the first of their tenths; groups of fewer customers than the minimum are told
    with their neighbours, under the lowest of them.

    Args:
        influence: ``feature_influence`` rows.
        minimum: customers behind each row; with fewer in all there is none.
    """
    parts = [INFLUENCE_BY_VALUE.empty()]
    ordered = influence.sort("model", "feature", "scaled_value", "influence")
    for _, rows in ordered.group_by("model", "feature", maintain_order=True):
        if rows.height >= minimum:
            parts += [_means(rows.with_columns(tenth=0), pl.corr("influence", "scaled_value", method="spearman")),
                      _means(_with_tenths(rows, minimum), pl.lit(None, pl.Float64))]  # fmt: skip
    return pl.concat(parts)


def _with_tenths(rows: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """The rows with ``tenth``; ascending by value."""
    first = (rows["scaled_value"].rank("min") - 1).cast(pl.Int64)  # customers below, the same for equal values
    tenths = rows.with_columns(tenth=1 + first * _TENTHS // rows.height)
    groups = tenths.group_by("tenth").agg("pseudo_customer_id").sort("tenth")
    names = groups["tenth"].to_list()
    told_with = merged_neighbours(groups["pseudo_customer_id"].to_list(), minimum)
    return tenths.with_columns(
        pl.col("tenth").replace_strict(names, [names[index] for index in told_with], return_dtype=pl.Int64)
    )


def _means(rows: pl.DataFrame, direction: pl.Expr) -> pl.DataFrame:
    means = rows.group_by("model", "feature", "tenth", maintain_order=True).agg(
        n=pl.len(),
        influence=pl.col("influence").mean(),
        absolute_influence=pl.col("influence").abs().mean(),
        direction=direction,
    )
    told = means.with_columns(pl.col("direction").fill_nan(None)).select(INFLUENCE_BY_VALUE.names)
    return told.cast(INFLUENCE_BY_VALUE.schema)  # type: ignore[arg-type]
