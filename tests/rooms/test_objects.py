"""The day rules over an object store: the bytes of a folder, few requests, nothing lost when the store goes away."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from assets.common.workspace import Workspace
from resources.settings import CoreSettings
from tests.object_server import ACCESS, SECRET, ObjectServer
from tests.rooms.toy import START, run, stored_bytes, toy_workspace

DAYS = 12
AMOUNTS = {START + timedelta(days=count): [count + 1, -1, 7] for count in range(DAYS)}
LAST = START + timedelta(days=DAYS - 1)
OTHERS = ("daily_ledger", ".staging")


def toy_in(url: str, home: Path, amounts: dict[date, list[int]] | None = None) -> Workspace:
    workspace = toy_workspace(home, amounts or AMOUNTS)
    core: CoreSettings = replace(workspace.settings.core, lake_url=url)
    workspace.settings = replace(workspace.settings, core=core)
    for store in workspace.lake.files.objects:
        store._retries = 1
    return workspace


def object_bytes(workspace: Workspace) -> dict[str, bytes]:
    root, files = workspace.lake.root, workspace.lake.files
    paths = [path for path in workspace.lake.objects() if path.suffix == ".parquet" and not set(OTHERS) & {*path.parts}]
    return {str(path.relative_to(root)): files.store(path).content(path) for path in paths}


def local_bytes(home: Path) -> dict[str, bytes]:
    workspace = toy_workspace(home, AMOUNTS)
    assert run(workspace, START, LAST).success
    return stored_bytes(workspace)


def test_a_range_and_single_days_leave_the_bytes_of_a_folder(tmp_path: Path, bucket_url: str) -> None:
    expected = local_bytes(tmp_path / "local")
    assert run(toy_in(f"{bucket_url}/range", tmp_path / "range"), START, LAST).success
    assert object_bytes(toy_in(f"{bucket_url}/range", tmp_path / "range")) == expected
    run(toy_in(f"{bucket_url}/days", tmp_path / "days"), LAST)
    assert run(toy_in(f"{bucket_url}/days", tmp_path / "days"), START, LAST).success
    assert object_bytes(toy_in(f"{bucket_url}/days", tmp_path / "days")) == expected


def test_a_day_after_many_costs_what_a_day_after_few_costs(
    tmp_path: Path, bucket_url: str, object_server: ObjectServer
) -> None:
    assert run(toy_in(bucket_url, tmp_path), START, LAST - timedelta(days=2)).success
    spent = []
    for day in (LAST - timedelta(days=1), LAST):
        before = object_server.requests
        run(toy_in(bucket_url, tmp_path), day)
        spent.append(object_server.requests - before)
    for requests in spent:
        assert requests["PUT"] == 5, "three tables, the ledger, the rows set aside"
        assert requests["GET"] <= DAYS + 5, "the days that are read (one table reads all its own), none for its digest"
    assert spent[1]["GET"] - spent[0]["GET"] <= 1
    elsewhere = toy_in(bucket_url, tmp_path / "new home")
    before = object_server.requests
    run(elsewhere, LAST)
    assert (object_server.requests - before)["GET"] <= 4 * DAYS


def test_a_store_that_goes_away_stops_the_run_and_keeps_what_was_stored(
    tmp_path: Path, bucket_url: str, object_server: ObjectServer
) -> None:
    expected = local_bytes(tmp_path / "local")
    object_server.fail_after(20)
    failed = run(toy_in(bucket_url, tmp_path / "home"), START, LAST)
    object_server.mend()
    assert not failed.success
    told = [str(event.step_failure_data.error) for event in failed.get_step_failure_events()]
    assert any("the server is overloaded" in text and "s3://" in text for text in told)
    assert not [text for text in told if ACCESS in text or SECRET in text]
    half = object_bytes(toy_in(bucket_url, tmp_path / "home"))
    assert half
    assert half.items() <= expected.items(), "whole objects only"
    assert run(toy_in(bucket_url, tmp_path / "home"), START, LAST).success
    assert object_bytes(toy_in(bucket_url, tmp_path / "home")) == expected
