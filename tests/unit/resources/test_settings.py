"""Settings: precedence, conversion, refusal; the key of the keyed hashes."""

import hashlib
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from resources.errors import PrivacyError, SettingsError
from resources.secret_keys import load_secret_key
from resources.settings import (
    CoreSettings,
    Settings,
    build_section,
    digest_of,
    load_settings,
)


@dataclass(frozen=True, kw_only=True)
class Room:
    count: int = 3
    share: float = 0.5
    names: tuple[str, ...] = ("a",)
    on: bool = False
    until: date | None = None


def test_environment_overrules_the_file(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('[core]\nseed = 7\nprofile = "full"\n[room]\ncount = 4\n')
    env = {"STAYWORTH_SETTINGS": str(file), "STAYWORTH_CORE__SEED": "8", "STAYWORTH_ROOM__NAMES": "x, y"}
    settings = load_settings(env)
    assert settings.core.seed == 8
    assert settings.core.profile == "full"
    assert settings.room("room", Room) == Room(count=4, names=("x", "y"))


def test_values_are_converted_and_none_is_spelled() -> None:
    built = build_section("room", Room, {"on": "yes", "until": "2024-02-03", "share": "1"})
    assert built == Room(on=True, until=date(2024, 2, 3), share=1.0)
    assert build_section("room", Room, {"until": "none"}).until is None


@pytest.mark.parametrize("values", [{"count": "many"}, {"count": 1.5}, {"on": 3}, {"until": "soon"}, {"colour": "red"}])
def test_wrong_values_are_refused_by_name(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=rf"room\.{next(iter(values))}"):
        build_section("room", Room, values)


def test_missing_and_broken_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings({"STAYWORTH_SETTINGS": str(tmp_path / "none.toml")})
    broken = tmp_path / "broken.toml"
    broken.write_text("[core\n")
    with pytest.raises(SettingsError, match="TOML"):
        load_settings({"STAYWORTH_SETTINGS": str(broken)})


@pytest.mark.parametrize(
    "values",
    [
        {"day_cutoff_hour": 24},
        {"fit_every_days": 0},
        {"currency": "euro"},
        {"time_zone": "Mars/Olympus"},
        {"device": "tpu"},
        {"profile": "huge"},
        {"history_start": date(2024, 2, 1), "history_end": date(2024, 1, 1)},
    ],
)
def test_core_settings_that_make_no_sense(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="not allowed; allowed"):
        CoreSettings(**values)  # type: ignore[arg-type]


def test_digest_follows_content() -> None:
    assert digest_of(Room(), 1) == digest_of(Room(), 1)
    assert digest_of(Room(), 1) != digest_of(Room(count=4), 1)


def test_public_key_file_is_private_and_kept(tmp_path: Path) -> None:
    first = load_secret_key(tmp_path, "public", {})
    assert load_secret_key(tmp_path, "public", {}).material == first.material
    mode = (tmp_path / "secrets" / "hmac.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["hmac.key"]


def test_key_from_the_environment_never_shows(tmp_path: Path) -> None:
    text = hashlib.sha256(b"a key of tests").hexdigest()
    key = load_secret_key(tmp_path, "public", {"STAYWORTH_HMAC_KEY": text, "STAYWORTH_KEY_EPOCH": "2026"})
    assert key.material == bytes.fromhex(text)
    assert key.epoch == "2026"
    assert text not in repr(key)
    assert repr(key.material)[2:10] not in repr(key)
    with pytest.raises(PrivacyError, match="give 32 or more"):
        load_secret_key(tmp_path, "public", {"STAYWORTH_HMAC_KEY": "short"})


def test_demo_key_is_the_same_everywhere(tmp_path: Path) -> None:
    assert load_secret_key(tmp_path, "demo", {}).material == load_secret_key(tmp_path / "b", "demo", {}).material


def test_home_is_absolute() -> None:
    assert load_settings({"STAYWORTH_HOME": "somewhere"}).home.is_absolute()
    assert isinstance(load_settings({}), Settings)
