import numpy as np
import pytest

from assets.common.findings import Disclosure, finding_rows
from assets.common.intervals import clustered_mean
from assets.models.checks_explaining import validate_faithfulness
from assets.models.estimators.boosted_trees import fit_boosted_trees
from assets.models.estimators.fusion_networks import PLANS
from assets.models.explaining.faithfulness import Deletion
from assets.models.explaining.shapley import PLAYERS
from assets.models.findings.explanations import deletion_results, importance, model_explanation, text_importance
from assets.models.networks.training import fit_network
from assets.models.settings_measuring import MeasuringSettings
from tests.unit.models.build import QUICKEST, synthetic

FEW = MeasuringSettings(shapley_customers=30, shapley_background=3, faithfulness_draws=2, bootstrap_draws=20)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def deletion(important: float, random: float, n: int = 12) -> Deletion:
    noise = np.linspace(-1, 1, n)[:, None]
    return Deletion(removed=(1,), important=important + noise, random=random - noise / 2)


def faithfulness_check(tree: dict):
    outcomes = validate_faithfulness(finding_rows(tree, dict.fromkeys(tree, Disclosure.MODEL_METRIC)))
    return next(outcome for outcome in outcomes if outcome.name == "explanations_are_faithful")


def test_the_fusion_is_explained_with_its_text_and_tested():
    data = synthetic(1, 120, text_effect=1.0)
    network = fit_network(PLANS["gated_fusion"], data, QUICKEST, 1)
    found = model_explanation("gated_fusion", network, data, FEW, rng())
    branch = found["shapley"]["gated_fusion"]
    assert set(branch["importance"]) == set(PLAYERS)
    assert 0.0 <= branch["with_text"]["share"]["value"] <= 1.0
    assert set(found["faithfulness"]["gated_fusion"]) == {f"remove_{size}" for size in (1, 2, 3, 5, 8)}
    again = model_explanation("gated_fusion", network, data, FEW, rng())
    assert again == found


def test_trees_are_explained_without_a_text():
    data = synthetic(1, 120, text_effect=0.0)
    found = model_explanation("lightgbm", fit_boosted_trees(data, QUICKEST, 1), data, FEW, rng())
    assert "text" not in found["shapley"]["lightgbm"]["importance"]
    assert "with_text" not in found["shapley"]["lightgbm"]
    assert found["faithfulness"]["lightgbm"]["remove_1"]["difference"]["value"] > 0


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_few_customers_are_not_explained(number):
    data = synthetic(1, 60, text_effect=0.0)
    assert model_explanation("lightgbm", fit_boosted_trees(data, QUICKEST, 1), data.take(np.arange(number)), FEW,
                             rng()) == {}  # fmt: skip


def test_no_review_at_all_leaves_the_text_without_influence():
    data = synthetic(1, 80, text_effect=1.0)
    network = fit_network(PLANS["gated_fusion"], data, QUICKEST, 1)
    fields = {name: getattr(data, name) for name in data.__dataclass_fields__}
    none = type(data)(**{**fields, "text": np.zeros_like(data.text), "has_text": np.zeros(len(data), dtype=bool)})
    branch = model_explanation("gated_fusion", network, none, FEW, rng())["shapley"]["gated_fusion"]
    assert branch["importance"]["text"]["value"] == pytest.approx(0.0, abs=1e-3)
    assert "with_text" not in branch


def test_equal_reviews_explain_nothing_between_customers_with_text():
    data = synthetic(1, 80, text_effect=1.0)
    fields = {name: getattr(data, name) for name in data.__dataclass_fields__}
    equal = np.tile(data.text[data.has_text][:1], (len(data), 1))
    same = type(data)(**{**fields, "text": equal, "has_text": np.ones(len(data), dtype=bool)})
    network = fit_network(PLANS["gated_fusion"], same, QUICKEST, 1)
    branch = model_explanation("gated_fusion", network, same, FEW, rng())["shapley"]["gated_fusion"]
    assert branch["with_text"]["text"]["value"] == pytest.approx(0.0, abs=1e-3)


def test_all_rows_without_influence_have_a_share_of_zero():
    assert text_importance(np.zeros((5, len(PLAYERS))), rng(), 10)["share"]["value"] == 0.0
    assert set(importance(np.ones((3, len(PLAYERS))), rng(), 10, is_text_read=False)) == set(PLAYERS[:-1])


def test_the_check_warns_when_random_parts_move_as_much():
    good = {"explanations": {"faithfulness": {"words": deletion_results([deletion(50.0, 10.0)], rng(), 50)}}}
    bad = {"explanations": {"faithfulness": {"words": deletion_results([deletion(10.0, 10.0)], rng(), 50)}}}
    assert faithfulness_check(good).passed
    red = faithfulness_check(bad)
    assert not red.passed
    assert not red.is_blocking
    assert faithfulness_check({}).passed


def test_texts_of_different_length_are_pooled_by_size():
    one = Deletion(removed=(1, 2), important=np.array([[3.0, 4.0]]), random=np.array([[1.0, 4.0]]))
    two = Deletion(removed=(1,), important=np.array([[5.0]]), random=np.array([[1.0]]))
    found = deletion_results([one, two], rng(), 10)
    assert set(found) == {"remove_1"}
    assert (found["remove_1"]["n"], found["remove_1"]["important"]["value"], found["remove_1"]["wins"]["value"]) == (
        2,
        4.0,
        1.0,
    )
    assert deletion_results([], rng(), 10) == {}


def test_rows_of_one_customer_count_together():
    values = np.array([1.0, 1.0, 1.0, 3.0])
    apart = clustered_mean(values, np.array(["a", "b", "c", "d"]))
    together = clustered_mean(values, np.array(["a", "a", "a", "d"]))
    assert apart.value == together.value == 1.5
    assert together.high - together.low > apart.high - apart.low
    assert apart.high - apart.value == pytest.approx(3.182446 * values.std(ddof=1) / 2)
    alone = clustered_mean(values, np.array(["a"] * 4))
    assert not alone.has_interval
