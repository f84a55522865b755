"""How good the matched links are, and on what that was measured."""

from assets.common.findings import Estimate
from assets.reports.telling.blocks import Block, Disclosure, Notice, Table
from assets.reports.telling.told import Told
from assets.reports.telling.wording import count, decimal, percent

TRUTH = "truth"  # `links.matched.measured_on` where every true link is known
_NAMES = {
    "precision": "Pairs that are right (precision)",
    "recall": "Reviews whose stay is matched (recall)",
    "f1": "F1 of both",
    "precision_at_90": "Right among pairs at least 90 % probable",
    "calibration_error": "Distance of stated and observed probability",
}


def matched_blocks(told: Told) -> list[Block]:
    """A table of the figures with their intervals; a note with the reason where there are none."""
    if told.number("links.matched.reviews") is None:
        return [
            Notice(text=f"How many matched links are right: {told.reason('links.matched.precision')}.", tone="missing")
        ]
    rows = tuple(
        (_NAMES[name], *_said(name, estimate))
        for name in _NAMES
        if (estimate := told.estimate(f"links.matched.{name}")) is not None
    )
    oracle = told.number("links.matched.oracle_f1")
    if oracle is not None:
        rows = (*rows, ("F1 of the oracle on the same candidates", decimal(oracle, 3), ""))
    return [
        Table(
            key="matched_links",
            title="How many matched links are right",
            columns=("Figure", "Value", "95 % interval"),
            rows=rows,
            note=_note(told),
            text_columns=1,
            disclosure=Disclosure.MODEL_METRIC,
        )
    ]


def _said(name: str, estimate: Estimate) -> tuple[str, str]:
    def plain(value: float) -> str:
        return decimal(value, 3) if name in ("f1", "calibration_error") else percent(value)

    if estimate.low is None or estimate.high is None:
        return plain(estimate.value), ""
    return plain(estimate.value), f"{plain(estimate.low)} to {plain(estimate.high)}"


def _note(told: Told) -> str:
    """What the figures were measured on, how many there are, and what they can't see."""
    reviews, pairs = (count(told.number(f"links.matched.{name}")) for name in ("reviews", "pairs"))
    late = "Reviews of the last days, whose stays are still open, are left out of the recall."
    if told.value("links.matched.measured_on") == TRUTH:
        return f"Measured on the simulation's truth: {reviews} reviews that a stay lies behind, {pairs} pairs. {late}"
    return (
        f"Measured on {reviews} reviews that name their stay and {pairs} pairs of them. Matching reads neither the "
        "number nor the key, so these reviews were matched like any other. Invented reviews name no stay: what is "
        f"wrong because of them is not seen here. {late}"
    )
