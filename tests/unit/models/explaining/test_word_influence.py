"""How far words move forecasts over many customers."""

import numpy as np
import polars as pl
import pytest

from assets.models.contract import WORD_INFLUENCE
from assets.models.explaining.word_influence import without_word, word_influence

N = 60


def candidates(n: int = N) -> pl.DataFrame:
    texts = [("Dirty room" if number % 2 else "Friendly staff, clean room") for number in range(n)]
    texts[0] += " Zwickelbacher"
    return pl.DataFrame(
        {"pseudo_customer_id": [f"c{number:03d}" for number in range(n)], "prediction": np.arange(float(n)),
         "text": texts, "reach": np.linspace(40.0, 60.0, n)}
    )  # fmt: skip


def predictor(row):
    """Friendly raises the forecast by the customer's own reach, dirty lowers it by as much; nothing else matters."""
    return lambda texts: np.array(
        [
            100.0 + row["reach"] * ("friendly" in text.lower()) - row["reach"] * ("dirty" in text.lower())
            for text in texts
        ]
    )


def told(minimum: int = 10, texts: int = N, rows: pl.DataFrame | None = None) -> pl.DataFrame:
    frame = candidates() if rows is None else rows
    return WORD_INFLUENCE.conform(word_influence("gated_fusion", frame, predictor, texts=texts, minimum=minimum))


def test_words_have_the_mean_of_what_they_move_and_its_interval():
    rows = {row["word"]: row for row in told().iter_rows(named=True)}
    assert set(rows) == {"friendly", "staff", "clean", "dirty", "room"}
    assert rows["friendly"]["influence"] == pytest.approx(50.0, abs=1.0)
    assert rows["dirty"]["influence"] == pytest.approx(-50.0, abs=1.0)
    assert rows["friendly"]["low"] < rows["friendly"]["influence"] < rows["friendly"]["high"]
    assert (rows["room"]["influence"], rows["room"]["n"], rows["friendly"]["n"]) == (0.0, N, N // 2)


def test_a_word_of_few_customers_is_not_told():
    assert "zwickelbacher" not in told(minimum=2)["word"].to_list()
    assert set(told(minimum=N // 2 + 1)["word"]) == {"room"}
    assert told(minimum=N + 1).is_empty()
    assert told(rows=candidates().clear()).is_empty()


def test_customers_are_looked_at_evenly():
    few = told(minimum=2, texts=20)
    assert set(few["texts"]) == {20}
    assert max(few["n"]) == 20
    assert told(rows=candidates().sample(fraction=1.0, shuffle=True, seed=1)).equals(told())


@pytest.mark.parametrize(
    ("text", "left"),
    [("Clean, CLEAN cleaner", ",  cleaner"), ("unclean", "unclean"), ("clean's", "clean's"), ("", "")],
)
def test_a_word_is_taken_out_whole(text, left):
    assert without_word(text, "clean") == left
