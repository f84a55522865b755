"""Why one customer is valued so, as ``stayworth score --why`` tells it; in reports only means over many stand."""

import polars as pl

from assets.common.workspace import Workspace
from assets.models.contract import CUSTOMER_REVIEWS, EXPLAINED_TEXTS, FEATURE_INFLUENCE
from pipelines.terminal.speaking import say
from resources.access_log import reading_for
from resources.contract import FrameContract

PURPOSE = "command score --why"
_SHOWN = 8  # features, reviews and words


def show_why(workspace: Workspace, customer: str) -> None:
    """Tell which features move one customer's forecast, which reviews count as theirs, and which words move it.

    Every read of a restricted table is noted in the access log.

    Args:
        workspace: of the run.
        customer: pseudo-customer id.
    """
    with reading_for(PURPOSE):
        features, reviews, words = (
            _of(workspace, contract, customer) for contract in (FEATURE_INFLUENCE, CUSTOMER_REVIEWS, EXPLAINED_TEXTS)
        )
    currency = workspace.settings.core.currency
    for line in (*_feature_lines(features, currency), *_review_lines(reviews), *_word_lines(words, currency)):
        say(line)


def _of(workspace: Workspace, contract: FrameContract, customer: str) -> pl.DataFrame:
    return workspace.lake.read(contract).filter(pl.col("pseudo_customer_id") == customer)


def _feature_lines(features: pl.DataFrame, currency: str) -> list[str]:
    """What moves the forecast most, and whether the value of the feature is high or low among the customers."""
    if features.is_empty():
        return ["features       not taken apart: no model of trees is kept, or they had no booking by the last origin"]
    strongest = features.sort(pl.col("influence").abs(), "feature", descending=[True, False]).head(_SHOWN)
    return [
        f"{'features' if number == 0 else '':<15}{row['influence']:>+12,.2f} {currency}  "
        f"{row['feature'].removeprefix('b_')}, higher than of {100 * row['scaled_value']:.0f} % ({row['model']})"
        for number, row in enumerate(strongest.iter_rows(named=True))
    ]


def _review_lines(reviews: pl.DataFrame) -> list[str]:
    if reviews.is_empty():
        return ["reviews        none is believed to be theirs"]
    first = reviews.sort("share", "review_id", descending=[True, False]).head(_SHOWN)
    return [
        f"{'reviews' if number == 0 else '':<15}{100 * row['share']:>11.0f} % of the text read: {row['review_id']}"
        for number, row in enumerate(first.iter_rows(named=True))
    ]


def _word_lines(explained: pl.DataFrame, currency: str) -> list[str]:
    return [
        f"{'words' if number == 0 else '':<15}{weight:>+12,.2f} {currency}  {word} ({row['model']})"
        for row in explained.iter_rows(named=True)
        for number, (word, weight) in enumerate(list(zip(row["words"], row["weights"], strict=True))[:_SHOWN])
    ]
