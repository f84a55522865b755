"""Checks of what explains the models: pure functions from frames to outcomes."""

import polars as pl

from resources.contract import CheckOutcome, outcome_of

_CUSTOMER = ["model", "pseudo_customer_id"]


def validate_influence(influence: pl.DataFrame) -> list[CheckOutcome]:
    """Every customer's forecast is taken apart wholly: a feature left out would be counted as one without influence."""
    parts = influence.group_by(_CUSTOMER).agg(features=pl.col("feature").n_unique())
    partly = parts.filter(pl.col("features") < pl.col("features").max().over("model"))
    return [
        outcome_of(
            "every_feature_of_a_customer_is_there",
            partly.sort(_CUSTOMER),
            show=(*_CUSTOMER, "features"),
            advice="materialise feature_influence again; a partial table understates features",
        ),
        outcome_of(
            "influence_is_finite",
            influence.filter(~pl.col("influence").is_finite()),
            show=(*_CUSTOMER, "feature"),
            advice="look at the trees and at the features of these customers: a value may be missing",
        ),
    ]


def validate_influence_by_value(told: pl.DataFrame) -> list[CheckOutcome]:
    """Tenths hold everybody once, and their means add up to the mean of all."""
    keys = ["model", "feature"]
    parts = told.filter(pl.col("tenth") > 0).group_by(keys).agg(
        parts=pl.col("n").sum(), summed=(pl.col("n") * pl.col("influence")).sum()
    )  # fmt: skip
    whole = told.filter(pl.col("tenth") == 0).join(parts, on=keys, how="left")
    apart = (pl.col("summed") / pl.col("parts") - pl.col("influence")).abs() > 1e-6 * (1 + pl.col("absolute_influence"))
    lost = (pl.col("n") != pl.col("parts").fill_null(0)) | apart
    return [
        outcome_of(
            "tenths_add_up_to_everybody",
            whole.filter(lost).sort(keys),
            show=(*keys, "n", "parts"),
            advice="look at influence_by_value in findings/influence.py: each customer belongs to one tenth",
        )
    ]


def validate_curves(curves: pl.DataFrame) -> list[CheckOutcome]:
    """Steps of a spread hold every forecast, and a gain goes up to all of the revenue."""
    keys = ["protocol", "model", "curve"]
    whole = curves.group_by(keys).agg(
        shares=pl.col("share").sum(), share=pl.col("share").max(), captured=pl.col("captured").max()
    )  # fmt: skip
    is_spread = pl.col("curve").is_in(["error", "forecast"])
    lost = is_spread & ((pl.col("shares") - 1.0).abs() > 1e-9)
    short = (pl.col("curve") == "gain") & ((pl.col("share") < 1.0 - 1e-9) | (pl.col("captured") < 1.0 - 1e-9))
    return [
        outcome_of(
            "curves_hold_every_forecast",
            whole.filter(lost | short).sort(keys),
            show=(*keys, "shares", "share", "captured"),
            advice="look at forecast_curves in findings/curves.py: each forecast belongs to one step",
        )
    ]


def validate_word_influence(told: pl.DataFrame) -> list[CheckOutcome]:
    """No word was used by more customers than were looked at, and bounds hold the mean."""
    odd = (pl.col("n") > pl.col("texts")) | ~pl.col("influence").is_between(pl.col("low"), pl.col("high"))
    return [
        outcome_of(
            "words_are_counted_by_customer",
            told.filter(odd),
            show=("model", "word", "n", "texts"),
            advice="look at word_influence in explaining/word_influence.py: a customer's text counts once",
        )
    ]


def validate_explained_texts(explained: pl.DataFrame) -> list[CheckOutcome]:
    """Each word has its weight and stands in the text that it explains."""
    unequal = pl.col("words").list.len() != pl.col("weights").list.len()
    spoken = explained.explode("words").filter(pl.col("words").is_not_null())
    strange = spoken.filter(~pl.col("text").str.contains(pl.col("words"), literal=True))
    return [
        outcome_of(
            "every_word_has_a_weight",
            explained.filter(unequal),
            show=("model", "segment"),
            advice="look at explain_text in explaining/words.py",
        ),
        outcome_of(
            "explained_words_stand_in_their_text",
            strange.select("model", "segment").unique(maintain_order=True),
            show=("model", "segment"),
            advice="the words were cut out of another text: materialise explained_texts again",
        ),
    ]


def validate_faithfulness(findings: pl.DataFrame) -> list[CheckOutcome]:
    """Whether what explanations call important moves predictions more than random parts, beyond chance."""
    tested = findings.filter(pl.col("path").str.contains(r"^explanations\.faithfulness\..*\.difference$"))
    unfaithful = tested.filter(~(pl.col("low").fill_null(pl.col("value")) > 0.0))
    return [
        outcome_of(
            "explanations_are_faithful",
            unfaithful,
            show=("path", "value", "low", "high"),
            is_blocking=False,
            advice="here the parts called important do not move predictions more than random ones: do not act on these "
            "explanations; more customers (models.shapley_customers, faithfulness_texts) tell chance from fault",
        )
    ]
