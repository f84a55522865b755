"""The record of inputs of a day: it changes with what the day reads and with nothing else; why a day is pending."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.freshness import ANY_STREAM, InputLedger, Recipe, is_delivered
from assets.common.inputs import Reads
from assets.common.workspace import Workspace
from resources.input_record import InputRecord
from tests.rooms.toy import START, TOY_RAW, toy_workspace

DAYS = [START + timedelta(days=place) for place in range(8)]


def fill(workspace: Workspace, day: date, amount: int, pending: tuple[str, ...] = ()) -> None:
    """A stored day of the toy's raw table with one row."""
    row = pl.DataFrame([{"row_id": f"{day}#0", "amount": amount, "delivery_day": day}], schema=TOY_RAW.schema)
    record = InputRecord(
        asset="toy_raw", partition=day.isoformat(), inputs={}, records={}, settings="", code_version="1",
        pending=pending,
    )  # fmt: skip
    workspace.lake.promote(workspace.lake.stage(TOY_RAW, day, row, record))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = toy_workspace(tmp_path, {day: [20] for day in DAYS})
    for day in DAYS:
        fill(made, day, 20)
    return made


def inputs_of(workspace: Workspace, reads: Reads, day: date) -> str:
    ledger = InputLedger(workspace, Recipe(asset="toy", group="toy", reads=[reads]))
    return str(ledger.record_for(day).inputs["toy_raw"])


@pytest.mark.parametrize(
    ("reads", "changed", "is_seen"),
    [
        (Reads("toy_raw"), 4, True),
        (Reads("toy_raw"), 3, False),
        (Reads("toy_raw", 2), 2, True),
        (Reads("toy_raw", 2), 1, False),
        (Reads("toy_raw", 2), 5, False),
        (Reads("toy_raw", 2, include_today=False), 4, False),
        (Reads("toy_raw", None), 0, True),
        (Reads("toy_raw", None), 5, False),
    ],
)
def test_a_day_changes_with_the_days_that_it_reads_and_no_other(
    workspace: Workspace, reads: Reads, changed: int, is_seen: bool
) -> None:
    before = inputs_of(workspace, reads, DAYS[4])
    assert inputs_of(workspace, reads, DAYS[4]) == before
    fill(workspace, DAYS[changed], 777)
    assert (inputs_of(workspace, reads, DAYS[4]) != before) == is_seen


def test_the_whole_history_gives_one_digest_in_whatever_order_days_are_asked(workspace: Workspace) -> None:
    recipe = Recipe(asset="toy", group="toy", reads=[Reads("toy_raw", None)])
    forward, one = InputLedger(workspace, recipe), InputLedger(workspace, recipe)
    digests = {day: forward.record_for(day).inputs["toy_raw"] for day in DAYS}
    assert one.record_for(DAYS[5]).inputs["toy_raw"] == digests[DAYS[5]]
    assert one.record_for(DAYS[2]).inputs["toy_raw"] == digests[DAYS[2]]
    assert len(set(digests.values())) == len(DAYS)


def test_a_ledger_looks_once_until_it_is_told_to_forget(workspace: Workspace) -> None:
    ledger = InputLedger(workspace, Recipe(asset="toy", group="toy", reads=[Reads("toy_raw")]))
    before = ledger.record_for(DAYS[4]).inputs["toy_raw"]
    fill(workspace, DAYS[4], 777)
    assert ledger.record_for(DAYS[4]).inputs["toy_raw"] == before
    ledger.forget()
    assert ledger.record_for(DAYS[4]).inputs["toy_raw"] != before


def reasons(workspace: Workspace, *reads: Reads, records: tuple[str, ...] = ()) -> list[str]:
    recipe = Recipe(asset="toy", group="toy", reads=reads, records=records)
    return InputLedger(workspace, recipe).pending_reasons(DAYS[4])


def test_a_complete_window_is_final(workspace: Workspace) -> None:
    assert reasons(workspace, Reads("toy_raw", 2), Reads("toy_raw", None)) == []


def test_what_is_missing_pending_or_failed_is_said_by_day(workspace: Workspace) -> None:
    fill(workspace, DAYS[3], 20, pending=("toy 2024-01-01 is missing",))
    assert reasons(workspace, Reads("toy_raw", 2)) == ["toy_raw 2024-01-04 is pending"]
    assert reasons(workspace, Reads("toy_raw")) == [], "a day that is not read is no reason"
    record = workspace.lake.record("toy_raw", DAYS[4])
    assert record is not None
    staged = workspace.lake.stage(TOY_RAW, DAYS[4], workspace.lake.rows("toy_raw", DAYS[4]), record)
    workspace.lake.keep_aside(staged, ["a check"])
    assert "toy_raw 2024-01-05 failed its last attempt" in reasons(workspace, Reads("toy_raw"))[0]
    assert reasons(workspace, Reads("toy_sum", 1)) == ["toy_sum 2024-01-04 is missing", "toy_sum 2024-01-05 is missing"]


def test_many_reasons_are_counted_and_not_listed(workspace: Workspace) -> None:
    told = reasons(workspace, Reads("toy_sum", None))
    assert told[:1] == ["toy_sum 2024-01-01 is missing"]
    assert told[-1] == "and 2 more"
    assert len(told) == 4


def test_an_unpartitioned_table_is_missing_unless_it_is_optional(workspace: Workspace) -> None:
    assert reasons(workspace, Reads("toy_sum", is_whole=True)) == ["toy_sum is missing"]
    assert reasons(workspace, Reads("toy_sum", is_whole=True, is_optional=True)) == []


def test_a_fit_that_is_due_makes_the_day_pending(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, {day: [20] for day in DAYS}, fit_every_days=2)
    assert reasons(workspace, records=("toy_mean",)) == ["toy_mean is due and not fitted yet"]


def test_a_day_of_the_source_changes_with_what_was_delivered(workspace: Workspace) -> None:
    recipe = Recipe(asset="toy", group="toy", reads=[], stream="bookings")

    def fingerprint() -> object:
        ledger = InputLedger(workspace, recipe)
        ledger.load_fingerprints(DAYS)
        return ledger.record_for(DAYS[4]).inputs["source:bookings"]

    before = fingerprint()
    workspace.source.amounts[DAYS[3]] = [99]
    assert fingerprint() == before
    workspace.source.amounts[DAYS[4]] = [99]
    assert fingerprint() != before


def test_earlier_days_of_the_source_are_read_too_and_their_gap_is_a_reason(workspace: Workspace) -> None:
    recipe = Recipe(
        asset="toy", group="toy", reads=[], stream=ANY_STREAM,
        source_days_of=lambda _settings, day: (day - timedelta(days=2), day - timedelta(days=1)),
    )  # fmt: skip
    ledger = InputLedger(workspace, recipe)
    ledger.load_fingerprints([DAYS[4]])
    before = ledger.record_for(DAYS[4])
    assert not before.is_pending
    del workspace.source.amounts[DAYS[2]]
    ledger = InputLedger(workspace, recipe)
    ledger.load_fingerprints([DAYS[4]])
    after = ledger.record_for(DAYS[4])
    assert after.inputs["source:any:before"] != before.inputs["source:any:before"]
    assert after.inputs["source:any"] == before.inputs["source:any"]
    assert list(after.pending) == ["the delivery of 2024-01-03 is missing"]


def test_a_day_without_any_row_of_its_own_inputs_is_missing(workspace: Workspace) -> None:
    recipe = Recipe(asset="toy", group="toy", reads=[Reads("toy_raw", 3), Reads("toy", 3, include_today=False)])
    assert InputLedger(workspace, recipe).has_own_delivery(DAYS[4])
    assert not InputLedger(workspace, recipe).has_own_delivery(DAYS[-1] + timedelta(days=1))
    own = replace(recipe, reads=[Reads("toy", 3, include_today=False)])
    assert InputLedger(workspace, own).has_own_delivery(DAYS[-1] + timedelta(days=1)), "it waits for nothing"


def test_any_stream_has_come_when_one_has(workspace: Workspace) -> None:
    assert is_delivered(workspace, ANY_STREAM, DAYS[0])
    assert not is_delivered(workspace, ANY_STREAM, DAYS[-1] + timedelta(days=1))
    assert not is_delivered(workspace, "reviews", DAYS[0]), "the toy has no reviews"
