import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from assets.reviews.lexicon import lexicon_polarity
from assets.reviews.polarity import (
    area_under_curve,
    fit_polarity,
    is_held_out,
    labelled_fields,
    labelled_titles,
    polarities,
)
from assets.reviews.settings import ReviewSettings
from assets.reviews.words import words_of
from tests.unit.reviews.builders import clean_rows, identity

GOOD = ["lovely breakfast", "kind staff", "spotless room", "superb view", "quiet bed", "great location"]
BAD = ["cold soup", "rude porter", "dirty carpet", "noisy street", "tiny lift", "broken shower"]
SETTINGS = ReviewSettings(polarity_min_texts=50)


def corpus(number: int = 120) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(number):
        good, bad = rng.choice(GOOD, 3, replace=False), rng.choice(BAD, 3, replace=False)
        rows.append({"positive_text": f"the {' and the '.join(good)}", "negative_text": f"the {' and the '.join(bad)}"})
    return clean_rows(*rows)


MODEL = fit_polarity(corpus(), SETTINGS)


def test_fit_separates_and_states_its_auc() -> None:
    assert MODEL is not None
    assert MODEL["auc"] > 0.99
    values = polarities(
        ["the lovely breakfast and kind staff", "the rude porter and dirty carpet", "", None, "zebra"], MODEL
    )
    assert values[0] > 0.3 > -0.3 > values[1]
    assert values[2:].tolist() == [0.0, 0.0, 0.0]


def test_fit_is_deterministic_and_survives_json() -> None:
    again = fit_polarity(corpus(), SETTINGS)
    assert json.dumps(again, sort_keys=True) == json.dumps(MODEL, sort_keys=True)
    texts = ["the kind staff", "the cold soup and the rude porter"]
    assert polarities(texts, json.loads(json.dumps(MODEL))).tolist() == polarities(texts, MODEL).tolist()


def test_too_few_texts_leave_the_lexicon_in_force() -> None:
    assert fit_polarity(corpus(10), SETTINGS) is None
    assert fit_polarity(clean_rows(), SETTINGS) is None
    only_good = clean_rows(*({"positive_text": "very lovely room indeed"} for _ in range(100)))
    assert fit_polarity(only_good, SETTINGS) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8), st.booleans())
def test_bounds_and_independence_of_neighbours(texts: list[str], fitted: bool) -> None:
    model = MODEL if fitted else None
    together = polarities(texts, model)
    assert ((together >= -1) & (together <= 1)).all()
    alone = [polarities([text], model)[0] for text in texts]
    assert together.tolist() == alone


def test_titles_are_labelled_by_clear_scores_only() -> None:
    rows = clean_rows(
        {"title": "Never again", "score": 3.0},
        {"title": "Delightful", "score": 9.6},
        {"title": "It depends", "score": 7.5},
        {"title": None, "score": 10.0},
    )
    assert labelled_titles(rows, 7.5).select("text", "is_positive").rows() == [
        ("Never again", False),
        ("Delightful", True),
    ]


def test_fields_are_labelled_by_where_they_stand() -> None:
    rows = clean_rows({"positive_text": "good", "negative_text": "bad"}, {"positive_text": None, "negative_text": None})
    assert labelled_fields(rows).select("text", "is_positive").rows() == [("good", True), ("bad", False)]


def test_held_out_share_is_a_fifth() -> None:
    held = is_held_out(pl.Series([identity(number) for number in range(2000)]))
    assert 0.17 < held.mean() < 0.23


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_area_under_curve_agrees_with_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = np.array([p[0] for p in pairs], dtype=float), np.array([p[1] for p in pairs])
    area = area_under_curve(scores, labels)
    if labels.all() or not labels.any():
        assert area is None
    else:
        assert area == pytest.approx(roc_auc_score(labels, scores))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("wonderful staff", 1),
        ("not a good room", -1),
        ("dirty and noisy", -1),
        ("no problems at all", 1),
        ("a chair and a table", 0),
        ("", 0),
    ],
)
def test_lexicon_signs(text: str, sign: int) -> None:
    assert np.sign(lexicon_polarity(words_of(text))) == sign


def test_lexicon_grades() -> None:
    assert lexicon_polarity(["excellent"]) > lexicon_polarity(["nice"])
    assert lexicon_polarity(["very", "nice"]) > lexicon_polarity(["nice"])
