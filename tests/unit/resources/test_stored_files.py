"""Stored files: equal rows give equal bytes, wherever the frame that held them came from."""

import io
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resources.stored_files import StoredFiles, parquet_digest

LEVELS = pl.Enum(["a", "bb", "a long level of several words"])
WORDS = [*LEVELS.categories.to_list(), "", "exactly_12ch", "exactly_13_ch", "é" * 40]
# What a column of each type may hold; the lists among them are long enough for many pages in a wide column.
SAMPLES: dict[pl.DataType, list[Any]] = {
    pl.Int8(): [-7, 0, 99],
    pl.UInt32(): [0, 7, 2**31],
    pl.Float32(): [0.5, -1.25, 3e7],
    pl.Float64(): [number / 7 for number in range(40)],
    pl.Boolean(): [True, False],
    pl.String(): WORDS,
    pl.Binary(): [word.encode() for word in WORDS],
    LEVELS: WORDS[:3],
    pl.Date(): [date(2024, 1, day) for day in range(1, 20)],
    pl.Datetime("us"): [datetime(2024, 1, 1, hour) for hour in range(20)],  # noqa: DTZ001
    pl.Duration("us"): [timedelta(seconds=number) for number in range(20)],
    pl.Decimal(10, 2): [Decimal(number) / 4 for number in range(20)],
}
NESTED: list[pl.DataType] = [
    *(pl.List(dtype) for dtype in SAMPLES),
    pl.Array(pl.Float32(), 8),
    pl.Array(pl.String(), 3),
    pl.Struct({"a": pl.Int8(), "b": pl.String()}),
    pl.Struct({"a": pl.List(pl.Float64())}),
    pl.List(pl.List(pl.Float64())),
    pl.List(pl.Struct({"a": pl.Float64(), "b": pl.String()})),
    pl.List(pl.Array(pl.Int8(), 2)),
]


def values(dtype: Any, rng: random.Random, null_share: float) -> Iterator[Any]:
    """Endless values of a type, some of them missing at any depth."""
    while True:
        if rng.random() < null_share:
            yield None
        elif isinstance(dtype, pl.List):
            inner = values(dtype.inner, rng, null_share)
            yield [next(inner) for _ in range(rng.choice([0, 1, 3, 12 if dtype.inner.is_nested() else 80]))]
        elif isinstance(dtype, pl.Array):
            inner = values(dtype.inner, rng, null_share)
            yield [next(inner) for _ in range(dtype.shape[0])]
        elif isinstance(dtype, pl.Struct):
            yield {item.name: next(values(item.dtype, rng, null_share)) for item in dtype.fields}
        else:
            yield rng.choice(SAMPLES[dtype])


def column(held: list[Any], dtype: pl.DataType) -> pl.DataFrame:
    names = pl.Series([f"r{index}" for index in range(len(held))], dtype=pl.String)
    return pl.DataFrame({"row": names, "v": pl.Series(held, dtype=dtype)})


# Without shrinking: an example takes a quarter of a second.
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    dtype=st.sampled_from([*SAMPLES, *NESTED]),
    seed=st.integers(0, 99),
    null_share=st.sampled_from([0.0, 0.2]),
    start=st.integers(0, 500),
    rows=st.integers(0, 300),
)
def test_a_slice_has_the_bytes_of_the_same_rows_by_themselves(
    dtype: pl.DataType, seed: int, null_share: float, start: int, rows: int
) -> None:
    source = values(dtype, random.Random(seed), null_share)
    held = [next(source) for _ in range(800)]
    whole, alone = column(held, dtype), column(held[start : start + rows], dtype)
    expected = parquet_digest(alone, {})
    names = alone["row"]
    cut = whole.slice(start, rows).with_columns(row=names)
    half = rows // 2
    stored = io.BytesIO()
    whole.write_parquet(stored)
    stored.seek(0)
    others = {
        "slice": cut,
        "two chunks of a slice": pl.concat([cut.head(half), cut.tail(rows - half)], rechunk=False),
        "two chunks made alone": pl.concat(
            [column(held[start : start + half], dtype), column(held[start + half : start + rows], dtype)], rechunk=False
        ).with_columns(row=names),
        "filter": whole.with_row_index("at").filter(pl.col("at").is_between(start, start + rows - 1)).drop("at")
        .with_columns(row=names),
        "read back": pl.read_parquet(stored).slice(start, rows).with_columns(row=names),
    }  # fmt: skip
    wrong = [told for told, frame in others.items() if parquet_digest(frame, {}) != expected]
    assert wrong == []


def test_values_hidden_under_a_gap_leave_no_trace() -> None:
    held = [[float(row)] * (row % 50) for row in range(3000)]
    masked = pl.DataFrame({"v": held}).with_columns(v=pl.when(pl.int_range(pl.len()) % 3 > 0).then("v"))
    plain = pl.DataFrame({"v": [None if row % 3 == 0 else item for row, item in enumerate(held)]}, schema=masked.schema)
    assert parquet_digest(masked, {}) == parquet_digest(plain, {})


@pytest.mark.parametrize("rows", [0, 1, 925, 1491])
def test_vectors_of_a_day_cut_from_a_long_range(tmp_path: Path, rows: int) -> None:
    rng = random.Random(3)
    vectors = [[rng.random() for _ in range(256)] for _ in range(2000)]
    whole = pl.DataFrame({"vector": vectors}, schema={"vector": pl.List(pl.Float32)})
    alone = pl.DataFrame({"vector": vectors[:rows]}, schema=whole.schema)
    paths = [tmp_path / name for name in ("cut", "alone")]
    for path, frame in zip(paths, (whole.head(rows), alone), strict=True):
        StoredFiles().draft(path, frame, metadata={"a": "b"}, seal=False)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert pl.read_parquet(paths[0]).equals(alone)
