"""The suite made from a contract, seen green and red; the contract's own refusals."""

import subprocess
import sys
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from resources import expectations
from resources.contract import Column, FrameContract, Zone, outcome_of
from resources.errors import ContractError
from resources.expectations import evaluate_contract

MONDAY, TUESDAY = date(2024, 1, 1), date(2024, 1, 2)
TABLE = FrameContract(
    asset="pairs",
    zone=Zone.INTERNAL,
    grain="pair",
    key=("id",),
    columns=(
        Column(name="id", dtype=pl.String, description="id"),
        Column(name="share", dtype=pl.Float64, description="share", minimum=0, maximum=1),
        Column(name="kind", dtype=pl.String, description="kind", nullable=True, values=("a", "b")),
        Column(name="vector", dtype=pl.List(pl.Float32), description="vector"),
        Column(name="delivery_day", dtype=pl.Date, description="day"),
    ),
)


def rows(**changed: list[object]) -> pl.DataFrame:
    plain: dict[str, list[object]] = {
        "id": ["x", "y"],
        "share": [0.5, 1.0],
        "kind": ["a", None],
        "vector": [[1.0], [0.5]],
        "delivery_day": [MONDAY, TUESDAY],
    }
    return TABLE.conform(pl.DataFrame({**plain, **changed}))


def test_sound_rows_pass() -> None:
    assert evaluate_contract(rows(), TABLE).passed
    assert evaluate_contract(TABLE.empty(), TABLE).passed


@pytest.mark.parametrize(
    ("changed", "expectation"),
    [
        ({"share": [0.5, 1.5]}, "expect_column_values_to_be_between"),
        ({"share": [0.5, None]}, "expect_column_values_to_not_be_null"),
        ({"kind": ["a", "c"]}, "expect_column_values_to_be_in_set"),
    ],
)
def test_a_broken_row_fails_its_day_and_is_named(changed: dict[str, list[object]], expectation: str) -> None:
    outcome = evaluate_contract(rows(**changed), TABLE)
    assert not outcome.passed
    assert outcome.failed_days == {TUESDAY}
    assert outcome.examples[0]["id"] == "y"
    assert outcome.examples[0]["expectation"] == expectation


def test_the_key_is_unique_within_a_day_only() -> None:
    assert evaluate_contract(rows(id=["x", "x"]), TABLE).passed
    twice = evaluate_contract(rows(id=["x", "x"], delivery_day=[MONDAY, MONDAY]), TABLE)
    assert twice.failed_days == {MONDAY}


def test_days_that_are_looked_at_one_by_one_are_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = rows(id=["x", "y"], share=[-1.0, 1.5], kind=["c", "a"])
    twice = pl.concat([broken, rows(share=[0.1, 0.2], delivery_day=[TUESDAY, TUESDAY])])
    whole = evaluate_contract(twice, TABLE)
    monkeypatch.setattr(expectations, "_ROWS_AT_ONCE", 1)
    found = evaluate_contract(twice, TABLE)
    assert (found.rows, found.failed_days) == (whole.rows, whole.failed_days) == (3, {MONDAY, TUESDAY})
    assert set(found.metadata["broken"]) == set(whole.metadata["broken"])
    told = [{(item["id"], item["expectation"]) for item in outcome.examples} for outcome in (found, whole)]
    assert told[0] == told[1]
    assert evaluate_contract(rows(), TABLE).passed


def test_a_whole_table_is_looked_at_by_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [column for column in TABLE.columns if column.name != "delivery_day"]
    whole_table = replace(TABLE, columns=tuple(columns))
    rows_of = rows(id=["x", "y"]).drop("delivery_day")
    twice = pl.concat([rows_of, rows(id=["z", "x"]).drop("delivery_day")])
    monkeypatch.setattr(expectations, "_ROWS_AT_ONCE", 1)
    assert evaluate_contract(rows_of, whole_table).passed
    found = evaluate_contract(twice, whole_table)
    assert not found.passed, "both rows of a key are looked at together, wherever they stand"
    assert (found.rows, {item["id"] for item in found.examples}) == (2, {"x"})


def test_conform_tells_every_problem_at_once() -> None:
    with pytest.raises(ContractError) as error:
        TABLE.conform(pl.DataFrame({"id": ["x"], "share": ["many"], "other": [1]}))
    for told in ("missing column 'kind'", "unexpected column 'other'", "'share' can't become"):
        assert told in str(error.value)


def test_outcome_names_days_and_examples() -> None:
    bad = pl.DataFrame({"id": ["x"], "text": ["secret"], "delivery_day": [MONDAY]})
    outcome = outcome_of("ids_are_known", bad, show=["id"])
    assert outcome.failed_days == {MONDAY}
    assert outcome.examples == ({"id": "x"},)
    assert outcome_of("ids_are_known", bad.clear()).passed


def test_the_library_loads_in_a_worker_of_the_daemon() -> None:
    """Its main module has neither a file nor a spec, for which pyspark would end the process with status 0."""
    code = (
        "import sys; main = sys.modules['__main__']; main.__spec__ = None; main.__dict__.pop('__file__', None)\n"
        "from resources.expectations import _library\n"
        "print(_library().__name__, hasattr(main, '__file__'))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["great_expectations", "False"]
