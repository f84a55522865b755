"""Views appear with the first file of a table, and survive whatever else happens to the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from resources.contract import Column, FrameContract, Zone
from resources.input_record import InputRecord
from resources.lake import Lake
from resources.warehouse import ViewKeeper, build_warehouse

DAY = date(2024, 1, 1)


def contract(name: str, zone: Zone = Zone.INTERNAL) -> FrameContract:
    columns = (
        Column(name="row_id", dtype=pl.String, description="id"),
        Column(name="delivery_day", dtype=pl.Date, description="partition"),
    )
    return FrameContract(asset=name, zone=zone, grain="one row", key=("row_id",), columns=columns)


CONTRACTS = {name: contract(name) for name in ("one", "two", "three", "four")} | {
    "secret": contract("secret", Zone.RESTRICTED)
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.of(tmp_path / "lake", CONTRACTS.values())


def store(lake: Lake, name: str) -> None:
    rows = pl.DataFrame({"row_id": [name], "delivery_day": [DAY]})
    record = InputRecord(asset=name, partition=DAY.isoformat(), rows_out=1)
    lake.promote(lake.stage(CONTRACTS[name], DAY, rows, record))


def views(path: Path) -> set[str]:
    with duckdb.connect(str(path), read_only=True) as database:
        return {
            row[0] for row in database.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        }


def test_a_table_gets_its_view_with_its_first_file(tmp_path: Path, lake: Lake) -> None:
    path = tmp_path / "w.duckdb"
    keeper = ViewKeeper(path, lake, CONTRACTS)
    assert not keeper.keep("one"), "nothing is stored"
    assert not keeper.keep("no_table")
    store(lake, "one")
    assert keeper.keep("one")
    assert not keeper.keep("one")
    store(lake, "secret")
    assert ViewKeeper(path, lake, CONTRACTS).keep("secret")
    with duckdb.connect(str(path), read_only=True) as database:
        assert database.execute('SELECT row_id FROM "one"').fetchall() == [("one",)]
        assert database.execute('SELECT row_id FROM restricted."secret"').fetchall() == [("secret",)]


def test_a_database_that_went_away_or_broke_is_made_again(tmp_path: Path, lake: Lake) -> None:
    path = tmp_path / "w.duckdb"
    keeper = ViewKeeper(path, lake, CONTRACTS)
    for name in ("one", "two"):
        store(lake, name)
        keeper.keep(name)
    path.unlink()
    assert keeper.keep("one")
    assert views(path) == {"one", "two"}
    path.write_bytes(b"no database")
    assert keeper.keep("two")
    assert views(path) == {"one", "two"}


def test_views_made_at_once_are_all_kept(tmp_path: Path, lake: Lake) -> None:
    path = tmp_path / "w.duckdb"
    names = ["one", "two", "three", "four"]
    build_warehouse(path, lake, CONTRACTS)
    for name in names:
        store(lake, name)
    with ThreadPoolExecutor(4) as crew:
        assert all(crew.map(lambda name: ViewKeeper(path, lake, CONTRACTS).keep(name), names))
    assert views(path) == set(names)
    assert sorted(item.name for item in tmp_path.iterdir() if item.suffix == ".duckdb") == ["w.duckdb"]
