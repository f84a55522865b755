"""The two protocols: which days features are looked at, and where the target comes from.

*Observed window* (paper 001): features and CLV from the same window, T = last day. *Prospective*: features from
rows delivered by T, target = realised revenue of stays delivered in (T, T + H], cohort = customers with a row by T.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from assets.customers.lifetime_value import current_rows
from assets.customers.past_figures import past_figures, price_per_night
from assets.customers.settings import CustomerSettings
from resources.errors import ContractError

OBSERVED = "observed"
PROSPECTIVE = "prospective"
LONG_HORIZON = "long_horizon"  # prospective, one origin, LONG_DAYS ahead: one extra table, nothing is chosen on it
LONG_DAYS = 365  # specification 6.5
PUBLIC_CV_ORIGINS = (date(2015, 12, 5), date(2016, 3, 4), date(2016, 6, 2), date(2016, 8, 31))  # specification 6.5
PUBLIC_HOLDOUT_ORIGIN = date(2017, 2, 28)  # specification 6.5: the last CV target has ended the day before
_SHORT_HISTORY_PARTS = 4  # ours: a short history is cut into warm-up, CV target, hold-out target and one to spare
_SHORTEST_HORIZON = 7  # ours: below a week of target there is nothing to learn


@dataclass(frozen=True, kw_only=True)
class OriginPlan:
    """The days at which customers are looked at.

    Attributes:
        observed: T of the observed window, the last complete day.
        horizon_days: H.
        cv: origins of cross-validation, ascending; their targets may overlap.
        holdout: origin of the hold-out, None when the history is too short; every CV target ends before or on it.
        long: origin of the year-long target, None when the history is too short.
    """

    observed: date
    horizon_days: int
    cv: tuple[date, ...]
    holdout: date | None
    long: date | None = None


def plan_origins(first_day: date, last_day: date, settings: CustomerSettings, *, is_public: bool) -> OriginPlan:
    """Choose the origins for a history.

    The settings' own days come first, then the documented days of the public data, and for any other history (or
    when those do not fit into it) a rule: hold-out T = last day - H, CV origins at T - H, T - H - step, ... as long
    as ``min_history_days`` of rows lie behind them. A history too short for that gets a shorter H: a quarter of it.

    Args:
        first_day: of the rows at hand.
        last_day: of the rows at hand.
        settings: horizon, step, number of origins.
        is_public: whether the rows are the published data.

    Returns:
        The plan; without prospective origins where even a week's horizon does not fit.

    Raises:
        ContractError: the first day lies after the last.
    """
    if first_day > last_day:
        message = f"history must run forward, got first day {first_day} after last day {last_day}"
        raise ContractError(message + "; hand over the days of the first and the last row")
    cv, holdout = settings.cv_origins, settings.holdout_origin
    if not cv and is_public:
        cv, holdout = PUBLIC_CV_ORIGINS, PUBLIC_HOLDOUT_ORIGIN
    horizon = timedelta(days=settings.horizon_days)
    fits = [day for day in sorted(cv) if first_day < day and holdout is not None and day + horizon <= holdout]
    if holdout is not None and fits and holdout + horizon <= last_day:
        long = _long_origin(tuple(fits), last_day)
        return OriginPlan(observed=last_day, horizon_days=horizon.days, cv=tuple(fits), holdout=holdout, long=long)
    return _plan_by_rule(first_day, last_day, settings)


def examined_days(first_day: date, last_day: date, settings: CustomerSettings, *, is_public: bool) -> list[date]:
    """Days at which the features are tried against another future: the origins, and the middle of the history.

    Args:
        first_day: of the rows at hand.
        last_day: of the rows at hand.
        settings: as for :func:`plan_origins`.
        is_public: whether the rows are the published data.
    """
    plan = plan_origins(first_day, last_day, settings, is_public=is_public)
    middle = first_day + (last_day - first_day) // 2
    origins = (plan.cv[0], plan.cv[-1]) if plan.cv else ()
    return sorted({middle, *origins, *([plan.holdout] if plan.holdout else [])})


def _plan_by_rule(first_day: date, last_day: date, settings: CustomerSettings) -> OriginPlan:
    length = (last_day - first_day).days
    horizon, history = settings.horizon_days, settings.min_history_days
    if history + 2 * horizon > length:
        horizon = min(horizon, length // _SHORT_HISTORY_PARTS)
        history = min(history, horizon)
    if horizon < _SHORTEST_HORIZON:
        return OriginPlan(observed=last_day, horizon_days=max(horizon, 1), cv=(), holdout=None)
    holdout = last_day - timedelta(days=horizon)
    latest = holdout - timedelta(days=horizon)
    steps = range(0, settings.max_cv_origins * settings.cv_step_days, settings.cv_step_days)
    candidates = [latest - timedelta(days=step) for step in steps]
    cv = tuple(sorted(day for day in candidates if (day - first_day).days >= history))
    long = _long_origin(cv, last_day)
    return OriginPlan(observed=last_day, horizon_days=horizon, cv=cv, holdout=holdout, long=long)


def _long_origin(cv: tuple[date, ...], last_day: date) -> date | None:
    """The latest origin of cross-validation that a year's target fits behind; None where there is none."""
    return max((day for day in cv if day + timedelta(days=LONG_DAYS) <= last_day), default=None)


def revenue_between(bookings: pl.DataFrame, after: date, until: date) -> pl.DataFrame:
    """Realised revenue of bookings delivered in (after, until].

    Args:
        bookings: published bookings.
        after: day before the first day that counts.
        until: last day that counts; corrections delivered by then are applied.

    Returns:
        pseudo_customer_id, revenue (Int64); only customers with a row in the window; sorted by id.
    """
    rows = current_rows(bookings, until).filter(pl.col("delivery_day") > after)
    return rows.group_by("pseudo_customer_id").agg(revenue=pl.col("realised_revenue").sum()).sort("pseudo_customer_id")


def prospective_targets(bookings: pl.DataFrame, as_of: date, horizon_days: int) -> pl.DataFrame:
    """Target of every customer with a row by T, and what was earned before.

    Args:
        bookings: of :func:`assets.customers.units.customer_bookings`.
        as_of: T.
        horizon_days: H.

    Returns:
        The columns of :func:`assets.customers.past_figures.past_figures`; target_clv = revenue in (T, T + H], zero
        where nothing was delivered; horizon_price, the house's price per night in that window, an outcome as the
        target is: null with few stays. Sorted by id.

    Source:
        specification 6.5, prospective protocol.
    """
    horizon = timedelta(days=horizon_days)
    future = revenue_between(bookings, as_of, as_of + horizon).rename({"revenue": "target_clv"})
    price = price_per_night(current_rows(bookings, as_of + horizon), as_of, as_of + horizon)
    joined = past_figures(bookings, as_of, horizon_days).join(future, on="pseudo_customer_id", how="left")
    target = pl.col("target_clv").fill_null(0).cast(pl.Float64)
    return joined.with_columns(target, horizon_price=pl.lit(price, pl.Float64)).sort("pseudo_customer_id")


def observed_targets(bookings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Target of the observed window: the CLV of the very rows that the features are made from.

    Args:
        bookings: published bookings.
        as_of: last day of the window.

    Returns:
        pseudo_customer_id, target_clv, past_revenue (the same figure: here the past is the target); sorted by id.

    Source:
        Paper 001, section 2.2.
    """
    rows = current_rows(bookings, as_of)
    target = pl.col("realised_revenue").sum().cast(pl.Float64)
    values = rows.group_by("pseudo_customer_id").agg(target_clv=target, past_revenue=target)
    return values.sort("pseudo_customer_id")
