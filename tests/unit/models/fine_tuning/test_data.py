"""Which reviews stand behind which example, with what share."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.customers.settings import CustomerSettings
from assets.models.examples.dataset import build_examples, to_arrays
from assets.models.fine_tuning.data import LinkedExamples, TextLinks, linked_texts, word_pieces
from resources.errors import ContractError
from tests.unit.models.build import DIMENSIONS, PLAN, world
from tests.unit.models.end_to_end import loaded_encoder


@pytest.fixture(scope="module")
def told():
    """Examples before the hold-out, and what they were made of; each review's text is its id and day."""
    bookings, pairs, reviews = world(3)
    examples = build_examples(bookings, pairs, reviews, PLAN, CustomerSettings())
    examples = examples.filter((pl.col("protocol") == "prospective") & (pl.col("split") == "cv"))
    texts = reviews.with_columns(text=pl.format("{} {}", "review_id", "delivery_day"))
    return examples, bookings, pairs, texts


def links_of(told, most=100):
    return linked_texts(*told, most)


def test_the_links_make_the_stored_text_of_every_example(told):
    examples, _, _, reviews = told
    links = links_of(told)
    assert links.has_text.sum() > 20
    vectors = dict(zip(reviews["text"], reviews["embedding"].to_list(), strict=True))
    table = np.array([vectors[text] for text in links.texts], dtype=np.float32)
    arrays = to_arrays(examples, DIMENSIONS)
    data = LinkedExamples(arrays=arrays, links=links, pieces=[[1]] * len(links.texts))
    assert np.abs(data.with_vectors(table).text - arrays.text).max() < 1e-5


def test_nothing_after_the_day_is_read(told):
    examples, bookings, pairs, reviews = told
    days = reviews.select("text", came="delivery_day")
    links = links_of(told)
    read = pl.DataFrame({"row": links.row, "text": [links.texts[at] for at in links.text]}).join(days, on="text")
    as_of = examples["as_of"].gather(read["row"])
    assert (read["came"] <= as_of).all()
    later = pairs.with_columns(delivery_day=pl.col("delivery_day") + timedelta(days=4_000))
    none = examples.with_columns(has_text=pl.lit(False))
    assert not linked_texts(none, bookings, later, reviews, 100).has_text.any()


def test_the_most_certain_reviews_are_read_and_their_shares_sum_to_one(told):
    whole, few = links_of(told), links_of(told, most=1)
    assert np.bincount(whole.row).max() > 1
    assert np.bincount(few.row).max() == 1
    assert (few.share == 1.0).all()
    assert (few.has_text == whole.has_text).all()
    sums = np.bincount(whole.row, weights=whole.share, minlength=whole.rows)
    assert np.abs(sums[whole.has_text] - 1).max() < 1e-6
    for row, text in zip(few.row, few.text, strict=True):
        own = whole.row == row
        best = {whole.texts[at] for at in whole.text[own][whole.share[own] == whole.share[own].max()]}
        assert few.texts[text] in best


def test_examples_that_do_not_fit_the_pairs_are_refused(told):
    examples, bookings, pairs, reviews = told
    with pytest.raises(ContractError, match="run the chain again"):
        linked_texts(examples, bookings, pairs.clear(), reviews, 8)


def test_chosen_rows_keep_their_texts():
    links = TextLinks(texts=("a", "b", "c"), rows=4, row=np.array([0, 0, 2, 3]), text=np.array([0, 1, 2, 1]),
                      share=np.array([0.4, 0.6, 1.0, 1.0], dtype=np.float32))  # fmt: skip
    chosen = links.take(np.array([3, 1, 0, 0]))
    assert chosen.row.tolist() == [0, 2, 2, 3, 3]
    assert chosen.text.tolist() == [1, 0, 1, 0, 1]
    assert chosen.share.tolist() == pytest.approx([1.0, 0.4, 0.6, 0.4, 0.6])
    used, shares = links.take(np.array([2, 1])).dense()
    assert used.tolist() == [2]
    assert shares.tolist() == [[1.0], [0.0]]
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]], dtype=np.float32)
    assert links.means(vectors) == pytest.approx(np.array([[0.4, 0.6], [0.0, 0.0], [5.0, 5.0], [0.0, 1.0]]))
    assert links.take(np.array([1])).means(vectors).tolist() == [[0.0, 0.0]]


def test_a_text_of_no_share_stands_in_where_nobody_has_one():
    links = TextLinks(texts=("a",), rows=2, row=np.array([0]), text=np.array([0]),
                      share=np.ones(1, dtype=np.float32))  # fmt: skip
    used, shares = links.take(np.array([1, 1, 1])).dense()
    assert (used.tolist(), shares.tolist()) == ([0], [[0.0], [0.0], [0.0]])
    assert links.take(np.zeros(0, dtype=np.int64)).dense()[1].shape == (0, 1)


def test_word_pieces_are_cut_and_keep_their_special_ones():
    tokenizer = loaded_encoder().tokenizer
    pieces = word_pieces(["the room was clean", "quiet " * 50, ""], tokenizer, 8)
    assert [len(row) for row in pieces] == [6, 8, 2]
    assert pieces[1][0] == pieces[2][0]
    assert pieces[1][-1] == pieces[2][-1]


def test_arrays_follow_their_rows(told):
    examples = told[0]
    data = LinkedExamples(arrays=to_arrays(examples, DIMENSIONS), links=links_of(told), pieces=[])
    part = data.take(data.arrays.has_text)
    assert part.links.has_text.all()
    assert part.arrays.has_text.all()
    assert len(part) == part.links.rows == int(data.arrays.has_text.sum())
    assert len(replace(data, padding=3)) == len(data)
