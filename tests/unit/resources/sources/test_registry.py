from pathlib import Path

import pytest

from resources.errors import SettingsError, SourceError
from resources.settings import CoreSettings, Settings
from resources.sources.registry import build_source
from tests.unit.raw.builders import write_files


def test_public_source_by_name(tmp_path: Path) -> None:
    core = CoreSettings(source="public", data=write_files(tmp_path))
    assert build_source(Settings(home=tmp_path, core=core)).name == "public"


def test_demo_source_by_name(tmp_path: Path) -> None:
    assert build_source(Settings(home=tmp_path)).name == "demo"


def test_missing_folder_is_told(tmp_path: Path) -> None:
    core = CoreSettings(source="public", data=tmp_path / "nowhere")
    with pytest.raises(SourceError, match="does not exist"):
        build_source(Settings(home=tmp_path, core=core))


def test_public_source_without_folder_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"core.data = None"):
        CoreSettings(source="public")


def test_name_without_builder_is_refused(tmp_path: Path) -> None:
    core = CoreSettings()
    object.__setattr__(core, "source", "excel")
    with pytest.raises(SettingsError, match=r"'excel' has no builder; allowed: demo, public, sql"):
        build_source(Settings(home=tmp_path, core=core))
