"""The steps of docs/operate/operations.md, "Key rotation": one epoch is left, no old id, and the erased stay away."""

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.workspace import Workspace
from pipelines.guests.erasure import erase_guest
from pipelines.guests.finding import Asked
from pipelines.guests.rotation import tables_of_the_key
from pipelines.running import failures_of, run_job
from tests.end_to_end.worlds import START, demo_workspace

DAYS = 6
OLD, NEW = (hashlib.sha256(name).hexdigest() for name in (b"old", b"new"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def world(home: Path, encoder_home: Path) -> Workspace:
    return demo_workspace(home, encoder_home, days=DAYS, demo={"guests": 6_000})


def backfill(workspace: Workspace) -> None:
    result = run_job(workspace, "backfill", START, START + timedelta(days=DAYS - 1), reuse=True)
    assert result.success, failures_of(result)


def rows(workspace: Workspace, table: str) -> pl.DataFrame:
    return pl.concat([workspace.lake.rows(table, day) for day in workspace.lake.days(table)])


def strings_below(folder: Path) -> set[str]:
    """Every string of every stored table below a folder."""
    strings: set[str] = set()
    for path in folder.rglob("*.parquet"):
        frame = pl.read_parquet(path).select(pl.col(pl.String))
        strings.update(value for name in frame.columns for value in frame[name].drop_nulls())
    return strings


@pytest.mark.slow
def test_after_a_rotation_one_epoch_is_left_and_the_erased_stay_away(
    home: Path, encoder_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAYWORTH_HMAC_KEY", OLD)
    before = world(home, encoder_home)
    backfill(before)
    email = rows(before, "raw_bookings")["email"].drop_nulls().sort()[0]
    erase_guest(before, Asked(email=email), reason="test")
    backfill(before)
    names = ("booking_id", "guest_hash", "pseudo_customer_id")
    old = {value for name in names for value in rows(before, "pseudonyms")[name].drop_nulls()}
    published = rows(before, "labelled_bookings")
    assert old

    monkeypatch.setenv("STAYWORTH_HMAC_KEY", NEW)
    monkeypatch.setenv("STAYWORTH_KEY_EPOCH", "2")
    refused = run_job(world(home, encoder_home), "backfill", START, START, reuse=False)
    assert not refused.success
    assert "STAYWORTH_TOMBSTONE_KEY" in str(failures_of(refused))
    monkeypatch.setenv("STAYWORTH_TOMBSTONE_KEY", OLD)
    for table in tables_of_the_key():
        shutil.rmtree(before.lake.folder(table))
    refused = run_job(world(home, encoder_home), "backfill", START, START + timedelta(days=DAYS - 1), reuse=True)
    assert "STAYWORTH_PREVIOUS_HMAC_KEY" in str(failures_of(refused))
    monkeypatch.setenv("STAYWORTH_PREVIOUS_HMAC_KEY", OLD)
    after = world(home, encoder_home)
    backfill(after)

    assert rows(after, "pseudonyms")["key_epoch"].unique().to_list() == ["2"]
    assert not old & strings_below(home / "lake")
    assert email not in rows(after, "raw_bookings")["email"].to_list()
    labels = [name for name in published.columns if name not in names]
    made = rows(after, "labelled_bookings")
    assert made.height == published.height
    assert made.select(labels).sort(labels).equals(published.select(labels).sort(labels))
