"""The text block of the observed window as numbers, for the leakage table."""

import polars as pl

from assets.customers.protocols import OBSERVED
from assets.models.findings.leakage import observed_text
from tests.unit.models.build import examples_of


def test_the_text_block_becomes_numbers():
    examples = examples_of()
    text = observed_text(examples, 3)
    own = examples.filter(pl.col("protocol") == OBSERVED)
    assert text.columns == [
        "pseudo_customer_id", "text_component_1", "text_component_2", "text_component_3", "text_polarity", "text_score",
        "has_text", "text_weight", "reviews",
    ]  # fmt: skip
    assert text["has_text"].to_list() == own["has_text"].cast(pl.Float64).to_list()
    assert text["text_weight"].equals(own["text_weight"])
    bare = text.filter(pl.col("has_text") == 0)
    assert bare.height
    assert (bare.drop("pseudo_customer_id").to_numpy() == 0).all()


def test_no_text_at_all():
    bare = examples_of().with_columns(
        has_text=pl.lit(value=False), text_vector=pl.lit(None, pl.List(pl.Float32)), text_weight=0.0
    )
    assert (observed_text(bare, 3)["has_text"] == 0).all()
