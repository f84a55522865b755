"""Settings of the reports, and where those stand that were among them."""

from pathlib import Path

import pytest

from assets.reports.settings import ReportsSettings
from pipelines.rooms import room_settings
from resources.errors import SettingsError
from resources.settings import Settings


@pytest.mark.parametrize(("name", "place"), ReportsSettings.MOVED.items())
def test_a_setting_that_moved_is_refused_with_its_new_place(name: str, place: tuple[str, str]) -> None:
    section, now = place
    with pytest.raises(SettingsError, match=rf"reports\.{name} is now {section}\.{now}.*STAYWORTH_{section.upper()}__"):
        Settings(home=Path("x"), sections={"reports": {name: "1"}}).room("reports", ReportsSettings)
    assert now in room_settings()[section].__dataclass_fields__


def test_an_unknown_setting_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match=r"unknown setting reports\.lime; known: .*shap_features"):
        Settings(home=Path("x"), sections={"reports": {"lime": 1}}).room("reports", ReportsSettings)
