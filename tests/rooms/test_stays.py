"""The exact history in the restricted zone: a guest's rights, retention, keys, sealing, views and the log reach it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from assets.privacy.assets import pseudonyms, stays
from assets.privacy.contract import PSEUDONYMS, STAYS
from assets.privacy.opt_outs import without_opted_out
from assets.raw.contract import RAW_BOOKINGS, RAW_REVIEWS
from pipelines.guests.asking import Asked
from pipelines.guests.erasure import erase_guest
from pipelines.guests.retention import apply_retention, kept_days, longest_look_back
from pipelines.guests.rotation import tables_of_the_key
from pipelines.guests.subject_access import export_guest
from pipelines.workspace import build_workspace
from resources.contract import Zone
from resources.errors import SettingsError
from resources.input_record import InputRecord
from resources.notices import SCHEMA
from resources.settings import CoreSettings, Settings
from resources.warehouse import build_warehouse
from tests.unit.privacy.builders import booking, bookings

START = date(2024, 1, 1)
ANN, EVE = "ann@example.org", "eve@example.org"
Build = Callable[..., Workspace]


def delivered(day: date) -> pl.DataFrame:
    """Two bookings of one guest and one of another, each day."""
    number = day.toordinal() * 10
    people = ((0, "G100200300", ANN), (1, "G100200300", ANN), (2, "G900800700", EVE))
    rows = [
        booking(0, row_id=f"reservation:{number + n}", guest_key=key, email=email, delivery_day=day)
        for n, key, email in people
    ]
    return bookings(rows)


def fill(workspace: Workspace, days: int) -> list[date]:
    asked = [START + timedelta(days=index) for index in range(days)]
    for day in asked:
        for contract, rows in ((RAW_BOOKINGS, delivered(day)), (RAW_REVIEWS, RAW_REVIEWS.empty())):
            record = InputRecord(asset=contract.asset, partition=str(day), rows_out=rows.height)
            workspace.lake.promote(workspace.lake.stage(contract, day, rows, record))
    for asset in (pseudonyms, stays):
        report = produce_days(workspace, asset.spec, asked, reuse=True)
        assert not report.failed
    return asked


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def made(stays_days: int | None = None, **core: Any) -> Workspace:
        own = {} if stays_days is None else {"retention": {"stays_days": stays_days}}
        return build_workspace(Settings(home=tmp_path / "home", core=CoreSettings(source="demo", **core), sections=own))

    return made


def stored(workspace: Workspace) -> pl.DataFrame:
    return workspace.lake.read_days(STAYS, workspace.lake.days("stays"))


def test_every_raw_row_is_stored_by_the_checks_of_the_step(build: Build) -> None:
    workspace = build()
    fill(workspace, 2)
    assert stored(workspace).height == 6
    record = workspace.lake.record("stays", START)
    assert record is not None
    assert (record.rows_in, record.rows_out, record.set_aside) == (3, 3, {})
    assert "rows_are_conserved" in stays.check_advice()
    workspace.lake.rewrite(PSEUDONYMS, START, workspace.lake.rows("pseudonyms", START).head(2), record)
    with pytest.raises(Exception, match="3 bookings meet 2"):
        produce_days(workspace, stays.spec, [START])


def test_erasure_takes_the_guest_and_nobody_else(build: Build) -> None:
    workspace = build()
    fill(workspace, 2)
    before = stored(workspace)
    erasure = erase_guest(workspace, Asked(email=ANN))
    assert erasure.is_complete
    assert erasure.rows["stays"] == 4
    kept = stored(workspace)
    assert kept.equals(before.filter(pl.col("guest_hash") == kept["guest_hash"][0])), "others' rows, as they were"
    record = workspace.lake.record("stays", START)
    assert record is not None
    assert record.rows_in == record.rows_out == 1


def test_subject_access_gives_the_exact_rows(build: Build, tmp_path: Path) -> None:
    workspace = build()
    fill(workspace, 1)
    assert export_guest(workspace, Asked(email=ANN), tmp_path / "copy")["stays"] == 2
    told = json.loads((tmp_path / "copy" / "stays.json").read_text())
    assert {row["rate"] for row in told} == {80.4}


def test_an_opt_out_reaches_it_by_booking(build: Build) -> None:
    workspace = build()
    fill(workspace, 1)
    said = [{"identifier": ANN, "kind": "opt-out", "day": START}]
    workspace.source = replace_notices(workspace.source, pl.DataFrame(said, schema=SCHEMA))
    history = workspace.resource("opt_outs").history()
    assert history.height == 2
    left = without_opted_out(STAYS, stored(workspace), history, pl.lit(START))
    assert left.height == 1


def replace_notices(source: Any, notices: pl.DataFrame) -> Any:
    source.notices = notices
    return source


def test_after_a_rotation_it_follows_the_pseudonyms(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAYWORTH_HMAC_KEY", hashlib.sha256(b"old").hexdigest())
    before = build()
    fill(before, 1)
    old = {*stored(before)["booking_id"], *stored(before)["guest_hash"], *stored(before)["pseudo_customer_id"]}
    assert "pseudonyms" in tables_of_the_key()
    assert "stays" not in tables_of_the_key(), "it takes its ids from there, and is stale with it"
    shutil.rmtree(before.lake.folder("pseudonyms"))
    monkeypatch.setenv("STAYWORTH_HMAC_KEY", hashlib.sha256(b"new").hexdigest())
    monkeypatch.setenv("STAYWORTH_KEY_EPOCH", "2")
    after = build()
    fill(after, 1)
    new = stored(after)
    assert new.height == 3
    assert not old & {*new["booking_id"], *new["guest_hash"], *new["pseudo_customer_id"]}


def test_it_leaves_with_the_raw_rows_or_after_a_time_of_its_own(build: Build) -> None:
    least = longest_look_back("stays") + 1
    assert kept_days(build(raw_retention_days=2))["stays"] == max(2, least)
    assert kept_days(build(raw_retention_days=900))["stays"] == 900
    both = kept_days(build(raw_retention_days=900, stays_days=400))
    assert (both["raw_bookings"], both["stays"]) == (900, 400)
    own = kept_days(build(stays_days=400))
    assert (own["raw_bookings"], own["stays"]) == (None, 400)


def test_days_that_left_are_frozen_and_their_record_stays(build: Build) -> None:
    days = longest_look_back("stays") + 3
    workspace = build(stays_days=1)
    asked = fill(workspace, days)
    assert apply_retention(workspace) == {"stays": asked[:2]}
    assert workspace.lake.removed_days("stays") == asked[:2]
    assert workspace.lake.record("stays", START) is not None
    refused = produce_days(workspace, stays.spec, [START])
    assert "retention.stays_days" in refused.frozen[START]
    assert apply_retention(workspace) == {}
    with pytest.raises(SettingsError, match=r"nor retention\.stays_days"):
        apply_retention(build())
    with pytest.raises(SettingsError, match="stays_days"):
        build(stays_days=0)


def test_it_is_sealed_like_the_rest_of_its_zone(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAYWORTH_RESTRICTED_KEY", "7" * 64)
    workspace = build(encrypt_restricted=True)
    fill(workspace, 1)
    [path] = workspace.lake.folder("stays").glob("*.parquet")  # type: ignore[attr-defined]
    assert not path.read_bytes().startswith(b"PAR1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert stored(workspace).height == 3


def test_the_warehouse_shows_it_in_the_restricted_schema_only(build: Build, tmp_path: Path) -> None:
    workspace = build()
    fill(workspace, 1)
    build_warehouse(tmp_path / "w.duckdb", workspace.lake, workspace.contracts)
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as database:
        schemas = database.execute("SELECT schema_name FROM duckdb_views() WHERE view_name = 'stays'").fetchall()
        assert schemas == [("restricted",)]


def test_every_read_leaves_a_line(build: Build) -> None:
    workspace = build()
    fill(workspace, 2)
    stored(workspace)
    lines = [json.loads(line) for line in workspace.lake.access_log.path.read_text("utf-8").splitlines()]
    assert {line["asset"] for line in lines} == {"raw_bookings", "pseudonyms", "stays"}


def test_it_lies_with_the_restricted_tables_of_an_object_store(build: Build, bucket_url: str) -> None:
    workspace = build(lake_url=f"{bucket_url}/lake", restricted_url=f"{bucket_url}/vault")
    for store in workspace.lake.files.objects:
        store._retries = 1
    fill(workspace, 1)
    assert stored(workspace).height == 3
    assert str(workspace.lake.zone_root(Zone.RESTRICTED)) in str(workspace.lake.path("stays", START))
