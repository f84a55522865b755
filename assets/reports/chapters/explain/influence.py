"""Which features move the forecasts of the boosted trees: means of exact SHAP values over groups of customers."""

from typing import TYPE_CHECKING

import polars as pl

from assets.models.estimators.registry import TREES
from assets.reports.chapters.explain.figures import draw_importance, draw_tenths
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Picture
from assets.reports.telling.guests import customer_words
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import count, decimal, joined, model_name, percent, plain

if TYPE_CHECKING:
    from assets.reports.telling.told import Told


def influence_blocks(told: "Told") -> list[Block]:
    """One dot per feature and tenth of its values, and the mean of each feature; a note where nothing was forecast."""
    influence = told.table("influence_by_value").filter(pl.col("model") == TREES)
    ranking = influence_ranking(influence).head(told.settings.shap_features)
    if ranking.is_empty():
        return [missing("influence of the features (SHAP)", told, Need.FORECASTS)]
    names, unit, many = ranking["feature"].to_list(), told.run.currency, customer_words(told).many
    first = plain(names[0].removeprefix("b_"))
    smallest = min(influence.filter(pl.col("feature").is_in(names))["n"].to_list())
    picture = Picture(
        key="influence_by_value",
        title="Which features move the forecasts (figure 6 of paper 001, by groups of customers)",
        sentence=f"{_strongest(ranking)} One dot is the mean of a tenth of the {many} by the feature's value, "
        f"{count(smallest)} or more; {many} of equal value stand together. What moves single ones is not shown.",
        alt="Dots per feature from low to high values: horizontal place is the mean influence, colour the value.",
        figure=draw_tenths(influence.filter(pl.col("tenth") > 0), names, unit),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )
    bars = Picture(
        key="importance",
        title="Mean influence of each feature",
        sentence=f"On average “{first}” moves a forecast by {decimal(float(ranking['absolute_influence'][0]), 1)} "
        f"{unit} up or down.",
        alt="Bars of the mean absolute influence per feature.",
        figure=draw_importance(names, ranking["absolute_influence"].to_list(), unit),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, bars]


def influence_ranking(influence: pl.DataFrame) -> pl.DataFrame:
    """The rows of everybody, largest mean size first.

    Args:
        influence: ``influence_by_value`` rows of one model.
    """
    everybody = influence.filter(pl.col("tenth") == 0)
    return everybody.sort("absolute_influence", "feature", descending=[True, False])


def _strongest(ranking: pl.DataFrame) -> str:
    """How much of the influence shown the first three features carry, and which way the first one moves forecasts."""
    top = [f"“{plain(name.removeprefix('b_'))}”" for name in ranking["feature"].to_list()[:3]]
    direction = ranking["direction"][0] or 0.0
    way = "raise" if direction > 0.1 else "lower" if direction < -0.1 else "move"
    total = float(ranking["absolute_influence"].sum())
    share = float(ranking["absolute_influence"].head(3).sum()) / total if total > 0 else 0.0
    verb = "carry" if len(top) > 1 else "carries"
    return (
        f"{joined(top)} {verb} {percent(share, 0)} of the influence shown; high values of {top[0]} {way} the forecast "
        f"of {model_name(TREES)}."
    )
