"""The shape of a contract: what makes stored rows stale."""

from dataclasses import replace

import polars as pl

from resources.contract import Column, FrameContract, Zone

TABLE = FrameContract(
    asset="table",
    zone=Zone.INTERNAL,
    grain="one row per id",
    key=("id",),
    columns=(
        Column(name="id", dtype=pl.String, description="key"),
        Column(name="value", dtype=pl.Int64, description="value"),
    ),
)


def test_a_new_column_another_type_or_key_changes_the_shape() -> None:
    wider = replace(TABLE, columns=(*TABLE.columns, Column(name="more", dtype=pl.Int64, description="more")))
    retyped = replace(TABLE, columns=(TABLE.columns[0], Column(name="value", dtype=pl.Float64, description="value")))
    rekeyed = replace(TABLE, key=("id", "value"))
    assert len({TABLE.shape, wider.shape, retyped.shape, rekeyed.shape}) == 4


def test_words_do_not_change_the_shape() -> None:
    told = Column(name="value", dtype=pl.Int64, description="what it is worth", minimum=0)
    assert replace(TABLE, description="a table", columns=(TABLE.columns[0], told)).shape == TABLE.shape
