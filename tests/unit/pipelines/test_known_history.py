"""History as the source tells it: kept beside the home, asked anew when the files change, open to any year."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines import known_history
from pipelines.partitions import business_days, history, yesterday
from pipelines.workspace import build_workspace
from resources.errors import SettingsError, SourceError
from resources.settings import CoreSettings, Settings
from resources.sources.public import PublicSource
from tests.end_to_end.chains import demo_rows, moved, write_dump


def dump(folder: Path, years: int = 0, *, days: int = 3) -> tuple[Settings, list[date]]:
    rows, _, span = demo_rows(days, guests=300)
    write_dump(folder / "data", moved(rows, years))
    home = folder / "home"
    home.mkdir(exist_ok=True)
    settings = Settings(home=home, core=CoreSettings(source="public", data=folder / "data"))
    return settings, [day.replace(year=day.year + years) for day in span]


@pytest.mark.parametrize("years", [-20, 0, 1])
def test_a_dump_of_any_year_has_the_history_that_its_rows_say(tmp_path: Path, years: int) -> None:
    settings, days = dump(tmp_path, years)
    assert history(settings) == (days[0], days[-1])
    assert business_days(settings).get_partition_keys() == [str(day) for day in days]
    assert build_workspace(settings).history_start == days[0]


def test_a_dump_with_days_to_come_has_a_partition_for_each(tmp_path: Path) -> None:
    years = date.today().year + 2 - 2024  # noqa: DTZ011
    settings, days = dump(tmp_path, years)
    assert days[0] > yesterday(settings.core)
    assert business_days(settings).get_partition_keys() == [str(day) for day in days]


def test_one_day(tmp_path: Path) -> None:
    settings, days = dump(tmp_path, days=1)
    assert history(settings) == (days[0], days[0])
    assert business_days(settings).get_partition_keys() == [str(days[0])]


def test_the_answer_is_kept_until_a_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_history, "_ASKED", {})
    settings, days = dump(tmp_path)
    assert history(settings) == (days[0], days[-1])
    monkeypatch.setattr(known_history, "_ASKED", {})  # another process
    with monkeypatch.context() as patch:
        patch.setattr(PublicSource, "_tables", property(lambda _self: pytest.fail("the files are read again")))
        assert history(settings) == (days[0], days[-1])
    rows, _, longer = demo_rows(5, guests=300)
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    (tmp_path / "data").rmdir()
    write_dump(tmp_path / "data", rows)
    assert history(settings) == (longer[0], longer[-1])
    (settings.home / "history.json").write_text("no json", "utf-8")
    monkeypatch.setattr(known_history, "_ASKED", {})
    assert history(settings) == (longer[0], longer[-1]), "what can't be read is asked anew"


def test_days_of_the_settings_come_first_and_need_no_file(tmp_path: Path) -> None:
    core = CoreSettings(
        source="public", data=tmp_path / "nowhere", history_start=date(2016, 1, 1), history_end=date(2016, 1, 9)
    )
    assert history(Settings(home=tmp_path, core=core)) == (date(2016, 1, 1), date(2016, 1, 9))
    with pytest.raises(SourceError, match="does not exist"):
        history(Settings(home=tmp_path, core=CoreSettings(source="public", data=tmp_path / "nowhere")))


def test_a_start_after_the_end_is_refused(tmp_path: Path) -> None:
    settings, days = dump(tmp_path)
    core = CoreSettings(source="public", data=settings.core.data, history_start=days[-1] + timedelta(days=1))
    with pytest.raises(SettingsError, match="lies after the last day"):
        build_workspace(Settings(home=tmp_path / "other", core=core))
