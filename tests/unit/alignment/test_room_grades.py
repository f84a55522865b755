"""The ladder of room grades."""

import polars as pl
import pytest

from assets.alignment.room_grades import (
    COMMON_GRADE,
    DELUXE,
    FAMILY,
    SMALL,
    STANDARD,
    SUITE,
    SUPERIOR,
    grade_of_name,
    grade_of_type,
    grades_of,
)


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("Classic Double Room", STANDARD), ("Superior Twin Room", SUPERIOR), ("Deluxe King Room", DELUXE),
        ("Two-Bedroom Family Suite", SUITE), ("Triple Room", FAMILY), ("Compact Double Room", SMALL), ("", STANDARD),
    ],
)  # fmt: skip
def test_the_highest_rung_named_is_the_grade(name: str, grade: int) -> None:
    assert grade_of_name(name) == grade


def test_a_type_has_the_grade_of_its_letter_or_of_its_words() -> None:
    assert [grade_of_type(f"city {code}") for code in "ADG"] == [STANDARD, SUPERIOR, SUITE]
    assert grade_of_type("resort Deluxe Double") == DELUXE
    assert grade_of_type("city ?") is None
    assert grade_of_type("city P") is None


def test_grades_of_a_column_keep_its_rows() -> None:
    grades = grades_of(pl.Series(["Junior Suite", None, "Double Room"]), is_type=False)
    assert grades.to_list() == [SUITE, None, STANDARD]
    assert grades_of(pl.Series([None], dtype=pl.String), is_type=True).to_list() == [None]


def test_shares_of_the_grades_add_up_to_one() -> None:
    assert sum(COMMON_GRADE) == pytest.approx(1.0)
