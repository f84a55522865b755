"""Attacks in words."""

from assets.reports.telling.wording import model_name

NAMES: dict[str, str] = {
    "linkage": "find the guest's row",
    "linkage_with_outcome": "the same, knowing the outcome",
    "singling_out": "single the guest out",
    "singling_out_with_outcome": "single out, knowing the outcome",
    "inference_outcome": "infer whether the guest came",
    "inference_revenue_band": "infer the third of the bill",
    "review_of_known_booking": "find the review of a known booking",
    "review_of_known_guest": "find the review of a known guest",
    "booking_of_known_review": "find the booking of a known reviewer",
    "public_review_of_masked_text": "find the public text of a masked review",
}
MEMBERSHIP = "membership_"  # how attacks on models begin


def attack_name(attack: str) -> str:
    """An attack in words."""
    if not attack.startswith(MEMBERSHIP):
        return NAMES.get(attack, attack.replace("_", " "))
    kind = "calibrated" if "_calibrated" in attack else "loss"
    model, _, at = attack.removeprefix(MEMBERSHIP).partition(f"_{kind}")
    read = f"found at {int(at.removeprefix('_at_'))} % false alarms" if at else "area under the curve"
    return f"{model_name(model)}, {kind} attack: {read}"
