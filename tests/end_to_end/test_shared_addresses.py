"""Two guests of the demo group who happen to have one e-mail address: neither takes the other's bookings along."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines import cli
from pipelines.running import failures_of, run_job
from pipelines.workspace import build_workspace
from resources.tombstones import TombstoneStore

FIRST, LAST = date(2024, 1, 1), date(2024, 1, 7)
RAW = ["raw_bookings", "raw_reviews", "quarantine", "raw_counts", "pseudonyms"]
# Large enough for chance to give one address twice: names and numbers in addresses are drawn from small tables.
WORLD = {"GUESTS": "40000", "DAYS": "7", "HOTELS": "3"}


def bookings() -> pl.DataFrame:
    lake = build_workspace().lake
    days = lake.days("raw_bookings")
    return pl.concat([lake.rows("raw_bookings", day, ["row_id", "guest_key", "email"]) for day in days])


def by_guest(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.drop_nulls("guest_key").group_by("guest_key").len().iter_rows())


def test_the_key_takes_one_guest_and_the_address_alone_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STAYWORTH_CORE__SOURCE", "demo")
    for name, value in WORLD.items():
        monkeypatch.setenv(f"STAYWORTH_DEMO__{name}", value)
    result = run_job(build_workspace(), "backfill", FIRST, LAST, reuse=True, tables=RAW)
    assert result.success, failures_of(result)
    before = bookings()
    shared = before.group_by("email").agg(pl.col("guest_key").drop_nulls().unique().sort())
    shared = shared.filter(pl.col("guest_key").list.len() == 2).sort("email")
    assert shared.height, "no two guests have one address: choose another world"
    email, (one, other) = shared.row(0)
    capsys.readouterr()

    assert cli.main(["erase", "--email", email.upper(), "--yes"]) == 1
    told = capsys.readouterr().out
    assert "2 guest keys" in told
    assert all(f"{key[:2]}…{key[-2:]}" in told for key in (one, other)), "both are listed, masked"
    assert not any(value in told for value in (email, one, other))
    assert bookings().equals(before)
    assert not TombstoneStore(build_workspace().lake, build_workspace().key).path.exists()

    assert cli.main(["erase", "--guest-key", one, "--yes"]) == 0
    assert "e-mail address" in capsys.readouterr().out, "what is shared is told"
    expected = by_guest(before)
    expected.pop(one)
    assert by_guest(bookings()) == expected
    assert bookings().height == before.height - before.filter(pl.col("guest_key") == one).height

    run_job(build_workspace(), "backfill", FIRST, LAST, reuse=False, tables=RAW)
    assert by_guest(bookings()) == expected, "one stays out, the other with that address comes in again"
