"""Any character in the path of a home or of a delivery: none of them is a pattern, a quote or a separator."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.raw.contract import RAW_COUNTS
from resources.lake import InputRecord, Lake
from resources.sources.base import Stream
from resources.sources.public import PublicSource
from resources.warehouse import build_warehouse
from tests.unit.raw.builders import booking

ODD = (
    "[a-c]",
    "a*",
    "what?",
    "{x,y}",
    "it's",
    'say "so"',
    "two words",
    "Hôtel 東京",
    "a\nb",
    "day=1",
    "back\\slash",
    "$1%20#",
)
DAY = date(2024, 1, 1)


@pytest.mark.parametrize("name", ODD)
def test_a_home_with_any_name_has_its_views(tmp_path: Path, name: str) -> None:
    lake = Lake(tmp_path / name / "lake", {"raw_counts": RAW_COUNTS.zone})
    frame = RAW_COUNTS.conform(
        pl.DataFrame(
            [{column.name: 1 for column in RAW_COUNTS.columns} | {"stream": "x", "policy": "y", "delivery_day": DAY}]
        )
    )
    lake.promote(lake.stage(RAW_COUNTS, DAY, frame, InputRecord(asset="raw_counts", partition=str(DAY))))
    assert build_warehouse(tmp_path / name / "warehouse.duckdb", lake, {"raw_counts": RAW_COUNTS}) == ["raw_counts"]
    readable = shutil.copy(tmp_path / name / "warehouse.duckdb", tmp_path / "copy.duckdb")  # DuckDB takes no backslash
    with duckdb.connect(str(readable), read_only=True) as database:
        assert database.execute("select stream, delivered from raw_counts").fetchall() == [("x", 1)]
    assert lake.read_days(RAW_COUNTS, [DAY]).height == 1


@pytest.mark.parametrize("name", ODD)
def test_a_parquet_delivery_below_any_folder_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with (tmp_path / name / f"hotel_bookings {name}.parquet").open("wb") as file:
        pl.DataFrame([booking()]).write_parquet(file)
    source = PublicSource(tmp_path / name)
    assert source.rows(Stream.BOOKINGS, [source.first_day]).height == 1
