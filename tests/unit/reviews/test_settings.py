import pytest

from assets.reviews.settings import ReviewSettings
from resources.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text_treatment", "theirs"),
        ("tau", 1.5),
        ("alpha", 0.9),
        ("english_share", -0.1),
        ("polarity_vocabulary", 0),
        ("timing_history_days", 119),
        ("timing_window_days", ()),
        ("timing_window_days", (0,)),
        ("timing_window_hours", 25),
        ("timing_prior_days", 0.0),
        ("timing_low_score", 9.5),
        ("timing_high_score", 10.5),
        ("timing_hotel_dispersion", -1.0),
        ("neutral_score", 10.0),
        ("bounds_min_reviews", 0),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match="reviews"):
        ReviewSettings(**{name: value})  # type: ignore[arg-type]


def test_weights_must_add_up() -> None:
    with pytest.raises(SettingsError, match="sum of 1"):
        ReviewSettings(alpha=0.5, beta=0.5, gamma=0.5)
    assert ReviewSettings(alpha=0.5, beta=0.25, gamma=0.25).alpha == 0.5
