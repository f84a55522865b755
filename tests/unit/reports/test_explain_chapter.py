"""Why a customer is valued so: what is drawn, said, and held back when it can't be trusted."""

import numpy as np
import polars as pl
import pytest

from assets.models.contract import WORDS_BY_VALUE
from assets.models.findings.influence import influence_by_value
from assets.reports.chapters.explain.chapter import CHAPTER
from assets.reports.chapters.explain.faithfulness import faithfulness_blocks, player_blocks
from assets.reports.chapters.explain.gate import gate_blocks, gate_table, gates_of
from assets.reports.chapters.explain.influence import influence_blocks, influence_ranking
from assets.reports.chapters.explain.words import moving_word_blocks, word_blocks
from assets.reports.settings import ReportsSettings
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.reports.telling.render import render_editions
from assets.reports.telling.wording import NOT_PRINTED
from pipelines.rooms import room_contracts
from resources.contract import Subject
from tests.unit.reports.fixtures import editions_of, empty_world, full_world
from tests.unit.reports.guest_world import bounded, explanations, feature_influence, word_rows
from tests.unit.reports.world import World


def explained(reach: float) -> World:
    return full_world().with_branch("explanations", explanations(reach))


def test_the_chapter_goes_from_features_to_whether_they_can_be_trusted() -> None:
    blocks = full_world().section(CHAPTER).blocks
    assert isinstance(blocks[0], Notice)
    assert "not causal" in blocks[0].text
    keys = [block.key for block in blocks if isinstance(block, Picture | Table)]
    assert keys == [
        "influence_by_value", "importance", "text_influence", "word_influence", "words_by_value", "gate_by_segment",
        "gate", "faithfulness", "faithfulness",
    ]  # fmt: skip


def test_the_text_is_shown_even_when_it_comes_last() -> None:
    picture = player_blocks(explained(5.0).told(CHAPTER))[0]
    assert isinstance(picture, Picture)
    labels = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert len(labels) == ReportsSettings().shap_features
    assert labels[-1].startswith("text")
    assert "number 21 of 21" in picture.sentence
    assert "10\u00a0% of all that moves" in picture.sentence


def test_faithful_explanations_are_said_to_be_so() -> None:
    blocks = faithfulness_blocks(explained(5.0).told(CHAPTER))
    assert [type(block) for block in blocks] == [Picture, Table]
    assert "beyond chance at every size" in blocks[0].sentence
    assert len(blocks[1].rows) == 4


def test_unfaithful_explanations_carry_a_warning() -> None:
    blocks = faithfulness_blocks(explained(70.0).told(CHAPTER))
    assert isinstance(blocks[1], Notice)
    assert blocks[1].tone == "warning"
    assert "not so at every size" in blocks[0].sentence


def test_nothing_computed_leaves_notes() -> None:
    blocks = empty_world().section(CHAPTER).blocks
    assert {block.kind for block in blocks} == {"notice"}
    assert [block.text.split(":")[0] for block in blocks[1:] if isinstance(block, Notice)] == [
        "Influence of the features (SHAP)",
        "Influence of the text as a whole (Shapley values of the fusion)",
        "Words that move forecasts",
        "Words that go with high or low value",
        "Gate by value segment",
        "Test whether the explanations are faithful",
    ]


def test_the_gate_says_whether_segments_are_told_apart() -> None:
    def sentence(apart: dict[str, float] | None) -> str:
        leaves = {
            segment: {"mean": mean, "std": 0.05} for segment, mean in (("low", 0.52), ("mid", 0.55), ("high", 0.61))
        }
        branch = leaves | ({"high_minus_low": apart} if apart else {})
        (picture, _) = gate_blocks(full_world().with_branch("gate", branch).told(CHAPTER))
        assert isinstance(picture, Picture)
        return picture.sentence

    assert "rises from low to high value by 0.09" in sentence(None)
    assert "minus" not in sentence(None)
    assert "(high minus low 0.09 (0.07\u00a0to\u00a00.11): apart beyond chance)" in sentence(bounded(0.09, 0.02))
    assert "not shown to be apart" in sentence(bounded(0.09, 0.2))
    assert "overlap" not in sentence(bounded(0.09, 0.02))


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ({"low": 0.5, "high": 0.501}, "is the same in all segments, less than it spreads"),
        ({"low": 0.6, "high": 0.58}, "falls from low to high value by 0.02, less than it spreads"),
        ({"mid": 0.2, "high": 0.9}, "rises from mid to high value by 0.70;"),
    ],
)
def test_a_gate_that_hardly_moves_is_said_not_to(means: dict[str, float], said: str) -> None:
    leaves = {segment: {"mean": mean, "std": 0.05} for segment, mean in means.items()}
    (picture, table) = gate_blocks(full_world().with_branch("gate", leaves).told(CHAPTER))
    assert isinstance(picture, Picture)
    assert said in picture.sentence
    assert isinstance(table, Table)
    assert len(table.rows) == len(means)


def test_what_the_paper_did_not_print_is_said() -> None:
    table = gate_table(gates_of(full_world().told(CHAPTER)))
    assert {row[0]: row[3] for row in table.rows} == {"Low": "0.41", "Mid": NOT_PRINTED, "High": "0.68"}


def test_the_strongest_feature_comes_first_and_says_which_way_it_moves() -> None:
    rows = influence_by_value(feature_influence(np.random.default_rng(2)), 10)
    assert influence_ranking(rows)["feature"][0] == "b_monetary"
    (picture, bars) = influence_blocks(full_world().told(CHAPTER))
    assert isinstance(picture, Picture)
    assert isinstance(bars, Picture)
    assert "high values of “monetary” raise the forecast" in picture.sentence
    assert "a tenth of the markets by the feature's value, 30 or more" in picture.sentence
    lowered = rows.with_columns(direction=-pl.col("direction"))
    (picture, _) = influence_blocks(full_world().with_tables(influence_by_value=lowered).told(CHAPTER))
    assert "high values of “monetary” lower" in picture.sentence  # type: ignore[union-attr]
    other = full_world().with_tables(influence_by_value=rows.with_columns(model=pl.lit("another")))
    assert isinstance(influence_blocks(other.told(CHAPTER))[0], Notice)


def test_words_are_told_with_how_many_used_them() -> None:
    (picture,) = moving_word_blocks(full_world().told(CHAPTER))
    assert isinstance(picture, Picture)
    assert picture.sentence.startswith("“friendly” raises it; “rude” lowers it on average; 2 of 3 words")
    assert "one in twenty would by chance" in picture.sentence
    assert "over the 12 or more customers who used it, of 80" in picture.sentence
    unsure = word_rows().with_columns(low=pl.lit(-90.0), high=pl.lit(90.0))
    (picture,) = moving_word_blocks(full_world().with_tables(word_influence=unsure).told(CHAPTER))
    assert "No word moves the forecasts" in picture.sentence  # type: ignore[union-attr]


def test_words_of_both_sides_stand_in_one_table() -> None:
    (table,) = word_blocks(full_world().told(CHAPTER))
    assert isinstance(table, Table)
    assert dict(table.rows) == {"High value": "noise", "Low value": "breakfast, poor"}
    assert "used by 15 or more of them" in (table.note or "")
    (paragraph,) = word_blocks(full_world().with_tables(words_by_value=WORDS_BY_VALUE.empty()).told(CHAPTER))
    assert paragraph.kind == "paragraph"


def test_the_chapter_reads_no_table_of_single_customers() -> None:
    contracts = room_contracts()
    owned = {Subject.CUSTOMER, Subject.REVIEW, Subject.BOOKING}
    for item in CHAPTER.tables:
        assert not [column.name for column in contracts[item.asset].columns if column.subject in owned], item.asset


@pytest.mark.parametrize("source", ["demo", "public", "deliveries"])
def test_words_of_guests_leave_the_group_on_invented_data_alone(source: str) -> None:
    told = full_world(source)
    pages = render_editions(editions_of(told), told.run)
    for key in ("words_by_value", "word_influence"):
        assert key in pages["internal"]
        assert (key in pages["shareable"]) == (source == "demo")
