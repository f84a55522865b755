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
        {"batch": "week"},
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
    ],
)
def test_nonsense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"setting privacy\."):
        PrivacySettings(**bad)


def test_k_1_needs_its_own_word() -> None:
    assert PrivacySettings(k=1, allow_k_1=True).k == 1
    assert PrivacySettings().k == 5
