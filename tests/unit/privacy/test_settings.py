"""Settings that make no sense are refused."""

from typing import Any

import pytest

from assets.privacy.settings import PrivacySettings
from resources.errors import SettingsError


@pytest.mark.parametrize(
    "bad",
    [
        {"k": 0},
        {"k": 1},
        {"l_diversity": 0},
        {"t_closeness": 0.0},
        {"t_closeness": 1.5},
        {"rate_band_width": 0.0},
        {"batch": "fortnight"},
        {"quasi_identifiers": ()},
        {"quasi_identifiers": ("nights", "nights")},
        {"quasi_identifiers": ("shoe_size",)},
        {"key_columns": ("email",)},
        {"epsilon": 0.0},
        {"epsilon": 50.0},
        {"epsilon_month_counts": 0.0},
        {"epsilon": 0.5, "epsilon_month_counts": 0.6},
        {"guest_cap": 0},
        {"guest_cap_year": 0},
        {"accounting": "renyi"},
        {"delta": 0.0},
        {"epsilon_service_scores": 0.2},
        {"epsilon_service_scores": 0.0},
        {"value_bands": (0, 100)},
        {"value_bands": (1, 500, 400)},
        {"value_bands": (1, 4000)},
        {"value_bands": ()},
        {"release_countries": ("PRT", "PRT")},
    ],
)
def test_nonsense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"setting privacy\."):
        PrivacySettings(**bad)


def test_the_key_of_a_market_names_no_guest() -> None:
    with pytest.raises(SettingsError, match=r"privacy\.key_columns .* customers\.unit"):
        PrivacySettings(key_columns=("guest_key", "country"))


def test_k_1_needs_its_own_word() -> None:
    assert PrivacySettings(k=1, allow_k_1=True).k == 1
    assert PrivacySettings().k == 5
