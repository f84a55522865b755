"""A home below any folder: characters that SQLite's addresses can't hold are no reason to refuse it."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.addressed import addressed, links_folder, odd_mark
from pipelines.homes import refuse_no_folder
from pipelines.instance import open_instance, workspace_file
from resources.errors import SettingsError
from tests.rooms.toy import START, run, toy_workspace

ODD = [
    "why?",
    "100%",
    "50%25 off?",
    "a ' b",
    'a " b',
    "brackets [x] {y}",
    "hash # and & semi;",
    "ünï çödé",
    "back`tick",
]


@pytest.mark.parametrize("name", ODD)
def test_days_are_stored_and_told_below_any_folder(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    refuse_no_folder(home)
    workspace = toy_workspace(home, {START: [1, 2]})
    with open_instance(home) as instance:
        assert run(workspace, START, instance=instance).success
        assert instance.get_materialized_partitions(dg.AssetKey("toy_raw")) == {START.isoformat()}
    with open_instance(home) as instance:  # a second process finds the same databases
        assert instance.get_runs_count() == 1
    assert workspace.lake.days("toy_raw") == [START]
    assert (home / "dagster" / "history" / "runs").is_dir()
    assert workspace_file(home).is_file()


def test_a_plain_home_needs_no_link(tmp_path: Path) -> None:
    assert addressed(tmp_path) == tmp_path
    assert odd_mark(tmp_path) is None


def test_two_homes_have_two_links(tmp_path: Path) -> None:
    homes = [tmp_path / "a?", tmp_path / "b?"]
    for home in homes:
        home.mkdir()
    links = [addressed(home) for home in homes]
    assert [link.resolve() for link in links] == homes
    assert links == [addressed(home) for home in homes]
    assert links_folder().stat().st_mode & 0o077 == 0


def test_where_no_link_helps_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "what?"))
    with pytest.raises(SettingsError, match="XDG_STATE_HOME"):
        refuse_no_folder(tmp_path / "why?")
