from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.models.estimators.boosted_trees import fit_boosted_trees
from assets.models.estimators.same_as_past import SameAsPast
from assets.models.examples.dataset import to_arrays
from assets.models.serving.artefacts import to_artefact
from assets.models.serving.promotion_rule import earlier_origins, error_of, judge, newest_origin, verdict
from tests.unit.models.build import DIMENSIONS, QUICKEST, examples_of

DAY = date(2024, 6, 30)


def artefact(model, name, **payload):
    facts = {"horizon_days": 90, "text_dimensions": DIMENSIONS, "interval": {}, **payload}
    return to_artefact(name, model, QUICKEST, metrics={}, data="d", known_from=DAY, payload=facts)


@pytest.fixture(scope="module")
def examples():
    return examples_of()


@pytest.fixture(scope="module")
def naive():
    return artefact(SameAsPast(), "same_as_past")


@pytest.fixture(scope="module")
def trees(examples):
    data = to_arrays(earlier_origins(examples), DIMENSIONS)
    return artefact(fit_boosted_trees(data, QUICKEST, 1), "lightgbm")


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6), st.floats(0, 0.5))
def test_a_model_is_promoted_exactly_when_it_is_within_the_tolerance(error, other, tolerance):
    found = verdict(DAY, error, other, "rmse", tolerance)
    assert found.is_promoted == (error <= other * (1 + tolerance))
    assert found.decision.startswith("promoted" if found.is_promoted else "refused")


def test_both_are_judged_on_the_newest_origin(examples, naive, trees):
    rows = newest_origin(examples)
    found = judge(trees, naive, examples, QUICKEST, first=False)
    assert found.origin == rows["as_of"].max() == examples.filter(pl.col("protocol") == "prospective")["as_of"].max()
    target, past = rows["target_clv"].to_numpy(), np.maximum(rows["past_revenue"].to_numpy(), 0)
    assert found.serving_error == pytest.approx(error_of(target, past, "rmse"))
    back = judge(naive, trees, examples, QUICKEST, first=False)
    assert (back.error, back.serving_error) == (found.serving_error, found.error)
    strict = replace(QUICKEST, promotion_tolerance=0.0)
    both = [judge(*pair, examples, strict, first=False).is_promoted for pair in ((trees, naive), (naive, trees))]
    assert sorted(both) == [False, True]


def test_the_metric_is_the_settings(examples, naive):
    by_mae = judge(naive, naive, examples, replace(QUICKEST, promotion_metric="mae"), first=False)
    by_rmse = judge(naive, naive, examples, QUICKEST, first=False)
    assert by_mae.error < by_rmse.error
    assert by_mae.is_promoted


def test_the_first_model_is_promoted(examples, trees):
    found = judge(trees, None, examples, QUICKEST, first=True)
    assert found.is_promoted
    assert found.serving_error is None
    assert found.error > 0


def test_what_can_not_be_compared_is_said(examples, naive, trees):
    cases = {
        "no newest origin": judge(None, naive, examples.clear(), QUICKEST, first=False),
        "without a twin": judge(trees, None, examples, QUICKEST, first=False),
        "guests were erased": judge(trees, naive, examples, QUICKEST, first=False, outdated="guests were erased"),
        "nothing installed knows": judge(trees, replace(naive, model="three_part"), examples, QUICKEST, first=False),
        "other features": judge(trees, replace(naive, features=("b_other",)), examples, QUICKEST, first=False),
        "another horizon days": judge(
            trees, artefact(SameAsPast(), "same_as_past", horizon_days=30), examples, QUICKEST, first=False
        ),
        "another text dimensions": judge(
            trees, artefact(SameAsPast(), "same_as_past", text_dimensions=9), examples, QUICKEST, first=False
        ),
    }
    for told, found in cases.items():
        assert found.is_promoted
        assert told in found.decision


def test_earlier_origins_end_before_the_newest(examples):
    early, late = earlier_origins(examples), newest_origin(examples)
    ends = early.select(pl.col("as_of") + pl.duration(days=pl.col("horizon_days").cast(pl.Int64)))["as_of"]
    assert ends.max() <= late["as_of"].min()
