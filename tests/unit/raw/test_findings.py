"""What the raw room measures of itself, against hand-counted rows."""

import polars as pl

from assets.common.findings import nest, reasons_of
from assets.raw.contract import RAW_COUNTS
from assets.raw.findings import later_steps, raw_finding_rows


def counts() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"stream": "bookings", "policy": policy, "delivered": 10, "quarantined": 1, "repeats": 2,
             "repeats_dropped": 2 * drops, "missing": 3, "missing_dropped": 3 * drops, "kept": 9 - 5 * drops}
            for policy, drops in (("ours", 0), ("paper", 1))
        ]
    )  # fmt: skip


def test_dataset_counts_follow_the_policy() -> None:
    rows = raw_finding_rows(counts())
    tree = nest(rows)["dataset"]
    assert tree["ours"]["bookings"]["missing"] == 9
    assert tree["paper"]["bookings"]["missing"] == 4
    assert tree["ours"]["bookings"]["found"]["missing"] == 3
    assert tree["ours"]["bookings"]["dropped"]["missing"] == 0
    assert reasons_of(rows)["dataset.ours.reviews"] == "the source delivered none"


def test_later_rooms_tell_of_the_policy_in_force_alone() -> None:
    tree, reasons = later_steps("ours", "bookings", {"withheld": 8, "published": 8})
    assert tree == {"dataset": {"ours": {"bookings": {"withheld": 8, "published": 8}}}}
    assert reasons["dataset.paper.bookings.published"] == "the run followed the policy “ours”"


def test_nothing_delivered_is_said_of_every_stream() -> None:
    rows = raw_finding_rows(RAW_COUNTS.empty())
    assert nest(rows) == {}
    assert len(reasons_of(rows)) == 4
