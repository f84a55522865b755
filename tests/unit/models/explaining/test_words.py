import numpy as np
import polars as pl
import pytest

from assets.models.explaining.words import explain_text, representative_customers


def predict(texts: list[str]) -> np.ndarray:
    return np.array([100.0 + 50 * ("friendly" in text) - 80 * ("dirty" in text) for text in texts])


def explain(text: str, seed: int = 42):
    return explain_text(text, predict, words=3, samples=200, seed=seed, segment="high")


def test_words_that_matter_are_found_with_their_sign() -> None:
    found = explain("The staff was friendly but the bathroom was dirty")
    weights = dict(zip(found.words, found.weights, strict=True))
    assert weights["dirty"] == pytest.approx(-80, rel=0.1)
    assert weights["friendly"] == pytest.approx(50, rel=0.1)
    assert found.words[0] == "dirty"
    assert found.prediction == 70
    assert found.fit == pytest.approx(1, abs=0.05)


def test_the_same_seed_gives_the_same_words() -> None:
    text = "Very clean room, friendly reception, quiet night"
    assert explain(text) == explain(text)


@pytest.mark.parametrize("text", ["x", "7"])
def test_a_text_of_one_character_is_explained_by_it(text: str) -> None:
    found = explain(text)
    assert (found.words, found.weights) == ((text,), (0.0,))


@pytest.mark.parametrize("text", ["", "   ", "!!! ...", "🙂🙂"])
def test_text_without_words_is_explained_by_nothing(text: str) -> None:
    assert explain(text).words == ()


def test_a_single_word_is_explained() -> None:
    assert explain("dirty").words == ("dirty",)


def test_one_customer_per_segment_with_enough_words() -> None:
    long = "one two three four five six seven eight nine"
    frame = pl.DataFrame(
        {"pseudo_customer_id": ["a", "b", "c", "d"], "value_segment": ["low", "high", "high", "mid"],
         "prediction": [1.0, 5.0, 9.0, 3.0], "text": [long, "short", long, None]}
    )  # fmt: skip
    assert representative_customers(frame)["pseudo_customer_id"].to_list() == ["a", "c"]
    assert representative_customers(frame.clear()).is_empty()
