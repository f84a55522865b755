"""Forecasts of known customers by BG/NBD with gamma-gamma, on two public years of purchases, against plain controls.

CDNOW's tenth (2,357 customers who first bought in early 1997): fitted on 39 weeks, tested on the next 39. UCI Online
Retail: fitted on nine months, tested on the last 100 days. Beside the forecasts stand the published parameters, and
controls: nobody is told apart (everybody's mean), the same rate as in the past, and histories dealt out anew among the
customers, which must lose. Intervals: 95 %, customers resampled; differences on the same draws.

    python -m benchmarks.repeat_purchases --data <folder> [--write docs/results/repeat_purchases.md]
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from assets.common.findings import Estimate
from assets.models.estimators.purchase_fits import PurchaseFit, SpendingFit, fit_purchases, fit_spending
from assets.models.estimators.purchase_likelihoods import Floats, History, expected_purchases, expected_spend
from assets.models.evaluation.customer_metrics import (
    Forecasts,
    drawn_weights,
    percentile_bounds,
    weighted_metrics,
)
from benchmarks.measure import asked_for, finish
from benchmarks.purchase_data import CDNOW, RETAIL, Year, bought_within, history_at, purchases
from pipelines.results_page import shown

# Fader, Hardie, Lee (2005), table 2, and Fader, Hardie (2013), brucehardie.com/notes/025; rounded as printed.
PUBLISHED = {
    "cdnow": {
        "purchases": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "log_likelihood": -9_582.4},
        "spending": {"p": 6.25, "q": 3.74, "gamma": 15.44, "log_likelihood": -4_055.9},
    }
}
_NAMES = {"purchases": ("r", "alpha", "a", "b"), "spending": ("p", "q", "gamma")}
_PENALTY = 1e-3  # of the estimator before maximum likelihood
_DRAWS = 1_000
_MODEL = "BG/NBD"


def fits(history: History, penalty: float = 0.0) -> tuple[PurchaseFit, SpendingFit]:
    """Both models.

    Raises:
        ValueError: nobody has spent anything.
    """
    spending = fit_spending(history, penalty)
    if spending is None:
        message = "nobody in the history has spent anything; look at the amounts"
        raise ValueError(message)
    return fit_purchases(history, penalty), spending


def parameters(name: str, history: History) -> dict[str, Any]:
    """Fitted parameters with the log likelihood, the published ones beside them where there are any."""
    beside: dict[str, Any] = {}
    for part, fit in zip(_NAMES, fits(history), strict=True):
        ours = dict(zip(_NAMES[part], fit.parameters, strict=True)) | {"log_likelihood": fit.log_likelihood}
        published = PUBLISHED.get(name, {}).get(part, {})
        for what, value in ours.items():
            beside[f"{part}, {what}"] = {"ours": float(f"{value:.6g}"), "published": published.get(what)}
    return beside


def forecasts(history: History, rng: np.random.Generator) -> dict[str, tuple[Floats, Floats]]:
    """Purchases and amounts that each model and control expects of every customer.

    Args:
        history: as of the last day known.
        rng: deals histories.
    """
    purchase, spending = fits(history)
    held, held_spending = fits(history, _PENALTY)

    def by(fit: PurchaseFit, spent: SpendingFit, of: History) -> tuple[Floats, Floats]:
        days = expected_purchases(of, fit.parameters)
        return days, days * expected_spend(of, spent.parameters)

    dealt = history.take(rng.permutation(len(history.repeats)))
    ahead, seen = history.ahead, np.maximum(history.seen, 1.0)  # weeks; who came yesterday is no daily customer
    rate = history.repeats / seen * ahead
    everybody = np.full(len(rate), float(history.repeats.sum() / history.seen.sum()) * float(ahead[0]))
    bought = history.spend > 0.0
    amount = float((history.spend * history.repeats)[bought].sum() / max(history.repeats[bought].sum(), 1.0))
    return {
        _MODEL: by(purchase, spending, history),
        "BG/NBD, penalised": by(held, held_spending, history),
        "same rate as in the past": (rate, rate * history.spend),
        "everybody's mean": (everybody, everybody * amount),
        "BG/NBD, histories dealt anew": by(purchase, spending, dealt),
    }


def judged(customers: list[str], came: Floats, forecast: Floats, weights: list[Floats]) -> dict[str, Floats]:
    """Each figure of the whole and then of every draw."""
    rows = Forecasts(customers=np.array(customers), target=came, value=forecast)
    parts = [weighted_metrics(rows, part) | _errors(rows, part) for part in weights]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _errors(rows: Forecasts, weights: Floats) -> dict[str, Floats]:
    """(draws,) mean absolute and root mean square error, and the correlation of forecast and outcome."""
    number, error = weights.sum(axis=1), rows.value - rows.target
    x, y = rows.value - rows.value.mean(), rows.target - rows.target.mean()
    mean_x, mean_y = (weights * x).sum(axis=1) / number, (weights * y).sum(axis=1) / number
    both = (weights * x * y).sum(axis=1) / number - mean_x * mean_y
    spread = np.sqrt(
        ((weights * x**2).sum(axis=1) / number - mean_x**2) * ((weights * y**2).sum(axis=1) / number - mean_y**2)
    )
    is_told_apart = np.ptp(rows.value) > 0.0
    return {
        "mae": (weights * np.abs(error)).sum(axis=1) / number,
        "rmse": np.sqrt((weights * error**2).sum(axis=1) / number),
        "correlation": both / spread if is_told_apart else np.full(len(number), np.nan),
    }


def told(values: Floats) -> str:
    """The whole's figure with the interval of the draws."""
    item = Estimate(float(values[0]), *percentile_bounds(values[1:]))
    if not np.isfinite(item.value):
        return "–"
    return f"{shown(item.value)} ({shown(item.low)} to {shown(item.high)})"


def year_of(folder: Path, year: Year, draws: int = _DRAWS, seed: int = 42) -> dict[str, Any]:
    """Parameters, forecasts beside what came, and differences from the controls."""
    bought = purchases(folder, year)
    customers, history = history_at(bought, year.known_until, year.ahead)
    came = dict(
        zip(("purchases", "amounts"), bought_within(bought, customers, year.known_until, year.ends), strict=True)
    )
    rng = np.random.default_rng(seed)
    expected = forecasts(history, rng)
    names = np.array(customers)
    weights = [np.ones((1, len(names))), *drawn_weights(names, rng, draws)]
    branch: dict[str, Any] = {
        "what": {
            "customers": len(names), "known until": str(year.known_until), "weeks ahead": round(year.ahead, 1),
            "purchases to come": int(came["purchases"].sum()), "amount to come": round(float(came["amounts"].sum())),
        },
        "parameters": parameters(year.name, history),
    }  # fmt: skip
    for place, (what, outcome) in enumerate(came.items()):
        figures = {name: judged(customers, outcome, pair[place], weights) for name, pair in expected.items()}
        wanted = ("bias", "mae", "rmse", "correlation", "auc", "captured_10", "captured_20")
        branch[what] = {name: {metric: told(own[metric]) for metric in wanted} for name, own in figures.items()}
        branch[f"{what}, BG/NBD minus"] = {
            name: {f"difference in {metric}": told(figures[_MODEL][metric] - own[metric])
                   for metric in ("mae", "rmse", "auc", "captured_10")}
            for name, own in figures.items() if name != _MODEL
        }  # fmt: skip
    return branch


def main() -> None:
    """Print and store the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds cdnow/ and online_retail/")
    parser.add_argument("--draws", type=int, default=_DRAWS, help="resamples of the customers")
    options = asked_for(parser)
    results = {year.name: year_of(options.data, year, options.draws) for year in (CDNOW, RETAIL)}
    for name, parts in results.items():
        for part, rows in parts.items():
            print(f"{name}, {part}")
            for row, figures in rows.items():
                print(f"  {row}: {figures}")
    finish("repeat_purchases", results, options)


if __name__ == "__main__":
    main()
