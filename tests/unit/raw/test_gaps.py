"""A gap that raw allows is allowed by every table behind it: a row with an empty cell never refuses its day."""

from collections.abc import Callable

import pytest

from assets.privacy.contract import MASKED_REVIEWS
from assets.raw.contract import RAW_REVIEWS
from assets.reviews.contract import CLEAN_REVIEWS
from resources.contract import Column, FrameContract

# Made anew from more than the raw column of that name, so that a gap there is no gap here.
MADE_ANEW = {("clean_reviews", "tags")}


def columns(contract: FrameContract, where: Callable[[Column], bool]) -> set[str]:
    return {column.name for column in contract.columns if where(column)}


@pytest.mark.parametrize("contract", [MASKED_REVIEWS, CLEAN_REVIEWS], ids=lambda item: item.asset)
def test_review_tables_allow_the_gaps_of_raw(contract: FrameContract) -> None:
    gaps = columns(RAW_REVIEWS, lambda column: column.nullable)
    strict = columns(contract, lambda column: not column.nullable)
    assert not {name for name in gaps & strict if (contract.asset, name) not in MADE_ANEW}
