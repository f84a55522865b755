"""Whether text improves the forecast, in one sentence, by the rule of all verdicts; the opening page says it too."""

from typing import TYPE_CHECKING

from assets.common.findings import Estimate, estimate_of
from assets.models.estimators.registry import FUSION, WITHOUT_TEXT
from assets.models.estimators.spec import versus
from assets.models.evaluation.paired import Verdict
from assets.reports.telling.absence import Need
from assets.reports.telling.wording import estimate, p_value

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_CLAIM = f"verdicts.{versus(FUSION, WITHOUT_TEXT)}"
TEXTS_AT_HAND = "models.examples.with_text"
GAIN = (_CLAIM, TEXTS_AT_HAND)  # what is read for it
_METRICS = {"auc": ("the AUC of any revenue", 3), "rmse": ("RMSE", 1), "mae": ("MAE", 1)}
_SAID = {
    Verdict.HOLDS: "Text brings a measurable gain on this data",
    Verdict.OPPOSITE: "Text makes the forecast worse on this data",
    Verdict.NOT_SHOWN: "Text brings no measurable gain on this data",
}


def text_gain(told: "Told") -> Estimate | None:
    """The primary metric of the fusion minus that of the same network without text, for the same customers.

    Args:
        told: to a chapter that reads :data:`GAIN`.
    """
    return estimate_of(told.branch(_CLAIM).get("difference"))


def text_verdict(told: "Told") -> str:
    """One honest sentence on whether text improves the forecast on this data.

    Args:
        told: to a chapter that reads :data:`GAIN`.
    """
    if not told.number(TEXTS_AT_HAND):
        return "No customer had a paired review in time, so this run can't say whether text helps."
    item, branch = text_gain(told), told.branch(_CLAIM)
    if item is None:
        return f"Whether text helps can't be said: {told.presence.why(Need.TEXTS)}."
    metric, digits = _METRICS[str(branch["metric"])]
    p = branch.get("p_holm")
    chance = f", p = {p_value(p)} corrected for {branch['claims']} claims" if p is not None else ""
    return (
        f"{_SAID[Verdict(branch['verdict'])]}: {metric} of the fusion with text minus that of the same network "
        f"without, for the same customers, is {estimate(item, digits)}{chance}."
    )
