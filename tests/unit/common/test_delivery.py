"""What a source says of its deliveries becomes checks: one of a day, one of stray files, one of the list of hotels."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from assets.common.delivery import source_checks, source_outcomes, why_missing
from resources.sources.base import Stream

DAY = date(2024, 5, 1)


@dataclass(frozen=True)
class Stray:
    """A file that was not read."""

    name: str
    reason: str
    stream: Stream | None = None
    day: date | None = None


@dataclass
class Speaking:
    """A source that says what is wrong with it."""

    problems: dict[date, str] = field(default_factory=dict)
    absences: dict[date, str] = field(default_factory=dict)
    unread: tuple[Stray, ...] = ()
    hotel_notes: tuple[str, ...] = ()
    streams: frozenset[Stream] = frozenset({Stream.BOOKINGS})

    def problem(self, _stream: Stream, day: date) -> str | None:
        return self.problems.get(day)

    def absence(self, _stream: Stream, day: date) -> str | None:
        return self.absences.get(day)


class Silent:
    """A source that says nothing of its files."""

    streams = frozenset({Stream.BOOKINGS, Stream.REVIEWS})


DAYS = [DAY, DAY + timedelta(days=1)]


def outcomes(source, stream=Stream.BOOKINGS):
    return {item.name: item for item in source_outcomes(source, stream, DAYS)}


@pytest.mark.parametrize("source", [Speaking(), Silent()])
def test_a_sound_source_passes(source):
    assert all(item.passed for item in outcomes(source).values())


@pytest.mark.parametrize(
    ("source", "name", "days", "is_blocking"),
    [
        (Speaking(problems={DAY: "cut short"}), "delivery_has_come", {DAY}, True),
        (Speaking(absences={DAY: "no file"}), "delivery_has_come", {DAY}, True),
        (Speaking(unread=(Stray("a.txt", "no day", day=DAY),)), "every_file_is_read", {DAY}, False),
        (Speaking(unread=(Stray("a.txt", "no day"),)), "every_file_is_read", set(), False),
        (Speaking(hotel_notes=("line 3 has no name",)), "hotels_are_listed", set(), False),
    ],
)
def test_each_check_goes_red_alone_and_tells_the_reason(source, name, days, is_blocking):
    told = outcomes(source)
    assert [item.name for item in told.values() if not item.passed] == [name]
    assert told[name].failed_days == days
    assert told[name].is_blocking == is_blocking
    assert told[name].advice
    assert any(word in str(told[name].metadata["reasons"]) for word in ("cut short", "no file", "no day", "no name"))


def test_what_can_not_be_read_is_said_before_what_is_absent():
    both = Speaking(problems={DAY: "cut short"}, absences={DAY: "no file"})
    assert why_missing(both, "bookings", DAY) == "cut short"
    assert why_missing(Silent(), "bookings", DAY) == "the source has delivered no bookings for this day"
    assert why_missing(both, "toy", DAY) == "the source has delivered no toy for this day"


def test_files_of_other_days_and_streams_are_none_of_this_table():
    strays = (
        Stray("far.csv", "other day", day=DAY - timedelta(days=9)),
        Stray("r.csv", "other stream", stream=Stream.REVIEWS, day=DAY),
    )
    assert outcomes(Speaking(unread=strays))["every_file_is_read"].passed


def test_a_stream_that_the_source_never_delivers_is_no_gap():
    told = outcomes(Speaking(absences={DAY: "no file"}), Stream.REVIEWS)
    assert told["delivery_has_come"].passed
    assert "hotels_are_listed" not in told, "hotels are listed beside the bookings"


@pytest.mark.parametrize(("stream", "count"), [("bookings", 3), ("reviews", 2), ("any", 0), (None, 0)])
def test_declared_names_are_those_of_the_outcomes(stream, count):
    declared = source_checks(stream)
    assert len(declared) == count
    if count:
        assert set(declared) == {item.name for item in source_outcomes(Silent(), stream, DAYS)}
