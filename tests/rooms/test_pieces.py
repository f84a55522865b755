"""A range that is cut into pieces stores what it would store at once, and is told as one."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.common.inputs import DayInputs, Produced
from assets.common.pieces import metadata_together, pieces
from assets.common.promotion import produce_days
from resources.contract import outcome_of
from tests.rooms.toy import START, TOY_CHAIN, TOY_SUM, run, stored_bytes, toy_chain, toy_sum, toy_workspace

DAYS = [START + timedelta(days=index) for index in range(20)]
AMOUNTS = {day: [20 + index, 300, 7 * index + 15][: index % 4] for index, day in enumerate(DAYS)}


class Counted:
    """A lake that only knows how many rows a day has."""

    def __init__(self, rows: dict[date, int]) -> None:
        self.rows = rows

    def record(self, _asset: str, day: date) -> object:
        return type("Record", (), {"rows_out": self.rows[day]})() if day in self.rows else None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 20))
def test_no_day_is_lost_and_no_piece_of_several_days_is_too_large(rows: list[int], limit: int) -> None:
    counts = {START + timedelta(days=index): number for index, number in enumerate(rows)}
    parts = pieces(Counted(counts), ["read"], list(counts), limit)  # type: ignore[arg-type]
    assert [day for piece in parts for day in piece] == list(counts)
    assert all(piece for piece in parts)
    assert all(len(piece) == 1 or sum(counts[day] for day in piece) <= limit for piece in parts)
    for piece, after in zip(parts, parts[1:], strict=False):
        assert sum(counts[day] for day in piece) + counts[after[0]] > limit, "no piece is smaller than it has to be"


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 20), st.integers(1, 9))
def test_a_piece_has_the_fewest_days_that_are_asked_for(rows: list[int], limit: int, fewest: int) -> None:
    counts = {START + timedelta(days=index): number for index, number in enumerate(rows)}
    parts = pieces(Counted(counts), ["read"], list(counts), limit, fewest)  # type: ignore[arg-type]
    assert [day for piece in parts for day in piece] == list(counts)
    assert all(len(piece) >= fewest for piece in parts[:-1])
    assert all(len(piece) <= fewest or sum(counts[day] for day in piece) <= limit for piece in parts)


def test_a_range_in_pieces_stores_the_bytes_of_the_range(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, AMOUNTS)
    assert run(workspace, DAYS[0], DAYS[-1]).success
    expected = stored_bytes(workspace)
    asked: list[list[date]] = []
    for item, contract in ((toy_sum, TOY_SUM), (toy_chain, TOY_CHAIN)):
        shutil.rmtree(workspace.lake.root / str(contract.zone) / contract.asset)

        def noted(inputs: DayInputs, verb=item.spec.verb) -> Produced:
            asked.append(inputs.days)
            return verb(inputs)

        report = produce_days(workspace, replace(item.spec, rows_at_once=5, verb=noted), DAYS)
        assert list(report.promoted) == DAYS
    assert len(asked) > 8
    assert stored_bytes(workspace) == expected


def test_a_bad_day_of_one_piece_is_told_once_and_the_others_go_on(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, AMOUNTS)
    assert run(workspace, DAYS[0], DAYS[-1]).success
    bad = {DAYS[3], DAYS[14]}

    def not_these(frame: pl.DataFrame) -> list:
        return [outcome_of("no_bad_day", frame.filter(pl.col("delivery_day").is_in(bad)), show=["row_id"])]

    spec = replace(toy_sum.spec, rows_at_once=5, validate=not_these)
    report = produce_days(workspace, spec, DAYS)
    assert set(report.failed) == {day for day in bad if AMOUNTS[day]}
    assert set(report.promoted) == set(DAYS) - set(report.failed)
    told = [outcome for outcome in report.outcomes if outcome.name == "no_bad_day"]
    assert len(told) == 1
    assert told[0].failed_days == set(report.failed)
    assert told[0].rows == sum(len(AMOUNTS[day]) for day in bad)
    assert not told[0].passed


def test_counts_are_added_up_and_texts_are_not() -> None:
    before = {"rows": 2, "by_reason": {"a": 1}, "key": "x", "share": 0.5}
    now = {"rows": 3, "by_reason": {"a": 2, "b": 4}, "key": "y", "share": 0.25, "new": 1}
    assert metadata_together(before, now) == {
        "rows": 5, "by_reason": {"a": 3, "b": 4}, "key": "y", "share": 0.25, "new": 1,
    }  # fmt: skip
