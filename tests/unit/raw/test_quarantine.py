import polars as pl

from assets.raw.contract import QUARANTINE
from assets.raw.parse_bookings import parse_bookings
from assets.raw.quarantine import Parsed, conservation, quarantine_frame, quarantined_rows
from assets.raw.settings import RawSettings
from resources.sources.base import Stream
from tests.unit.raw.builders import DAY, booking, delivery

DELIVERED = delivery(
    Stream.BOOKINGS, [booking(), booking(adr="-1", adults="x"), booking(hotel='"Grand", Lisbon', adr="y")]
)
PARSED = parse_bookings(DELIVERED, RawSettings())


def test_a_problem_can_be_looked_up() -> None:
    assert PARSED.problems.select("stream", "row_id", "source_file", "source_row", "column").rows() == [
        ("bookings", "hotel_bookings.csv:2", "hotel_bookings.csv", 2, "adults"),
        ("bookings", "hotel_bookings.csv:2", "hotel_bookings.csv", 2, "adr"),
        ("bookings", "hotel_bookings.csv:3", "hotel_bookings.csv", 3, "adr"),
    ]
    assert PARSED.problems["delivery_day"].unique().to_list() == [DAY]


def test_raw_text_is_a_csv_line() -> None:
    assert PARSED.problems["raw_text"][2].startswith('"""Grand"", Lisbon",0,12,2016,July,')


def test_nul_bytes_are_written_out() -> None:
    frame = delivery(Stream.BOOKINGS, [booking(hotel="a\0b")]).with_columns(
        pl.lit("holds a NUL byte").alias("_problem")
    )
    assert parse_bookings(frame, RawSettings()).problems["raw_text"][0].startswith("a\\x00b,")


def test_no_problems_give_the_empty_table() -> None:
    none = pl.DataFrame(schema={"_row_index": pl.UInt32, "column": pl.String, "reason": pl.String})
    assert quarantine_frame(Stream.BOOKINGS, DELIVERED, none).equals(QUARANTINE.empty())


def test_quarantined_rows_are_counted_once() -> None:
    assert quarantined_rows(PARSED.problems).rows() == [
        (DAY, "hotel_bookings.csv:2", "quarantined"),
        (DAY, "hotel_bookings.csv:3", "quarantined"),
    ]


def test_conservation_is_green_when_every_row_is_somewhere() -> None:
    assert conservation(DELIVERED, PARSED).passed


def test_conservation_is_red_when_a_row_vanishes_or_appears() -> None:
    lost = conservation(DELIVERED, Parsed(PARSED.rows.clear(), PARSED.problems))
    assert (lost.passed, lost.rows, lost.failed_days) == (False, 1, {DAY})
    doubled = conservation(DELIVERED, Parsed(pl.concat([PARSED.rows, PARSED.rows]), PARSED.problems))
    assert (doubled.passed, doubled.examples[0]["balance"]) == (False, -1)
