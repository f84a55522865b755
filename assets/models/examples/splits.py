"""Which rows train and which are tested: folds grouped by pseudo-customer, the same for every model."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resources.errors import ContractError


@dataclass(frozen=True, kw_only=True)
class Split:
    """One fold of one repeat: row masks over the examples."""

    repeat: int
    fold: int
    train: NDArray[np.bool_]
    test: NDArray[np.bool_]


def customer_folds(
    customers: NDArray[np.str_], folds: int, rng: np.random.Generator, size: NDArray[np.float64] | None = None
) -> dict[str, int]:
    """Fold of each customer: shuffled and dealt, so that folds differ by one customer at most.

    By size every fold gets one of each few neighbours in the order of size. A handful of customers decides R² and
    RMSE; a plain deal leaves folds without any of them, in which there is nothing to explain and R² falls to -6.

    Args:
        customers: ids, repeated or not; their order does not matter.
        folds: number of folds.
        rng: of this repeat.
        size: of the customer as each row has it, known when the forecast is made; its largest counts.

    Raises:
        ContractError: fewer customers than folds.
    """
    unique = np.unique(customers)
    if len(unique) < folds:
        message = f"{len(unique)} customers can't fill {folds} folds; hand over more history or ask for fewer folds"
        raise ContractError(message)
    if size is None:
        dealt = rng.permutation(len(unique)) % folds
    else:
        dealt = _dealt_by_size(customers, unique, size, folds, rng)
    return {str(name): int(fold) for name, fold in zip(unique, dealt, strict=True)}


def _dealt_by_size(
    customers: NDArray[np.str_],
    unique: NDArray[np.str_],
    size: NDArray[np.float64],
    folds: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    largest = np.full(len(unique), -np.inf)
    np.maximum.at(largest, np.searchsorted(unique, customers), size)
    dealt = np.empty(len(unique), dtype=np.int64)
    order = np.lexsort((unique, -largest))
    for start in range(0, len(order), folds):
        group = order[start : start + folds]
        dealt[group] = rng.permutation(folds)[: len(group)]
    return dealt


def fold_of(customers: NDArray[np.str_], folds: dict[str, int]) -> NDArray[np.int64]:
    """(n,) fold of each row."""
    return np.array([folds[str(name)] for name in customers], dtype=np.int64)


def grouped_splits(customers: NDArray[np.str_], folds: int, repeats: int, rng: np.random.Generator) -> Iterator[Split]:
    """Every fold of every repeat; all rows of a customer, over all origins, lie on one side.

    Args:
        customers: (n,) id of each row.
        folds: per repeat.
        repeats: number of fresh deals.
        rng: drawn from once per repeat, in order.

    Yields:
        Splits in (repeat, fold) order.
    """
    for repeat in range(repeats):
        row_fold = fold_of(customers, customer_folds(customers, folds, rng))
        for fold in range(folds):
            yield Split(repeat=repeat, fold=fold, train=row_fold != fold, test=row_fold == fold)


def shared_customers(customers: NDArray[np.str_], split: Split) -> list[str]:
    """Customers on both sides of a split; empty when it is sound."""
    return sorted(set(customers[split.train].tolist()) & set(customers[split.test].tolist()))


def validation_rows(customers: NDArray[np.str_], share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(n,) rows of a random share of customers, at least one and never all, kept for early stopping."""
    unique = np.unique(customers)
    number = min(max(1, round(share * len(unique))), len(unique) - 1)
    chosen = unique[np.sort(rng.permutation(len(unique))[: max(number, 0)])]
    return np.isin(customers, chosen)
