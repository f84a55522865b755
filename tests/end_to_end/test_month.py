"""Specification 4.2 on the real rooms: one range, shuffled single days, and a day re-run give the same bytes."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from assets.common.workspace import Workspace
from pipelines.building import build_definitions
from pipelines.running import RANGE_END, RANGE_START, pending_days
from pipelines.terminal.stages import daily_tables
from tests.end_to_end.worlds import START, data_bytes, demo_workspace, public_workspace


def backfill(workspace: Workspace, first: date, last: date | None = None) -> bool:
    job = build_definitions(workspace).resolve_job_def("backfill")
    if last is None or last == first:
        return job.execute_in_process(partition_key=first.isoformat(), raise_on_error=False).success
    tags = {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    return job.execute_in_process(tags=tags, raise_on_error=False).success


def settle(workspace: Workspace) -> None:
    for _ in range(6):
        todo = pending_days(workspace, daily_tables())
        if not todo:
            return
        assert backfill(workspace, todo[0], todo[-1])
    pytest.fail(f"still pending: {todo[:3]}")


def assert_order_does_not_matter(whole: Workspace, shuffled: Workspace, days: list[date]) -> None:
    assert backfill(whole, days[0], days[-1])
    assert not pending_days(whole, daily_tables())
    expected = data_bytes(whole)
    assert any("match_weights" in name for name in expected), "a fit was due inside the range"

    order = days.copy()
    random.Random(7).shuffle(order)
    for day in order:
        assert backfill(shuffled, day)
    assert pending_days(shuffled, daily_tables()), "shuffled days must have met missing history"
    settle(shuffled)
    assert differences(data_bytes(shuffled), expected) == []

    assert backfill(whole, days[len(days) // 2])
    assert differences(data_bytes(whole), expected) == []


def differences(left: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    return [name for name in sorted({*left, *right}) if left.get(name) != right.get(name)]


def test_nine_days_of_demo_in_any_order(tmp_path: Path, encoder_home: Path) -> None:
    days = [START + timedelta(days=index) for index in range(9)]
    worlds = [demo_workspace(tmp_path / name, encoder_home, days=len(days)) for name in ("range", "shuffled")]
    assert_order_does_not_matter(*worlds, days)


@pytest.mark.slow
def test_a_month_of_demo_in_any_order(tmp_path: Path, encoder_home: Path) -> None:
    days = [START + timedelta(days=index) for index in range(31)]
    worlds = [demo_workspace(tmp_path / name, encoder_home, days=len(days)) for name in ("range", "shuffled")]
    assert_order_does_not_matter(*worlds, days)


@pytest.mark.slow
@pytest.mark.real
def test_ten_days_of_public_data_in_any_order(tmp_path: Path, encoder_home: Path, public_data: Path) -> None:
    first = date(2016, 5, 1)
    days = [first + timedelta(days=index) for index in range(10)]
    worlds = [
        public_workspace(tmp_path / name, encoder_home, public_data, first, days[-1]) for name in ("range", "shuffled")
    ]
    key = tmp_path / "range" / "secrets"
    _ = worlds[0].key
    (tmp_path / "shuffled" / "secrets").symlink_to(key)
    assert_order_does_not_matter(*worlds, days)
