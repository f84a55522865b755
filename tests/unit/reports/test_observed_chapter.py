"""The chapter on the paper's protocol: what its features know of the target, and the accuracy by segment."""

import numpy as np
import polars as pl

from assets.customers.leakage import FEATURE_GROUPS, feature_sets, leakage_table, leakage_tree
from assets.reports.chapters.observed.chapter import CHAPTER
from assets.reports.chapters.observed.leakage import (
    GROUP_LABELS,
    leakage_blocks,
    leakage_group_table,
    leakage_groups,
    leakage_rows,
    leakage_sentence,
)
from assets.reports.chapters.observed.section import segment_table
from assets.reports.telling.blocks import Notice, Table
from assets.reports.telling.wording import NOT_PRINTED, Estimate
from tests.unit.customers.test_leakage import customers_of
from tests.unit.reports.fixtures import empty_world, full_world


def test_every_group_has_a_row_in_the_report() -> None:
    text = pl.DataFrame({"pseudo_customer_id": ["x"], "text_score": [1.0], "has_text": [1.0], "reviews": [1.0]})
    table = leakage_table(customers_of(4, 60), np.random.default_rng(1), text=text)
    branch = leakage_tree(table)
    groups = leakage_groups(branch)
    assert {f"group_{name}" for name in FEATURE_GROUPS} < set(GROUP_LABELS)
    assert [label for label, *_ in groups] == list(GROUP_LABELS.values())
    shown = leakage_group_table(groups)
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    assert dict(zip((row[0] for row in shown.rows), (row[1] for row in shown.rows), strict=True))[
        "How many reviews are paired"
    ] == "has text, reviews"  # fmt: skip
    assert len(leakage_rows(branch)) == 5
    assert len({item.name for item in feature_sets()}) == len(feature_sets())


def test_no_set_of_features_no_leakage() -> None:
    assert leakage_groups({}) == leakage_rows({}) == ()
    assert leakage_blocks({}) == []
    assert leakage_rows({"all": {"r2": None}}) == ()


def test_the_sentence_says_what_was_left_out() -> None:
    rows = [
        ("The paper's seven features", Estimate(0.9)),
        ("without M", Estimate(0.7)),
        ("without M and F", Estimate(0.5)),
    ]
    assert leakage_sentence(rows).replace("\u202f", " ").replace("\u00a0", " ") == (
        "One learner reaches R² 0.900 with the paper's seven features, and 0.500 without M and F: 40 % of the variance "
        "was the target's own echo."
    )
    assert "echo does not show" in leakage_sentence([*rows[:2], ("without M and F", Estimate(0.95))])


def test_segments_stand_beside_the_papers() -> None:
    table = segment_table({"low": {"mae": 20.0, "rmse": 30.0}})
    assert table is not None
    low, mid, _ = table.rows
    assert low[:4] == ("Low", "20.0", "30.0", "–")
    assert mid[1:4] == ("–",) * 3
    assert NOT_PRINTED not in mid
    assert segment_table({}) is None


def test_the_chapter_warns_first_and_says_what_is_missing() -> None:
    section = full_world("public").section(CHAPTER)
    assert isinstance(section.blocks[0], Notice)
    assert section.blocks[0].text.startswith("Leakage warning")
    keys = [block.key for block in section.blocks if isinstance(block, Table)]
    assert keys == ["leakage_groups", "models_observed", "segments"]
    bare = empty_world().section(CHAPTER)
    assert [block.tone for block in bare.blocks if isinstance(block, Notice)] == ["missing", "missing"]
    assert len(bare.blocks) == 2
