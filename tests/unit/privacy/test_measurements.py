"""Noise on aggregates: its size, its bounds, its refusals, and the difference between the two accountings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.measurements import Noise, noise_bound, noisy_counts, noisy_means
from assets.privacy.quantiles import noisy_quantiles
from resources.errors import PrivacyError

ACCOUNTINGS = ["pure", "zcdp"]


def seeded(accounting: str = "pure", seed: int = 11) -> Noise:
    return Noise(accounting=accounting, test_rng=np.random.default_rng(seed))


@pytest.mark.parametrize("scale", [0.1, 0.7, 1.0, 1 / 0.6, 20.0])
def test_bound_is_the_smallest_that_holds(scale: float) -> None:
    ratio = np.exp(-1 / scale)
    values = np.arange(-4000, 4001)
    mass = (1 - ratio) / (1 + ratio) * ratio ** np.abs(values)
    bound = noise_bound(scale)
    assert mass[np.abs(values) > bound].sum() <= 0.05
    assert bound == 0 or mass[np.abs(values) > bound - 1].sum() > 0.05


@pytest.mark.parametrize(("accounting", "spread"), [("pure", np.sqrt(2) / 0.5), ("zcdp", 1 / np.sqrt(2 * 0.5))])
@pytest.mark.parametrize("is_private", [True, False])
def test_noise_is_centred_and_within_its_bound(accounting: str, spread: float, is_private: bool) -> None:
    noise = Noise(accounting=accounting) if is_private else seeded(accounting)
    noisy = noisy_counts(np.full(4000, 100, np.int64), noise, loss=0.5, sensitivity=1)
    error = noisy.values - 100
    assert noisy.is_private is is_private
    assert abs(error.mean()) < 0.3  # standard error 0.045
    assert (np.abs(error) <= noisy.plus_minus_95).mean() >= 0.94
    assert error.std() == pytest.approx(spread, rel=0.12)


@pytest.mark.parametrize("accounting", ACCOUNTINGS)
def test_sensitivity_widens_the_noise(accounting: str) -> None:
    nothing = np.zeros(2, np.int64)
    widths = [noisy_counts(nothing, seeded(accounting), loss=1.0, sensitivity=n).plus_minus_95 for n in (10, 30)]
    assert widths[1] > 2 * widths[0]


def test_opendp_agrees_with_the_loss_that_is_booked() -> None:
    from opendp.domains import atom_domain, vector_domain
    from opendp.measurements import make_gaussian, make_laplace
    from opendp.metrics import l1_distance, l2_distance
    from opendp.mod import enable_features

    from assets.privacy.measurements import noise_scale

    enable_features("contrib")
    domain = vector_domain(atom_domain(T="i64"))
    for loss, sensitivity in ((0.3, 1), (0.15, 3000), (1 / 3, 2)):
        laplace = make_laplace(domain, l1_distance(T="i64"), scale=noise_scale(Noise(), loss, sensitivity))
        assert laplace.map(sensitivity) == pytest.approx(loss)
        scale = noise_scale(Noise(accounting="zcdp"), loss, sensitivity)
        assert make_gaussian(domain, l2_distance(T="f64"), scale=scale).map(float(sensitivity)) == pytest.approx(loss)


def test_seeded_noise_repeats_and_is_marked() -> None:
    one, two = (noisy_counts(np.zeros(9, np.int64), seeded(), loss=0.5, sensitivity=1) for _ in range(2))
    assert (one.values == two.values).all()
    assert not one.is_private


@pytest.mark.parametrize(("loss", "sensitivity"), [(0.0, 1), (-1.0, 1), (float("nan"), 1), (float("inf"), 1), (1.0, 0)])
def test_nonsense_is_refused(loss: float, sensitivity: int) -> None:
    with pytest.raises(PrivacyError):
        noisy_counts(np.zeros(1, np.int64), seeded(), loss=loss, sensitivity=sensitivity)
    with pytest.raises(PrivacyError):
        Noise(accounting="renyi")


@pytest.mark.parametrize("accounting", ACCOUNTINGS)
@pytest.mark.parametrize("place", [0.0, 0.25, 0.5, 1.0])
def test_means_are_unbiased_and_their_distance_covers(accounting: str, place: float) -> None:
    sizes = np.full(3000, 80, np.int64)
    sums = np.full(3000, round(80 * (100 + 400 * place)), np.int64)
    means = noisy_means(sums, sizes, seeded(accounting), bounds=(100, 500), loss=0.8)
    error = means.values - sums / sizes
    assert abs(np.median(error)) < 1.5
    covered = (np.abs(error) <= means.plus_minus_95).mean()
    assert covered >= 0.94
    assert (np.abs(means.sizes - 80) <= means.sizes_plus_minus_95).mean() >= 0.94
    assert (means.values >= 100).all()
    assert (means.values <= 500).all()


def test_a_group_that_drowns_in_noise_says_only_its_bounds() -> None:
    nothing = np.zeros(50, np.int64)
    means = noisy_means(nothing, nothing, seeded(), bounds=(0, 10), loss=0.01)
    drowned = means.plus_minus_95 == 10
    assert drowned.any()
    assert (means.values >= 0).all()
    assert (means.values <= 10).all()


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(-5, 20), min_size=1, max_size=8), extra=st.integers(-5, 20))
def test_one_row_more_moves_both_sides_by_the_width(values: list[int], extra: int) -> None:
    low, high = -5, 20
    sides = [(sum(x) - low * len(x), high * len(x) - sum(x)) for x in (values, [*values, extra])]
    assert sum(abs(after - before) for before, after in zip(*sides, strict=True)) == high - low


def test_unclamped_sums_and_empty_bounds_are_refused() -> None:
    one = np.array([1], np.int64)
    with pytest.raises(PrivacyError, match="clamp"):
        noisy_means(np.array([11], np.int64), one, seeded(), bounds=(0, 10), loss=1.0)
    with pytest.raises(PrivacyError, match="ascending"):
        noisy_means(one, one, seeded(), bounds=(5, 5), loss=1.0)


@pytest.mark.parametrize("accounting", ACCOUNTINGS)
def test_several_quantiles_at_once_are_near_and_covered(accounting: str) -> None:
    rng = np.random.default_rng(5)
    values = rng.gamma(4, 2500, 20_000).astype(np.int64)
    orders = [0.1, 0.25, 0.5, 0.75, 0.9]
    true = np.quantile(np.clip(values, 0, 40_000), orders, method="inverted_cdf")
    errors, covered = [], []
    for seed in range(30):
        found = noisy_quantiles(values, orders, seeded(accounting, seed), bounds=(0, 40_000), loss=1.0)
        errors.append(np.abs(found.values - true) / true)
        covered.append(np.abs(found.values - true) <= found.plus_minus_95)
        assert (np.diff(found.values) >= 0).all()
        assert (found.plus_minus_95 < 2000).all()
    assert np.mean(errors) < 0.006
    assert np.mean(covered) >= 0.95
    assert abs(found.size - 20_000) < 200


def test_quantiles_of_a_few_values_stay_within_the_bounds() -> None:
    for values in ([], [7], [-100, 100_000]):
        found = noisy_quantiles(np.array(values, np.int64), [0.5], Noise(), bounds=(0, 999), loss=0.5)
        assert 0 <= found.values[0] <= 999
        assert found.is_private


@pytest.mark.parametrize(("orders", "bounds"), [([], (0, 9)), ([0.0], (0, 9)), ([1.0], (0, 9)), ([0.5], (9, 9))])
def test_quantiles_that_make_no_sense_are_refused(orders: list[float], bounds: tuple[int, int]) -> None:
    with pytest.raises(PrivacyError):
        noisy_quantiles(np.arange(5), orders, seeded(), bounds=bounds, loss=1.0)
