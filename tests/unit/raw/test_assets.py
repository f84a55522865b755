"""The thin shell around the room's verbs: what each daily asset hands over for a small delivery."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from assets.common.daily import DayInputs, Produced
from assets.raw import assets as raw
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_COUNTS, RAW_REVIEWS
from resources.secret_keys import SecretKey
from resources.settings import Settings
from resources.sources.public import PublicSource
from resources.tombstones import Tombstones
from tests.unit.raw.builders import booking, review, write_files

DAYS = [date(2016, 7, 3), date(2016, 7, 4)]


def inputs(folder: Path, policy: str = "ours", reviews: list[dict[str, str | None]] | None = None) -> DayInputs:
    bookings = [booking(), booking(), booking(adr="-1"), booking(reservation_status_date="2016-07-04")]
    source = PublicSource(write_files(folder, bookings, reviews))
    settings = Settings(home=folder, sections={"raw": {"policy": policy}})
    tombstones = SimpleNamespace(load=lambda: Tombstones(SecretKey(b"k" * 32)))
    workspace: Any = SimpleNamespace(settings=settings, source=source, resource={"tombstones": tombstones}.__getitem__)
    return DayInputs(workspace, (), DAYS)


def balance(produced: Produced) -> dict[date, int]:
    """Rows in minus rows out minus rows set aside."""
    assert produced.rows_in is not None
    assert produced.set_aside is not None
    out = pl.concat([produced.frame.select("delivery_day"), produced.set_aside.select("delivery_day")])
    return {day: produced.rows_in.get(day, 0) - out.filter(pl.col("delivery_day") == day).height for day in DAYS}


@pytest.mark.parametrize("policy", ["ours", "paper"])
def test_rows_in_are_rows_out_and_set_aside(tmp_path: Path, policy: str) -> None:
    given = inputs(tmp_path, policy)
    for asset in (raw.raw_bookings, raw.raw_reviews):
        assert set(balance(asset.spec.verb(given)).values()) == {0}


def test_policy_of_the_settings_acts(tmp_path: Path) -> None:
    assert raw.raw_bookings.spec.verb(inputs(tmp_path)).frame.height == 3
    paper = raw.raw_bookings.spec.verb(inputs(tmp_path, "paper"))
    assert paper.frame.height == 2
    assert paper.set_aside is not None
    assert sorted(paper.set_aside["reason"]) == ["quarantined", "repeat"]


def test_frames_keep_their_contracts(tmp_path: Path) -> None:
    given = inputs(tmp_path)
    tables = [
        (raw.raw_bookings, RAW_BOOKINGS),
        (raw.raw_reviews, RAW_REVIEWS),
        (raw.quarantine, QUARANTINE),
        (raw.raw_counts, RAW_COUNTS),
    ]
    for asset, contract in tables:
        frame = asset.spec.verb(given).frame
        assert dict(frame.schema) == contract.schema
        assert list(frame.columns)[-1] == "delivery_day"
        assert frame.select(contract.key).is_unique().all() or "delivery_day" not in contract.key
        keys = [*contract.key, "delivery_day"]
        assert frame.select(keys).is_duplicated().sum() == 0


def test_quarantine_holds_both_streams(tmp_path: Path) -> None:
    given = inputs(tmp_path, reviews=[review(Reviewer_Score="99")])
    assert raw.quarantine.spec.verb(given).frame["stream"].to_list() == ["bookings", "reviews"]


def test_a_missing_stream_gives_no_rows(tmp_path: Path) -> None:
    given = inputs(tmp_path, reviews=[])
    assert raw.quarantine.spec.verb(given).frame["stream"].unique().to_list() == ["bookings"]
    assert raw.raw_reviews.spec.verb(given).frame.is_empty()


def test_counts_show_the_composition_table(tmp_path: Path) -> None:
    produced = raw.raw_counts.spec.verb(inputs(tmp_path))
    assert "| paper | bookings | After duplicate removal | 1 | 1 | 2 |" in produced.metadata["composition_md"]


def test_a_range_gives_what_its_days_give(tmp_path: Path) -> None:
    given = inputs(tmp_path)
    for asset in (raw.raw_bookings, raw.raw_reviews, raw.quarantine, raw.raw_counts):
        parts = [asset.spec.verb(DayInputs(given.workspace, (), [day])).frame for day in DAYS]
        together = asset.spec.verb(given).frame
        assert together.sort(pl.all()).equals(pl.concat(parts).sort(pl.all()))
