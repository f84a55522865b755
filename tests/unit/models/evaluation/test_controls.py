import numpy as np
import polars as pl
import pytest

from assets.models.evaluation.controls import shuffle_texts
from assets.models.examples.text_sources import TEXT_COLUMNS
from tests.unit.models.build import examples_of


@pytest.fixture(scope="module")
def examples():
    return examples_of()


def test_only_texts_move_and_only_among_those_who_have_one(examples):
    shuffled = shuffle_texts(examples, np.random.default_rng(1))
    assert shuffled.schema == examples.schema
    assert shuffled.drop(TEXT_COLUMNS).equals(examples.drop(TEXT_COLUMNS))
    assert not shuffled.equals(examples)
    assert (shuffled["has_text"] == shuffled["text_vector"].is_not_null()).all()


def test_each_origin_keeps_its_texts(examples):
    shuffled = shuffle_texts(examples, np.random.default_rng(1))
    for key in (["protocol", "as_of"],):
        before = examples.group_by(key).agg(pl.col("text_score").sort()).sort(key)
        assert shuffled.group_by(key).agg(pl.col("text_score").sort()).sort(key).equals(before)


def test_whole_blocks_move_together(examples):
    rows = {(p, tuple(v)) for p, v in examples.filter("has_text").select("text_polarity", "text_vector").rows()}
    shuffled = shuffle_texts(examples, np.random.default_rng(2)).filter("has_text")
    assert {(p, tuple(v)) for p, v in shuffled.select("text_polarity", "text_vector").rows()} == rows


def test_without_text_nothing_happens(examples):
    bare = examples.filter(~pl.col("has_text"))
    assert shuffle_texts(bare, np.random.default_rng(1)).equals(bare)
