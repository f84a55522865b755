"""The closing chapters: limits with everything that was left out, and the glossary."""

from dataclasses import replace

from assets.reports.chapters.glossary.chapter import CHAPTER as GLOSSARY
from assets.reports.chapters.limits.chapter import CHAPTER as LIMITS
from assets.reports.telling.blocks import Bullets, Table
from tests.unit.reports.fixtures import empty_world


def test_every_reason_stands_under_the_limits() -> None:
    reasons = {"privacy.price": "the study was not run", "ceilings.data_rich": "full profile only"}
    world = replace(empty_world(), reasons=reasons)
    [table] = [block for block in world.section(LIMITS).blocks if isinstance(block, Table)]
    assert table.rows == tuple(sorted(reasons.items()))
    assert "make evaluate" in table.note
    full = replace(world, run=replace(world.run, profile="full"))
    [table] = [block for block in full.section(LIMITS).blocks if isinstance(block, Table)]
    assert table.note == ""


def test_nothing_left_out_leaves_the_limits_alone() -> None:
    [limits] = empty_world().section(LIMITS).blocks
    assert isinstance(limits, Bullets)
    assert "A pseudo-customer is not a person" in limits.items[0]


def test_the_glossary_explains_each_word_once() -> None:
    [words] = empty_world().section(GLOSSARY).blocks
    assert isinstance(words, Bullets)
    assert len(words.terms) == len(words.items) == len(set(words.terms))
    assert {"R²", "k-anonymity"} <= set(words.terms)
