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
