"""A stored day has the same bytes made alone and cut from a range of thousands of rows, for every table with lists."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.common import promotion
from assets.reviews.contract import REVIEW_VECTORS
from assets.reviews.vectors import review_vector_rows
from pipelines.rooms import room_contracts
from resources.contract import Column, FrameContract
from resources.input_record import InputRecord
from resources.lake import Lake

FIRST = date(2025, 1, 1)
DAYS, PER_DAY, DIMENSIONS = 60, 50, 256
LISTED = [item for item in room_contracts().values() if any(dtype.is_nested() for dtype in item.schema.values())]


def daily(contract: FrameContract) -> FrameContract:
    """The contract with a day, which tables that are stored whole lack."""
    if "delivery_day" in contract.names:
        return contract
    added = Column(name="delivery_day", dtype=pl.Date, description="day")
    return FrameContract(
        asset=contract.asset,
        zone=contract.zone,
        grain=contract.grain,
        key=contract.key,
        columns=(*contract.columns, added),
    )


def rows_of(contract: FrameContract) -> pl.DataFrame:
    """Any rows of a table's columns and dtypes, each row in its day."""
    rng, rows = np.random.default_rng(5), DAYS * PER_DAY
    columns: list[pl.Series] = []
    for name, dtype in contract.schema.items():
        if name == "delivery_day":
            columns.append(pl.Series(name, [FIRST + timedelta(days=row // PER_DAY) for row in range(rows)]))
        elif isinstance(dtype, pl.List):
            width = DIMENSIONS if dtype.inner.is_float() else 40
            lists = (
                rng.integers(0, 2**31, (rows, width)) if dtype.inner.is_integer() else rng.normal(size=(rows, width))
            )
            columns.append(pl.Series(name, lists.tolist()).cast(dtype, strict=False))
        elif dtype == pl.Date:
            columns.append(pl.Series(name, [FIRST + timedelta(days=int(day)) for day in rng.integers(0, 90, rows)]))
        elif dtype.is_numeric():
            columns.append(pl.Series(name, rng.permutation(rows)).cast(dtype, strict=False))
        elif dtype == pl.Boolean:
            columns.append(pl.Series(name, rng.random(rows) < 0.5))
        else:
            columns.append(pl.Series(name, rng.permutation(rows)).cast(pl.String))
    return contract.conform(pl.DataFrame(columns))


def stored_days(folder: Path, contract: FrameContract, frame: pl.DataFrame) -> Iterable[bytes]:
    lake = Lake.of(folder, [contract])
    for day, part in promotion._split(promotion._canonical(contract, frame)).items():
        record = InputRecord(asset=contract.asset, partition=str(day))
        yield lake.stage(contract, day, part, record).path.read_bytes()


def assert_bytes_of_the_range(folder: Path, contract: FrameContract, frame: pl.DataFrame) -> None:
    in_range = list(stored_days(folder, contract, frame))
    parts = [pl.DataFrame(part.to_dicts(), schema=frame.schema) for part in frame.partition_by("delivery_day")]
    alone = [content for part in parts for content in stored_days(folder, contract, part)]
    assert len(in_range) == DAYS
    assert [at for at, content in enumerate(in_range) if content != alone[at]] == []


@pytest.mark.parametrize("contract", LISTED, ids=lambda item: item.asset)
def test_a_day_of_a_table_with_lists(tmp_path: Path, contract: FrameContract) -> None:
    contract = daily(contract)
    assert_bytes_of_the_range(tmp_path, contract, rows_of(contract))


def test_a_day_of_real_vectors_and_phrases(tmp_path: Path) -> None:
    """As the review room builds them: one array of vectors for all days of the range."""
    rows = np.arange(DAYS * PER_DAY)
    rng = np.random.default_rng(6)
    reviews = pl.DataFrame(
        {
            "review_id": [f"r{row:05}" for row in rows],
            "text": [" ".join(f"word{word}" for word in rng.integers(0, 400, 5 + row % 90)) for row in rows],
            "posted_day": [FIRST] * len(rows),
            "delivery_day": [FIRST + timedelta(days=int(row) // PER_DAY) for row in rows],
        }
    )
    vectors = rng.normal(size=(len(rows), DIMENSIONS)).astype(np.float32)
    in_range = list(stored_days(tmp_path, REVIEW_VECTORS, review_vector_rows(reviews, vectors)))
    for day in range(0, DAYS, 7):
        part = slice(day * PER_DAY, (day + 1) * PER_DAY)
        alone = review_vector_rows(reviews[part], vectors[part])
        assert list(stored_days(tmp_path, REVIEW_VECTORS, alone)) == [in_range[day]]


def test_tables_with_lists_are_known() -> None:
    assert {"review_vectors", "review_embeddings"} <= {item.asset for item in LISTED}


def test_no_table_holds_categoricals() -> None:
    """Their codes count what the process saw before, so equal rows could be stored in other bytes."""
    dtypes = [dtype for item in room_contracts().values() for dtype in item.schema.values()]
    assert not [dtype for dtype in dtypes if "Categorical" in repr(dtype)]
