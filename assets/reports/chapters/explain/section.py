"""The chapter on why: feature influence, words, the gate. Indicative, never causal."""

from assets.reports.chapters.explain.faithfulness import faithfulness_blocks, player_blocks
from assets.reports.chapters.explain.gate import gate_blocks
from assets.reports.chapters.explain.influence import influence_blocks
from assets.reports.chapters.explain.words import moving_word_blocks, word_blocks
from assets.reports.telling.blocks import Block, Notice, Section
from assets.reports.telling.told import Told


def explain_section(told: Told) -> Section:
    """SHAP, the text as one player, words over many customers, gate, and whether explanations are faithful."""
    blocks: list[Block] = [
        Notice(
            text="These pictures show what the models look at. They are indicative, not causal: changing a feature, "
            "or a guest's mood, need not change what the guest will spend.",
            tone="warning",
        ),
        *influence_blocks(told),
        *player_blocks(told),
        *moving_word_blocks(told),
        *word_blocks(told),
        *gate_blocks(told),
        *faithfulness_blocks(told),
    ]
    return Section(
        anchor="why",
        title="Why a customer is valued so",
        lead="Which features move the forecasts overall, what the reviews as a whole move beside them, which words "
        "move them, how far the model relies on text at all, and whether these answers can be trusted. Everything here "
        "is a mean over many customers; why one customer is valued so is told by “stayworth score --why”.",
        blocks=tuple(blocks),
    )
