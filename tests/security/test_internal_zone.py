"""The internal zone tells of bookings and of customers, and never of both in one row: the leak of 0.1 is planted here.

In 0.1 published rows bore the id of their booking and of their customer. Intersecting the labels of an id gave back
what k-anonymity had taken away.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from assets.common.promotion import produce_days
from assets.common.workspace import Workspace
from assets.privacy.assets import labelled_bookings, pseudonyms, published_bookings, released_bookings, stays
from assets.privacy.class_labels import LEVEL_COLUMNS, NUMBER_COLUMNS
from assets.privacy.contract import LABELLED_BOOKINGS, PUBLISHED_BOOKINGS
from assets.raw.assets import raw_bookings
from assets.studies.attacks.intersection import ids_of_rows, intersected, labelled_with_ids
from pipelines.rooms import room_contracts
from resources.contract import FrameContract, Subject, Zone
from tests.end_to_end.worlds import demo_workspace

START = date(2024, 1, 1)
DAYS = [START + timedelta(days=index) for index in range(12)]
CHAIN = (raw_bookings, pseudonyms, stays, labelled_bookings, published_bookings, released_bookings)
INTERNAL = [item for item in room_contracts().values() if item.zone is Zone.INTERNAL]
LABELS = {f"{name}_levels" for name in LEVEL_COLUMNS} | {f"{name}_from" for name in NUMBER_COLUMNS}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = tmp_path_factory.mktemp("zone")
    workspace = demo_workspace(home, home, days=len(DAYS), demo={"guests": 12_000, "hotels": 2})
    for asset in CHAIN:
        report = produce_days(workspace, asset.spec, DAYS)
        assert not report.failed
    return workspace


def stored(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """Every stored table of the internal zone."""
    tables = {}
    for contract in INTERNAL:
        parts = [workspace.lake.rows(contract.asset, day) for day in workspace.lake.partitions(contract.asset)]
        if parts:
            tables[contract.asset] = pl.concat(parts)
    return tables


def as_in_0_1(workspace: Workspace) -> tuple[dict[str, pl.DataFrame], Mapping[str, FrameContract]]:
    """The zone as it was: published rows bear the ids of booking and customer."""
    rows = pl.concat([workspace.lake.rows("labelled_bookings", day) for day in DAYS])
    planted = replace(LABELLED_BOOKINGS, asset="published_bookings", zone=Zone.INTERNAL)
    return {**stored(workspace), "published_bookings": rows}, {**room_contracts(), "published_bookings": planted}


def test_the_leak_of_before_is_found(world: Workspace) -> None:
    tables, contracts = as_in_0_1(world)
    beside = labelled_with_ids(tables, contracts)
    assert {"booking_id", "pseudo_customer_id"} <= set(beside["published_bookings"])
    pinned = intersected([tables["published_bookings"]], "pseudo_customer_id")
    assert pinned.vague > 100
    assert pinned.share > 0.2, "vague labels that the id gives back whole"


def test_there_is_nothing_to_intersect_now(world: Workspace) -> None:
    tables = stored(world)
    assert tables["published_bookings"].height > 500, "the zone is not empty"
    assert labelled_with_ids(tables, room_contracts()) == {}
    for name, frame in tables.items():
        for column in ids_of_rows(frame, room_contracts()[name]):
            assert intersected([frame], column).rows == 0 if LABELS & set(frame.columns) else True
    by_row = tables["published_bookings"].with_row_index("row_id")
    assert intersected([by_row], "row_id").pinned == 0, "a row alone gives nothing back"


def test_the_order_of_rows_names_nobody(world: Workspace) -> None:
    """The same rows in another order are stored as the same rows: their place is no id."""
    day = max(DAYS, key=lambda when: world.lake.rows("published_bookings", when).height)
    rows = world.lake.rows("published_bookings", day)
    assert rows.equals(rows.sort(PUBLISHED_BOOKINGS.names[:-1], nulls_last=True))


def test_the_projection_holds_the_labels_of_every_labelled_row(world: Workspace) -> None:
    shared = [name for name in PUBLISHED_BOOKINGS.names if name in LABELLED_BOOKINGS.names]
    for day in DAYS:
        labelled, published = (world.lake.rows(name, day) for name in ("labelled_bookings", "published_bookings"))
        assert published.select(shared).sort(shared).equals(labelled.select(shared).sort(shared)), "as a multiset"


def test_totals_by_day_stay_within_half_a_percent(world: Workspace) -> None:
    labelled = pl.concat([world.lake.rows("labelled_bookings", day) for day in DAYS])
    published = pl.concat([world.lake.rows("published_bookings", day) for day in DAYS])
    true = labelled.group_by("delivery_day").agg(true=pl.col("realised_revenue").sum())
    told = published.group_by("delivery_day").agg(told=pl.col("mean_revenue").sum())
    both = true.join(told, on="delivery_day").select(
        off=(pl.col("true") - pl.col("told")).abs().sum(), of=pl.col("true").sum()
    )
    off, total = both.row(0)
    assert off <= 0.005 * total
    assert published["mean_revenue"].drop_nulls().to_frame().select((pl.col("mean_revenue") % 10).sum()).item() == 0


@pytest.mark.parametrize("contract", INTERNAL, ids=lambda contract: contract.asset)
def test_no_internal_table_names_a_booking(contract: FrameContract) -> None:
    assert contract.ids_of(Subject.BOOKING) == contract.references_to(Subject.BOOKING) == ()
    if LABELS & set(contract.names):
        assert contract.personal == (), "labels of single bookings stand beside no id of any kind"
        assert not [name for name in contract.names if name.endswith(("_id", "_hash"))]


def test_only_these_internal_tables_have_rows_of_single_customers() -> None:
    """Models' forecasts of them, and why, are restricted; what is told of customers elsewhere rests on many."""
    named = {contract.asset for contract in INTERNAL if contract.ids_of(Subject.CUSTOMER)}
    assert named == {"customer_bands", "customer_value"}, "bands by month under ids of that month"
