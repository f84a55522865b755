"""Odd days through the real rooms: a damaged one, one without reviews, an empty one, one that was not delivered."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.common.workspace import Workspace
from pipelines.building import build_definitions
from pipelines.running import RANGE_END, RANGE_START, failures_of
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource

START = date(2024, 1, 1)
DAYS = [START + timedelta(days=index) for index in range(6)]
NO_REVIEWS, EMPTY, BAD, UNDELIVERED = DAYS[1], DAYS[2], DAYS[3], DAYS[4]


class OddSource(DemoSource):
    """The demo group with a damaged, an empty, a review-less and an undelivered day."""

    damaged = True

    def is_delivered(self, stream: Stream, day: date) -> bool:
        return day != UNDELIVERED and super().is_delivered(stream, day)

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        rows = super().rows(stream, days)
        dropped = [EMPTY, UNDELIVERED] + ([NO_REVIEWS] if stream is Stream.REVIEWS else [])
        rows = rows.filter(~pl.col("_delivery_day").is_in(dropped))
        if stream is not Stream.REVIEWS or not self.damaged:
            return rows
        bad = pl.col("_delivery_day") == BAD
        return rows.with_columns(
            Positive_Review=pl.when(bad).then(pl.lit("nice\x00room")).otherwise(pl.col("Positive_Review"))
        )

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        return {day: f"{mark}{self.damaged}" for day, mark in super().fingerprint(stream, days).items()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> Workspace:
    home = tmp_path_factory.mktemp("odd")
    (home / "encoders").symlink_to(encoder_home / "encoders")
    demo = {"days": len(DAYS), "guests": 2_000, "hotels": 3}
    settings = Settings(home=home, core=CoreSettings(source="demo"), sections={"demo": demo})
    return build_workspace(settings, source=OddSource(DemoSettings(days=len(DAYS), guests=2_000, hotels=3)))


def backfill(world: Workspace, instance: dg.DagsterInstance, first: date, last: date) -> dg.ExecuteInProcessResult:
    job = build_definitions(world).resolve_job_def("backfill")
    tags = {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    return job.execute_in_process(tags=tags, instance=instance, raise_on_error=False)


def test_odd_days_end_well(world: Workspace) -> None:
    lake = world.lake
    with dg.DagsterInstance.ephemeral() as instance:
        result = backfill(world, instance, DAYS[0], DAYS[-1])
        assert not result.success, "a day failed, so the run ends failed"
        assert any(BAD.isoformat() in line and "raw_reviews" in line for line in failures_of(result))
        good = instance.get_materialized_partitions(dg.AssetKey("raw_reviews"))
        assert BAD.isoformat() not in good
        assert {DAYS[0].isoformat(), EMPTY.isoformat(), DAYS[5].isoformat()} <= good

    told = lake.failure("raw_reviews", BAD)[0]
    assert "texts_hold_no_nul_byte" in told
    assert "row:" in told, "the message names the rows"
    assert "review:" not in told, "by marks: it goes to Dagster"
    assert not lake.exists("masked_reviews", BAD), "stopped at the first check that it breaks"
    assert not lake.failures("raw_bookings"), "the day's bookings are sound and went on"
    assert lake.exists("published_bookings", BAD)

    for day, table in ((NO_REVIEWS, "clean_reviews"), (EMPTY, "published_bookings"), (EMPTY, "clean_reviews")):
        record = lake.record(table, day)
        assert record is not None
        assert record.rows_out == 0
        assert not record.is_pending, "a delivered empty day is complete"
    assert UNDELIVERED not in lake.days("raw_bookings"), "a day without delivery is missing"
    assert lake.record("match_candidates", DAYS[5]).is_pending, "its look-back meets the missing day"


def test_last_good_data_is_served_until_the_day_is_mended(world: Workspace) -> None:
    source: OddSource = world.source  # type: ignore[assignment]
    with dg.DagsterInstance.ephemeral() as instance:
        source.damaged = False
        assert backfill(world, instance, DAYS[0], DAYS[-1]).success
        good = world.lake.digest("raw_reviews", BAD)
        assert good is not None
        source.damaged = True
        assert not backfill(world, instance, BAD, DAYS[5]).success
        assert world.lake.digest("raw_reviews", BAD) == good
        assert world.lake.record("clean_reviews", BAD).is_pending, "what depends on the failed day is pending"
        source.damaged = False
        assert backfill(world, instance, BAD, DAYS[5]).success
        assert not world.lake.failures("raw_reviews")
        assert not world.lake.record("clean_reviews", BAD).is_pending


def test_unknown_day_is_refused(world: Workspace) -> None:
    job = build_definitions(world).resolve_job_def("backfill")
    with pytest.raises(dg.DagsterUnknownPartitionError):
        job.execute_in_process(partition_key="2099-01-01", raise_on_error=False)
