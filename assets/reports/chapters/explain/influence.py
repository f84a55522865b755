"""Which features move the forecasts of the boosted trees: exact SHAP values over all customers."""

from typing import TYPE_CHECKING

import polars as pl

from assets.models.estimators.registry import TREES
from assets.reports.chapters.explain.figures import draw_beeswarm, draw_importance
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Picture
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import decimal, joined, model_name, percent, plain

if TYPE_CHECKING:
    from assets.reports.telling.told import Told


def influence_blocks(told: "Told") -> list[Block]:
    """One dot per customer and feature, and the mean of each feature; a note where nothing was forecast."""
    influence = drawn_influence(told.table("feature_influence"), told.settings.shap_customers)
    if influence.is_empty():
        return [missing("influence of the features (SHAP)", told, Need.FORECASTS)]
    ranking = influence_ranking(influence).head(told.settings.shap_features)
    names = ranking["feature"].to_list()
    top = [f"“{plain(name.removeprefix('b_'))}”" for name in names[:3]]
    direction = float(ranking["direction"][0])
    way = "raise" if direction > 0.1 else "lower" if direction < -0.1 else "move"
    total = float(ranking["importance"].sum())
    share = float(ranking["importance"].head(3).sum()) / total if total > 0 else 0.0
    unit = told.run.currency
    picture = Picture(
        key="beeswarm",
        title="Which features move the forecasts (figure 6 of paper 001)",
        sentence=f"{joined(top)} carry {percent(share, 0)} of the influence shown; high values of {top[0]} {way} the "
        f"forecast of {model_name(TREES)}. One dot is one pseudo-customer.",
        alt="Swarm of dots per feature: horizontal place is the influence, colour the feature's value.",
        figure=draw_beeswarm(influence, names, unit),
        disclosure=Disclosure.PERSON_LEVEL,
    )
    bars = Picture(
        key="importance",
        title="Mean influence of each feature",
        sentence=f"On average {top[0]} moves a forecast by {decimal(float(ranking['importance'][0]), 1)} {unit} up or "
        "down.",
        alt="Bars of the mean absolute influence per feature.",
        figure=draw_importance(names, ranking["importance"].to_list(), unit),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, bars]


def drawn_influence(influence: pl.DataFrame, limit: int) -> pl.DataFrame:
    """``feature``, ``shap``, ``scaled_value`` of at most ``limit`` customers, evenly chosen.

    Args:
        influence: ``feature_influence`` rows.
        limit: customers kept.
    """
    own = influence.filter(pl.col("model") == TREES)
    customers = own["pseudo_customer_id"].unique().sort()
    shown = customers.gather_every(max(1, -(-len(customers) // limit)))
    kept = own.filter(pl.col("pseudo_customer_id").is_in(shown.implode()))
    return kept.sort("feature", "pseudo_customer_id").select("feature", "scaled_value", shap=pl.col("influence"))


def influence_ranking(influence: pl.DataFrame) -> pl.DataFrame:
    """``feature``, ``importance`` (mean absolute influence), ``direction`` (rank correlation sign), largest first.

    Args:
        influence: ``feature``, ``shap``, ``scaled_value``.
    """
    return (
        influence.sort("feature", "shap", "scaled_value")
        .group_by("feature", maintain_order=True)
        .agg(
            pl.col("shap").abs().mean().alias("importance"),
            pl.corr("shap", "scaled_value", method="spearman").alias("direction"),
        )
        .with_columns(pl.col("direction").fill_nan(None).fill_null(0.0))
        .sort("importance", "feature", descending=[True, False])
    )
