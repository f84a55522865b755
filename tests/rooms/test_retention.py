"""Days whose raw rows left are served as they are, and refused when they are asked for again."""

from datetime import timedelta
from pathlib import Path

from assets.common.due import due_days
from assets.common.promotion import produce_days
from tests.rooms.toy import START, toy_raw, toy_sum, toy_workspace

DAYS = [START + timedelta(days=index) for index in range(4)]


def test_frozen_days_stay_and_are_not_made_again(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, {day: [index + 1] for index, day in enumerate(DAYS)})
    for asset in (toy_raw, toy_sum):
        produce_days(workspace, asset.spec, DAYS)
    before = [workspace.lake.digest("toy_sum", day) for day in DAYS]
    workspace.lake.remove_rows("toy_raw", DAYS[0])

    again = produce_days(workspace, toy_sum.spec, DAYS, reuse=True)
    assert again.reused == DAYS, "nothing changed, so nothing is asked of the rows that left"
    assert not again.frozen
    workspace.source.amounts |= {DAYS[0]: [9], DAYS[3]: [9]}  # type: ignore[attr-defined]
    assert list(due_days(workspace, [toy_raw.spec], DAYS)) == [DAYS[3]], "the watcher asks for no frozen day"
    for asset in (toy_raw, toy_sum):
        asked = produce_days(workspace, asset.spec, [DAYS[0]])
        assert list(asked.frozen) == [DAYS[0]]
        assert "raw_retention_days" in asked.frozen[DAYS[0]]
        assert not asked.promoted
    look_back = produce_days(workspace, toy_sum.spec, DAYS)
    assert list(look_back.frozen) == DAYS[:3], "days that look back to the lost one can't be made either"
    assert list(look_back.promoted) == DAYS[3:]
    assert [workspace.lake.digest("toy_sum", day) for day in DAYS] == before
