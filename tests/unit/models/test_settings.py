from pathlib import Path

import pytest

from assets.models.settings import QUICK, ModelSettings, model_settings
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings


def settings(profile, **section):
    return Settings(home=Path("x"), core=CoreSettings(profile=profile), sections={"models": section})


def test_full_is_the_papers_and_quick_says_what_it_changes():
    full, quick = model_settings(settings("full")), model_settings(settings("quick"))
    assert full == ModelSettings()
    assert (full.learning_rate, full.batch_size, full.dropout, full.behaviour_layers) == (3e-4, 64, 0.35, (128, 64))
    changed = {name for name in QUICK if getattr(full, name) != getattr(quick, name)}
    assert changed == set(QUICK)


def test_the_users_own_settings_win():
    assert model_settings(settings("quick", max_epochs="3")).max_epochs == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("models", ("lightgbm",)),
        ("models", ("same_as_past", "oracle")),
        ("target_scale", "cube"),
        ("behaviour_layers", ()),
        ("folds", 1),
        ("repeats", 0),
        ("learning_rate", 0.0),
        ("weight_decay", -1.0),
        ("dropout", 1.0),
        ("validation_share", 1.0),
        ("high_value_weight", 0.5),
    ],
)
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=f"models.{name}"):
        ModelSettings(**{name: value})
