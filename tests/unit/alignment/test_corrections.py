"""Corrections in the linkage: current versions only, a stay decided once, nothing moved where nothing was corrected."""

from datetime import date, timedelta

import polars as pl

from assets.alignment.corrections import NEVER, current_candidates, standing, versioned
from assets.alignment.settings import AlignmentSettings

DAY = date(2024, 3, 1)
SETTINGS = AlignmentSettings()


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def rows(key: str, pairs: list[tuple[str, int]]) -> pl.DataFrame:
    data = [(name, day(number)) for name, number in pairs]
    return pl.DataFrame(data, schema={key: pl.String, "delivery_day": pl.Date}, orient="row")


def candidates(items: list[tuple[str, str, int, int]]) -> pl.DataFrame:
    data = [(stay, review, day(decision), day(stored)) for stay, review, decision, stored in items]
    schema = {"booking_id": pl.String, "review_id": pl.String, "decision_day": pl.Date, "delivery_day": pl.Date}
    return pl.DataFrame(data, schema=schema, orient="row")


def bookings(items: list[tuple[str, int, str]]) -> pl.DataFrame:
    """Completed stays end on their delivery day, so they are decided 14 days later."""
    data = [(name, day(number), status) for name, number, status in items]
    schema = {"booking_id": pl.String, "delivery_day": pl.Date, "reservation_status": pl.String}
    frame = pl.DataFrame(data, schema=schema, orient="row")
    texts = ("hotel_levels", "country_levels", "market_segment_levels", "customer_type_levels", "reserved_room_type")
    numbers = ("nights_from", "nights_to", "adults_from", "adults_to", "children_from", "children_to", "class_size")
    return frame.with_columns(
        pl.lit("d-stay-1").alias("class_id"),
        *(pl.lit("x").alias(name) for name in texts),
        *(pl.lit(2, dtype=pl.Int32).alias(name) for name in numbers),
        *(pl.col("delivery_day").alias(name) for name in ("arrival_from", "arrival_to")),
    )


def test_versions_have_ids_of_their_own_and_an_end() -> None:
    found = versioned(rows("booking_id", [("a", 0), ("b", 1), ("a", 3)]), "booking_id")
    assert found.rows["booking_id"].to_list() == ["a", f"a#{day(3)}", "b"]
    assert found.spans.rows() == [("a", day(3))]


def test_a_pair_is_stored_with_the_versions_that_are_current_that_day() -> None:
    stays = versioned(rows("booking_id", [("a", 0), ("a", 3)]), "booking_id")
    reviews = versioned(rows("review_id", [("r", 1), ("r", 5)]), "review_id")
    later = f"a#{day(3)}"
    formed = [("a", "r", 9, 1), (later, "r", 9, 3), ("a", f"r#{day(5)}", 9, 5), (later, f"r#{day(5)}", 9, 5)]
    found = current_candidates(candidates(formed), stays, reviews)
    assert found.select("booking_id", "review_id", "delivery_day").rows() == [
        ("a", "r", day(1)), ("a", "r", day(3)), ("a", "r", day(5)),
    ]  # fmt: skip


def test_nothing_moves_where_nothing_was_corrected() -> None:
    given, found = bookings([("a", 0, "Check-Out"), ("b", 1, "Canceled")]), candidates([("a", "r", 14, 2)])
    kept, same = standing(given, found, SETTINGS)
    assert kept.equals(given)
    assert same.equals(found)


def test_a_correction_before_the_decision_takes_its_place() -> None:
    given = bookings([("a", 0, "Check-Out"), ("a", 4, "Check-Out")])
    kept, found = standing(given, candidates([("a", "r", 14, 2), ("a", "r", 18, 4)]), SETTINGS)
    assert kept["delivery_day"].to_list() == [day(4)]
    assert found["decision_day"].to_list() == [NEVER, day(18)]


def test_a_correction_after_the_decision_changes_no_pair() -> None:
    given = bookings([("a", 0, "Check-Out"), ("a", 20, "Check-Out")])
    kept, found = standing(given, candidates([("a", "r", 14, 2), ("a", "q", 34, 21)]), SETTINGS)
    assert kept["delivery_day"].to_list() == [day(0)]
    assert found["decision_day"].to_list() == [day(14), NEVER]


def test_a_stay_that_turns_out_cancelled_is_not_decided() -> None:
    given = bookings([("a", 0, "Check-Out"), ("a", 4, "Canceled")])
    kept, found = standing(given, candidates([("a", "r", 14, 2)]), SETTINGS)
    assert kept.is_empty()
    assert found["decision_day"].to_list() == [NEVER]


def test_what_a_day_sees_does_not_depend_on_later_corrections() -> None:
    first = bookings([("a", 0, "Check-Out")])
    later = bookings([("a", 0, "Check-Out"), ("a", 20, "Canceled")])
    found = candidates([("a", "r", 14, 2)])
    assert standing(first, found, SETTINGS)[1].equals(standing(later, found, SETTINGS)[1])


def test_a_corrected_review_is_decided_by_its_last_version() -> None:
    _, found = standing(bookings([("a", 0, "Check-Out")]), candidates([("a", "r", 14, 2), ("a", "r", 14, 6)]), SETTINGS)
    assert found["decision_day"].to_list() == [NEVER, day(14)]
