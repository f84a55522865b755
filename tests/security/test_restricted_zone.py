"""Restricted files are their owner's alone whatever the umask, and every read of them leaves a line."""

import getpass
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from assets.common.promotion import produce_days
from resources.access_log import AccessLog, reading_for
from resources.contract import Column, FrameContract, Zone
from resources.encryption import FileCipher, is_sealed
from resources.errors import PrivacyError
from resources.lake import InputRecord, Lake
from tests.rooms.toy import DAILY, START, toy_workspace

DAY, NEXT = date(2024, 1, 1), date(2024, 1, 2)


def contract(asset: str, zone: Zone) -> FrameContract:
    columns = (
        Column(name="id", dtype=pl.String, description=""),
        Column(name="delivery_day", dtype=pl.Date, description=""),
    )
    return FrameContract(asset=asset, zone=zone, grain="row", key=("id",), columns=columns)


SECRET, PLAIN = contract("secret", Zone.RESTRICTED), contract("plain", Zone.INTERNAL)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def fill(lake: Lake, table: FrameContract, day: date | None = DAY) -> None:
    frame = pl.DataFrame({"id": ["a"], "delivery_day": [DAY]}, schema=table.schema)
    record = InputRecord(asset=table.asset, partition=str(day))
    lake.promote(lake.stage(table, day, frame, record))
    lake.keep_aside(lake.stage(table, NEXT, frame, record), ["a check"])
    aside = pl.DataFrame({"delivery_day": [DAY], "row_id": ["a"], "reason": ["r"]})
    lake.store_set_aside(table.asset, DAY, aside)


def modes(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root.parent)): stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}


def test_modes_do_not_depend_on_the_umask(tmp_path: Path, umask: int) -> None:
    lake = Lake.of(tmp_path, [SECRET, PLAIN])
    fill(lake, SECRET)
    fill(lake, PLAIN)
    lake.read_days(SECRET, [DAY])
    mode_of = modes(lake.zone_root(Zone.RESTRICTED))
    folders = {name: mode for name, mode in mode_of.items() if (lake.root / name).is_dir()}
    assert len(folders) >= 5
    assert set(folders.values()) == {0o700}
    files = {name: mode for name, mode in mode_of.items() if name not in folders}
    assert {Path(name).name for name in files} >= {f"{DAY}.parquet", f"{NEXT}.json", "access.log"}
    assert set(files.values()) == {0o600}
    assert set(modes(lake.zone_root(Zone.INTERNAL)).values()) != {0o600}, "other zones keep the umask's modes"


def test_a_zone_left_open_by_an_older_version_is_closed(tmp_path: Path) -> None:
    root = tmp_path / "lake" / "restricted"
    root.mkdir(parents=True)
    root.chmod(0o755)
    fill(Lake.of(tmp_path, [SECRET]), SECRET)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_an_operators_own_root_may_be_shared_with_a_group_but_not_with_everybody(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    root.mkdir()
    root.chmod(0o775)
    fill(Lake.of(tmp_path / "home", [SECRET], root), SECRET)
    assert stat.S_IMODE(root.stat().st_mode) == 0o770


def lines(lake: Lake) -> list[dict[str, object]]:
    path = lake.zone_root(Zone.RESTRICTED) / "access.log"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_a_restricted_read_says_who_when_what_and_why(tmp_path: Path) -> None:
    lake = Lake.of(tmp_path, [SECRET, PLAIN])
    for day in (DAY, NEXT):
        fill(lake, SECRET, day)
    fill(lake, SECRET, None)
    fill(lake, PLAIN)
    lake.read_days(PLAIN, [DAY])
    lake.read_days(SECRET, [date(2030, 1, 1)])
    assert lines(lake) == [], "other zones, and days that are not there, leave no line"
    with reading_for("pseudonyms"):
        lake.read_days(SECRET, [NEXT, DAY])
    lake.read(SECRET)
    days, whole = lines(lake)
    assert days.pop("when")
    assert days == {
        "user": getpass.getuser(), "asset": "secret", "first_day": "2024-01-01", "last_day": "2024-01-02", "days": 2,
        "purpose": "pseudonyms",
    }  # fmt: skip
    assert (whole["first_day"], whole["days"], whole["purpose"]) == (None, 0, "unnamed")


def test_what_cannot_be_recorded_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "access.log").mkdir()
    with pytest.raises(PrivacyError, match="is not read; make the log writable"):
        AccessLog(tmp_path).note("secret", [DAY])


def test_a_user_without_a_name_is_told_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", unknown)
    AccessLog(tmp_path).note("secret", [])
    assert json.loads((tmp_path / "access.log").read_text())["user"] == str(os.getuid())


def test_a_step_leaves_one_line_per_restricted_table_however_many_days(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, {date(2024, 1, day): [day] for day in range(1, 9)})
    days = [date(2024, 1, day) for day in range(1, 9)]
    for item in DAILY[:2]:
        produce_days(workspace, item.spec, days)
    noted = [(line["asset"], line["purpose"], line["days"]) for line in lines(workspace.lake)]
    assert noted == [("toy_raw", "toy_sum", len(days))]
    assert days[0] == START


@pytest.mark.parametrize("cipher", [None, FileCipher(b"k" * 32)], ids=["plain", "sealed"])
def test_what_lay_in_another_zone_before_is_brought_home(tmp_path: Path, cipher: FileCipher | None) -> None:
    was = Lake.of(tmp_path, [replace(SECRET, zone=Zone.INTERNAL)])
    for day in (DAY, NEXT):
        fill(was, replace(SECRET, zone=Zone.INTERNAL), day)
    lake = Lake.of(tmp_path, [SECRET, PLAIN], cipher=cipher)
    fill(lake, PLAIN)
    fill(lake, SECRET, NEXT)
    assert lake.days("secret") == [DAY, NEXT]
    assert lake.read_days(SECRET, [DAY])["id"].to_list() == ["a"]
    assert lake.record("secret", DAY) is not None
    assert is_sealed(lake.path("secret", DAY)) == (cipher is not None)
    assert stat.S_IMODE(Path(lake.path("secret", DAY)).stat().st_mode) == 0o600
    left = [path for path in lake.zone_root(Zone.INTERNAL).rglob("*") if "secret" in path.parts]
    assert left == [], "rows, and those that broke a check"
    assert lake.days("plain") == [DAY]
    assert lake.gather("secret") == lake.gather("plain") == 0
