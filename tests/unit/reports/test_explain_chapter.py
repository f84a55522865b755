"""Why a customer is valued so: what is drawn, said, and held back when it can't be trusted."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.models.contract import EXPLAINED_TEXTS
from assets.reports.chapters.explain.chapter import CHAPTER
from assets.reports.chapters.explain.faithfulness import faithfulness_blocks, player_blocks
from assets.reports.chapters.explain.gate import gate_blocks, gate_table, gates_of
from assets.reports.chapters.explain.influence import drawn_influence, influence_ranking
from assets.reports.chapters.explain.single_forecasts import explanations_of, forecast_sentence
from assets.reports.settings import ReportsSettings
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.reports.telling.wording import NOT_PRINTED
from tests.unit.reports.fixtures import empty_world, full_world
from tests.unit.reports.guest_world import bounded, explained_texts, explanations, feature_influence
from tests.unit.reports.world import World


def explained(reach: float) -> World:
    return full_world().with_branch("explanations", explanations(reach))


def test_the_chapter_goes_from_features_to_whether_they_can_be_trusted() -> None:
    blocks = full_world().section(CHAPTER).blocks
    assert isinstance(blocks[0], Notice)
    assert "not causal" in blocks[0].text
    keys = [block.key for block in blocks if isinstance(block, Picture | Table)]
    assert keys == [
        "beeswarm", "importance", "text_influence", "lime_1", "lime_2", "lime_3", "gate_by_segment", "gate",
        "faithfulness", "faithfulness",
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
        "Words behind single forecasts (LIME)",
        "Words that go with high or low value",
        "Gate by value segment",
        "Test whether the explanations are faithful",
    ]


def test_the_gate_says_whether_segments_are_told_apart() -> None:
    def sentence(reach: float | None) -> str:
        means = {"low": bounded(0.52, 0.01), "mid": bounded(0.55, 0.01), "high": bounded(0.61, reach or 0.01)}
        leaves = {segment: {"mean": mean if reach else mean["value"], "std": 0.05} for segment, mean in means.items()}
        (picture, _) = gate_blocks(full_world().with_branch("gate", leaves).told(CHAPTER))
        assert isinstance(picture, Picture)
        return picture.sentence

    assert "rises from low to high value by 0.09" in sentence(0.01)
    assert "do not overlap" in sentence(0.01)
    assert "overlap" not in sentence(None)
    assert "intervals of the means overlap" in sentence(0.2)


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


def test_a_part_of_the_text_block_is_said_to_be_one() -> None:
    item = explanations_of(explained_texts())[0]
    assert "25\u00a0% of what the model read" in forecast_sentence(replace(item, share=0.25), "EUR")
    assert "what the model read" not in forecast_sentence(replace(item, share=1.0), "EUR")


def test_words_that_move_little_are_said_to_matter_little() -> None:
    item = replace(explanations_of(explained_texts())[0], words=("clean", "loud"), weights=(1.0, -0.5))
    assert "hardly matters here" in forecast_sentence(replace(item, prediction=1_000.0), "EUR")
    assert "hardly matters" not in forecast_sentence(replace(item, prediction=10.0), "EUR")


def test_texts_come_from_low_to_high_value() -> None:
    shown = explanations_of(explained_texts().reverse())
    assert [item.segment for item in shown] == ["low", "mid", "high"]
    first = shown[0]
    assert (first.words[0], first.weights[0], first.share, first.fit) == ("rude", -12.0, None, 0.7)
    assert explanations_of(EXPLAINED_TEXTS.empty()) == ()


def test_customers_are_thinned_evenly_and_alike_for_every_feature() -> None:
    rows = feature_influence(np.random.default_rng(2), 9)
    drawn = drawn_influence(rows.sample(fraction=1.0, shuffle=True, seed=3), 4)
    for feature in rows["feature"].unique():
        own = rows.filter(pl.col("feature") == feature)["influence"].to_list()
        assert drawn.filter(pl.col("feature") == feature)["shap"].to_list() == own[::3]
    assert drawn_influence(rows, 9).height == rows.height
    other = rows.with_columns(model=pl.lit("another"))
    assert drawn_influence(pl.concat([rows, other]), 9).height == rows.height
    assert drawn_influence(rows.clear(), 4).is_empty()


def test_the_largest_mean_influence_comes_first_with_its_direction() -> None:
    frame = pl.DataFrame(
        {"feature": ["b_small"] * 3 + ["b_large"] * 3, "shap": [1.0, 2.0, 3.0, 9.0, 0.0, -9.0],
         "scaled_value": [0.5, 0.5, 0.5, 0.0, 0.5, 1.0]}
    )  # fmt: skip
    ranking = influence_ranking(frame)
    assert ranking.rows() == [("b_large", 6.0, pytest.approx(-1.0)), ("b_small", 2.0, 0.0)]
