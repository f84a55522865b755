"""A home holds one world at a time; another one is moved aside and comes back whole."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.homes import check_home, enter_home, world_of
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings


def demo(home: Path, **values: object) -> Settings:
    return Settings(home=home, sections={"demo": values})


def public(home: Path) -> Settings:
    return Settings(home=home, core=CoreSettings(source="public", data=home))


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
