"""What the raw room measures of itself: rows that each step of the dataset-composition table takes."""

import polars as pl

from assets.common.findings import Disclosure, Tree, finding_rows
from assets.raw.composition import dataset_composition
from resources.sources.base import Stream

_STEPS = ("raw", "quarantined", "repeats", "missing")  # the table's first steps; later rooms measure the others
_POLICIES = ("ours", "paper")
DISCLOSURES = {"dataset": Disclosure.OPERATIONAL}


def raw_finding_rows(counts: pl.DataFrame) -> pl.DataFrame:
    """The branch ``dataset``: rows left after each step of this room, by policy and stream.

    Args:
        counts: ``raw_counts`` rows.

    Returns:
        Rows of findings; below ``dropped`` the rows taken by each step, below ``found`` those that it met.
    """
    tree: Tree = {}
    reasons: dict[str, str] = {}
    composition = dataset_composition(counts)
    for policy in _POLICIES:
        for stream in (str(item) for item in (Stream.BOOKINGS, Stream.REVIEWS)):
            rows = composition.filter((pl.col("policy") == policy) & (pl.col("stream") == stream))
            if rows.is_empty():
                reasons[f"dataset.{policy}.{stream}"] = "the source delivered none"
                continue
            branch: Tree = dict(zip(_STEPS, rows["rows"].to_list(), strict=True))
            branch["dropped"] = dict(zip(_STEPS[1:], rows["dropped"].to_list()[1:], strict=True))
            branch["found"] = dict(zip(_STEPS[1:], rows["found"].to_list()[1:], strict=True))
            tree.setdefault(policy, {})[stream] = branch
    return finding_rows({"dataset": tree}, DISCLOSURES, reasons)


def later_steps(policy: str, stream: str, rows_left: dict[str, int]) -> tuple[Tree, dict[str, str]]:
    """Steps of the composition table that a later room takes, as a tree of findings and the reasons.

    Only the policy in force went on to the later rooms.

    Args:
        policy: the one in force, ``ours`` or ``paper``.
        stream: ``bookings`` or ``reviews``.
        rows_left: step -> rows left after it.
    """
    other = next(name for name in _POLICIES if name != policy)
    reasons = {f"dataset.{other}.{stream}.{step}": f"the run followed the policy “{policy}”" for step in rows_left}
    return {"dataset": {policy: {stream: dict(rows_left)}}}, reasons
