"""Series of a customer over equal blocks of days: totals, exponential smoothing, trend, unevenness.

Matrices are (n_customers, n_blocks), oldest block first, newest last; a customer's series starts at their
first block. Blocks are counted back from T, so the newest one is complete on every day.
"""

import numpy as np
from numpy.typing import NDArray

from resources.errors import ContractError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MIN_BLOCKS_FOR_TREND = 3  # two points always lie on a line


def block_totals(customer: Ints, age_days: Ints, values: Ints, shape: tuple[int, int], block_days: int) -> Floats:
    """Totals per customer and block.

    Args:
        customer: (n_rows,) row number of the customer in the result.
        age_days: (n_rows,) T minus the delivery day, 0 or more.
        values: (n_rows,) whole numbers; their sums are exact in any order.
        shape: (n_customers, n_blocks) of the result.
        block_days: length of a block.

    Returns:
        (n_customers, n_blocks), oldest block first.

    Raises:
        ContractError: an age is negative or older than the blocks.

    Source:
        Paper 001, section 2.6: localised statistics over rolling windows.
    """
    n_customers, n_blocks = shape
    back = age_days // block_days
    if back.size and (back.min() < 0 or back.max() >= n_blocks):
        message = f"age_days must lie in 0..{n_blocks * block_days - 1}, got {age_days.min()}..{age_days.max()}"
        raise ContractError(message + "; drop rows delivered after the day and count enough blocks")
    cell = customer * n_blocks + (n_blocks - 1 - back)
    return np.bincount(cell, weights=values, minlength=n_customers * n_blocks).reshape(shape).astype(np.float64)


def started(first_block: Ints, n_blocks: int) -> NDArray[np.bool_]:
    """(n_customers, n_blocks) mask of the blocks from each customer's first one on."""
    return np.arange(n_blocks)[None, :] >= first_block[:, None]


def exponential_smoothing(matrix: Floats, first_block: Ints, alpha: float) -> Floats:
    """Last value of ``S_j = alpha x_j + (1 - alpha) S_(j-1)``, with ``S = x`` at the customer's first block.

    Args:
        matrix: (n_customers, n_blocks).
        first_block: (n_customers,) column of the first block.
        alpha: weight of the newest block, in (0, 1].

    Returns:
        (n_customers,) smoothed value at T.

    Source:
        Paper 001, section 2.6.
    """
    level = np.zeros(matrix.shape[0])
    for block in range(matrix.shape[1]):
        value = matrix[:, block]
        level = np.where(block == first_block, value, alpha * value + (1.0 - alpha) * level)
        level = np.where(block < first_block, 0.0, level)
    return level


def linear_trend(matrix: Floats, first_block: Ints) -> tuple[Floats, Floats]:
    """Least-squares slope per block, and the population standard deviation around that line.

    Args:
        matrix: (n_customers, n_blocks).
        first_block: (n_customers,) column where each series starts.

    Returns:
        (n_customers,) slopes and (n_customers,) deviations; 0 where the series has fewer than three blocks.
    """
    mask = started(first_block, matrix.shape[1])
    steps = np.broadcast_to(np.arange(matrix.shape[1], dtype=np.float64), matrix.shape)
    slope = masked_slope(steps, matrix, mask, ridge=0.0)
    count = np.maximum(mask.sum(axis=1), 1)
    x = _centred(steps, mask, count)
    y = _centred(matrix, mask, count)
    residual = (y - slope[:, None] * x) * mask
    deviation = np.sqrt((residual**2).sum(axis=1) / count)
    return slope, np.where(mask.sum(axis=1) >= MIN_BLOCKS_FOR_TREND, deviation, 0.0)


def masked_slope(x: Floats, y: Floats, mask: NDArray[np.bool_], ridge: float) -> Floats:
    """Slope of y on x per row over the masked columns, shrunk towards zero by ``n * ridge``.

    Args:
        x: (n, m) explaining values.
        y: (n, m) explained values.
        mask: (n, m) which columns count.
        ridge: added to the variance of x; 0 for plain least squares.

    Returns:
        (n,) slopes; 0 where fewer than three columns count or x does not vary.
    """
    number = mask.sum(axis=1)
    count = np.maximum(number, 1)
    dx = _centred(x, mask, count)
    dy = _centred(y, mask, count)
    spread = (dx**2).sum(axis=1) + ridge * count
    usable = (number >= MIN_BLOCKS_FOR_TREND) & (spread > 0.0)
    return np.where(usable, (dx * dy).sum(axis=1) / np.where(usable, spread, 1.0), 0.0)


def _centred(values: Floats, mask: NDArray[np.bool_], count: Ints) -> Floats:
    mean = (values * mask).sum(axis=1) / count
    return (values - mean[:, None]) * mask
