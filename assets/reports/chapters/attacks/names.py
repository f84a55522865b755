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
    "customers_alone": "find the customer of a known stay",
    "customers_to_rows": "tie a row to a customer for certain",
    "chained": "tie two rows to one customer",
    "labels_only": "find the guest's row by the labels alone",
    "internal_joined": "find it with every view of customers, too",
    "internal_joined_singling_out": "single the guest out so",
    "text_fingerprint": "name the review behind a customer's text",
    "score_fingerprint": "find a customer by the score",
    "subset_sums": "tell a class's bills by its mean",
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
