import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.models.examples.splits import (
    Split,
    customer_folds,
    fold_of,
    grouped_splits,
    shared_customers,
    validation_rows,
)
from resources.errors import ContractError

NAMES = np.array([f"c{index % 13}" for index in range(50)])


@given(seed=st.integers(0, 10_000), folds=st.integers(2, 6))
def test_no_customer_is_on_both_sides_and_every_row_is_tested_once(seed, folds):
    splits = list(grouped_splits(NAMES, folds, 2, np.random.default_rng(seed)))
    assert len(splits) == 2 * folds
    for split in splits:
        assert shared_customers(NAMES, split) == []
        assert not (split.train & split.test).any()
    for repeat in range(2):
        assert (sum(split.test.astype(int) for split in splits if split.repeat == repeat) == 1).all()


def test_folds_differ_by_one_customer_at_most():
    folds = customer_folds(NAMES, 4, np.random.default_rng(0))
    sizes = np.bincount(list(folds.values()))
    assert sizes.max() - sizes.min() <= 1


def test_the_order_of_rows_does_not_move_a_customer():
    first = customer_folds(NAMES, 5, np.random.default_rng(7))
    assert first == customer_folds(NAMES[::-1], 5, np.random.default_rng(7))
    assert first != customer_folds(NAMES, 5, np.random.default_rng(8))


def test_rows_get_the_fold_of_their_customer():
    folds = customer_folds(NAMES, 3, np.random.default_rng(1))
    assert fold_of(NAMES[:2], folds).tolist() == [folds["c0"], folds["c1"]]


def test_too_few_customers_are_refused():
    with pytest.raises(ContractError, match="2 customers can't fill 5 folds"):
        customer_folds(np.array(["a", "b", "a"]), 5, np.random.default_rng(0))


def test_a_leaking_split_is_noticed():
    everything = np.ones(len(NAMES), dtype=bool)
    assert shared_customers(NAMES, Split(repeat=0, fold=0, train=everything, test=everything))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
def test_validation_takes_whole_customers_and_never_all(share):
    held = validation_rows(NAMES, share, np.random.default_rng(2))
    assert 0 < held.sum() < len(NAMES)
    assert not set(NAMES[held]) & set(NAMES[~held])


def test_one_customer_is_never_held_back():
    assert not validation_rows(np.array(["a", "a"]), 0.5, np.random.default_rng(2)).any()


def test_by_size_every_fold_gets_one_of_each_few_neighbours() -> None:
    names = np.array([f"c{number:02d}" for number in range(23)])
    size = np.arange(23, dtype=np.float64)
    rng = np.random.default_rng(3)
    for _ in range(20):
        folds = customer_folds(names, 5, rng, size)
        for start in range(0, 20, 5):
            largest_first = names[::-1][start : start + 5]
            assert {folds[str(name)] for name in largest_first} == {0, 1, 2, 3, 4}
    again = [customer_folds(names[order], 5, np.random.default_rng(4), size[order]) for order in
             (np.arange(23), np.arange(23)[::-1])]  # fmt: skip
    assert again[0] == again[1]
