"""Shared fixtures: no environment leaks into tests, real data where it is."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

_DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No variable of the caller, nor the world that lies in the default home, reaches a test."""
    for name in list(os.environ):
        if name.startswith("STAYWORTH_") and name != "STAYWORTH_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path_factory.getbasetemp() / "default_home"))


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Folder with the published files; tests that need it are skipped with the reason elsewhere."""
    folder = Path(os.environ.get("STAYWORTH_DATA") or _DEFAULT_DATA)
    if not (folder / "hotel_bookings.csv.zip").exists():
        pytest.skip(f"the published files are not in {folder}; set STAYWORTH_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def encoder_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose static encoder is distilled once per test session."""
    from resources.encoders import EncoderShelf
    from resources.settings import CoreSettings

    home = tmp_path_factory.mktemp("encoders")
    EncoderShelf(home, CoreSettings()).embed("static", ["warm up"])
    return home
