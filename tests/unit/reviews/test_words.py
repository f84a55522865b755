import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.reviews.words import ENGLISH_HINTS, STOP_WORDS, WORD_PATTERN, distinct_words, words_of


def test_words() -> None:
    assert words_of("Don't like THE 2nd room, café!") == ["don't", "like", "the", "2", "nd", "room", "café"]
    assert words_of("") == []
    assert distinct_words("good good Good bad") == 2


def test_polar_words_are_no_stop_words() -> None:
    assert not STOP_WORDS & {"no", "not", "never", "nothing", "good", "bad"}
    assert ENGLISH_HINTS < STOP_WORDS


@given(st.text(alphabet="aBé'’ 19.-_é", max_size=30))
def test_polars_counts_the_same_words(text: str) -> None:
    counted = pl.DataFrame({"text": [text]}).select(pl.col("text").str.count_matches(WORD_PATTERN))["text"][0]
    assert counted == len(words_of(text))
