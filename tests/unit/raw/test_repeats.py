"""Rows sent again: a repeat is set aside, a correction is a row of its own day, whatever range of days is asked for."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from assets.common.daily import DayInputs, Produced
from assets.raw import assets as raw
from assets.raw.checks import validate_raw_counts
from resources.secret_keys import SecretKey
from resources.settings import Settings
from resources.sources.base import Stream
from resources.tombstones import Tombstones
from tests.unit.raw.builders import booking, delivery

Rows = dict[int, list[tuple[str, str]]]
DAYS = [date(2016, 7, 3) + timedelta(days=index) for index in range(6)]


class Sent:
    """A source of bookings with keys: day -> (key, rate) of its rows."""

    streams = frozenset({Stream.BOOKINGS})

    def __init__(self, rows: Rows) -> None:
        self.days = {DAYS[day]: content for day, content in rows.items()}

    def rows(self, stream: Stream, days: list[date]) -> pl.DataFrame:
        parts = [
            delivery(stream, [booking(reservation_id=key, adr=rate) for key, rate in self.days.get(day, [])], day)
            for day in sorted(days)
        ]
        return pl.concat(parts) if parts else delivery(stream, [])


def made(rows: Rows, days: list[date], look_back: int = 31, policy: str = "ours") -> Produced:
    return raw.raw_bookings.spec.verb(inputs(rows, days, look_back, policy))


def inputs(rows: Rows, days: list[date], look_back: int, policy: str) -> DayInputs:
    section = {"repeat_look_back_days": look_back, "policy": policy}
    settings = Settings(home=Path("unused"), sections={"raw": section})
    nobody = SimpleNamespace(load=lambda: Tombstones(SecretKey(b"x" * 32)))
    workspace = SimpleNamespace(
        settings=settings, source=Sent(rows), history_start=DAYS[0], resource=lambda _name: nobody
    )
    return DayInputs(workspace, (), days)  # type: ignore[arg-type]


def kept(produced: Produced) -> list[tuple[str, date, float]]:
    frame = produced.frame.sort("delivery_day", "row_id")
    return [
        (key.removeprefix("reservation:"), day, rate)
        for key, day, rate in frame.select("row_id", "delivery_day", "rate").iter_rows()
    ]


def repeats(produced: Produced) -> list[tuple[str, date]]:
    assert produced.set_aside is not None
    frame = produced.set_aside.filter(pl.col("reason") == "repeat").sort("delivery_day", "row_id")
    return [(key.removeprefix("reservation:"), day) for key, day in frame.select("row_id", "delivery_day").iter_rows()]


CASE = {
    0: [("A", "80"), ("B", "70")],
    1: [("A", "80.0")],
    2: [("A", "90"), ("B", "70")],
    4: [("A", "80"), ("C", "1"), ("C", "1")],
}


@pytest.mark.parametrize("policy", ["ours", "paper"])
def test_repeats_go_and_corrections_stay(policy: str) -> None:
    found = made(CASE, DAYS, policy=policy)
    assert kept(found) == [
        ("A", DAYS[0], 80.0), ("B", DAYS[0], 70.0), ("A", DAYS[2], 90.0), ("A", DAYS[4], 80.0), ("C", DAYS[4], 1.0),
    ]  # fmt: skip
    assert repeats(found) == [("A", DAYS[1]), ("B", DAYS[2]), ("C:again:2", DAYS[4])]


@pytest.mark.parametrize("look_back", [0, 1, 2, 31])
def test_a_range_gives_what_its_days_give(look_back: int) -> None:
    whole = made(CASE, DAYS, look_back)
    alone = [made(CASE, [day], look_back) for day in DAYS]
    assert kept(whole) == [row for part in alone for row in kept(part)]
    assert repeats(whole) == [row for part in alone for row in repeats(part)]
    assert (("B", DAYS[2]) in repeats(whole)) == (look_back >= 2)


def test_counts_agree_with_what_is_set_aside() -> None:
    frame = raw.raw_counts.spec.verb(inputs(CASE, DAYS, 31, "ours")).frame
    assert all(outcome.passed for outcome in validate_raw_counts(frame))
    ours = frame.filter(pl.col("policy") == "ours")
    assert ours["repeats_dropped"].sum() == len(repeats(made(CASE, DAYS)))
    assert ours["kept"].sum() == made(CASE, DAYS).frame.height


def test_a_day_reads_the_deliveries_of_its_look_back() -> None:
    settings = Settings(home=Path("unused"), sections={"raw": {"repeat_look_back_days": 3}})
    assert raw.earlier_deliveries(settings, DAYS[4]) == (DAYS[1], DAYS[3])
