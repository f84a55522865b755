"""What sources say of their rows: each fact follows the rows, whatever the source is called."""

from pathlib import Path

import polars as pl
import pytest

from resources.notices import with_notices
from resources.sources.base import Stream
from resources.sources.deliveries import DeliveriesSource
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.facts import delivered_facts, has_key, hotels_in_words
from resources.sources.public import PublicSource
from tests.end_to_end.chains import demo_rows, moved, write_dump, write_inbox

B, R = Stream.BOOKINGS, Stream.REVIEWS


def test_the_demo_names_what_its_settings_name() -> None:
    known = DemoSource().facts
    assert known.is_invented
    assert known.knows_truth
    assert (known.names_hotels, known.names_guests, known.is_published) == (True, True, False)
    plain = DemoSource(DemoSettings(named_hotels=False, guest_key_share=0.0)).facts
    assert (plain.names_hotels, plain.names_guests) == (False, False)


@pytest.mark.parametrize("word", ["", "NULL", "n/a", "-", "WALK-IN", "0"])
def test_an_inbox_says_what_its_files_hold(tmp_path: Path, word: str) -> None:
    rows, hotels, days = demo_rows(3, guests=300)
    write_inbox(tmp_path / "a", rows, hotels, days)
    facts = DeliveriesSource(tmp_path / "a").facts
    assert (facts.names_hotels, facts.names_guests) == (True, True)
    assert not facts.is_invented
    assert not facts.is_published
    assert not facts.knows_truth
    assert facts.title == "bookings and reviews of two hotels"
    nobody = {B: rows[B].with_columns(guest_key=pl.lit(word))}
    write_inbox(tmp_path / "b", nobody, hotels[:1].with_columns(hotel_name=pl.lit(None, dtype=pl.String)), days)
    facts = DeliveriesSource(tmp_path / "b").facts
    assert (facts.names_hotels, facts.names_guests) == (False, False)
    assert facts.covers == "the bookings of one hotel, as they were delivered"


def test_a_key_on_a_review_makes_no_guest_of_a_booking(tmp_path: Path) -> None:
    rows, hotels, days = demo_rows(3, guests=300)
    nameless = {**rows, B: rows[B].with_columns(guest_key=pl.lit(None, dtype=pl.String))}
    keyed = {**nameless, R: rows[R].with_columns(guest_key=pl.lit("guest-1"))}
    write_inbox(tmp_path / "inbox", keyed, hotels, days)
    assert not DeliveriesSource(tmp_path / "inbox").facts.names_guests


def published_like(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.Series("hotel", ["City Hotel", "Resort Hotel"] * rows.height)[: rows.height])


def test_a_dump_is_the_published_one_by_its_hotels_days_and_gaps(tmp_path: Path) -> None:
    rows, _, _ = demo_rows(3, guests=300)
    own = moved(rows, -8)
    write_dump(tmp_path / "own", own)
    assert not PublicSource(tmp_path / "own").facts.is_published, "other hotels"
    assert set(PublicSource(tmp_path / "own").hotels()["hotel_name"].drop_nulls()) == set(own[B]["hotel"])
    write_dump(tmp_path / "known", {B: published_like(own[B]), R: own[R]})
    facts = PublicSource(tmp_path / "known").facts
    assert facts.is_published
    assert not facts.names_hotels
    assert facts.covers == "the public booking data of two Portuguese hotels and public reviews of European hotels"
    write_dump(tmp_path / "late", {B: published_like(rows[B])})
    assert not PublicSource(tmp_path / "late").facts.is_published, "days that the publishers do not have"
    write_dump(tmp_path / "half", {B: published_like(own[B])})
    assert PublicSource(tmp_path / "half").facts.covers == "the public booking data of two Portuguese hotels"


def test_notices_hide_no_fact(tmp_path: Path) -> None:
    file = tmp_path / "notices.csv"
    file.write_text("identifier,kind,day\na@example.org,opt-out,2024-01-02\n", "utf-8")
    assert with_notices(DemoSource(), file).facts == DemoSource().facts


def test_words() -> None:
    assert [hotels_in_words(number) for number in (0, 1, 2, 7)] == ["no hotel", "one hotel", "two hotels", "7 hotels"]
    assert has_key(pl.Series(["NULL", None, "G7"]))
    assert not has_key(pl.Series([None, "n/a"], dtype=pl.String))
    nobody = pl.DataFrame(schema={"hotel": pl.String(), "hotel_name": pl.String()})
    assert delivered_facts(frozenset(), nobody, names_guests=False).title == "no rows of no hotel"
