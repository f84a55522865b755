from pathlib import Path

import pytest

from assets.models.estimators.registry import all_models
from assets.models.evaluation.evaluate import repeats_of
from assets.models.settings import FULL, QUICK, ModelSettings, model_settings
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings


def settings(profile, **section):
    return Settings(home=Path("x"), core=CoreSettings(profile=profile), sections={"models": section})


def test_class_defaults_are_the_papers_and_profiles_say_what_they_change():
    paper = ModelSettings()
    assert (paper.learning_rate, paper.batch_size, paper.dropout, paper.behaviour_layers) == (3e-4, 64, 0.35, (128, 64))
    for profile, changes in (("full", FULL), ("quick", QUICK)):
        built = model_settings(settings(profile))
        changed = {name for name in vars(paper) if getattr(built, name) != getattr(paper, name)}
        assert changed == set(changes)


def test_full_compares_every_model_on_repeated_folds():
    full = model_settings(settings("full"))
    assert full.models == all_models()
    assert full.repeats > model_settings(settings("quick")).repeats
    assert (repeats_of("gated_fusion", full), repeats_of("catboost", full)) == (10, 1)


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
        ("schedule", "steps"),
        ("tuning_trials", -1),
        ("tuning_share", 1.0),
        ("forest_features", 0.0),
    ],
)
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=f"models.{name}"):
        ModelSettings(**{name: value})
