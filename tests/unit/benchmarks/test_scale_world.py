"""The deliveries of a group of several demo worlds."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.inputs import days_between
from benchmarks.scale_world import COUNTS_FILE, GUESTS, append_world, deliver_group, worlds
from resources.sources.base import LINEAGE_COLUMNS, Stream
from resources.sources.deliveries import DeliveriesSource
from resources.sources.demo import DemoSettings, DemoSource

SMALL = [DemoSettings(seed=7 + number, guests=400, days=20) for number in range(2)]


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def in_this_process(task, *arguments):
    return {**task(*arguments), "seconds": 0.0, "peak_mib": 0}


@pytest.fixture
def group(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr("benchmarks.scale_world.measured", in_this_process)
    deliver_group(tmp_path / "inbox", SMALL)
    return tmp_path / "inbox"


def test_the_group_holds_the_rows_of_all_worlds_on_their_days(group):
    source, worlds_alone = DeliveriesSource(group), [DemoSource(world) for world in SMALL]
    first = SMALL[0].start
    days = days_between(first, first + timedelta(days=19))
    assert (source.first_day, source.last_day) == (days[0], days[-1])
    for stream in Stream:
        for day in days:
            expected = sum(world.rows(stream, [day]).height for world in worlds_alone)
            assert source.rows(stream, [day]).height == expected
    assert deliver_group(group, SMALL) == {str(stream): source.rows(stream, days).height for stream in Stream}


def test_keys_and_hotels_of_two_worlds_never_meet(group):
    source = DeliveriesSource(group)
    days = days_between(source.first_day, source.last_day)
    bookings, reviews = (source.rows(stream, days) for stream in Stream)
    assert bookings["reservation_id"].is_unique().all()
    assert reviews["review_key"].is_unique().all()
    hotels = source.hotels()["hotel"]
    assert hotels.is_unique().all()
    assert hotels.len() == 2 * SMALL[0].hotels
    assert set(bookings["hotel"]) | set(reviews["Hotel_Name"]) <= set(hotels)
    guests = {name: set(bookings.filter(bookings["hotel"] == name)["guest_key"]) for name in hotels}
    halves = [set().union(*(guests[name] for name in part)) for part in (hotels[:5], hotels[5:])]
    assert halves[0]
    assert not halves[0] & halves[1]


def test_all_but_keys_and_names_of_hotels_is_the_worlds_own(group):
    day = SMALL[1].start + timedelta(days=3)
    alone = DemoSource(SMALL[1]).rows(Stream.BOOKINGS, [day])
    rows = DeliveriesSource(group).rows(Stream.BOOKINGS, [day]).tail(alone.height)
    changed = {"reservation_id", "guest_key", "hotel", *LINEAGE_COLUMNS}
    same = [name for name in alone.columns if name not in changed]
    as_written = rows.select(same).with_columns(pl.col(pl.String).replace("", None))  # a file has no null
    assert as_written.equals(alone.select(same))


def test_a_world_of_another_seed_is_no_copy(group):
    source = DeliveriesSource(group)
    rows = source.rows(Stream.BOOKINGS, days_between(source.first_day, source.last_day))
    first = rows["reservation_id"].str.starts_with("000-")
    people = [set(rows.filter(part)["email"]) for part in (first, ~first)]
    assert len(people[0] & people[1]) < 0.2 * min(map(len, people))


def test_the_same_seed_gives_the_same_bytes(group, tmp_path):
    deliver_group(tmp_path / "again", SMALL)
    assert written(tmp_path / "again") == written(group)
    deliver_group(tmp_path / "other", worlds(0.005, seed=8, days=20))
    assert written(tmp_path / "other") != written(group)


def test_a_group_left_half_written_is_written_anew(group, tmp_path):
    half = tmp_path / "half.part"
    half.mkdir()
    append_world(str(half), SMALL[0], 0)
    deliver_group(tmp_path / "half", SMALL)
    assert written(tmp_path / "half") == written(group)
    assert not half.exists()
    assert (tmp_path / "half" / COUNTS_FILE).exists()


def test_worlds_by_volume():
    assert [world.guests for world in worlds(0.1)] == [GUESTS // 10]
    assert [world.guests for world in worlds(3)] == [GUESTS] * 3
    assert len({world.seed for world in worlds(100)}) == 100
    for wrong in (0, -1, 1.5):
        with pytest.raises(ValueError, match="whole number"):
            worlds(wrong)
