import contextlib
import random
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.errors import SourceError
from resources.sources.columnar import read_columnar
from resources.sources.delimited import read_delimited
from resources.sources.file_rules import FileRules, FileSettings


def test_typed_columns_become_the_publishers_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "count": [3, None],
            "rate": [75.5, 80.0],
            "flag": [True, False],
            "iso": [date(2016, 7, 3), None],
            "us": [date(2016, 7, 3), date(2016, 12, 13)],
            "Posted_At": [datetime(2016, 7, 3, 8, 5), None],  # noqa: DTZ001 (local time, as delivered)
            "raw": [b"a", b"\xff"],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    read = read_columnar(tmp_path / "t.parquet", frame.columns, ["absent"], us_dates=["us"])
    assert read.row(0)[:8] == ("3", "75.5", "1", "2016-07-03", "7/3/2016", "2016-07-03T08:05:00", "a", None)
    assert read.row(1)[:8] == (None, "80.0", "0", None, "12/13/2016", None, "\\xff", None)
    assert read["_problem"].to_list() == [None, "holds a byte that is not UTF-8"]
    assert read["_source_row"].to_list() == [1, 2]


def test_shape_is_that_of_a_delimited_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    pl.DataFrame({"a": ["1"], "b": ["2"]}).write_parquet(tmp_path / "t.parquet")
    text = read_delimited(tmp_path / "t.csv", ["a", "b"], ["c"])
    table = read_columnar(tmp_path / "t.parquet", ["a", "b"], ["c"])
    assert text.schema == table.schema
    assert text.drop("_source_file").equals(table.drop("_source_file"))


def test_missing_column_is_named(tmp_path: Path) -> None:
    pl.DataFrame({"a": ["1"]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(SourceError, match=r"missing column\(s\) b"):
        read_columnar(tmp_path / "t.parquet", ["a", "b"])


def test_nul_byte_is_a_problem_of_its_row(tmp_path: Path) -> None:
    pl.DataFrame({"a": ["x", "y\0", None]}).write_parquet(tmp_path / "t.parquet")
    assert read_columnar(tmp_path / "t.parquet", ["a"])["_problem"].to_list() == [None, "holds a NUL byte", None]


def test_a_zone_that_is_an_offset_is_read_without_a_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    points = pa.array([datetime(2024, 7, 2, 18, 30, tzinfo=UTC)], pa.timestamp("ms", tz="+05:30"))
    pq.write_table(pa.table({"Review_Date": points}), tmp_path / "t.parquet")
    read = read_columnar(tmp_path / "t.parquet", ["Review_Date"], rules=FileRules(time_zone="Asia/Kolkata"))
    assert read["Review_Date"].to_list() == ["2024-07-03"]
    assert capfd.readouterr() == ("", "")


def test_cells_that_share_one_long_text_are_counted_each(tmp_path: Path) -> None:
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 20, pa.int32()), pa.array(["x" * 2**19]))
    pq.write_table(pa.table({"a": cells}), tmp_path / "t.parquet")
    assert (tmp_path / "t.parquet").stat().st_size < 2**19
    with pytest.raises(SourceError, match="more than 5 MB once unpacked"):
        read_columnar(tmp_path / "t.parquet", ["a"], rules=FileRules(settings=FileSettings(max_unpacked_mb=5)))


def test_text_that_is_no_utf_8_costs_its_row(tmp_path: Path) -> None:
    raw = pa.array([b"a", b"\xff", None])
    text = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    pq.write_table(pa.table({"a": text}), tmp_path / "t.parquet")
    read = read_columnar(tmp_path / "t.parquet", ["a"])
    assert read["a"].to_list() == ["a", "\\xff", None]
    assert read["_problem"].to_list() == [None, "holds a byte that is not UTF-8", None]


def test_damage_never_ends_the_process(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    frame = pl.DataFrame({name: [f"{name}{row}" for row in range(50)] for name in ("a", "b")})
    frame.write_parquet(tmp_path / "t.parquet")
    sound = (tmp_path / "t.parquet").read_bytes()
    for seed in range(300):
        chance, damaged = random.Random(seed), bytearray(sound)
        for _ in range(chance.choice((1, 2, 5, 30))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / "t.parquet").write_bytes(damaged)
        with contextlib.suppress(SourceError):
            read_columnar(tmp_path / "t.parquet", ["a"])
    assert capfd.readouterr() == ("", "")
