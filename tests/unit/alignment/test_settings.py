from typing import Any

import pytest

from assets.alignment.settings import AlignmentSettings
from resources.errors import SettingsError
from resources.settings import digest_of


@pytest.mark.parametrize(
    "change",
    [
        {"window_days": 0},
        {"window_days": 61},
        {"window_kind": "before"},
        {"delay_shape": "rising"},
        {"threshold": 0.0},
        {"context_threshold": 1.0},
        {"max_candidates": 0},
        {"stored_ranks": 0},
        {"agree_party": 0.4},
        {"coverage": 1.0},
        {"review_rate": 0.0},
        {"prior_strength": 0.0},
        {"identification_bits": -1.0},
        {"threshold": float("nan")},
        {"engine": "cluster"},
        {"spark_master": ""},
        {"spark_master": "local[two]"},
        {"spark_master": "http://host:7077"},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=rf"alignment\.{next(iter(change))}"):
        AlignmentSettings(**change)


@pytest.mark.parametrize("days", [1, 7, 14, 30, 60])
def test_windows_of_the_comparison_are_allowed(days: int) -> None:
    assert AlignmentSettings(window_days=days).days_before == 0
    assert AlignmentSettings(window_days=days, window_kind="symmetric").days_before == days


@pytest.mark.parametrize(
    "master", ["local", "local[4]", "local[*]", "spark://host:7077", "yarn", "k8s://https://h:443"]
)
def test_where_it_is_computed_makes_no_day_stale(master: str) -> None:
    moved = AlignmentSettings(engine="spark", spark_master=master)
    assert digest_of(moved) == digest_of(AlignmentSettings())
    assert digest_of(AlignmentSettings(window_days=7)) != digest_of(AlignmentSettings())
