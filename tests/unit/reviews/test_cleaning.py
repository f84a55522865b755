import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reviews.checks import validate_clean_reviews
from assets.reviews.cleaning import clean, clean_text, treated_text
from assets.reviews.contract import CLEAN_REVIEWS
from assets.reviews.settings import ReviewSettings
from tests.unit.reviews.builders import MASKED_SCHEMA, day, masked

SETTINGS = ReviewSettings()


def cleaned(text: str) -> str | None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return frame.select(clean_text(pl.col("text"), SETTINGS.placeholders))["text"][0]


def test_a_review_becomes_one_row_with_parsed_columns() -> None:
    kept, aside = clean(masked({"title": "Great stay", "negative_text": " Small room "}), SETTINGS)
    row = kept.row(0, named=True)
    assert aside.is_empty()
    assert tuple(kept.columns) == CLEAN_REVIEWS.names
    assert row["text"] == "Great stay. The staff were friendly and the room was clean number 0. Small room."
    assert (row["hotel_key"], row["hotel_city"], row["hotel_country"]) == ("hotel arena", "Amsterdam", "NLD")
    assert (row["reviewer_country"], row["trip_type"], row["party"], row["nights"]) == ("GBR", "leisure", "couple", 2)
    assert (row["language"], row["token_count"]) == ("en", 15)


@pytest.mark.parametrize("text", ["No Negative", " no positive ", "N A", "n/a.", "", "   ", "🙂👍", "...", "​"])
def test_placeholders_and_wordless_texts_become_null(text: str) -> None:
    assert cleaned(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  a \n b\t c ", "a b c"), ("cafe\u0301", "café"), ("ｗｉｆｉ", "wifi"), ("room\u200b key", "room key")],
)
def test_text_is_normalised(text: str, expected: str) -> None:
    assert cleaned(text) == expected


def test_reasons_of_rows_set_aside() -> None:
    rows = masked(
        {},
        {"positive_text": "No Positive"},
        {"positive_text": "😀😀"},
        {"positive_text": "Le petit déjeuner était excellent et le personnel très gentil avec nous"},
        {"positive_text": "Same words here for all", "score": 9.0},
        {"positive_text": "Same words here for all", "score": 9.0},
        {"positive_text": "Same words here for all", "score": 9.2},
        {"positive_text": "Same words here for all", "score": 9.0, "delivery_day": day(1)},
    )
    kept, aside = clean(rows, SETTINGS)
    assert kept.height + aside.height == rows.height
    assert dict(aside.select("row_id", "reason").iter_rows()) == {
        f"{1:032x}": "no_text",
        f"{2:032x}": "no_text",
        f"{3:032x}": "language",
        f"{5:032x}": "repeat",
    }


def test_short_english_texts_are_kept() -> None:
    texts = ["Small room", "Location", "Breakfast", "Comfy bed", "Wi fi", "Aircon noisy"]
    kept, aside = clean(masked(*({"positive_text": text} for text in texts)), SETTINGS)
    assert aside.is_empty()
    assert kept["positive_text"].to_list() == texts


def test_paper_treatment_keeps_content_words_only() -> None:
    frame = pl.DataFrame({"text": ["The staff were NOT friendly, at all!"]})
    assert frame.select(treated_text(pl.col("text"), "paper"))["text"][0] == "staff not friendly"
    kept, aside = clean(masked({"positive_text": "It was what it was"}), ReviewSettings(text_treatment="paper"))
    assert kept.is_empty()
    assert aside["reason"].to_list() == ["no_text"]


def test_all_fields_null_is_set_aside() -> None:
    kept, aside = clean(masked({"positive_text": None, "negative_text": None, "tags": None}), SETTINGS)
    assert kept.is_empty()
    assert aside["reason"].to_list() == ["no_text"]


def test_empty_frame() -> None:
    kept, aside = clean(pl.DataFrame(schema=MASKED_SCHEMA), SETTINGS)
    assert kept.is_empty()
    assert aside.is_empty()
    assert aside.columns == ["delivery_day", "row_id", "reason"]


def test_unknown_country_and_missing_address_become_null() -> None:
    kept, _ = clean(masked({"reviewer_country_name": " ", "hotel_address": None}), SETTINGS)
    assert kept.select("reviewer_country", "hotel_city", "hotel_country").row(0) == (None, None, None)


def test_range_equals_days_one_by_one_and_input_is_untouched() -> None:
    rows = masked(*({"positive_text": f"The room was fine {n % 3}", "delivery_day": day(n // 4)} for n in range(12)))
    before = rows.clone()
    together, _ = clean(rows, SETTINGS)
    alone = pl.concat([clean(rows.filter(pl.col("delivery_day") == day(n)), SETTINGS)[0] for n in range(3)])
    assert together.equals(alone)
    assert rows.equals(before)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), min_size=1, max_size=6))
def test_rows_are_conserved_and_what_is_kept_passes_the_checks(fields: list[tuple[str, str]]) -> None:
    rows = masked(*({"positive_text": first, "negative_text": second} for first, second in fields))
    kept, aside = clean(rows, SETTINGS)
    assert sorted(kept["review_id"].to_list() + aside["row_id"].to_list()) == sorted(rows["review_id"].to_list())
    assert all(outcome.passed for outcome in validate_clean_reviews(kept))
