"""Whether text improves the forecast, in one sentence; the opening page says it too."""

from typing import TYPE_CHECKING

from assets.common.findings import Estimate
from assets.models.estimators.registry import FUSION, WITHOUT_TEXT
from assets.models.estimators.spec import versus
from assets.reports.telling.absence import Need
from assets.reports.telling.accuracy import FORECASTS, accuracy_of
from assets.reports.telling.wording import estimate

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_COMPARISON = f"models.significance.{versus(FUSION, WITHOUT_TEXT)}"
TEXTS_AT_HAND = "models.examples.with_text"
GAIN = (*(f"models.{protocol}" for protocol in FORECASTS), _COMPARISON, TEXTS_AT_HAND)  # what is read for it


def text_gain(told: "Told") -> Estimate | None:
    """R² of the fusion minus R² without text on the same folds; the interval only where they were compared in pairs.

    Args:
        told: to a chapter that reads :data:`GAIN`.
    """
    if told.branch(_COMPARISON):
        return told.estimate(f"{_COMPARISON}.difference") or Estimate(float("nan"))
    for protocol in FORECASTS:
        accuracy = accuracy_of(told, protocol)
        with_text, without = accuracy.estimate(FUSION, "r2"), accuracy.estimate(WITHOUT_TEXT, "r2")
        if with_text and without:
            return Estimate(with_text.value - without.value)
    return None


def text_verdict(told: "Told") -> str:
    """One honest sentence on whether text improves the forecast on this data.

    Args:
        told: to a chapter that reads :data:`GAIN`.
    """
    if not told.number(TEXTS_AT_HAND):
        return "No customer had a paired review in time, so this run can't say whether text helps."
    item = text_gain(told)
    if item is None:
        return f"Whether text helps can't be said: {told.presence.why(Need.TEXTS)}."
    shown = f"the difference in R² between the fusion with text and the same network without is {estimate(item, 3)}"
    if item.has_interval and item.low is not None and item.low > 0:
        return f"Text brings a measurable gain on this data: {shown}."
    if item.has_interval and item.high is not None and item.high < 0:
        return f"Text makes the forecast worse on this data: {shown}."
    if item.has_interval:
        return f"Text brings no measurable gain on this data: {shown}, and its interval includes zero."
    return f"No interval was computed, so no gain from text is claimed: {shown}."
