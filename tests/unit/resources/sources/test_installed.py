"""A source of an installed package: named by its entry point, built, read by the raw room; the how-to page is run."""

import re
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from assets.raw.parse_bookings import parse_bookings
from assets.raw.settings import RawSettings
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings
from resources.sources import kinds
from resources.sources.base import BOOKING_COLUMNS, Stream
from resources.sources.registry import build_source, world_name

PAGE = Path(kinds.__file__).resolve().parents[2] / "docs" / "how_to" / "add_a_source.md"


@pytest.fixture
def chalet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert code
    (tmp_path / "chalet_source.py").write_text(code.group(1), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    points = [EntryPoint(name, value, kinds.ENTRY_POINTS)
              for name, value in (("chalet", "chalet_source:SOURCE"), ("odd", "chalet_source:Chalet"),
                                  ("gone", "no_such_module:SOURCE"))]  # fmt: skip
    monkeypatch.setattr(kinds, "entry_points", lambda **asked: EntryPoints(points).select(**asked))


def settings(name: str, home: Path) -> Settings:
    return Settings(home=home, core=CoreSettings(source=name))


@pytest.mark.usefixtures("chalet")
def test_the_source_of_the_page_is_built_and_read(tmp_path: Path) -> None:
    source = build_source(settings("chalet", tmp_path))
    assert world_name(settings("chalet", tmp_path)) == "chalet"
    assert kinds.kind_of("chalet").is_finished
    days = [source.first_day, source.last_day]
    rows = source.rows(Stream.BOOKINGS, days)
    assert rows.height == 2
    assert set(BOOKING_COLUMNS) < set(rows.columns)
    parsed = parse_bookings(rows, RawSettings())
    assert parsed.problems.is_empty(), parsed.problems["reason"].to_list()
    assert parsed.rows["guest_key"].to_list() == ["A-17", "A-17"]
    assert set(source.fingerprint(Stream.BOOKINGS, days)) == set(days)


@pytest.mark.usefixtures("chalet")
def test_an_unknown_source_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="chalet"):
        settings("no_such", tmp_path)


@pytest.mark.usefixtures("chalet")
@pytest.mark.parametrize(("name", "told"), [("odd", "expected an InstalledSource"), ("gone", "can't be loaded")])
def test_a_broken_entry_point_is_told(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        _ = CoreSettings(source=name).kind
