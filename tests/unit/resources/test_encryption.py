"""Sealed files open with their key at their place only, and stay comparable."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from resources.contract import Column, FrameContract, Zone
from resources.encryption import FileCipher, is_sealed
from resources.errors import PrivacyError
from resources.lake import InputRecord, Lake
from resources.secret_keys import RESTRICTED_KEY_VARIABLE, load_restricted_key, load_tombstone_key
from resources.warehouse import build_warehouse

DAY = date(2024, 1, 1)
COLUMNS = (
    Column(name="id", dtype=pl.String, description=""),
    Column(name="delivery_day", dtype=pl.Date, description=""),
)
SECRET = FrameContract(asset="secret", zone=Zone.RESTRICTED, grain="row", key=("id",), columns=COLUMNS)
FRAME = pl.DataFrame({"id": ["anna"], "delivery_day": [DAY]}, schema=SECRET.schema)
KEY = FileCipher(b"k" * 32)


def filled(root: Path, cipher: FileCipher | None) -> Lake:
    lake = Lake.of(root, [SECRET], cipher=cipher)
    lake.promote(lake.stage(SECRET, DAY, FRAME, InputRecord(asset="secret", partition=str(DAY), rows_out=1)))
    lake.keep_aside(lake.stage(SECRET, DAY, FRAME, InputRecord(asset="secret", partition=str(DAY))), ["of anna"])
    lake.store_set_aside("secret", DAY, pl.DataFrame({"delivery_day": [DAY], "row_id": ["anna"], "reason": ["r"]}))
    return lake


def test_everything_of_the_zone_is_sealed_and_reads_as_before(tmp_path: Path) -> None:
    lake, plain = filled(tmp_path / "sealed", KEY), filled(tmp_path / "plain", None)
    files = [path for path in lake.zone_root(Zone.RESTRICTED).rglob("*.*") if path.suffix in (".parquet", ".json")]
    assert len(files) == 4
    assert all(is_sealed(path) and b"anna" not in path.read_bytes() for path in files)
    assert lake.read_days(SECRET, [DAY]).equals(FRAME)
    assert lake.failure("secret", DAY) == ["of anna"]
    assert lake.set_aside("secret", [DAY])["row_id"].to_list() == ["anna"]
    assert lake.digest("secret", DAY) == plain.digest("secret", DAY)
    assert lake.record("secret", DAY) == plain.record("secret", DAY)
    assert build_warehouse(tmp_path / "w.duckdb", lake, {"secret": SECRET}) == []


def test_without_the_key_or_with_another_one_nothing_opens(tmp_path: Path) -> None:
    filled(tmp_path, KEY)
    with pytest.raises(PrivacyError, match=RESTRICTED_KEY_VARIABLE):
        Lake.of(tmp_path, [SECRET]).read_days(SECRET, [DAY])
    with pytest.raises(PrivacyError, match="another one"):
        Lake.of(tmp_path, [SECRET], cipher=FileCipher(b"x" * 32)).record("secret", DAY)


def test_a_file_moved_to_another_day_or_changed_does_not_open(tmp_path: Path) -> None:
    lake = filled(tmp_path, KEY)
    path = lake.path("secret", DAY)
    path.with_name("2024-01-02.parquet").write_bytes(path.read_bytes())
    with pytest.raises(PrivacyError, match="changed"):
        lake.read_days(SECRET, [date(2024, 1, 2)])
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(PrivacyError, match="changed"):
        lake.rows("secret", DAY)


def test_plain_files_stay_readable_when_encryption_comes_later(tmp_path: Path) -> None:
    filled(tmp_path, None)
    assert Lake.of(tmp_path, [SECRET], cipher=KEY).read_days(SECRET, [DAY]).equals(FRAME)


@pytest.mark.parametrize(("text", "told"), [("", "is not set"), ("short", "holds 5 bytes"), ("ab" * 31, "holds 31")])
def test_a_key_that_will_not_do_is_refused(text: str, told: str) -> None:
    with pytest.raises(PrivacyError, match=told):
        load_restricted_key({RESTRICTED_KEY_VARIABLE: text})


def test_the_tombstone_key_is_the_hash_key_unless_told(tmp_path: Path) -> None:
    own = load_restricted_key({RESTRICTED_KEY_VARIABLE: "k" * 40})
    assert load_tombstone_key(own, {}).material == own.material
    assert load_tombstone_key(own, {"STAYWORTH_TOMBSTONE_KEY": "z" * 40}).material != own.material


def test_removed_rows_leave_their_record_and_digest(tmp_path: Path) -> None:
    lake = filled(tmp_path, KEY)
    before = lake.digest("secret", DAY), lake.record("secret", DAY)
    lake.remove_rows("secret", DAY)
    lake.remove_rows("secret", DAY)
    assert not lake.exists("secret", DAY)
    assert (lake.digest("secret", DAY), lake.record("secret", DAY)) == before
    assert lake.removed_days("secret") == [DAY]
    assert lake.read_days(SECRET, [DAY]).is_empty()
