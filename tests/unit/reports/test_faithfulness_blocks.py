from dataclasses import replace

import pytest

from assets.reports.sections_explain import explain_section, lime_sentence
from assets.reports.sections_faithfulness import faithfulness_blocks, player_blocks
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.reports.telling.wording import Estimate
from tests.unit.reports.fixtures import empty_inputs, full_inputs


def leaf(value: float, reach: float) -> dict[str, float]:
    return {"value": value, "low": value - reach, "high": value + reach}


def explained(reach: float):
    sizes = {
        f"remove_{size}": {"n": 40, "important": leaf(90.0 * size, 9.0), "random": leaf(30.0 * size, 9.0),
                           "difference": leaf(60.0, reach), "wins": leaf(0.8, 0.1)}
        for size in (1, 3)
    }  # fmt: skip
    importance = {f"b_feature_{number}": leaf(100.0 - number, 1.0) for number in range(20)} | {"text": leaf(2.0, 0.5)}
    fusion = {
        "n": 200,
        "importance": importance,
        "with_text": {"n": 50, "text": leaf(8.0, 1.0), "share": leaf(0.1, 0.02)},
    }
    branch = {"shapley": {"gated_fusion": fusion}, "faithfulness": {"gated_fusion": sizes, "words": sizes}}
    return replace(full_inputs(), explanations=branch)


def test_the_text_is_shown_even_when_it_comes_last():
    picture = player_blocks(explained(5.0), 14)[0]
    assert isinstance(picture, Picture)
    labels = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert len(labels) == 14
    assert labels[-1].startswith("text")
    assert "number 21 of 21" in picture.sentence
    assert "10\u00a0% of all that moves" in picture.sentence


def test_faithful_explanations_are_said_to_be_so():
    blocks = faithfulness_blocks(explained(5.0))
    assert [type(block) for block in blocks] == [Picture, Table]
    assert "beyond chance at every size" in blocks[0].sentence
    assert len(blocks[1].rows) == 4


def test_unfaithful_explanations_carry_a_warning():
    blocks = faithfulness_blocks(explained(70.0))
    assert isinstance(blocks[1], Notice)
    assert blocks[1].tone == "warning"
    assert "not so at every size" in blocks[0].sentence


@pytest.mark.parametrize("blocks", [player_blocks(empty_inputs(), 5), faithfulness_blocks(empty_inputs())])
def test_nothing_computed_leaves_a_note(blocks):
    assert [block.kind for block in blocks] == ["notice"]


def test_the_gate_says_whether_segments_are_told_apart():
    inputs = full_inputs()
    means = {"low": Estimate(0.52, 0.51, 0.53), "mid": Estimate(0.55, 0.54, 0.56), "high": Estimate(0.61, 0.6, 0.62)}

    def sentence(found: dict[str, Estimate]) -> str:
        section = explain_section(replace(inputs, gate_means=found), 5, 10)
        return next(block.sentence for block in section.blocks if getattr(block, "key", "") == "gate_by_segment")

    assert "rises from low to high value by 0.09" in sentence(means)
    assert "do not overlap" in sentence(means)
    assert "overlap" not in sentence({})
    assert "intervals of the means overlap" in sentence(means | {"high": Estimate(0.61, 0.4, 0.8)})


def test_a_part_of_the_text_block_is_said_to_be_one():
    item = full_inputs().lime[0]
    assert "25\u00a0% of what the model read" in lime_sentence(replace(item, share=0.25), "EUR")
    assert "what the model read" not in lime_sentence(replace(item, share=1.0), "EUR")
