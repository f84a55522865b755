"""How far each feature moves each customer's forecast, as rows."""

import polars as pl

from assets.models.contract_explaining import FEATURE_INFLUENCE


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
