"""A home and all that is in it are its owner's alone, whatever the umask, unless a setting says otherwise."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.instance import open_instance, prepare_dagster_home
from resources.atomic_files import draft_name
from resources.home_modes import PARTS, close_home, keep_as_closed_as
from resources.settings import load_settings
from tests.rooms.toy import START, run, toy_workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, params=[0o000, 0o022], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(home: Path) -> dict[str, int]:
    every = [path for path in (home, *home.rglob("*")) if not path.is_symlink()]
    return {str(path.relative_to(home.parent)): stat.S_IMODE(path.stat().st_mode) for path in every}


def is_open(rights: dict[str, int], bits: int = 0o077) -> list[str]:
    return [name for name, mode in rights.items() if mode & bits]


def test_everything_that_a_run_writes_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "1")
    home = tmp_path / "home"
    assert close_home(home, "owner") is None
    with open_instance(home) as instance:
        assert run(toy_workspace(home, {START: [20, 30]}), START, instance=instance).success
    rights = modes(home)
    assert {"dagster", "lake", ".in_use"} <= {Path(name).relative_to("home").parts[0] for name in rights if "/" in name}
    assert is_open(rights) == []
    assert rights["home"] == 0o700


def test_a_process_that_reads_no_settings_is_as_closed_as_the_home(tmp_path: Path) -> None:
    """The web server and the daemon load our event log and nothing else of ours before they write."""
    home = tmp_path / "home"
    prepare_dagster_home(home)
    os.umask(0)
    from resources.event_log import BatchedSqliteEventLogStorage

    BatchedSqliteEventLogStorage(str(home / "dagster" / "history" / "runs"))
    with closing(sqlite3.connect(home / "dagster" / "schedules.db")) as database:
        database.execute("CREATE TABLE t (x)")
    assert is_open(modes(home)) == []


def test_commands_and_what_they_start_are_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code = "import os, subprocess, pipelines.cli as c; c.main(['status']); subprocess.run(['touch', os.environ['F']])"
    environment = {**os.environ, "STAYWORTH_HOME": str(home), "F": str(home / "by_a_child"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert (home / "by_a_child").exists()
    assert is_open(modes(home)) == []


def test_an_open_home_is_closed_and_links_are_left_alone(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    (home / "lake" / "internal").mkdir(parents=True)
    (home / "lake" / "internal" / "a.parquet").write_text("x")
    (home / "warehouse.duckdb").write_text("x")
    shared.mkdir()
    (home / "encoders").symlink_to(shared)
    before = modes(shared)
    for path in (home, home / "lake", home / "lake" / "internal"):
        path.chmod(0o755)
    assert close_home(home, "owner") is None
    assert is_open(modes(home)) == []
    assert modes(shared) == before


def test_the_draft_of_a_killed_process_is_no_more_than_a_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "lake").mkdir(parents=True)
    (home / draft_name("world.txt")).write_text("x")
    home.chmod(0o755)
    assert close_home(home, "owner") is None
    assert modes(home)["home"] == 0o700


def test_a_folder_that_holds_more_keeps_its_own_rights(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "lake").mkdir(parents=True)
    (home / "letters").mkdir()
    for path in (home, home / "lake", home / "letters"):
        path.chmod(0o755)
    assert "holds more than a home" in str(close_home(home, "owner"))
    rights = modes(home)
    assert (rights["home"], rights["home/lake"], rights["home/letters"]) == (0o755, 0o700, 0o755)


def test_a_group_may_be_let_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    close_home(home, "group")
    (home / "lake").mkdir()
    (home / "lake" / "a").write_text("x")
    rights = modes(home)
    assert is_open(rights, 0o007 | 0o020) == []
    assert set(rights.values()) <= {0o750, 0o640}


def test_the_umask_may_decide(tmp_path: Path, umask: int) -> None:
    close_home(tmp_path / "home", "umask")
    assert modes(tmp_path / "home")["home"] == 0o777 & ~umask


def test_the_setting_is_one_of_three() -> None:
    from resources.errors import SettingsError

    assert load_settings({}).core.home_access == "owner"
    with pytest.raises(SettingsError, match="home_access"):
        load_settings({"STAYWORTH_CORE__HOME_ACCESS": "world"})


def test_a_stricter_umask_stays(tmp_path: Path) -> None:
    os.umask(0o077)
    close_home(tmp_path / "home", "group")
    (tmp_path / "home" / "x").write_text("x")
    assert modes(tmp_path / "home")["home/x"] == 0o600
    keep_as_closed_as(tmp_path / "nowhere")
    assert "world.txt" in PARTS
