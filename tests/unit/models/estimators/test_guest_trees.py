"""Both forecasts of guests have the total right and rank who brings anything; nobody, everybody and stored parts."""

from dataclasses import replace

import lightgbm
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from assets.models.estimators.guest_trees import fit_tweedie, fit_two_part
from assets.models.estimators.spec import model_spec
from assets.models.examples.prediction import AMOUNT, CHANCE
from assets.models.settings import ModelSettings
from resources.errors import ContractError, SettingsError
from tests.unit.models.build import synthetic

FITS = {"two_part": fit_two_part, "tweedie": fit_tweedie}
SETTINGS = ModelSettings(boosting_rounds=60)


def guests(number=3_000, seed=1):
    """Nine in ten bring nothing; one feature says who might, another how much."""
    data = synthetic(seed, number, text_effect=0.0)
    rng = np.random.default_rng(seed)
    chance = 0.02 + 0.2 * data.behaviour[:, 0] ** 2
    amount = rng.gamma(2.0, 100.0 * (1.0 + 3.0 * data.behaviour[:, 1]))
    return replace(data, target=np.where(rng.random(number) < chance, amount, 0.0)), chance


@pytest.mark.parametrize("name", sorted(FITS))
def test_totals_are_right_and_the_likelier_come_first(name):
    train, _ = guests()
    test, chance = guests(seed=2)
    model = FITS[name](train, SETTINGS, 1)
    inside, outside = model.predict(train), model.predict(test)
    assert inside.value.sum() == pytest.approx(train.target.sum())
    assert outside.value.sum() == pytest.approx(test.target.sum(), rel=0.2)
    score = outside.further.get(CHANCE, outside.value)
    best = roc_auc_score(test.target > 0, chance)
    assert roc_auc_score(test.target > 0, score) > best - 0.08
    assert model.parameters > 10


def test_the_value_is_chance_times_amount():
    train, _ = guests()
    found = fit_two_part(train, SETTINGS, 1).predict(train)
    chance, amount = found.further[CHANCE], found.further[AMOUNT]
    assert found.value == pytest.approx(chance * amount)
    assert ((chance > 0.0) & (chance < 1.0)).all()
    assert chance.mean() == pytest.approx((train.target > 0).mean(), rel=0.03)
    paid = train.target > 0
    assert amount[paid].mean() == pytest.approx(train.target[paid].mean(), rel=0.1)


@pytest.mark.parametrize("name", sorted(FITS))
def test_nobody_and_everybody_brings_revenue(name):
    train, _ = guests(400)
    nobody = FITS[name](replace(train, target=np.zeros(400)), SETTINGS, 1).predict(train)
    assert nobody.value.max() < 1e-6
    everybody = FITS[name](replace(train, target=np.full(400, 80.0)), SETTINGS, 1).predict(train)
    assert everybody.value == pytest.approx(np.full(400, 80.0), rel=0.02)
    assert FITS[name](train, SETTINGS, 1).predict(train.take(np.zeros(400, dtype=bool))).value.shape == (0,)


@pytest.mark.parametrize("name", sorted(FITS))
def test_the_days_ahead_are_forecast_at_their_own_price(name):
    """Learned at 100 and 150 a night; a horizon at 90 (a year before) is 90 over their mean as dear, 1 if unknown."""
    train, _ = guests()
    dear = np.arange(len(train)) % 2 == 0
    prices = np.where(dear, 150.0, 100.0)
    train = replace(train, target=train.target * prices / 125.0, horizon_price=prices)
    test, _ = guests(seed=2)
    model = FITS[name](train, SETTINGS, 1)
    plain = model.predict(test).value
    ahead = model.predict(replace(test, season_price=np.full(len(test), 90.0))).value
    assert ahead == pytest.approx(plain * 90.0 / 125.0)
    assert model.predict(replace(test, season_price=np.full(len(test), 1e6))).value == pytest.approx(2.0 * plain)
    blind = FITS[name](replace(train, horizon_price=np.full(len(train), np.nan)), SETTINGS, 1)
    assert blind.predict(replace(test, season_price=np.full(len(test), 90.0))).value == pytest.approx(
        blind.predict(test).value
    )


def test_the_wide_block_and_the_texts_are_read():
    train, _ = guests()
    wide = train.wide.copy()
    wide[:, 3] = train.target > 0
    told = replace(train, wide=wide)
    sure = fit_two_part(told, SETTINGS, 1).predict(told).further[CHANCE]
    assert roc_auc_score(train.target > 0, sure) > 0.99
    model = model_spec("two_part_text").fit(replace(train, text_weight=(train.target > 0) * 1.0), SETTINGS, 1)
    asked = replace(train, text_weight=(train.target > 0) * 1.0)
    assert roc_auc_score(train.target > 0, model.predict(asked).further[CHANCE]) > 0.99


def test_trees_that_read_what_no_example_holds_are_refused():
    train, _ = guests(400)
    model = fit_two_part(train, SETTINGS, 1)
    text = model.chance.model_to_string().replace("w_last_nights", "w_moon_phase")
    with pytest.raises(ContractError, match="w_moon_phase.*train them again"):
        replace(model, chance=lightgbm.Booster(model_str=text)).predict(train)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_power_outside_its_range_is_refused(power):
    with pytest.raises(SettingsError, match="tweedie_power"):
        ModelSettings(tweedie_power=power)
