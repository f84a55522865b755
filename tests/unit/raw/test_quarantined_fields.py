"""Quarantined rows are known by field where their text can be cut, and by whole cells where it can't."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantined_fields import cells_of, quarantined_fields
from assets.raw.settings import RawSettings
from resources.sources.base import Stream
from tests.unit.raw.builders import booking, delivery, review

SCHEMA = {"row_id": pl.String(), "stream": pl.String(), "column": pl.String(), "raw_text": pl.String()}
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=4))
def test_every_field_comes_back(cells: list[tuple[str, str, str]]) -> None:
    rows = [booking(adr="bad", guest_key=key or None, email=mail or None, guest_name=name or None)
            for key, mail, name in cells]  # fmt: skip
    problems = parse_bookings(delivery(Stream.BOOKINGS, rows), RawSettings()).problems
    cut = quarantined_fields(problems)
    assert cut["is_read"].all()
    told = [tuple(value or "" for value in row) for row in cut.select("guest_key", "email", "guest_name").iter_rows()]
    assert told == cells


def test_the_text_of_a_row_does_not_hang_on_the_others() -> None:
    bare, full = booking(adr="bad"), booking(adr="bad", email="a@x.org", card_number="4000001234567899")
    alone = parse_bookings(delivery(Stream.BOOKINGS, [bare]), RawSettings()).problems["raw_text"][0]
    beside = parse_bookings(delivery(Stream.BOOKINGS, [bare, full]), RawSettings()).problems["raw_text"][0]
    assert alone == beside
    assert not alone.endswith(",")


def test_reviews_are_cut_too() -> None:
    rows = delivery(Stream.REVIEWS, [review(Reviewer_Score="bad", review_key="V1", Positive_Review='say "hi", you')])
    cut = quarantined_fields(parse_reviews(rows).problems)
    assert cut.row(0, named=True)["review_key"] == "V1"
    assert 'say "hi", you' in cut["cells"][0].to_list()


def test_a_line_that_can_not_be_read_has_cells_only() -> None:
    problems = pl.DataFrame([("f:1", "bookings", None, 'a,"b,2,x@y.org')], schema=SCHEMA, orient="row")
    cut = quarantined_fields(problems)
    assert cut.select("is_read", "guest_key").row(0) == (False, None)
    assert "x@y.org" in cut["cells"][0].to_list()
    assert cells_of("a;b;c") == ["a", "b", "c"]
    assert cells_of("") == [""]


def test_nothing_gives_nothing() -> None:
    assert quarantined_fields(pl.DataFrame(schema=SCHEMA)).is_empty()
