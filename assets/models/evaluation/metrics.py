"""Metrics of predicted against realised value."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from resources.errors import ContractError

Floats = NDArray[np.float64]
METRIC_NAMES = ("mae", "rmse", "r2", "mape", "spearman", "gini")
_DECILES = 10


def all_metrics(target: Floats, prediction: Floats, mape_floor: float) -> dict[str, float | None]:
    """MAE, RMSE (currency units), R², MAPE (share), Spearman and normalised Gini (-1 to 1).

    Args:
        target: (n,) realised value.
        prediction: (n,) predicted value.
        mape_floor: MAPE looks only at targets of at least this much.

    Returns:
        One figure per name of ``METRIC_NAMES``; None where it is not defined (no row, constant target, no target
        above the floor).

    Raises:
        ContractError: lengths differ, or a value is not finite.

    Source:
        Paper 001, section 2.13; the normalised Gini follows Wang, Liu, Miao (2019).
    """
    _check(target, prediction)
    if not len(target):
        return dict.fromkeys(METRIC_NAMES)
    error = prediction - target
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": r_squared(target, prediction),
        "mape": mape(target, prediction, mape_floor),
        "spearman": spearman(target, prediction),
        "gini": normalised_gini(target, prediction),
    }


def r_squared(target: Floats, prediction: Floats) -> float | None:
    """Share of the variance explained; None for a constant target."""
    spread = float(((target - target.mean()) ** 2).sum()) if len(target) else 0.0
    return 1.0 - float(((target - prediction) ** 2).sum()) / spread if spread > 0.0 else None


def mape(target: Floats, prediction: Floats, floor: float) -> float | None:
    """Mean absolute error as a share of the target, over targets of at least ``floor``; None when there is none."""
    above = target >= floor
    return float((np.abs(prediction[above] - target[above]) / target[above]).mean()) if above.any() else None


def spearman(target: Floats, prediction: Floats) -> float | None:
    """Rank correlation with average ranks for ties; None when either side is constant."""
    if len(target) < 2 or np.ptp(target) == 0.0 or np.ptp(prediction) == 0.0:
        return None
    return float(np.corrcoef(stats.rankdata(target), stats.rankdata(prediction))[0, 1])


def normalised_gini(target: Floats, prediction: Floats) -> float | None:
    """Gini of the target ordered by prediction, over the Gini of the target ordered by itself.

    Equal predictions share their mean target, so that the order of rows never matters. None when the target is
    constant or sums to nothing.
    """
    perfect = _gini(target, target)
    return _gini(target, prediction) / perfect if perfect else None


def _gini(target: Floats, order_by: Floats) -> float:
    total = float(target.sum())
    if len(target) == 0 or total <= 0.0:
        return 0.0
    _, group = np.unique(order_by, return_inverse=True)
    mean = np.bincount(group, weights=target) / np.bincount(group)
    shared = mean[np.sort(group)]
    lorenz = np.concatenate([[0.0], np.cumsum(shared) / total])
    area = float(((lorenz[1:] + lorenz[:-1]) / 2.0).mean())
    gini = 1.0 - 2.0 * area
    return gini if abs(gini) > 1e-12 else 0.0


def decile_calibration(target: Floats, prediction: Floats) -> list[dict[str, float]]:
    """Mean predicted against mean realised value by tenth of the predictions, equal predictions in one group.

    A tenth goes from one rank to the next; equal predictions that lie in several make up one group under the first of
    them. Parted, they would have to be put in some order, and by their target all would look calibrated.

    Args:
        target: (n,).
        prediction: (n,).

    Returns:
        decile (1 = lowest; those that fell to a lower one are left out), n, predicted, realised.

    Raises:
        ContractError: lengths differ, or a value is not finite.

    Example:
        >>> rows = decile_calibration(np.array([0.0, 4.0, 8.0, 4.0]), np.full(4, 5.0))
        >>> [(int(row["decile"]), int(row["n"]), row["predicted"], row["realised"]) for row in rows]
        [(1, 4, 5.0, 4.0)]
    """
    _check(target, prediction)
    if not len(target):
        return []
    of_row = tenth_of(prediction)
    return [
        {
            "decile": int(name),
            "n": int((of_row == name).sum()),
            "predicted": float(prediction[of_row == name].mean()),
            "realised": float(target[of_row == name].mean()),
        }
        for name in np.unique(of_row)
    ]


def tenth_of(prediction: Floats) -> NDArray[np.int64]:
    """(n,) the tenth of each prediction, 1 the lowest; equal predictions are in the first of their tenths.

    Args:
        prediction: (n,); fewer than ten make as many groups as there are.
    """
    _, group, number = np.unique(prediction, return_inverse=True, return_counts=True)
    ranks = np.cumsum(number) - number  # of the first row of each group
    tenth = 1 + ranks * min(_DECILES, len(prediction)) // max(len(prediction), 1)
    return tenth[group].astype(np.int64)


def _check(target: Floats, prediction: Floats) -> None:
    if target.shape != prediction.shape or target.ndim != 1:
        message = f"target and prediction must be (n,) alike, got {target.shape} and {prediction.shape}"
        raise ContractError(message + "; predict every row of the test part once")
    if not (np.isfinite(target).all() and np.isfinite(prediction).all()):
        message = "target or prediction holds values that are not finite; look at the model's inputs"
        raise ContractError(message)
