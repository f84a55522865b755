"""Weeks as batches, from the delivery to the customers: nothing lost, nothing early, the same bytes day by day."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from assets.customers.assets import customers
from assets.privacy.assets import labelled_bookings, pseudonyms, published_bookings, released_bookings, stays
from assets.raw.assets import raw_bookings
from tests.end_to_end.worlds import START, demo_workspace

CHAIN = (raw_bookings, pseudonyms, labelled_bookings, published_bookings, released_bookings)
DAYS = [START + timedelta(days=index) for index in range(24)]  # from a Monday: three whole weeks and three days
SUNDAYS = [day for day in DAYS if day.weekday() == 6]


def weekly(home: Path) -> Workspace:
    return demo_workspace(home, home, days=len(DAYS), demo={"guests": 1_000, "hotels": 2}, privacy={"batch": "week"})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = weekly(tmp_path_factory.mktemp("weeks"))
    for asset in CHAIN:
        report = produce_days(workspace, asset.spec, DAYS)
        assert not report.failed
        assert not report.missing
        assert all(outcome.passed for outcome in report.outcomes)
    return workspace


def stored(world: Workspace, asset: str) -> pl.DataFrame:
    return world.lake.read_days(world.contracts[asset], DAYS)


def test_a_week_comes_out_on_its_last_day_and_loses_nothing(world: Workspace) -> None:
    published, raw = stored(world, "labelled_bookings"), stored(world, "raw_bookings")
    assert sorted(published["delivery_day"].unique().to_list()) == SUNDAYS
    for day in DAYS:
        record = world.lake.record("labelled_bookings", day)
        assert not record.is_pending
        came = raw.filter(pl.col("delivery_day").is_between(day - timedelta(days=6), day)).height
        assert record.rows_in == (came if day in SUNDAYS else 0)
        assert record.rows_in == record.rows_out + sum(record.set_aside.values())
    assert published.height > 100
    assert published["class_size"].min() >= 5
    assert not published["class_id"].str.contains("-stay-").any()


def test_days_one_by_one_and_in_any_order_give_the_same_bytes(world: Workspace, tmp_path: Path) -> None:
    again = weekly(tmp_path)
    for asset in CHAIN[:2]:
        produce_days(again, asset.spec, DAYS)
    asked = [SUNDAYS[1], DAYS[2], SUNDAYS[0]]
    for day in asked:
        for asset in CHAIN[2:]:
            assert not produce_days(again, asset.spec, [day]).failed
    for asset in ("published_bookings", "released_bookings"):
        for day in asked:
            assert again.lake.digest(asset, day) == world.lake.digest(asset, day)


def test_a_missing_day_leaves_its_week_pending_and_no_other(tmp_path: Path) -> None:
    world = weekly(tmp_path)
    gap, fortnight = DAYS[8], DAYS[:14]
    for asset in CHAIN[:2]:
        produce_days(world, asset.spec, [day for day in fortnight if day != gap])
    produce_days(world, labelled_bookings.spec, fortnight)
    pending = {day for day in fortnight if day != gap and world.lake.record("labelled_bookings", day).is_pending}
    assert pending == {SUNDAYS[1]}


def test_customers_do_not_wait_for_the_week(world: Workspace) -> None:
    """Features are made of exact rows, day by day; the batch governs what is published alone."""
    from assets.common.inputs import WholeInputs

    assert not produce_days(world, stays.spec, DAYS).failed
    asked = WholeInputs(world, customers.reads, "customers", DAYS[-2])
    made = customers.verb(asked)
    table = made if isinstance(made, pl.DataFrame) else made.frame
    raw = stored(world, "stays").filter(pl.col("delivery_day") <= DAYS[-2])
    assert table["bookings"].sum() == raw["booking_id"].n_unique()
    assert table["last_day"].max() == DAYS[-2]
    assert DAYS[-2] not in SUNDAYS
