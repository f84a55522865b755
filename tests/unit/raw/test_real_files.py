"""The published files themselves: counts that README and reports lean on."""

import polars as pl
import pytest

from assets.raw.checks import validate_raw_bookings
from assets.raw.composition import day_counts
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import conservation
from assets.raw.settings import RawSettings
from resources.sources.base import Stream
from resources.sources.public import PublicSource
from tests.public_files import BOOKINGS_FILE, public_folder

FOLDER = public_folder()
BOOKINGS = FOLDER / BOOKINGS_FILE
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not BOOKINGS.is_file(), reason=f"no {BOOKINGS}; set STAYWORTH_DATA to the published files"),
]


@pytest.fixture(scope="module")
def source() -> PublicSource:
    return PublicSource(FOLDER)


def everything(source: PublicSource, stream: Stream) -> pl.DataFrame:
    return source.rows(stream, pl.date_range(source.first_day, source.last_day, eager=True).to_list())


def test_history(source: PublicSource) -> None:
    assert (str(source.first_day), str(source.last_day)) == ("2014-10-17", "2017-09-14")


def test_the_published_files_are_known_as_such(source: PublicSource) -> None:
    assert source.facts.is_published
    assert not source.facts.names_hotels
    assert not source.facts.names_guests
    assert source.hotels()["hotel"].to_list() == ["City Hotel", "Resort Hotel"]


def test_bookings(source: PublicSource) -> None:
    delivered = everything(source, Stream.BOOKINGS)
    parsed = parse_bookings(delivered, RawSettings())
    assert conservation(delivered, parsed).passed
    assert parsed.rows.height == 119_388
    assert parsed.problems.sort("source_row").select("source_row", "column").rows() == [
        (14_970, "adr"),
        (48_516, "adr"),
    ]
    assert (parsed.rows["repeat_ordinal"] > 1).sum() == 31_994
    assert parsed.rows["row_id"].is_unique().all()
    nulls = parsed.rows.null_count().row(0, named=True)
    assert {name: nulls[name] for name in ("children", "country", "agent", "company")} == {
        "children": 4, "country": 488, "agent": 16_340, "company": 112_591,
    }  # fmt: skip
    assert (parsed.rows["country"] == "CAN").sum() == 1_279
    warned = {item.name: item.rows for item in validate_raw_bookings(parsed.rows) if not item.passed}
    assert warned == {"stays_end_on_their_delivery_day": 27}
    counts = day_counts(Stream.BOOKINGS, delivered, parsed, RawSettings())
    assert dict(counts.group_by("policy").agg(pl.col("kept").sum()).iter_rows()) == {"ours": 119_388, "paper": 86_938}


def test_reviews(source: PublicSource) -> None:
    if Stream.REVIEWS not in source.streams:
        pytest.skip(source.missing_streams[Stream.REVIEWS])
    delivered = everything(source, Stream.REVIEWS)
    parsed = parse_reviews(delivered)
    assert conservation(delivered, parsed).passed
    assert delivered.height in (14_782, 515_738)
    assert parsed.problems.is_empty()
    assert parsed.rows["score"].is_between(2.5, 10).all()
