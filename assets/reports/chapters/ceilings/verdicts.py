"""What the ceilings say, in plain words."""

from assets.models.evaluation.ceilings import DATA_RICH, MIN_R2, TRUE_LINKS
from assets.reports.telling.wording import capital, decimal, model_name, p_value, percent
from assets.studies.measure_ceilings import Standing

TARGET_SHARE, TARGET_P = 0.95, 0.01  # what the models are asked to reach


def verdicts(item: Standing) -> list[str]:
    """What the study says of one influence, in plain words, also where a target is missed."""
    return [sentence for sentence in (_ceiling_verdict(item), _text_verdict(item), _pairs_verdict(item)) if sentence]


def _ceiling_verdict(item: Standing) -> str:
    best, known = model_name(item.best), item.ceilings.get(DATA_RICH)
    if known is None:
        return ""
    r2 = item.means["r2"][item.best]
    if known[1] < MIN_R2:
        mae, gini = item.means["mae"], item.means["gini"]
        return (
            f"The data-rich ceiling explains too little for shares (R² {decimal(known[1], 3)}); {best} has MAE "
            f"{decimal(mae[item.best], 0)} against {decimal(mae[known[0]], 0)} and Gini {decimal(gini[item.best], 3)} "
            f"against {decimal(gini[known[0]], 3)}."
        )
    share = r2 / known[1]
    reached = "reaches" if share >= TARGET_SHARE else "does not reach"
    return (
        f"{capital(best)}, the best model, {reached} {decimal(TARGET_SHARE, 2)} of the data-rich ceiling: R² "
        f"{decimal(r2, 3)} of {decimal(known[1], 3)}, a share of {decimal(share, 2)}."
    )


def _text_verdict(item: Standing) -> str:
    if item.fusion not in item.gains:
        return "Too few worlds to say whether text brings a gain."
    _, gain = item.gains[item.fusion]
    is_gain = gain.difference > 0 and gain.p_corrected < TARGET_P
    claim = "Text brings a gain" if is_gain else "No gain from text is shown"
    return (
        f"{claim}: {model_name(item.fusion)} against {model_name(item.behaviour)}, the best model without text, "
        f"differs in R² by {decimal(gain.difference, 3)} (p {p_value(gain.p_corrected)}, {item.worlds} worlds)."
    )


def _pairs_verdict(item: Standing) -> str:
    name = f"{item.fusion}_{TRUE_LINKS}"
    if name not in item.gains or item.pairs_right is None:
        return ""
    _, gain = item.gains[name]
    return (
        f"{percent(item.pairs_right, 0)} of the pairs are right; were all of them, the difference would be "
        f"{decimal(gain.difference, 3)} (p {p_value(gain.p_corrected)})."
    )
