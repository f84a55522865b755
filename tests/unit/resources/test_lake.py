"""The lake: stage, promote, keep aside, set aside; a reader sees the old file or the new one."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from resources.contract import Column, FrameContract, Zone
from resources.errors import ContractError
from resources.lake import InputRecord, Lake

DAY = date(2024, 1, 1)
TABLE = FrameContract(
    asset="table",
    zone=Zone.INTERNAL,
    grain="row",
    key=("id",),
    columns=(
        Column(name="id", dtype=pl.String, description="id"),
        Column(name="delivery_day", dtype=pl.Date, description="day"),
    ),
)


def frame(*ids: str, day: date = DAY) -> pl.DataFrame:
    return pl.DataFrame({"id": list(ids), "delivery_day": [day] * len(ids)}, schema=TABLE.schema)


def record(**values: object) -> InputRecord:
    return InputRecord(asset="table", partition=str(DAY), **values)  # type: ignore[arg-type]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.of(tmp_path, [TABLE])


def test_staged_rows_are_invisible_until_promoted(lake: Lake) -> None:
    staged = lake.stage(TABLE, DAY, frame("a"), record())
    assert lake.days("table") == []
    lake.promote(staged)
    assert lake.read_days(TABLE, [DAY])["id"].to_list() == ["a"]
    assert not staged.path.exists()


def test_record_travels_with_the_data(lake: Lake) -> None:
    made = record(inputs={"up": "1"}, pending=("up is missing",), rows_out=1, set_aside={"repeat": 2})
    lake.promote(lake.stage(TABLE, DAY, frame("a"), made))
    stored = lake.record("table", DAY)
    assert stored is not None
    assert stored.to_json() == made.to_json()
    assert stored.is_pending
    assert stored.same_inputs(made)
    assert not stored.same_inputs(record(inputs={"up": "2"}))


def test_timings_are_stored_and_make_nothing_stale(tmp_path: Path) -> None:
    seconds = Column(name="seconds", dtype=pl.Float64(), description="wall time", is_timing=True)
    timed = replace(TABLE, columns=(*TABLE.columns, seconds))
    lake, digests = Lake.of(tmp_path, [timed]), []
    for ids, took in (("a", 1.0), ("a", 2.0), ("b", 2.0)):
        lake.promote(lake.stage(timed, DAY, frame(ids).with_columns(seconds=pl.lit(took)), record()))
        assert lake.rows("table", DAY)["seconds"].to_list() == [took]
        digests.append(lake.digest("table", DAY))
    assert digests[0] == digests[1]
    assert digests[1] != digests[2]


def test_equal_content_gives_equal_bytes(lake: Lake) -> None:
    chunked = pl.concat([frame("a"), frame("b")], rechunk=False)
    left = lake.stage(TABLE, DAY, chunked, record()).path.read_bytes()
    assert lake.stage(TABLE, DAY, frame("a", "b"), record()).path.read_bytes() == left


def test_digest_notices_a_replaced_file(lake: Lake) -> None:
    lake.promote(lake.stage(TABLE, DAY, frame("a"), record()))
    first = lake.digest("table", DAY)
    lake.promote(lake.stage(TABLE, DAY, frame("b"), record()))
    assert lake.digest("table", DAY) != first
    lake.promote(lake.stage(TABLE, DAY, frame("a"), record()))
    assert lake.digest("table", DAY) == first


@pytest.mark.parametrize(("content", "told"), [(b"PAR1 cut short", "can't be read"), (None, "no record of inputs")])
def test_a_file_of_somebody_else_is_named(lake: Lake, content: bytes | None, told: str) -> None:
    path = lake.path("table", DAY)
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        frame("a").write_parquet(path)
    else:
        path.write_bytes(content)
    with pytest.raises(ContractError, match=told) as caught:
        lake.record("table", DAY)
    assert str(path) in str(caught.value)


def test_kept_aside_day_leaves_the_last_good_one(lake: Lake) -> None:
    lake.promote(lake.stage(TABLE, DAY, frame("good"), record()))
    lake.keep_aside(lake.stage(TABLE, DAY, frame("bad"), record()), ["key_is_unique: 1 rows"])
    assert lake.read_days(TABLE, [DAY])["id"].to_list() == ["good"]
    assert lake.failure("table", DAY) == ["key_is_unique: 1 rows"]
    assert lake.failures("table") == {DAY}
    lake.promote(lake.stage(TABLE, DAY, frame("mended"), record()))
    assert lake.failures("table") == set()


def test_unpartitioned_table_and_missing_partitions(lake: Lake) -> None:
    assert lake.read(TABLE).is_empty()
    assert lake.record("table", None) is None
    lake.promote(lake.stage(TABLE, None, frame("a"), record()))
    assert lake.exists("table", None)
    assert lake.days("table") == []


def test_set_aside_rows_are_kept_with_their_reason(lake: Lake) -> None:
    left = pl.DataFrame({"delivery_day": [DAY], "row_id": ["x"], "reason": ["repeat"]})
    lake.store_set_aside("table", DAY, left)
    assert lake.set_aside("table", [DAY]).to_dicts() == left.to_dicts()
    lake.store_set_aside("table", DAY, left.clear())
    assert lake.set_aside("table", [DAY]).is_empty()


def test_sweep_removes_what_a_killed_run_left(lake: Lake) -> None:
    lake.stage(TABLE, DAY, frame("a"), record())
    assert lake.sweep_staging() == 1
    assert lake.sweep_staging() == 0


def test_unknown_table_is_refused(lake: Lake) -> None:
    with pytest.raises(ContractError, match="known: table"):
        lake.days("other")


def test_restricted_zone_can_lie_elsewhere(tmp_path: Path) -> None:
    moved = Lake(tmp_path / "lake", {"secret": Zone.RESTRICTED}, tmp_path / "vault")
    assert moved.folder("secret") == tmp_path / "vault" / "secret"
