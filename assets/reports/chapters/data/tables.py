"""Table 1 of paper 001: rows after each step, under our policy and the paper's, beside what the paper prints."""

from collections.abc import Mapping

from assets.common.findings import Tree, at
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import MISSING, NOT_PRINTED, count

COMPOSITION_STEPS: dict[str, dict[str, str]] = {
    "bookings": {
        "raw": "Raw datasets",
        "quarantined": "After quarantine of malformed rows",
        "repeats": "After duplicate removal",
        "missing": "After missing value handling",
        "published": "Published, k-anonymous",
    },
    "reviews": {
        "raw": "Raw datasets",
        "quarantined": "After quarantine of malformed rows",
        "repeats": "After duplicate removal",
        "missing": "After missing value handling",
        "english": "After language filtering",
        "retained": "After anomaly detection filtering",
    },
}


def rows_left(dataset: Tree, policy: str, stream: str) -> dict[str, int]:
    """Step -> rows left, in the order of the steps; steps that were not counted are left out.

    Args:
        dataset: the branch ``dataset`` of the findings.
        policy: ``ours`` or ``paper``.
        stream: ``bookings`` or ``reviews``.
    """
    counted = at(dataset, f"{policy}.{stream}") or {}
    return {step: int(counted[step]) for step in COMPOSITION_STEPS[stream] if counted.get(step) is not None}


def composition_table(dataset: Tree, alignment: Tree, stream: str) -> Table:
    """Table 1 of paper 001 for one stream: rows after each step under both policies, the paper's beside them.

    Args:
        dataset: the branch ``dataset`` of the findings.
        alignment: their branch ``alignment``: stays decided and paired.
        stream: ``bookings`` or ``reviews``.
    """
    printed = {row[0]: row[1] if stream == "bookings" else row[2] for row in paper.COMPOSITION}
    ours = rows_left(dataset, "ours", stream)
    strict = rows_left(dataset, "paper", stream)
    rows = []
    for step, label in COMPOSITION_STEPS[stream].items():
        figure = printed.get(label)
        rows.append((label, count(ours.get(step)), count(strict.get(step)), count(figure) if figure else NOT_PRINTED))
    if stream == "bookings":
        rows += _aligned_rows(alignment)
    return Table(
        key=f"composition_{stream}",
        title=f"Table 1 of paper 001: {stream} after each step",
        columns=("Step", "Ours", "Paper's policy, our run", "Paper 001"),
        rows=tuple(rows),
        note="Ours keeps repeated rows (identical group bookings are real) and missing values as their own category; "
        "the paper's policy drops both. – marks steps that only a run of that policy can count.",
        paper_columns=(3,),
        disclosure=Disclosure.OPERATIONAL,
    )


def _aligned_rows(alignment: Mapping[str, float]) -> list[tuple[str, ...]]:
    _, bookings, _, pairs = paper.COMPOSITION[-1]
    return [
        ("Completed stays that were decided", count(alignment.get("decided")), MISSING, count(bookings)),
        ("Stays paired with a review", count(alignment.get("pairs")), MISSING, count(pairs)),
    ]
