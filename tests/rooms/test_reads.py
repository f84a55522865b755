"""No verb sees more than its asset declares: tables, days, records; and what is declared makes it stale."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.daily import DayInputs, Reads, WholeInputs, whole_asset
from assets.common.promotion import produce_days
from assets.common.whole import produce_whole, record_of
from assets.common.workspace import Workspace
from resources.contract import Column, FrameContract, Zone
from resources.errors import ContractError
from tests.rooms.toy import START, TOY_RAW, toy_raw, toy_sum, toy_workspace

DAYS = [START + timedelta(days=back) for back in range(4)]
SEEN = FrameContract(
    asset="toy_seen", zone=Zone.INTERNAL, grain="one row per day", key=("day",),
    columns=(Column(name="day", dtype=pl.Date, description=""), Column(name="rows", dtype=pl.Int64, description="")),
)  # fmt: skip


@whole_asset(contract=SEEN, group="toy", reads=[Reads("toy_raw", None), Reads("toy_sum", None, is_sparse=True)])
def toy_seen(inputs: WholeInputs) -> pl.DataFrame:
    """Rows of each day on which the sums were made."""
    rows = [{"day": day, "rows": inputs.part("toy_sum", [day]).height} for day in inputs.days_of("toy_sum")]
    return pl.DataFrame(rows, schema=SEEN.schema)


@pytest.fixture
def world(tmp_path: Path) -> Workspace:
    made = toy_workspace(tmp_path, {day: [1, 2, 3] for day in DAYS})
    made = replace(made, contracts={**made.contracts, "toy_seen": SEEN})
    produce_days(made, toy_raw.spec, DAYS)
    return made


def summed(world: Workspace, days: Sequence[date]) -> None:
    assert not produce_days(world, toy_sum.spec, days).failed


def seen(world: Workspace) -> list[date]:
    report = produce_whole(world, toy_seen, reuse=True)
    assert report.failed == []
    return world.lake.read(SEEN)["day"].to_list()


def test_days_that_nobody_made_are_no_gap_and_hold_nothing_back(world: Workspace) -> None:
    assert seen(world) == []
    summed(world, [DAYS[0], DAYS[2]])
    assert seen(world) == [DAYS[0], DAYS[2]]
    record = world.lake.record("toy_seen", None)
    assert record is not None
    assert not record.is_pending
    assert record.inputs["as_of"] == str(DAYS[-1])


def test_a_sparse_day_that_comes_later_makes_the_table_stale(world: Workspace) -> None:
    summed(world, [DAYS[0]])
    assert seen(world) == [DAYS[0]]
    assert produce_whole(world, toy_seen, reuse=True).reused
    summed(world, [DAYS[1]])
    assert not record_of(world, toy_seen)[0].same_inputs(world.lake.record("toy_seen", None))
    assert seen(world) == [DAYS[0], DAYS[1]]


def test_a_table_of_sparse_days_alone_is_made_as_of_the_last_of_them(world: Workspace) -> None:
    alone = replace(toy_seen, reads=(Reads("toy_sum", None, is_sparse=True),))
    summed(world, [DAYS[0], DAYS[2]])
    assert produce_whole(world, alone).failed == []
    record = world.lake.record("toy_seen", None)
    assert record is not None
    assert (record.inputs["as_of"], record.is_pending) == (str(DAYS[2]), False)


def test_a_record_that_is_not_declared_is_refused(world: Workspace) -> None:
    asked = WholeInputs(world, toy_seen.reads, "toy_seen", DAYS[-1], fits=["other"])
    with pytest.raises(ContractError, match="'toy_mean' are read but not declared; declared: .'other'."):
        asked.records("toy_mean")
    with pytest.raises(ContractError, match="'toy_mean'"):
        DayInputs(world, toy_sum.spec.reads, DAYS).segments("toy_mean")
    assert DayInputs(world, toy_sum.spec.reads, DAYS, fits=toy_sum.spec.records).segments("toy_mean")


def test_what_is_asked_of_a_table_needs_its_declaration(world: Workspace) -> None:
    asked = WholeInputs(world, [Reads("toy_raw", 1)], "toy_seen", DAYS[-1])
    assert asked.stored_days("toy_raw") == DAYS[-2:]
    assert asked.removed_days("toy_raw") == []
    assert asked.blocks("toy_raw", DAYS, 4) == [[day] for day in DAYS]
    for ask in (asked.stored_days, asked.removed_days, asked.record_of, asked.digest_of):
        with pytest.raises(ContractError, match="'toy_sum' is read but not declared"):
            ask("toy_sum")
    with pytest.raises(ContractError, match="'toy_sum' is read but not declared"):
        asked.blocks("toy_sum", DAYS, 4)


def test_days_taken_away_by_the_retention_are_told(world: Workspace) -> None:
    world.lake.remove_rows("toy_raw", DAYS[3])
    asked = WholeInputs(world, [Reads("toy_raw", None)], "toy_seen", DAYS[-1])
    assert asked.removed_days("toy_raw") == [DAYS[3]]
    assert WholeInputs(world, [Reads("toy_raw", None)], "toy_seen", DAYS[-2]).removed_days("toy_raw") == []


def test_a_table_sees_of_itself_only_the_days_that_are_asked_for(world: Workspace) -> None:
    asked = DayInputs(world, (), DAYS[:2])
    rows, aside = asked.as_it_stands(TOY_RAW, [DAYS[1]])
    assert rows["delivery_day"].unique().to_list() == [DAYS[1]]
    assert aside.is_empty()
    with pytest.raises(ContractError, match="toy_raw of 2024-01-03"):
        asked.as_it_stands(TOY_RAW, [DAYS[2]])
