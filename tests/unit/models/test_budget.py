from dataclasses import replace

from assets.models.budget import SECONDS_PER_FIT, evaluation_seconds
from assets.models.settings import FULL, MODELS, QUICK, ModelSettings


def test_more_work_takes_longer():
    full, quick = ModelSettings(**FULL), ModelSettings(**QUICK)
    assert evaluation_seconds(quick) < 120 < evaluation_seconds(full) < 45 * 60
    assert evaluation_seconds(replace(full, other_repeats=10)) > 3 * evaluation_seconds(full)
    assert evaluation_seconds(replace(full, tuning_trials=0)) < evaluation_seconds(full)


def test_seconds_name_models_that_exist():
    assert set(SECONDS_PER_FIT) <= set(MODELS)
