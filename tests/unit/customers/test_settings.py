from datetime import date

import pytest

from assets.customers.settings import CustomerSettings
from resources.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("segments", "tenths"),
        ("smoothing", 0.0),
        ("price_ridge", 0.0),
        ("season_days", 365),
        ("horizon_days", 0),
        ("block_days", 0),
        ("max_cv_origins", 0),
        ("min_customers", 1),
        ("holdout_origin", date(2024, 1, 1)),
    ],
)
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=f"customers.{name}"):
        CustomerSettings(**{name: value})


def test_defaults_hold():
    assert CustomerSettings().horizon_days == 180
