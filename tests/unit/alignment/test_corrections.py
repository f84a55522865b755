"""Corrections in the linkage: current versions only, a stay decided once, nothing moved where nothing was corrected."""

from datetime import date, timedelta

import polars as pl

from assets.alignment.corrections import VOID_FROM, Standing, current_candidates, versioned
from assets.alignment.settings import AlignmentSettings

DAY = date(2024, 3, 1)
SETTINGS = AlignmentSettings(window_days=14)


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
    versions = versioned(rows("booking_id", [("a", 0), ("b", 1), ("a", 3)]), "booking_id")
    assert versions.rows["booking_id"].to_list() == ["a", f"a#{day(3)}", "b"]
    assert versions.spans.rows() == [("a", day(3))]


def test_a_pair_is_stored_with_the_versions_that_are_current_that_day() -> None:
    stays = versioned(rows("booking_id", [("a", 0), ("a", 3)]), "booking_id")
    reviews = versioned(rows("review_id", [("r", 1), ("r", 5)]), "review_id")
    later = f"a#{day(3)}"
    formed = [("a", "r", 9, 1), (later, "r", 9, 3), ("a", f"r#{day(5)}", 9, 5), (later, f"r#{day(5)}", 9, 5)]
    current = current_candidates(candidates(formed), stays, reviews)
    assert current.select("booking_id", "review_id", "delivery_day").rows() == [
        ("a", "r", day(1)), ("a", "r", day(3)), ("a", "r", day(5)),
    ]  # fmt: skip


def dated(given: pl.DataFrame, formed: pl.DataFrame) -> tuple[list[date], list[date | None]]:
    """Versions of the stays that are decided, and from when on each candidate is void."""
    standing = Standing.of(given, SETTINGS)
    return standing.bookings["delivery_day"].to_list(), standing.dated(formed)[VOID_FROM].to_list()


def test_nothing_moves_where_nothing_was_corrected() -> None:
    given, formed = bookings([("a", 0, "Check-Out"), ("b", 1, "Canceled")]), candidates([("a", "r", 14, 2)])
    standing = Standing.of(given, SETTINGS)
    assert standing.bookings.equals(given)
    same = standing.dated(formed)
    assert same.drop(VOID_FROM).equals(formed)
    assert same[VOID_FROM].to_list() == [None]


def test_a_correction_before_the_decision_takes_its_place() -> None:
    given = bookings([("a", 0, "Check-Out"), ("a", 4, "Check-Out")])
    formed = candidates([("a", "r", 14, 2), ("a", "r", 18, 4)])
    assert dated(given, formed) == ([day(4)], [day(4), None])


def test_a_correction_after_the_decision_changes_no_pair() -> None:
    given = bookings([("a", 0, "Check-Out"), ("a", 20, "Check-Out")])
    formed = candidates([("a", "r", 14, 2), ("a", "q", 34, 21)])
    assert dated(given, formed) == ([day(0)], [None, day(20)])


def test_a_stay_that_turns_out_cancelled_is_not_decided() -> None:
    given = bookings([("a", 0, "Check-Out"), ("a", 4, "Canceled")])
    assert dated(given, candidates([("a", "r", 14, 2)])) == ([], [day(4)])


def test_a_stay_is_decided_again_only_long_after() -> None:
    near, far = ([("a", 0, "Check-Out"), ("a", later, "Check-Out")] for later in (46, 47))
    assert dated(bookings(near), candidates([]))[0] == [day(0)]
    assert dated(bookings(far), candidates([]))[0] == [day(0), day(47)]


def test_a_correction_after_the_decision_is_unseen_by_the_pairs() -> None:
    formed = candidates([("a", "r", 14, 2)])
    voids = [dated(bookings([("a", 0, "Check-Out"), *more]), formed)[1] for more in ([], [("a", 20, "Canceled")])]
    assert voids == [[None], [None]]
