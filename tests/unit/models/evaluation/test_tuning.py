import json
from dataclasses import replace

import optuna
import polars as pl
import pytest

from assets.models.checks import validate_tuning
from assets.models.estimators.registry import all_models
from assets.models.estimators.spec import model_spec
from assets.models.evaluation.tuning import (
    PROSPECTIVE_CV,
    _space_of,
    chosen_values,
    reserved_customers,
    settings_for,
    space_owner,
    tune,
)
from assets.models.examples.dataset import to_arrays
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from tests.unit.models.build import DIMENSIONS, QUICKEST, arrays_of, examples_of

TUNING = replace(QUICKEST, models=("same_as_past", "lightgbm", "gated_fusion", "gated_fusion_ziln"), tuning_trials=3)


@pytest.fixture(scope="module")
def table():
    return tune(examples_of(), TUNING, lambda: 0.0)


def test_every_model_has_the_same_budget_and_the_default_is_among_it(table):
    assert [item.name for item in validate_tuning(table) if not item.passed] == []
    assert dict(table.group_by("protocol", "model").len().select("model", "len").iter_rows()) == {
        "lightgbm": 3,
        "gated_fusion": 3,
    }
    first = table.filter((pl.col("trial") == 0) & (pl.col("model") == "gated_fusion"))
    assert set(first["chosen"]) == {"{}"}  # QUICKEST's widths lie outside the space: judged as they are


def test_the_default_is_told_where_the_space_holds_it():
    inside = replace(
        TUNING, models=("same_as_past", "lightgbm"), boosting_rounds=100, boosting_leaves=15, boosting_min_leaf=5
    )
    found = tune(examples_of(), inside, lambda: 0.0)
    values = json.loads(found.filter(pl.col("trial") == 0)["chosen"][0])
    assert values["boosting_rounds"] == 100
    assert values["boosting_leaves"] == 15


def test_a_model_that_only_forecasts_is_not_tuned_on_the_observed_window():
    trials = tune(examples_of(), replace(TUNING, models=("same_as_past", "lightgbm", "tweedie")), lambda: 0.0)
    protocols = dict(trials.group_by("model").agg(pl.col("protocol").unique().sort()).iter_rows())
    assert protocols == {"lightgbm": ["observed", PROSPECTIVE_CV], "tweedie": [PROSPECTIVE_CV]}


def test_tuning_repeats_itself(table):
    assert tune(examples_of(), TUNING, lambda: 0.0).equals(table)


def test_the_best_trial_is_chosen_and_enters_the_settings(table):
    tuned = chosen_values(table)
    own = table.filter((pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("model") == "gated_fusion"))
    assert own.filter(pl.col("is_chosen"))["rmse"][0] == own["rmse"].min()
    values = tuned[PROSPECTIVE_CV]["gated_fusion"]
    for model in ("gated_fusion", "gated_fusion_ziln"):  # variants take over the values of what they vary
        found = settings_for(model, "prospective_holdout", TUNING, tuned)
        assert {name: getattr(found, name) for name in values if name != "behaviour_layers"} == {
            name: value for name, value in values.items() if name != "behaviour_layers"
        }
    assert settings_for("same_as_past", PROSPECTIVE_CV, TUNING, tuned) == TUNING


def test_rows_of_other_customers_change_no_trial(table):
    """What tuning sees are the reserved customers alone."""
    examples = examples_of()
    cv = examples.filter((pl.col("protocol") == "prospective") & (pl.col("split") == "cv"))
    reserved = reserved_customers(to_arrays(cv, DIMENSIONS), TUNING, PROSPECTIVE_CV)
    others = (pl.col("protocol") == "prospective") & ~pl.col("pseudo_customer_id").is_in(reserved.tolist())
    moved = examples.with_columns(target_clv=pl.when(others).then(pl.col("target_clv") * 9).otherwise("target_clv"))
    own = pl.col("protocol") == PROSPECTIVE_CV
    assert tune(moved, TUNING, lambda: 0.0).filter(own).equals(table.filter(own))


def test_off_means_off():
    assert tune(examples_of(), QUICKEST, lambda: 0.0).is_empty()
    assert reserved_customers(arrays_of(), QUICKEST, PROSPECTIVE_CV).size == 0


def test_every_model_with_something_to_choose_has_a_space():
    assert {model for model in all_models() if space_owner(model) is None} == {
        "same_as_past", "twelve_month_average", "year_earlier", "bg_nbd",
    }  # fmt: skip
    owners = {owner for model in all_models() if (owner := space_owner(model))}
    assert owners == {model for model in all_models() if model_spec(model).space}
    for owner in owners:
        probe = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)).ask()
        values = model_spec(owner).space(probe)
        assert set(values) <= set(ModelSettings.__dataclass_fields__), owner


def test_a_model_with_nothing_to_choose_is_refused_by_name():
    with pytest.raises(ContractError, match="'bg_nbd' has nothing to tune"):
        _space_of("bg_nbd")
