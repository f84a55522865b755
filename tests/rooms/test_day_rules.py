"""Specification 4, 7 on a toy pipeline: as-of, order of days, pending, validate then promote, the other days go on."""

import random
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from assets.common.discretion import row_mark
from assets.common.fits import fit_due
from tests.rooms.toy import START, TOY_RAW, TOY_SUM, run, stored_bytes, toy_mean, toy_workspace

DAYS = [START + timedelta(days=index) for index in range(25)]


def amounts(seed: int = 1) -> dict[date, list[int]]:
    rng = random.Random(seed)
    by_day = {day: [rng.randrange(14, 900) for _ in range(rng.randrange(0, 6))] for day in DAYS}
    by_day[DAYS[5]] = []  # a delivered empty day is complete
    by_day[DAYS[7]] = [-4, 20]
    return by_day


def pending(workspace, asset: str = "toy_chain") -> list[date]:
    return [day for day in workspace.lake.days(asset) if workspace.lake.record(asset, day).is_pending]


def test_range_shuffled_and_rerun_give_the_same_bytes(tmp_path: Path) -> None:
    whole = toy_workspace(tmp_path / "range", amounts())
    result = run(whole, DAYS[0], DAYS[-1])
    assert result.success
    assert not pending(whole)
    expected = stored_bytes(whole)
    assert len(expected) >= 3 * len(DAYS)

    shuffled = toy_workspace(tmp_path / "shuffled", amounts())
    order = DAYS.copy()
    random.Random(3).shuffle(order)
    for day in order:
        assert run(shuffled, day).success
    sweeps = 0
    while todo := sorted({*pending(shuffled, "toy_sum"), *pending(shuffled)}):
        for day in todo:
            assert run(shuffled, day).success
        sweeps += 1
        assert sweeps < 5
    assert stored_bytes(shuffled) == expected

    assert run(whole, DAYS[12]).success
    assert stored_bytes(whole) == expected


def test_early_fits_give_the_same_bytes_day_by_day(tmp_path: Path) -> None:
    plain = toy_workspace(tmp_path / "plain", amounts())
    run(plain, DAYS[0], DAYS[8])
    whole = toy_workspace(tmp_path / "range", amounts(), early=(3, 6))
    daily = toy_workspace(tmp_path / "daily", amounts(), early=(3, 6))
    assert run(whole, DAYS[0], DAYS[8]).success
    for day in DAYS[:9]:
        assert run(daily, day).success
    assert stored_bytes(daily) == stored_bytes(whole)
    assert [whole.record_store.load("toy_mean", DAYS[place]) is not None for place in (2, 5, 8)] == [True, True, False]
    # A record serves the days after its cut-off only: up to the first one nothing has changed.
    for place, same in ((2, True), (3, False), (6, False)):
        old, new = (item.lake.record("toy_sum", DAYS[place]) for item in (plain, whole))
        assert old is not None
        assert new is not None
        assert (old.records == new.records) == same


def test_a_single_day_is_pending_until_its_history_is_there(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, amounts())
    run(workspace, DAYS[15])
    record = workspace.lake.record("toy_sum", DAYS[15])
    assert record is not None
    assert record.is_pending
    assert any("toy_raw 2024-01-14 is missing" in reason for reason in record.pending)
    assert any("toy_mean is due" in reason for reason in record.pending)


def test_bad_day_is_kept_aside_and_the_others_go_on(tmp_path: Path) -> None:
    good = amounts()
    workspace = toy_workspace(tmp_path, amounts())
    run(workspace, DAYS[0], DAYS[9])
    before = workspace.lake.digest("toy_raw", DAYS[4])
    workspace.source.amounts[DAYS[4]] = [13, 50]
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(workspace, DAYS[0], DAYS[9], instance)
        assert not result.success, "the run ends failed after all steps"
        promoted = instance.get_materialized_partitions(dg.AssetKey("toy_raw"))
        assert DAYS[4].isoformat() not in promoted
        assert DAYS[5].isoformat() in promoted
    assert workspace.lake.digest("toy_raw", DAYS[4]) == before, "last good data is still served"
    assert "amount_is_not_thirteen" in workspace.lake.failure("toy_raw", DAYS[4])[0]
    told = workspace.lake.failure("toy_raw", DAYS[4])[0]
    assert row_mark(workspace.key, "toy_raw", {"row_id": "2024-01-05#0"}) in told
    assert "2024-01-05#0" not in told, "rows of the restricted zone are named by a mark"
    chained = workspace.lake.record("toy_sum", DAYS[6])
    assert chained is not None
    assert chained.is_pending, "what depends on the failed day is pending"
    assert not workspace.lake.record("toy_sum", DAYS[3]).is_pending

    workspace.source.amounts[DAYS[4]] = good[DAYS[4]]
    assert run(workspace, DAYS[0], DAYS[9]).success
    assert not workspace.lake.failure("toy_raw", DAYS[4])
    assert not pending(workspace, "toy_sum")


def test_bad_single_day_stops_at_the_first_check(tmp_path: Path) -> None:
    bad = amounts()
    bad[DAYS[0]] = [13]
    workspace = toy_workspace(tmp_path, bad)
    result = run(workspace, DAYS[0])
    assert not result.success
    assert not workspace.lake.exists("toy_raw", DAYS[0])
    assert not workspace.lake.exists("toy_sum", DAYS[0])
    evaluations = {item.check_name: item for item in result.get_asset_check_evaluations()}
    assert not evaluations["amount_is_not_thirteen"].passed
    assert evaluations["rows_are_conserved"].passed


def test_contract_breach_fails_only_its_day(tmp_path: Path) -> None:
    bad = amounts()
    bad[DAYS[2]] = [1000]
    workspace = toy_workspace(tmp_path, bad)
    result = run(workspace, DAYS[0], DAYS[3])
    assert not result.success
    assert workspace.lake.days("toy_raw") == [DAYS[0], DAYS[1], DAYS[3]]


def test_undelivered_day_is_missing_and_later_days_are_pending(tmp_path: Path) -> None:
    gap = amounts()
    del gap[DAYS[3]]
    workspace = toy_workspace(tmp_path, gap)
    assert run(workspace, DAYS[0], DAYS[6]).success
    assert DAYS[3] not in workspace.lake.days("toy_raw")
    assert DAYS[3] not in workspace.lake.days("toy_sum")
    assert workspace.lake.record("toy_sum", DAYS[4]).is_pending
    assert not workspace.lake.record("toy_sum", DAYS[6]).is_pending, "its window is complete again"


def test_conservation_counts_rows_set_aside(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, amounts())
    run(workspace, DAYS[7])
    record = workspace.lake.record("toy_raw", DAYS[7])
    assert record is not None
    assert dict(record.set_aside) == {"negative": 1}
    aside = workspace.lake.set_aside("toy_raw", DAYS)
    assert aside["row_id"].to_list() == [f"{DAYS[7]}#0"]


def test_fit_is_idempotent_and_waits_for_its_days(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, amounts())
    run(workspace, DAYS[0], DAYS[24])
    again = fit_due(workspace, toy_mean, DAYS[24])
    assert again.fitted == []
    assert len(again.kept) == 2
    workspace.lake.path("toy_raw", DAYS[2]).unlink()
    waiting = fit_due(workspace, toy_mean, DAYS[24])
    assert waiting.waiting == [DAYS[9], DAYS[19]]


def test_reuse_leaves_fresh_days_alone(tmp_path: Path) -> None:
    from assets.common.promotion import produce_days
    from tests.rooms.toy import toy_raw, toy_sum

    workspace = toy_workspace(tmp_path, amounts())
    run(workspace, DAYS[0], DAYS[9])
    report = produce_days(workspace, toy_sum.spec, DAYS[:10], reuse=True)
    assert report.reused == DAYS[:10]
    assert not report.promoted
    workspace.source.amounts[DAYS[1]] = [77]
    changed = produce_days(workspace, toy_raw.spec, DAYS[:10], reuse=True)
    assert list(changed.promoted) == [DAYS[1]]
    stale = produce_days(workspace, toy_sum.spec, DAYS[:10], reuse=True)
    assert list(stale.promoted) == [DAYS[1], DAYS[2], DAYS[3]], "the day and those that look back at it"


def test_contracts_of_the_toy_hold() -> None:
    assert TOY_RAW.empty().columns == list(TOY_RAW.names)
    assert TOY_SUM.empty().height == 0
