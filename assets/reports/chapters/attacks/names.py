"""Attacks in words."""

from assets.reports.telling.wording import model_name

NAMES: dict[str, str] = {
    "linkage": "find the guest's row",
    "linkage_with_outcome": "the same, knowing the outcome",
    "linkage_with_details": "the same, knowing room, meal, requests",
    "linkage_with_bill": "the same, knowing the bill as well",
    "singling_out": "single the guest out",
    "singling_out_with_outcome": "single out, knowing the outcome",
    "singling_out_with_details": "single out, knowing room, meal, requests",
    "singling_out_with_bill": "single out, knowing the bill as well",
    "inference_outcome": "infer whether the guest came",
    "inference_revenue_band": "infer the third of the bill",
    "customer_from_one_stay": "find the customer id from one stay",
    "customer_from_one_stay_unique": "be certain of it from one stay",
    "customer_from_two_stays": "find the customer id from two stays",
    "customer_from_two_stays_unique": "be certain of it from two stays",
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
