"""Small worlds with odd keys, from the rows of a source to published bookings: nothing lost, nobody confused."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from assets.common.daily import DayInputs
from assets.privacy.publication import pseudonymise, publish_bookings
from assets.privacy.settings import PrivacySettings
from assets.raw import assets as raw
from resources.secret_keys import SecretKey
from resources.settings import Settings
from resources.sources.base import Stream
from resources.tombstones import Tombstones
from tests.unit.raw.builders import booking, delivery, review

FIRST = date(2016, 7, 3)
DAYS = [FIRST + timedelta(days=number) for number in range(4)]
KEY = SecretKey(b"k" * 32)
Cells = dict[str, str | None]


def world(changes: dict[str, list[str | None]]) -> dict[Stream, dict[date, list[Cells]]]:
    """Ten bookings and two reviews a day; ``changes`` give each of the day's rows its cells."""
    rows: dict[Stream, dict[date, list[Cells]]] = {Stream.BOOKINGS: {}, Stream.REVIEWS: {}}
    for number, day in enumerate(DAYS):
        arrival = day - timedelta(days=2)
        dates: Cells = {
            "arrival_date_year": str(arrival.year), "arrival_date_month": arrival.strftime("%B"),
            "arrival_date_day_of_month": str(arrival.day), "reservation_status_date": str(day),
        }  # fmt: skip
        odd = [{name: values[place % len(values)] for name, values in changes.items()} for place in range(10)]
        rows[Stream.BOOKINGS][day] = [
            booking(**{"reservation_id": f"R{number}{place}", "guest_key": f"G{number}{place}", **dates, **cells})
            for place, cells in enumerate(odd)
            if "review_key" not in cells
        ]
        posted: Cells = {"Review_Date": f"{day.month}/{day.day}/{day.year}"}
        keys = changes.get("review_key", [f"V{number}0", f"V{number}1"])
        rows[Stream.REVIEWS][day] = [
            review(**posted, review_key=key, Positive_Review=f"Text {number} {place}") for place, key in enumerate(keys)
        ]
    return rows


def inputs(rows: dict[Stream, dict[date, list[Cells]]]) -> DayInputs:
    def read(stream: Stream, days: list[date]) -> pl.DataFrame:
        known = [delivery(stream, rows[stream][day], day) for day in sorted(days) if rows[stream].get(day)]
        return pl.concat([delivery(stream, []), *known])

    nobody = SimpleNamespace(load=lambda: Tombstones(KEY))
    source = SimpleNamespace(streams=frozenset(Stream), rows=read)
    workspace: Any = SimpleNamespace(
        settings=Settings(home=Path("unused")), source=source, history_start=FIRST, resource=lambda _name: nobody
    )
    return DayInputs(workspace, (), DAYS)


def published(given: DayInputs) -> pl.DataFrame:
    bookings = raw.raw_bookings.spec.verb(given).frame
    return publish_bookings(bookings, pseudonymise(bookings, PrivacySettings(), KEY), PrivacySettings()).published


WHOLE: dict[str, dict[str, list[str | None]]] = {
    "sound": {},
    "no guests": {"guest_key": ["NULL", "n/a", "0", None, "WALK-IN"]},
    "no numbers": {"reservation_id": ["NULL", "nan", "-", None, "0000"]},
    "one number for all": {"reservation_id": ["ALL"], "room_number": [str(room) for room in range(1, 11)]},
    "numbers like ids": {"reservation_id": ["X", "X", "X#2", "X:part:1", "X:room:2", "Y", "Y2", "Y3", "Y4", "Y5"]},
    "a key of many people": {"guest_key": ["GAST"], "guest_name": [f"Guest {letter}" for letter in "ABCDEFGHIJ"]},
}


@pytest.mark.parametrize("changes", WHOLE.values(), ids=WHOLE.keys())
def test_every_booking_is_published(changes: dict[str, list[str | None]]) -> None:
    rows = published(inputs(world(changes)))
    days = 1 if changes.get("room_number") else len(DAYS)  # rooms with a number are corrected on the later days
    assert rows.height == 10 * len(DAYS)
    assert rows["booking_id"].n_unique() == 10 * days


def test_one_guest_in_many_spellings_is_one_guest() -> None:
    spellings = ["ONE", "one", " ONE", "ONE  ", "One\u00a0", "\u200bONE", "ＯＮＥ", "oNE\t", "ONE\ufeff", "O\u00adNE"]
    assert published(inputs(world({"guest_key": spellings}))).is_empty()


def test_reviews_without_a_key_are_each_their_own() -> None:
    frame = raw.raw_reviews.spec.verb(inputs(world({"review_key": ["NULL", "NULL"]}))).frame
    assert frame["row_id"].n_unique() == 2 * len(DAYS)
