import pytest

from assets.raw.settings import RawSettings
from resources.errors import SettingsError
from resources.settings import build_section


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("policy", "theirs", "ours, paper"),
        ("max_rate", "0", "a number above 0"),
        ("max_rate", "nan", "a number above 0"),
        ("max_nights", "-1", "a number above 0"),
        ("country_aliases", "CN=CAN", "pairs such as CN:CAN"),
        ("extra_country_codes", "kosovo", "codes of three capital letters"),
    ],
)
def test_nonsense_is_refused_with_the_allowed_values(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError, match=rf"setting raw\.{name} = .* allowed: {allowed}"):
        build_section("raw", RawSettings, {name: value})


def test_settings_from_text() -> None:
    settings = build_section("raw", RawSettings, {"policy": "paper", "country_aliases": "CN:CHN", "max_rate": "900"})
    assert (settings.policy, settings.country_aliases, settings.max_rate) == ("paper", ("CN:CHN",), 900.0)
