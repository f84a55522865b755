from dataclasses import fields
from pathlib import Path

import pytest

from assets.models.estimators.registry import all_models
from assets.models.evaluation.evaluate import repeats_of
from assets.models.settings import FULL, QUICK, ModelSettings, model_settings
from assets.models.settings_measuring import MEASURING, MOVED_FROM_REPORTS
from assets.reports.settings import ReportsSettings
from pipelines.rooms import room_contracts
from resources.errors import SettingsError
from resources.settings import ONLY_FOR, CoreSettings, Settings, digest_of, shaping_values


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
        ("at_risk_polarity", 2.0),
        ("tuning_share", 1.0),
        ("forest_features", 0.0),
    ],
)
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=f"models.{name}"):
        ModelSettings(**{name: value})


@pytest.mark.parametrize("name", MEASURING)
def test_settings_of_measuring_are_refused_by_name_and_shape_no_model(name):
    with pytest.raises(SettingsError, match=f"models.{name}"):
        ModelSettings(**{name: 0})
    tables = only_for(name)
    changed = ModelSettings(**{name: 7})
    assert name not in shaping_values(changed)
    assert digest_of(changed) == digest_of(ModelSettings())
    assert tables
    assert all(digest_of(changed, table=name) != digest_of(ModelSettings(), table=name) for name in tables)


def only_for(name):
    """Tables that a setting says it is for."""
    return next(item.metadata[ONLY_FOR] for item in fields(ModelSettings) if item.name == name)


@pytest.mark.parametrize("name", MOVED_FROM_REPORTS)
def test_where_the_settings_of_measuring_were_before_says_where_they_are(name):
    with pytest.raises(
        SettingsError, match=rf"reports\.{name} is now models\.{name}.*STAYWORTH_MODELS__{name.upper()}"
    ):
        Settings(home=Path("x"), sections={"reports": {name: 7}}).room("reports", ReportsSettings)
    assert getattr(model_settings(settings("quick", **{name: "7"})), name) == 7


def test_tables_that_a_setting_is_for_are_tables_of_the_room():
    named = {table for item in fields(ModelSettings) for table in item.metadata[ONLY_FOR]}
    named_here = {"models_findings", "explained_texts", "segment_pages", "word_influence"}
    assert named == named_here <= set(room_contracts())
