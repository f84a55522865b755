from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.contract import QUARANTINE, RAW_REVIEWS
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import conservation
from assets.raw.settings import RawSettings
from resources.sources.base import REVIEW_COLUMNS, Stream
from tests.unit.raw.builders import delivery, review


def kept(**changes: str | None) -> dict[str, object]:
    rows, problems, *_ = parse_reviews(delivery(Stream.REVIEWS, [review(**changes)]))
    assert problems.is_empty(), problems["reason"].to_list()
    return rows.row(0, named=True)


def refused(**changes: str | None) -> list[str | None]:
    rows, problems, *_ = parse_reviews(delivery(Stream.REVIEWS, [review(**changes)]))
    assert rows.is_empty()
    return problems["column"].to_list()


def test_a_sound_row_is_typed() -> None:
    row = kept()
    assert (row["score"], row["hotel_average_score"], row["hotel_total_reviews"], row["reviewer_reviews"]) == (
        9.2, 8.4, 6117, 2,
    )  # fmt: skip
    assert (row["posted_day"], row["posted_at"], row["delivery_day"]) == (date(2016, 7, 3), None, date(2016, 7, 3))
    assert row["reviewer_country_name"] == "United Kingdom"


def test_text_stays_as_delivered() -> None:
    row = kept()
    assert (row["positive_text"], row["negative_text"]) == (" Lovely view ", "No Negative")
    assert row["tags"] == "[' Leisure trip ', ' Couple ', ' Studio ', ' Stayed 2 nights ']"


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"Reviewer_Nationality": " "}, "reviewer_country_name", None),
        ({"Positive_Review": "NA"}, "positive_text", "NA"),
        ({"Positive_Review": "😀"}, "positive_text", "😀"),
        ({"Negative_Review": "  "}, "negative_text", None),
        ({"Total_Number_of_Reviews_Reviewer_Has_Given": ""}, "reviewer_reviews", None),
        ({"Tags": ""}, "tags", "[]"),
        ({"Reviewer_Score": "10"}, "score", 10.0),
        ({"lat": "NA", "lng": "NA"}, "score", 9.2),
        ({"Review_Title": "Nice"}, "title", "Nice"),
        ({"review_key": "V1"}, "row_id", "review:V1"),
        ({"reservation_id": " r-77.0"}, "reservation_id", "reservation:R-77.0"),
        ({"reservation_id": "7.0"}, "reservation_id", "reservation:7"),
        ({"reservation_id": "n/a"}, "reservation_id", None),
        ({"guest_key": "g1 "}, "guest_key", "G1"),
        ({"guest_key": "0"}, "guest_key", None),
        ({}, "guest_key", None),
        ({"Posted_At": "2016-07-03T08:05:09"}, "posted_at", datetime(2016, 7, 3, 8, 5, 9)),  # noqa: DTZ001
        ({"Posted_At": "2016-07-03 08:05"}, "posted_at", datetime(2016, 7, 3, 8, 5)),  # noqa: DTZ001
        ({"Posted_At": "2016-07-03T08:05:09.5"}, "posted_at", datetime(2016, 7, 3, 8, 5, 9, 500_000)),  # noqa: DTZ001
    ],
)
def test_quirks_are_kept(changes: dict[str, str], column: str, value: object) -> None:
    assert kept(**changes)[column] == value


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"Reviewer_Score": "10.1"}, "Reviewer_Score"),
        ({"Reviewer_Score": "-0.1"}, "Reviewer_Score"),
        ({"Reviewer_Score": ""}, "Reviewer_Score"),
        ({"Average_Score": "high"}, "Average_Score"),
        ({"Hotel_Name": " "}, "Hotel_Name"),
        ({"Review_Date": "2/30/2016"}, "Review_Date"),
        ({"Review_Date": "2016-07-03"}, "Review_Date"),
        ({"Posted_At": "noon"}, "Posted_At"),
        ({"Total_Number_of_Reviews": "-4"}, "Total_Number_of_Reviews"),
    ],
)
def test_damaged_cells_are_refused_by_column(changes: dict[str, str], column: str) -> None:
    assert refused(**changes) == [column]


def test_a_review_of_a_day_after_its_delivery_costs_its_row_and_not_the_day() -> None:
    parsed = parse_reviews(delivery(Stream.REVIEWS, [review(), review(Review_Date="7/4/2016")]))
    assert parsed.rows.height == 1
    assert parsed.problems["reason"].to_list() == ["got '7/4/2016', expected a day up to that of the delivery"]


def test_frames_keep_their_contracts() -> None:
    for rows in ([], [review()], [review(Reviewer_Score="x")]):
        parsed = parse_reviews(delivery(Stream.REVIEWS, rows))
        assert dict(parsed.rows.schema) == RAW_REVIEWS.schema
        assert dict(parsed.problems.schema) == QUARANTINE.schema


CELL = st.none() | st.text(max_size=6) | st.sampled_from(["NA", "11", "7/3/2016", "😀"])


@hypothesis_settings(max_examples=15, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(REVIEW_COLUMNS), CELL, max_size=4), max_size=5))
def test_whatever_is_delivered_is_kept_or_quarantined(changes: list[dict[str, str | None]]) -> None:
    frame = delivery(Stream.REVIEWS, [{**review(), **change} for change in changes])
    parsed = parse_reviews(frame)
    assert conservation(frame, parsed).passed
    assert parsed.rows["score"].is_between(0, 10).all()
    assert pl.Series(parsed.problems["reason"]).str.len_chars().min() != 0


def ids(*rows: dict[str, str | None]) -> list[str]:
    return parse_reviews(delivery(Stream.REVIEWS, list(rows))).rows["row_id"].to_list()


def test_a_review_without_a_number_keeps_the_id_that_its_content_gave_before_there_were_numbers() -> None:
    assert ids(review()) == ["row:d65d9006f12d5c51577dad11:1"]
    assert ids(review(reservation_id="R1")) != ids(review())
    assert ids(review(reservation_id="R1")) != ids(review(guest_key="R1"))


def test_a_number_that_changes_is_a_correction_and_not_another_review() -> None:
    sent = [review(review_key="V1", reservation_id="R1"), review(review_key="V1", reservation_id="R2")]
    days = [date(2016, 7, 3), date(2016, 7, 5)]
    found = parse_reviews(
        pl.concat([delivery(Stream.REVIEWS, [row], day) for row, day in zip(sent, days, strict=True)])
    )
    assert found.rows.select("row_id", "reservation_id").rows() == [
        ("review:V1", "reservation:R1"), ("review:V1", "reservation:R2"),
    ]  # fmt: skip
    assert found.decisions["decision"].to_list() == ["correction"]


def test_words_of_the_source_are_no_numbers_of_stays() -> None:
    rows = delivery(Stream.REVIEWS, [review(reservation_id="Ohne Buchung", guest_key="Laufkunde")])
    found = parse_reviews(rows, RawSettings(placeholders=("ohne buchung", "laufkunde"))).rows
    assert found.select("reservation_id", "guest_key").row(0) == (None, None)
