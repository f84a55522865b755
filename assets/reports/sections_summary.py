"""The opening page: what a manager takes away, in plain words, with the few numbers behind it."""

from assets.customers.concentration import finite, top_share
from assets.models.estimators.registry import NAIVE
from assets.reports.chapters.alignment.naming import no_names, pairs_by_name
from assets.reports.inputs import ReportInputs
from assets.reports.risk import at_risk_customers
from assets.reports.sections_models import best_model, text_verdict
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Bullets, Disclosure, Section, Stat, Stats
from assets.reports.telling.wording import capital, count, decimal, estimate, is_known, model_name, money, percent


def summary_section(inputs: ReportInputs, at_risk_polarity: float, minimum: int) -> Section:
    """Key numbers, what they mean, and what to do with them."""
    stats = tuple(
        stat for stat in (_concentration(inputs), _forecast(inputs), _pairs(inputs), _privacy(inputs)) if stat
    )
    blocks: list[Block] = [Stats(items=stats)] if stats else []
    for text, disclosure in _findings(inputs, at_risk_polarity, minimum):
        blocks.append(Bullets(items=(text,), disclosure=disclosure))
    return Section(
        anchor="summary",
        title="In brief",
        lead=_opening(inputs),
        blocks=tuple(merged(blocks)),
    )


def merged(blocks: list[Block]) -> list[Block]:
    """Neighbouring one-item lists of equal disclosure as one list, so that they read as one."""
    result: list[Block] = []
    for block in blocks:
        last = result[-1] if result else None
        if (
            isinstance(block, Bullets)
            and isinstance(last, Bullets)
            and last.disclosure == block.disclosure
            and not block.terms
        ):
            result[-1] = Bullets(items=(*last.items, *block.items), disclosure=block.disclosure)
        else:
            result.append(block)
    return result


def _opening(inputs: ReportInputs) -> str:
    run = inputs.run
    days = "one day" if run.days == 1 else f"{count(run.days)} days"
    span = f"{run.first_day:%d %B %Y}" + (f" to {run.last_day:%d %B %Y}" if run.days > 1 else "")
    return (
        f"This report covers {run.facts.covers}: {days}, {span}. It "
        f"says what "
        "the guests are worth, how well their value can be forecast, and how sure each answer is, without knowing who "
        "they are."
    )


def _concentration(inputs: ReportInputs) -> Stat | None:
    if inputs.customers is None or inputs.customers.is_empty():
        return None
    values = finite(inputs.customers["clv"])
    return Stat(
        label="of revenue from the best tenth",
        value=percent(top_share(values, 0.1), 0),
        detail=f"{count(values.size)} pseudo-customers, {money(float(values.sum()), inputs.run.currency)} in all",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def _forecast(inputs: ReportInputs) -> Stat | None:
    for protocol, words in (
        ("prospective_holdout", "on later, unseen months"),
        ("prospective_cv", "across held-back customers"),
    ):
        model = best_model(inputs, protocol)
        item = inputs.estimate(protocol, model, "spearman") if model else None
        if model and item and is_known(item.value):
            return Stat(
                label="rank agreement of forecast and later value",
                value=decimal(item.value),
                detail=f"1 is perfect, 0 is chance; {model_name(model)}, {words}"
                + (f", 95 %: {decimal(item.low)} to {decimal(item.high)}" if item.has_interval else ""),
                disclosure=Disclosure.MODEL_METRIC,
            )
    return None


def _pairs(inputs: ReportInputs) -> Stat | None:
    found = inputs.alignment or {}
    if not is_known(found.get("paired_share")):
        return None
    quality = (
        "the true pairs are not known"
        if pairs_by_name(inputs.run.facts, inputs.alignment or {})
        else "by context only: no true pairs exist"
    )
    if is_known(found.get("precision")):
        quality = f"{percent(found['precision'], 0)} of the pairs are right"
    elif not found.get("pairs"):
        quality = inputs.presence.why(Need.PAIRS)
    return Stat(
        label="of stays paired with a review",
        value=percent(found["paired_share"], 0),
        detail=quality,
        disclosure=Disclosure.OPERATIONAL,
    )


def _privacy(inputs: ReportInputs) -> Stat | None:
    found = inputs.privacy or {}
    if not is_known(found.get("k")):
        return None
    spent = f"; epsilon spent {decimal(found['epsilon_spent'])}" if is_known(found.get("epsilon_spent")) else ""
    return Stat(
        label="guests at least share every published label",
        value=count(found.get("min_class_size") or found["k"]),
        detail=f"information lost {percent(found.get('ncp'), 1)}, {count(found.get('withheld'))} bookings "
        f"withheld{spent}",
        disclosure=Disclosure.OPERATIONAL,
    )


def _findings(inputs: ReportInputs, at_risk_polarity: float, minimum: int) -> list[tuple[str, Disclosure]]:
    found: list[tuple[str, Disclosure]] = []
    if inputs.customers is not None and not inputs.customers.is_empty():
        values = finite(inputs.customers["clv"])
        found.append(
            (
                f"Value is concentrated: the best 1 % of customers bring {percent(top_share(values, 0.01), 0)} "
                f"of the revenue. "
                "Losing a few of them costs more than winning many others.",
                Disclosure.GUEST_AGGREGATE,
            )
        )
    found.append((_forecast_finding(inputs), Disclosure.MODEL_METRIC))
    found.append((text_verdict(inputs), Disclosure.MODEL_METRIC))
    risk = at_risk_customers(inputs.examples, inputs.customers, at_risk_polarity)
    if risk is not None and risk.count >= minimum:  # fewer could be told apart
        found.append(
            (
                f"{count(risk.count)} high-value customers ({percent(risk.revenue_share)} of all revenue) are "
                f"paired mostly with "
                "negative reviews: the first list to look at for service recovery. The pairing is probable, not "
                "certain.",
                Disclosure.GUEST_AGGREGATE,
            )
        )
    if (inputs.alignment or {}).get("pairs") and not pairs_by_name(inputs.run.facts, inputs.alignment or {}):
        found.append(
            (
                f"{capital(no_names(inputs.run.facts))}, so stays and reviews are paired by context only. Read "
                "every statement on reviews as one about kinds of guests, not about guests.",
                Disclosure.NEUTRAL,
            )
        )
    return found


def _forecast_finding(inputs: ReportInputs) -> str:
    for protocol, words in (
        ("prospective_holdout", "in the months after training"),
        ("prospective_cv", "for held-back customers"),
    ):
        model = best_model(inputs, protocol)
        if model is None:
            continue
        top, base = inputs.estimate(protocol, model, "r2"), inputs.estimate(protocol, NAIVE, "r2")
        if model == NAIVE or base is None:
            return f"No model forecasts value better than “the same as in the past” {words}: R² {estimate(top, 2)}."
        return (
            f"The best forecast {words} is {model_name(model)}: R² {estimate(top, 2)}, where “the same as in the past” "
            f"reaches "
            f"{estimate(base, 2)}."
        )
    return f"No forecast was evaluated: {inputs.presence.why(Need.FORECASTS)}."
