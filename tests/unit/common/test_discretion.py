"""What leaves the shell of a table: names of columns and marks of rows, never a cell of the restricted zone."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.common.discretion import ERRORS, HIDDEN, Discretion, discreet_errors, row_mark
from assets.common.summary import check_metadata
from assets.common.workspace import Workspace
from pipelines.rooms import room_contracts
from resources.contract import CheckOutcome, Column, FrameContract, Zone, outcome_of
from resources.errors import ContractError, SourceError
from resources.expectations import evaluate_contract
from tests.rooms.toy import START, TOY_RAW, TOY_SUM, toy_workspace

MARK = re.compile(r"row:[0-9a-f]{16}")
EVERY = room_contracts()
SECRET = "Zaunkönig-4711"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return toy_workspace(tmp_path, {START: [1]})


def real(tmp_path: Path, asset: str) -> Discretion:
    made = toy_workspace(tmp_path, {START: [1]})
    made.contracts = EVERY
    return Discretion(made, EVERY[asset])


def test_a_restricted_outcome_names_rows_by_mark_and_columns_by_name(workspace: Workspace) -> None:
    bad = pl.DataFrame({"row_id": ["2024-01-01#0"], "amount": [13], "delivery_day": [START]})
    told = Discretion(workspace, TOY_RAW).outcome(outcome_of("no_thirteen", bad, show=["row_id", "amount"]))
    assert [set(example) for example in told.examples] == [{"row", "columns"}]
    assert told.examples[0]["columns"] == "row_id, amount"
    assert told.examples[0]["row"] == row_mark(workspace.key, "toy_raw", {"row_id": "2024-01-01#0"})
    assert (told.rows, told.failed_days, told.passed) == (1, {START}, False), "counts and days stay"


def test_marks_differ_by_row_table_and_key(workspace: Workspace, tmp_path: Path) -> None:
    key = workspace.key
    other = type(key)(b"another key of thirty-two bytes!!")
    marks = {row_mark(k, table, {"row_id": row}) for k in (key, other) for table in "ab" for row in "xy"}
    assert len(marks) == 8


def test_a_broken_contract_names_column_and_expectation(workspace: Workspace) -> None:
    frame = pl.DataFrame({"row_id": ["r1"], "amount": [4711], "delivery_day": [START]}, schema=TOY_RAW.schema)
    told = Discretion(workspace, TOY_RAW).outcome(evaluate_contract(frame, TOY_RAW))
    assert told.examples[0]["column"] == "amount"
    assert told.examples[0]["expectation"] == "expect_column_values_to_be_between"
    assert told.metadata["broken"] == ["expect_column_values_to_be_between(amount)"]
    assert "4711" not in str(check_metadata(told))


def test_a_column_called_column_is_a_cell_where_its_text_is_no_name(tmp_path: Path) -> None:
    outcome = CheckOutcome(
        name="contract_holds", passed=False, examples=({"row_id": "a:1", "column": SECRET, "expectation": SECRET},)
    )
    assert SECRET not in str(real(tmp_path, "quarantine").outcome(outcome).examples)


def test_other_zones_hide_what_a_restricted_table_has(workspace: Workspace) -> None:
    told = Discretion(workspace, TOY_SUM).outcome(
        CheckOutcome(name="c", passed=False, examples=({"row_id": "r1", "amount": 5, "last_days": 7},))
    )
    assert MARK.fullmatch(told.examples[0].pop("row_id"))
    assert told.examples[0] == {"amount": HIDDEN, "last_days": 7}


def test_the_names_that_rows_have_outside_the_restricted_zone_are_shown(tmp_path: Path) -> None:
    told = real(tmp_path, "clean_reviews").outcome(
        CheckOutcome(name="c", passed=False, examples=({"review_id": "ab" * 16, "score": 9.5},))
    )
    assert told.examples == ({"review_id": "ab" * 16, "score": HIDDEN},)


def test_a_released_table_is_told_as_it_is(tmp_path: Path) -> None:
    outcome = CheckOutcome(name="c", passed=False, examples=({"month": "2016-03", "bookings": -1},))
    assert real(tmp_path, "bookings_by_month").outcome(outcome) == outcome


CELLS = st.one_of(
    st.text(min_size=3), st.integers(min_value=1000), st.dates(), st.floats(1000.5, 1e9), st.just("smith")
)


@given(st.data())
def test_no_cell_of_any_restricted_table_passes(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """By construction: any restricted contract, those of the future included, any example, any check's name."""
    columns = tuple(
        Column(name=name, dtype=pl.String, description="") for name in ("row_id", "room", "stays", "column")
    )
    future = FrameContract(asset="future", zone=Zone.RESTRICTED, grain="", key=("row_id",), columns=columns)
    contract = data.draw(st.sampled_from([*(c for c in EVERY.values() if c.zone is Zone.RESTRICTED), future]))
    made = toy_workspace(tmp_path_factory.getbasetemp(), {START: [1]})
    made.contracts = {**EVERY, "future": future}
    names = st.sampled_from([*contract.names, "made up"])
    example: dict[str, Any] = data.draw(st.dictionaries(names, CELLS, min_size=1))
    name = data.draw(st.sampled_from(["contract_holds", "another_check"]))
    metadata = {"worst": data.draw(st.text(min_size=1)), "mean": data.draw(st.floats()), "first": date(2016, 3, 1)}
    told = Discretion(made, contract).outcome(
        CheckOutcome(name=name, passed=False, examples=(example,), metadata={**metadata, "kept": 3})
    )
    (shown,) = told.examples
    assert MARK.fullmatch(shown.pop("row"))
    known = set(contract.names)
    assert set(filter(None, shown.pop("columns").split(", "))) <= known
    assert all(text in known or text.startswith("expect_") for text in shown.values())
    assert set(told.metadata) - {"kept"} <= {"worst"}
    assert (
        "worst" not in told.metadata
        or any(told.metadata["worst"].strip() in c.names for c in EVERY.values())
        or (set(told.metadata["worst"]) <= {",", " "} or not told.metadata["worst"].strip())
    )


def test_reasons_with_figures_are_one(tmp_path: Path) -> None:
    given_reasons = {"quarantined": 2, "rate 4711.5 is odd": 1, "a@b.example came": 1}
    assert real(tmp_path, "raw_bookings").reasons(given_reasons) == {"quarantined": 2, "other": 2}
    assert real(tmp_path, "clean_reviews").reasons({"over 2": 1}) == {"over 2": 1}


def test_metadata_of_a_restricted_verb_are_counts_and_names(tmp_path: Path) -> None:
    values = {
        "rows": 3, "key_columns": "country, agent", "key_epoch": "2024-a", "mean_rate": 87.5, "last": date(2016, 3, 1),
        "table_md": "| 4711 |", "by": {"nights": 2}, "by_guest": {SECRET: 2}, "names": ["rate", SECRET],
    }  # fmt: skip
    told = real(tmp_path, "pseudonyms").metadata(values)
    assert told == {"rows": 3, "key_columns": "country, agent", "key_epoch": "2024-a", "by": {"nights": 2}}


def test_an_error_of_a_library_is_told_without_its_message(workspace: Workspace) -> None:
    with pytest.raises(Exception, match="ValueError in ") as told, discreet_errors(workspace, "toy_raw"):
        raise ValueError(SECRET)
    assert type(told.value).__name__ == "ValueError"
    assert SECRET not in str(told.value)
    assert told.value.__suppress_context__
    assert told.value.__cause__ is None
    kept = workspace.lake.state_root / ERRORS / "toy_raw.txt"
    assert SECRET in kept.read_text("utf-8")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    with discreet_errors(workspace, "toy_raw"):
        pass
    assert not kept.exists(), "a step that ends well clears it"


def test_our_own_errors_keep_their_words_and_lose_what_is_behind_them(workspace: Workspace) -> None:
    def read() -> None:
        try:
            int(SECRET)
        except ValueError as error:
            message = "bookings.csv: the archive is damaged"
            raise SourceError(message) from error

    with pytest.raises(SourceError, match="the archive is damaged") as told, discreet_errors(workspace, "toy_raw"):
        read()
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_a_cast_that_fails_quotes_no_cell() -> None:
    frame = pl.DataFrame({"row_id": ["a"], "amount": [SECRET], "delivery_day": [START]})
    with pytest.raises(ContractError, match="'amount' can't become Int64 from String") as told:
        TOY_RAW.conform(frame)
    assert SECRET not in str(told.value)
