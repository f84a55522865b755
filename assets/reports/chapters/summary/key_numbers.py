"""The few numbers that open the report."""

from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import accuracy_of
from assets.reports.telling.blocks import Disclosure, Stat
from assets.reports.telling.guests import customer_words
from assets.reports.telling.pairing import pairs_by_name
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count, decimal, is_known, model_name, money, percent

_FORECASTS = (
    ("prospective_holdout", "on later, unseen months"),
    ("prospective_cv", "across held-back customers"),
)


def key_numbers(told: Told) -> tuple[Stat, ...]:
    """Concentration, quality of the forecast, pairs, privacy; what was not measured is left out."""
    numbers = (_concentration(told), _forecast(told), _pairs(told), _privacy(told))
    return tuple(number for number in numbers if number is not None)


def _concentration(told: Told) -> Stat | None:
    share, size = told.number("customers.concentration.top_10_percent"), told.number("customers.count")
    if share is None:
        return None
    revenue = told.number("customers.revenue")
    return Stat(
        label="of revenue from the best tenth",
        value=percent(share, 0),
        detail=f"{count(size)} {customer_words(told).many}"
        + (f", {money(revenue, told.run.currency)} in all" if revenue is not None else ""),
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def _forecast(told: Told) -> Stat | None:
    for protocol, words in _FORECASTS:
        accuracy = accuracy_of(told, protocol)
        model = accuracy.best
        item = accuracy.estimate(model, "spearman") if model else None
        if model and item and is_known(item.value):
            return Stat(
                label="rank agreement of forecast and later value",
                value=decimal(item.value),
                detail=f"1 is perfect, 0 is chance; {model_name(model)}, {words}"
                + (f", 95 %: {decimal(item.low)} to {decimal(item.high)}" if item.has_interval else ""),
                disclosure=Disclosure.MODEL_METRIC,
            )
    return None


def _pairs(told: Told) -> Stat | None:
    alignment = told.branch("alignment")
    if not is_known(alignment.get("paired_share")):
        return None
    by_name = pairs_by_name(told.run.facts, alignment)
    quality = "the true pairs are not known" if by_name else "by context only: no true pairs exist"
    if is_known(alignment.get("precision")):
        quality = f"{percent(alignment['precision'], 0)} of the pairs are right"
    elif not alignment.get("pairs"):
        quality = told.presence.why(Need.PAIRS)
    return Stat(
        label="of stays paired with a review",
        value=percent(alignment["paired_share"], 0),
        detail=quality,
        disclosure=Disclosure.OPERATIONAL,
    )


def _privacy(told: Told) -> Stat | None:
    k, spent = told.number("privacy.k"), told.number("privacy.epsilon_spent")
    if k is None:
        return None
    return Stat(
        label="guests at least share every published label",
        value=count(told.number("privacy.min_class_size") or k),
        detail=f"information lost {percent(told.number('privacy.ncp'), 1)}, "
        f"{count(told.number('privacy.withheld'))} bookings withheld"
        + (f"; epsilon spent {decimal(spent)}" if spent is not None else ""),
        disclosure=Disclosure.OPERATIONAL,
    )
