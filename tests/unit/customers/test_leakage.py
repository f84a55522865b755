import numpy as np
import polars as pl
import pytest

from assets.customers.behaviour import behaviour_features
from assets.customers.features import FEATURE_NAMES
from assets.customers.leakage import FEATURE_GROUPS, TEXT_COUNTS, feature_sets, leakage_table, out_of_fold_r2
from assets.customers.lifetime_value import current_rows, lifetime_values
from assets.customers.settings import CustomerSettings
from resources.errors import ContractError
from tests.unit.customers.build import DAY, random_bookings


def customers_of(seed, number):
    rows = random_bookings(seed, customers=number)
    features = behaviour_features(rows, DAY, CustomerSettings()).drop("bookings")
    return lifetime_values(current_rows(rows, DAY)).join(features, on="pseudo_customer_id")


def test_the_sets_state_what_contains_the_target():
    sets = {item.name: item for item in feature_sets()}
    assert sets["all"].contains_target == ("frequency", "monetary")
    assert sets["without_m"].contains_target == ("frequency",)
    assert sets["without_m_and_f"].contains_target == ()
    assert sets["extended_without_target"].contains_target == ()
    assert "average_revenue" in sets["extended"].contains_target


def test_the_target_inside_the_features_shows():
    compared = [item for item in feature_sets() if item.name in ("all", "without_m_and_f")]
    table = leakage_table(customers_of(4, 150), np.random.default_rng(1), compared)
    r2 = dict(zip(table["feature_set"], table["r2"], strict=True))
    assert r2["all"] > 0.9
    assert r2["all"] > r2["without_m_and_f"] + 0.2


def test_the_same_generator_gives_the_same_table():
    customers = customers_of(4, 60)
    compared = feature_sets()[2:3]
    first = leakage_table(customers, np.random.default_rng(3), compared)
    shuffled = customers.sample(fraction=1.0, shuffle=True, seed=1)
    assert first.equals(leakage_table(shuffled, np.random.default_rng(3), compared))


def test_the_figure_is_the_mean_of_two_deals():
    customers = customers_of(4, 60)
    (chosen,) = feature_sets()[2:3]
    (table,) = leakage_table(customers, np.random.default_rng(3), [chosen]).to_dicts()
    rng = np.random.default_rng(3)
    ordered = customers.sort("pseudo_customer_id")
    target = ordered["clv"].cast(pl.Float64).to_numpy()
    deals = [rng.permutation(np.arange(60) % 5) for _ in range(2)]
    values = ordered.select(chosen.features).to_numpy()
    single = [out_of_fold_r2(values, target, folds) for folds in deals]
    assert table["r2"] == pytest.approx(np.mean(single))
    assert len({round(figure, 6) for figure in single}) == 2


def test_few_customers_or_a_constant_target_give_no_figure():
    assert leakage_table(customers_of(4, 10), np.random.default_rng(1))["r2"].null_count() == len(feature_sets())
    assert out_of_fold_r2(np.zeros((60, 1)), np.ones(60), np.arange(60) % 5) is None


def test_a_missing_feature_is_named():
    with pytest.raises(ContractError, match="monetary"):
        leakage_table(customers_of(4, 10).drop("monetary"), np.random.default_rng(1))


def test_every_feature_belongs_to_one_group():
    names = [name for features in FEATURE_GROUPS.values() for name in features]
    assert sorted(names) == sorted(FEATURE_NAMES)
    alone = {item.name: item.features for item in feature_sets()}
    assert all(alone[f"group_{name}"] == features for name, features in FEATURE_GROUPS.items())


def test_text_is_a_group_of_its_own_and_its_counts_hold_the_target():
    customers = customers_of(4, 150)
    stays = customers["frequency"].cast(pl.Float64)
    text = pl.DataFrame({
        "pseudo_customer_id": customers["pseudo_customer_id"], "text_score": np.zeros(150), "has_text": stays > 0,
        "text_weight": stays, "reviews": stays,
    }).with_columns(pl.col("has_text").cast(pl.Float64))  # fmt: skip
    sets = {item.name: item for item in feature_sets([name for name in text.columns if name != "pseudo_customer_id"])}
    assert sets["group_text"].features == ("text_score", "has_text")
    assert sets["group_text"].contains_target == ("has_text",)
    assert sets["group_text_counts"].contains_target == TEXT_COUNTS
    assert set(sets["extended_without_target_with_text"].features) > set(sets["extended_without_target"].features)
    compared = [sets["group_text"], sets["group_text_counts"]]
    table = leakage_table(customers, np.random.default_rng(1), compared, text.head(140))
    r2 = dict(zip(table["feature_set"], table["r2"], strict=True))
    assert r2["group_text_counts"] > 0.3 > r2["group_text"]
    assert table["n"].to_list() == [150, 150]
