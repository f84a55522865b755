"""Runs, erasures and swaps of worlds keep out of each other's way."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.homes import enter_home
from resources.errors import StorageError
from resources.home_lock import alone_in, step_in
from resources.settings import Settings
from tests.rooms.toy import START, run, toy_workspace

DAYS = [START + timedelta(days=index) for index in range(3)]


def test_a_step_beside_an_erasure_fails_with_advice_and_stores_nothing(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, {day: [20] for day in DAYS})
    with alone_in(workspace.settings.home):
        result = run(workspace, DAYS[0], DAYS[-1])
    assert not result.success
    assert workspace.lake.days("toy_raw") == []
    assert run(workspace, DAYS[0], DAYS[-1]).success


def test_a_world_is_not_swapped_under_a_step(tmp_path: Path) -> None:
    first, second = (Settings(home=tmp_path, sections={"demo": {"seed": seed}}) for seed in (1, 2))
    enter_home(first)
    with step_in(tmp_path):
        enter_home(first)
        with pytest.raises(StorageError, match="at work"):
            enter_home(second)
    assert enter_home(second) is not None
