"""A home holds one world at a time; another one is moved aside and comes back whole."""

import contextlib
from datetime import date
from pathlib import Path

import pytest

from pipelines.homes import check_home, enter_home, world_of
from pipelines.instance import open_instance
from resources.atomic_files import draft_name
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings


def demo(home: Path, **values: object) -> Settings:
    return Settings(home=home, sections={"demo": values})


def public(home: Path) -> Settings:
    return Settings(home=home, core=CoreSettings(source="public", data=home))


@pytest.mark.parametrize(
    "name", ['q"uote', "ap'os", "br[a]{c}", "back\\slash", "ha#sh", "dol$HOME", "{env: X}", "é日", "~"]
)
def test_a_home_may_have_any_other_character(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")  # put back after the test
    with open_instance(tmp_path / name) as instance:
        assert not instance.get_runs(limit=1)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_worlds_are_told_apart() -> None:
    home = Path("somewhere")
    names = {
        world_of(demo(home)),
        world_of(demo(home, seed=7)),
        world_of(demo(home, days=20)),
        world_of(public(home)),
        world_of(Settings(home=home, core=CoreSettings(history_start=date(2024, 3, 1)))),
    }
    assert len(names) == 5
    spanned = CoreSettings(source="public", data=home, history_start=date(2016, 1, 1))
    assert world_of(Settings(home=home, core=spanned)) == "public", "a budget can't be won back by another span"
    assert world_of(demo(home)) == world_of(demo(Path("elsewhere"), seed=42))


def test_another_world_is_moved_aside_and_comes_back(tmp_path: Path) -> None:
    assert enter_home(demo(tmp_path)) is None
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "day.parquet").write_text("demo")
    (tmp_path / "encoders").mkdir()
    first = world_of(demo(tmp_path))

    assert enter_home(public(tmp_path)) == first
    assert not (tmp_path / "lake").exists()
    assert (tmp_path / "encoders").exists(), "encoders are shared"
    (tmp_path / "lake").mkdir()

    enter_home(demo(tmp_path))
    assert (tmp_path / "lake" / "day.parquet").read_text() == "demo"
    assert enter_home(demo(tmp_path)) is None


def test_a_home_with_another_world_is_refused(tmp_path: Path) -> None:
    check_home(demo(tmp_path))
    enter_home(demo(tmp_path))
    check_home(demo(tmp_path))
    with pytest.raises(SettingsError, match="holds the world"):
        check_home(public(tmp_path))


def vaulted(home: Path, root: Path, **values: object) -> Settings:
    return Settings(home=home, core=CoreSettings(restricted_root=root), sections={"demo": values})


def fill(root: Path, text: str) -> None:
    (root / "raw_bookings").mkdir(mode=0o700)
    (root / "raw_bookings" / "day.parquet").write_text(text)
    (root / "privacy_budget.sqlite3").write_text(text)
    (root / ".erasure").mkdir()


def test_a_restricted_root_is_swapped_with_its_world_the_ledger_included(tmp_path: Path) -> None:
    home, root = tmp_path / "home", tmp_path / "vault"
    first, second = vaulted(home, root), vaulted(home, root, seed=7)
    enter_home(first)
    fill(root, "first")
    with pytest.raises(SettingsError, match="holds the world"):
        check_home(second)
    assert enter_home(second) == world_of(first)
    check_home(second)
    assert not {path.name for path in root.iterdir()} & {"raw_bookings", "privacy_budget.sqlite3", ".erasure"}
    fill(root, "second")
    enter_home(first)
    assert (root / "privacy_budget.sqlite3").read_text() == "first"
    assert (root / "worlds" / world_of(second) / "raw_bookings" / "day.parquet").read_text() == "second"
    assert enter_home(first) is None
    assert (root / "worlds").stat().st_mode & 0o077 == 0


def test_a_restricted_root_of_another_home_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    mine, other = vaulted(tmp_path / "mine", root), vaulted(tmp_path / "other", root)
    enter_home(mine)
    fill(root, "mine")
    for settings in (other, vaulted(tmp_path / "other", root, seed=7)):
        for refused in (check_home, enter_home):
            with pytest.raises(SettingsError, match=r"belongs to the home .*mine"):
                refused(settings)
    assert (root / "privacy_budget.sqlite3").read_text() == "mine"
    assert not (tmp_path / "other" / "world.txt").exists()
    (tmp_path / "mine").rename(tmp_path / "moved")
    enter_home(vaulted(tmp_path / "moved", root))
    check_home(vaulted(tmp_path / "moved", root))


def test_a_root_without_a_note_is_of_the_homes_own_world(tmp_path: Path) -> None:
    home, root = tmp_path / "home", tmp_path / "vault"
    enter_home(demo(home))
    root.mkdir()
    fill(root, "earlier version")
    enter_home(vaulted(home, root))
    assert (root / "privacy_budget.sqlite3").read_text() == "earlier version"
    enter_home(vaulted(home, root, seed=7))
    assert not (root / "privacy_budget.sqlite3").exists()


def test_the_draft_of_a_killed_marker_belongs_to_no_world(tmp_path: Path) -> None:
    home, root = tmp_path / "home", tmp_path / "vault"
    enter_home(vaulted(home, root))
    fill(root, "first")
    draft = root / draft_name(".world.json")
    draft.write_text("half")
    enter_home(vaulted(home, root, seed=7))
    assert sorted(path.name for path in root.iterdir()) == sorted([draft.name, ".world.json", "worlds"])


def test_a_filled_root_is_not_taken_over_by_a_home_that_knows_nothing_of_it(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    root.mkdir()
    fill(root, "whose?")
    with pytest.raises(SettingsError, match="knows nothing of"):
        enter_home(vaulted(tmp_path / "home", root))


@pytest.mark.parametrize("stop", range(8))
def test_a_swap_of_roots_that_is_killed_is_ended_by_the_next(
    tmp_path: Path, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, root = tmp_path / "home", tmp_path / "vault"
    first, second = vaulted(home, root), vaulted(home, root, seed=7)
    enter_home(first)
    fill(root, "first")
    (home / "lake").mkdir()
    (home / "lake" / "marker").write_text("first")
    moves, real = [0], Path.rename

    def dying(path: Path, target: Path) -> Path:
        moves[0] += 1
        if moves[0] > stop:
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(Path, "rename", dying)
        enter_home(second)
    enter_home(second)
    assert sorted(path.name for path in root.iterdir()) == [".world.json", "worlds"]
    enter_home(first)
    assert (root / "privacy_budget.sqlite3").read_text() == "first"
    assert (home / "lake" / "marker").read_text() == "first"
