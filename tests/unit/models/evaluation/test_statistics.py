import numpy as np
import pytest
from scipy import stats

from assets.models.evaluation.statistics import bootstrap_interval, compare
from resources.errors import ContractError

FIRST = np.array([1.0, 1.4, 0.9, 1.3, 1.1])
SECOND = np.array([1.5, 1.6, 1.7, 1.5, 1.9])


def test_paired_t_and_wilcoxon_agree_with_scipy():
    got = compare(FIRST, SECOND, 0.25)
    assert got.p_t == pytest.approx(stats.ttest_rel(FIRST, SECOND).pvalue)
    assert got.p_wilcoxon == pytest.approx(stats.wilcoxon(FIRST, SECOND).pvalue)
    assert got.difference == pytest.approx((FIRST - SECOND).mean())
    assert got.effect == pytest.approx((FIRST - SECOND).mean() / (FIRST - SECOND).std(ddof=1))


def test_the_corrected_t_by_hand():
    difference = FIRST - SECOND
    t = difference.mean() / np.sqrt((1 / 5 + 0.25) * difference.var(ddof=1))
    assert compare(FIRST, SECOND, 0.25).p_corrected == pytest.approx(2 * stats.t.sf(abs(t), 4))


def test_the_correction_is_never_kinder():
    got = compare(FIRST, SECOND, 0.25)
    assert got.p_corrected > got.p_t


def test_order_only_turns_the_sign():
    one, two = compare(FIRST, SECOND, 0.25), compare(SECOND, FIRST, 0.25)
    assert (one.difference, one.p_corrected) == (pytest.approx(-two.difference), pytest.approx(two.p_corrected))


def test_equal_models_differ_by_nothing():
    got = compare(FIRST, FIRST, 0.25)
    assert (got.p_corrected, got.p_t, got.p_wilcoxon, got.effect) == (1.0, 1.0, 1.0, 0.0)


def test_a_constant_difference_has_no_spread():
    got = compare(np.array([1.0, 2.0]), np.array([0.0, 1.0]), 0.25)
    assert (got.p_corrected, got.effect) == (0.0, 0.0)


def test_five_folds_can_not_go_below_the_smallest_p():
    assert compare(FIRST, SECOND, 0.25).p_wilcoxon >= 0.0625  # 2 / 2^5, the smallest of five folds


@pytest.mark.parametrize("second", [SECOND[:4], SECOND[:1]])
def test_unlike_folds_are_refused(second):
    with pytest.raises(ContractError, match="same two or more folds"):
        compare(FIRST[: len(second) + (len(second) == 4)], second, 0.25)


def test_the_bootstrap_holds_the_mean_and_repeats():
    low, high = bootstrap_interval(FIRST, np.random.default_rng(1))
    assert low < FIRST.mean() < high
    assert bootstrap_interval(FIRST, np.random.default_rng(1)) == (low, high)
    assert bootstrap_interval(np.array([2.0]), np.random.default_rng(1)) == (2.0, 2.0)
    with pytest.raises(ContractError, match="at least one value"):
        bootstrap_interval(np.zeros(0), np.random.default_rng(1))


def test_the_corrected_test_keeps_its_level_on_overlapping_folds():
    """Under no difference, the share of p below 0.05 must stay near 0.05 where folds share training data."""
    rng, hits = np.random.default_rng(3), 0
    for _ in range(400):
        shared = rng.normal(0, 0.5)
        hits += compare(shared + rng.normal(0, 1, 10), np.zeros(10), 0.25).p_corrected < 0.05
    assert hits / 400 < 0.08
