"""What the numbers mean, each point with what it discloses."""

from assets.models.estimators.registry import NAIVE
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import accuracy_of
from assets.reports.telling.blocks import Bullets, Disclosure
from assets.reports.telling.guests import customer_words, minimum_customers
from assets.reports.telling.pairing import no_names, pairs_by_name
from assets.reports.telling.text_gain import text_verdict
from assets.reports.telling.told import Told
from assets.reports.telling.wording import capital, count, estimate, model_name, percent

_FORECASTS = (
    ("prospective_holdout", "in the months after training"),
    ("prospective_cv", "for held-back customers"),
)

_BEST = (("top_1_percent", "1 %"), ("top_10_percent", "10 %"))  # the smallest group that may be told of


def points(told: Told) -> list[Bullets]:
    """One list of one point each: value, forecast, text, customers at risk, what a pair says."""
    made = [
        (_concentration(told), Disclosure.GUEST_AGGREGATE),
        (_forecast(told), Disclosure.MODEL_METRIC),
        (text_verdict(told), Disclosure.MODEL_METRIC),
        (_at_risk(told), Disclosure.GUEST_AGGREGATE),
        (_pairing(told), Disclosure.NEUTRAL),
    ]
    return [Bullets(items=(text,), disclosure=disclosure) for text, disclosure in made if text]


def _concentration(told: Told) -> str:
    for path, words in _BEST:
        if (share := told.number(f"customers.concentration.{path}")) is not None:
            return (
                f"Value is concentrated: the best {words} of {customer_words(told).many} bring {percent(share, 0)} of "
                "the revenue. Losing a few of them costs more than winning many others."
            )
    return ""


def _forecast(told: Told) -> str:
    for protocol, words in _FORECASTS:
        accuracy = accuracy_of(told, protocol)
        model = accuracy.best
        if model is None:
            continue
        top, base = accuracy.estimate(model, "r2"), accuracy.estimate(NAIVE, "r2")
        if model == NAIVE or base is None:
            return f"No model forecasts value better than “the same as in the past” {words}: R² {estimate(top, 2)}."
        return (
            f"The best forecast {words} is {model_name(model)}: R² {estimate(top, 2)}, where “the same as in the past” "
            f"reaches {estimate(base, 2)}."
        )
    return f"No forecast was evaluated: {told.presence.why(Need.FORECASTS)}."


def _at_risk(told: Told) -> str:
    number = told.number("customers.at_risk.count")
    if not number or number < minimum_customers(told):  # fewer could be told apart
        return ""
    share = told.number("customers.at_risk.revenue_share")
    sure = told.number("customers.at_risk.expected_precision")
    return (
        f"{count(number)} high-value {customer_words(told).many}"
        + (f" ({percent(share)} of all revenue)" if share is not None else "")
        + " are paired mostly with negative reviews: the first list to look at for service recovery. Of the reviews "
        f"behind it {percent(sure, 0)} are expected to be theirs (mean match probability); “stayworth at-risk” prints "
        "the list."
    )


def _pairing(told: Told) -> str:
    facts, alignment = told.run.facts, told.branch("alignment")
    if not alignment.get("pairs") or pairs_by_name(facts, alignment):
        return ""
    return (
        f"{capital(no_names(facts))}, so stays and reviews are paired by context only. Read every statement on reviews "
        "as one about kinds of guests, not about guests."
    )
