"""The daily chain with its lake in an object store on localhost: a local run's bytes, a failing server, erasure."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from assets.common.workspace import Workspace
from pipelines.guests.erasure import erase_guest
from pipelines.guests.finding import Asked, find_guest
from pipelines.guests.subject_access import export_guest
from pipelines.running import failures_of, run_job
from resources.warehouse import build_warehouse
from tests.end_to_end.test_guest_rights import chosen, grep
from tests.end_to_end.worlds import START, data_bytes, demo_workspace
from tests.object_server import ACCESS, SECRET, ObjectServer

DAYS = 4
LAST = START + timedelta(days=DAYS - 1)
SMALL = {"guests": 1_500, "hotels": 2}


def world(home: Path, encoder_home: Path, url: str = "", *, days: int = DAYS, **demo: object) -> Workspace:
    core = {"fit_every_days": 3, "lake_url": url}
    workspace = demo_workspace(home, encoder_home, days=days, core=core, demo={**SMALL, **demo})
    for store in workspace.lake.files.objects:
        store._retries = 1
    return workspace


def backfill(workspace: Workspace, *, days: int = DAYS, reuse: bool = True) -> list[str]:
    """Runs the daily stages; the failures, one line each."""
    return failures_of(run_job(workspace, "backfill", START, START + timedelta(days=days - 1), reuse=reuse))


def object_bytes(workspace: Workspace) -> dict[str, bytes]:
    lake = workspace.lake
    objects = {str(path.relative_to(lake.root)): lake.files.store(path).content(path) for path in lake.objects()}
    assert not [name for name in objects if ".failed" in name or ".staging" in name]
    return objects


def differences(left: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    return [name for name in sorted({*left, *right}) if left.get(name) != right.get(name)]


@pytest.fixture(autouse=True)
def _dagster_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "1")  # set by a run; put back afterwards
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "500")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, encoder_home: Path) -> dict[str, bytes]:
    """Every stored file of an undisturbed local run."""
    workspace = world(tmp_path_factory.mktemp("local") / "home", encoder_home)
    assert backfill(workspace) == []
    kept = data_bytes(workspace)
    state = [name for name in kept if name.endswith("marker.json")]
    return {name: content for name, content in kept.items() if name not in state}


@pytest.mark.slow
def test_the_daily_chain_leaves_the_bytes_of_a_local_run_and_no_secret(
    tmp_path: Path,
    encoder_home: Path,
    bucket_url: str,
    object_server: ObjectServer,
    local: dict[str, bytes],
    capfd: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    workspace = world(home, encoder_home, bucket_url)
    before = object_server.requests
    assert backfill(workspace) == []
    spent = object_server.requests - before
    stored = object_bytes(workspace)
    assert differences(local, stored) == []
    assert spent["PUT"] <= 1.1 * len(stored), "an object is put once, but for the few that a fit makes anew"
    assert not list((home / "lake").rglob("*.parquet")), "no table lies on this machine"
    assert [path.name for path in (home / "lake" / "restricted").iterdir()] == ["access.log"]

    before = object_server.requests
    assert backfill(world(home, encoder_home, bucket_url)) == []
    again = object_server.requests - before
    assert again["PUT"] == 0, "nothing is stored again"
    assert object_bytes(workspace) == stored

    build_warehouse(home / "warehouse.duckdb", workspace.lake, workspace.contracts)
    object_server.fail_after(0)
    assert backfill(world(home, encoder_home, bucket_url), reuse=False) != []
    object_server.mend()
    printed = capfd.readouterr()
    for secret in (ACCESS, SECRET):
        files = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
        assert not [str(path) for path in files if secret.encode() in path.read_bytes()]
        assert not [name for name, content in object_bytes(workspace).items() if secret.encode() in content]
        assert secret not in printed.out + printed.err + repr(workspace.settings) + repr(vars(workspace.lake))


@pytest.mark.slow
@pytest.mark.parametrize("puts", [3, 40])
def test_a_server_that_goes_away_half_way(
    tmp_path: Path, encoder_home: Path, bucket_url: str, object_server: ObjectServer, local: dict[str, bytes], puts: int
) -> None:
    home = tmp_path / "home"
    object_server.fail_after(puts)
    failed = backfill(world(home, encoder_home, bucket_url))
    object_server.mend()
    assert failed
    assert "failed (SlowDown): the server is overloaded" in failed[0]
    half = object_bytes(world(home, encoder_home, bucket_url))
    assert len(half) == puts
    assert set(half) <= set(local)
    assert backfill(world(home, encoder_home, bucket_url)) == []
    assert differences(local, object_bytes(world(home, encoder_home, bucket_url))) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, os.getcwd())
from resources.object_store import ObjectStore
from tests.end_to_end.test_object_store import backfill, world
count, put = 0, ObjectStore._put
def counted(*given):
    global count
    count += 1
    if count == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return put(*given)
ObjectStore._put = counted
backfill(world(Path(sys.argv[1]), Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("put", [2, 45])
def test_a_run_killed_between_objects_is_finished_by_the_next(
    tmp_path: Path, encoder_home: Path, bucket_url: str, local: dict[str, bytes], put: int
) -> None:
    home, script = tmp_path / "home", tmp_path / "killed.py"
    workspace = world(home, encoder_home, bucket_url)
    script.write_text(_KILLED)
    command = [sys.executable, str(script), str(home), bucket_url, str(put)]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parents[2], env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert len(object_bytes(workspace)) == put - 1
    assert backfill(world(home, encoder_home, bucket_url)) == []
    assert differences(local, object_bytes(workspace)) == []


@pytest.mark.slow
@pytest.mark.parametrize("keeps_versions", [False, True])
def test_an_erased_guest_is_in_no_object(
    tmp_path: Path, encoder_home: Path, bucket_url: str, object_server: ObjectServer, *, keeps_versions: bool
) -> None:
    if keeps_versions:
        object_server.keep_versions(bucket_url.split("/")[2])
    home, days = tmp_path / "home", 9
    workspace = world(home, encoder_home, bucket_url, days=days, guests=6_000, hotels=3)
    assert backfill(workspace, days=days) == []
    asked, guest = chosen(workspace)
    lake = workspace.lake
    mine = lake.rows("raw_bookings", START)
    lake.keep_aside(lake.stage(workspace.contracts["raw_bookings"], START, mine, lake.record("raw_bookings", START)),
                    [f"a check: {guest.row_ids[0]} of {guest.emails[0]}"])  # fmt: skip
    words = [*guest.emails, *guest.row_ids, *guest.booking_ids, *guest.review_ids, *guest.texts]
    assert in_objects(workspace, words, tmp_path / "before")
    assert export_guest(workspace, asked, tmp_path / "copy")["raw_bookings"] == len(guest.row_ids)

    erasure = erase_guest(workspace, asked)

    assert erasure.rows["raw_bookings"] == len(guest.row_ids)
    assert erasure.proof.leftovers == ()
    assert erasure.proof.files > len(list(lake.objects()))
    assert in_objects(workspace, words, tmp_path / "after") == []
    assert grep(home, words) == []
    assert find_guest(workspace, Asked(email=asked.email)).is_nobody
    assert erasure.is_complete is not keeps_versions, "earlier versions of objects are out of the search's reach"
    assert backfill(workspace, days=days, reuse=False) == []
    assert in_objects(workspace, words, tmp_path / "again") == []


def in_objects(workspace: Workspace, words: list[str], folder: Path) -> list[str]:
    """The words found in a copy of all objects."""
    for path in workspace.lake.objects():
        copy = folder / path.relative_to(workspace.lake.root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(workspace.lake.files.store(path).content(path))
    return grep(folder, words)
