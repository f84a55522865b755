"""What the chapter on pairing says of right pairs, and of the matcher that knows the simulation."""

import polars as pl
import pytest

from assets.reports.chapters.alignment.chapter import CHAPTER
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.studies.contract import ALIGNMENT_EVIDENCE
from tests.unit.reports import fixtures


def evidence() -> pl.DataFrame:
    """The verdict alone."""
    row = {"part": "verdict", "setting": "all", "place": 0, "measure": "is_identified", "value": 1.0}
    return ALIGNMENT_EVIDENCE.conform(pl.DataFrame([row]))


def words_of(**figures: float) -> str:
    world = fixtures.full_world("demo")
    told = world.with_branch("links", {"matched": {**world.tree["links"]["matched"], **figures}}).with_tables(
        alignment_evidence=evidence()
    )
    blocks = told.section(CHAPTER).blocks
    return " ".join(
        block.text if isinstance(block, Notice) else block.sentence
        for block in blocks
        if isinstance(block, Notice | Picture)
    )


def test_many_right_pairs_and_few_are_told_apart() -> None:
    assert "About one pair in 5 is right" in words_of(precision=0.2)
    many = words_of(precision=0.88)
    assert "12.0\u00a0% give a stay the words of somebody else" in many
    assert "About one pair" not in many


@pytest.mark.parametrize(("oracle", "is_bound"), [(0.8, True), (0.6, False)])
def test_the_oracle_is_an_upper_bound_or_not_called_one(oracle: float, is_bound: bool) -> None:
    said = words_of(precision=0.88, f1=0.7, oracle_f1=oracle)
    assert ("it is no upper bound here" in said) is not is_bound
    assert ("the upper bound on these fields, reaches F1" in said) is is_bound


def matched_table(source: str) -> Table:
    blocks = fixtures.full_world(source).section(CHAPTER).blocks
    [table] = [block for block in blocks if isinstance(block, Table) and block.key == "matched_links"]
    return table


def test_matched_links_say_what_they_were_measured_on() -> None:
    true, told = matched_table("demo"), matched_table("public")
    assert "6,900 reviews that a stay lies behind" in true.note
    assert "3,400 reviews that name their stay" in told.note
    assert "Invented reviews name no stay" in told.note
    assert true.rows[0] == ("Pairs that are right (precision)", "83.0\u00a0%", "82.0\u00a0% to 84.0\u00a0%")
    assert true.rows[-1][:2] == ("F1 of the oracle on the same candidates", "0.780")
    assert len(told.rows) == len(true.rows) - 1


def test_without_known_links_the_reason_stands_there() -> None:
    world = fixtures.full_world("public").with_branch("links", {})
    notes = [block.text for block in world.section(CHAPTER).blocks if isinstance(block, Notice)]
    assert any(text.startswith("How many matched links are right: ") for text in notes)
