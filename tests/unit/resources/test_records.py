"""Fitted records: the calendar of cut-offs, what is in force on a day, what is pending."""

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.fit_window import EARLY_FITS
from resources.records import FittedRecord, RecordBook, RecordStore, cut_offs, due_cut_off

START = date(2024, 1, 1)


def fitted(cut_off: date, payload: dict[str, object] | None) -> FittedRecord:
    return FittedRecord(name="r", cut_off=cut_off, payload=payload, inputs="i", settings="s", fitter_version="1")


@given(days=st.integers(0, 400), every=st.integers(1, 90))
def test_a_record_never_serves_a_day_up_to_its_cut_off(days: int, every: int) -> None:
    day = START + timedelta(days=days)
    due = due_cut_off(START, day, every)
    if due is None:
        assert day < START + timedelta(days=every)
    else:
        assert due < day
        assert (day - due).days <= every
        assert due in cut_offs(START, day, every)


def test_book_tells_start_pending_and_version(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    book = RecordBook("r", START, 7, store)
    assert book.version(START) == "start"
    assert book.for_day(START) is None
    late = START + timedelta(days=8)
    assert book.version(late) == "pending"
    store.save(fitted(date(2024, 1, 7), {"mean": 1.5}))
    fresh = RecordBook("r", START, 7, store)
    assert fresh.for_day(late) == {"mean": 1.5}
    assert fresh.version(late).startswith("2024-01-07:")


def test_segments_split_at_cut_offs(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.save(fitted(date(2024, 1, 7), {"k": 1}))
    days = [START + timedelta(days=index) for index in range(10)]
    runs = RecordBook("r", START, 7, store).segments(days)
    assert [(payload, len(run)) for payload, run in runs] == [(None, 7), ({"k": 1}, 3)]


@given(
    days=st.integers(0, 100),
    every=st.integers(1, 40),
    early=st.lists(st.integers(1, 60), max_size=4),
    more=st.integers(0, 50),
)
def test_early_cut_offs_come_before_the_first_of_the_calendar(
    days: int, every: int, early: list[int], more: int
) -> None:
    day = START + timedelta(days=days)
    due = due_cut_off(START, day, every, early)
    wanted = {item for item in early if item <= days and item < every} | set(range(every, days + 1, every))
    assert due == (START + timedelta(days=max(wanted) - 1) if wanted else None)
    assert due is None or due < day
    # What is due on a day does not depend on how far the history has come since.
    later = cut_offs(START, day + timedelta(days=more), every, early)
    assert [item for item in later if item < day][-1:] == ([due] if due else [])


def test_book_of_match_weights_has_early_cut_offs(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    first, second = EARLY_FITS[:2]
    days = [START + timedelta(days=index) for index in range(second + 1)]
    runs = RecordBook("match_weights", START, 91, store, EARLY_FITS).segments(days)
    assert [len(run) for _, run in runs] == [first, second - first, 1]
    assert RecordBook("r", START, 91, store).version(days[-1]) == "start"
    assert RecordBook("match_weights", START, 91, store, EARLY_FITS).version(days[-1]) == "pending"


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.save(fitted(START, {"b": 2.0, "a": [1, 2]}))
    before = (tmp_path / "r" / f"{START}.record.json").read_bytes()
    store.save(fitted(START, {"a": [1, 2], "b": 2.0}))
    assert (tmp_path / "r" / f"{START}.record.json").read_bytes() == before
    assert store.load("r", START) == fitted(START, {"a": [1, 2], "b": 2.0})
    assert store.load("r", START + timedelta(days=1)) is None
