"""Whether text would be seen to help if it did, and is not seen to where it can't: the two controls, as a table."""

from collections.abc import Mapping
from typing import Any

from assets.common.findings import estimate_of
from assets.reports.telling.blocks import Block, Disclosure, Table
from assets.reports.telling.wording import MISSING, count, estimate, p_value

Branch = Mapping[str, Any]
_DECISIVE = "What guests write decides what they spend"


def control_blocks(positive: Branch, null: Branch) -> list[Block]:
    """Both controls; nothing where no world was made.

    Args:
        positive: ``controls.positive``.
        null: ``controls.null``.
    """
    rows = [
        (_DECISIVE, count(positive.get("worlds")), words, _gain(own, "gain"), p_value(_of(own, "p_holm")),
         _gain(own, "shuffled"))
        for words, own in (("cross-validation", positive), ("hold-out", positive.get("holdout") or {}))
        if own.get("gain")
    ]  # fmt: skip
    if null:
        claims = f"claimed in {count(null['claims'])}"
        rows.append(("It decides nothing", count(null["worlds"]), "cross-validation", claims, MISSING, MISSING))
    if not rows:
        return []
    table = Table(
        key="text_controls",
        title="Would we see it if text helped?",
        columns=("World", "Worlds", "Measured in", "Gain from texts", "p, corrected", "From texts of others"),
        rows=tuple(rows),
        text_columns=1,
        note="Simulated worlds with true links, guests as unit. Gain: area under the curve of any revenue, the gated "
        "fusion minus the same network without texts, on the same guests; 95 % intervals over worlds, of one over its "
        "guests. A gain from texts of others would be a fault, and so would more claims than one in twenty worlds "
        "where nothing is to be seen.",
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [table]


def _gain(own: Branch, name: str) -> str:
    return estimate(estimate_of(own.get(name)), 3)


def _of(own: Branch, name: str) -> float | None:
    return (own.get("gain") or {}).get(name)
