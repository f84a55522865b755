"""The chapter on the texts claims a gain only where the interval shows one, and tells the control as it came out."""

from typing import Any

import pytest

from assets.models.findings.evidence import study_frame, study_tree
from assets.reports.chapters.text.chapter import CHAPTER
from assets.reports.chapters.text.controls import control_blocks
from assets.reports.chapters.text.tables import ablation_table, study_table
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.reports.telling.text_gain import text_gain, text_verdict
from assets.reports.telling.wording import NOT_PRINTED, Estimate
from tests.unit.models.findings.test_evidence import ablations
from tests.unit.reports.fixtures import empty_world, full_world
from tests.unit.reports.model_world import claimed, permutation
from tests.unit.reports.world import World


def compared(*claim: Any) -> World:
    tested = {"gated_fusion_vs_behaviour_mlp": claimed(*claim)} if claim else {}
    return full_world("public").with_branch("verdicts", tested)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ((0.004, -0.01, 0.018, "not shown"), "no measurable gain"),
        ((0.04, 0.01, 0.07, "holds"), "brings a measurable gain"),
        ((-0.04, -0.07, -0.01, "the opposite holds"), "makes the forecast worse"),
    ],
)
def test_the_rule_of_verdicts_decides_what_is_claimed(claim: tuple[Any, ...], words: str) -> None:
    told = compared(*claim).told(CHAPTER)
    assert words in text_verdict(told)
    assert "the AUC of any revenue" in text_verdict(told)
    assert "p = 0.400 corrected for 9 claims" in text_verdict(told)
    assert text_gain(told) == Estimate(*claim[:3])


def test_without_a_comparison_nothing_is_claimed() -> None:
    assert "can't be said" in text_verdict(compared().told(CHAPTER))
    assert text_gain(compared().told(CHAPTER)) is None


def test_without_texts_nothing_can_be_said() -> None:
    silent = full_world("public").with_branch("models", {"examples": {"ahead": 20, "with_text": 0}})
    assert text_verdict(silent.told(CHAPTER)).startswith("No customer had a paired review in time")
    assert text_verdict(empty_world().told(CHAPTER)).startswith("No customer had a paired review in time")


@pytest.mark.parametrize(
    ("shuffled", "p", "words"),
    [
        (0.60, 0.01, "the pairing carries information"),
        (0.60, 0.40, "a difference that chance explains"),
        (0.80, 0.01, "a difference that chance explains"),
    ],
)
def test_the_control_is_told_as_it_came_out(shuffled: float, p: float, words: str) -> None:
    world = full_world("public").with_branch("controls", {"permutation": {"gated_fusion": permutation(shuffled, p)}})
    [picture] = [block for block in world.section(CHAPTER).blocks if isinstance(block, Picture)]
    assert words in picture.sentence


def test_variants_stand_in_one_table() -> None:
    table = study_table(study_tree(study_frame(ablations(), 5)))
    assert table is not None
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert [row[1] for row in table.rows] == ["reference", "dropout 0,1"]
    assert study_table({}) is None


def test_what_each_part_brings_stands_beside_the_paper() -> None:
    table = ablation_table({"full multimodal model": {"mae": 110.0}, "another": {"r2": 0.5}})
    assert table is not None
    full, other = table.rows
    assert full[1:] == ("110.0", "–", "–", "118.9", "199.4", "0.89")
    assert other[4:] == (NOT_PRINTED,) * 3
    assert ablation_table({}) is None


def test_the_chapter_says_what_is_missing() -> None:
    keys = [block.key for block in full_world("demo").section(CHAPTER).blocks if isinstance(block, Table)]
    assert keys == ["ablations", "encoder"]
    bare = empty_world().section(CHAPTER)
    assert [block.tone for block in bare.blocks if isinstance(block, Notice)] == ["info", "missing", "missing"]
    assert len(bare.blocks) == 3


def test_the_controls_of_text_stand_in_one_table() -> None:
    gain = {"value": 0.08, "low": 0.06, "high": 0.1, "p": 0.001, "p_holm": 0.002}
    own = {"gain": gain, "shuffled": {"value": -0.01, "low": -0.02, "high": 0.0}}
    [table] = control_blocks({"worlds": 10, **own, "holdout": own}, {"claims": 1, "worlds": 20})
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == ["10", "10", "20"]
    assert table.rows[0][3].startswith("0.080")
    assert table.rows[2][3] == "claimed in 1"
    assert control_blocks({}, {}) == []
