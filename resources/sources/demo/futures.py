"""What may come: the half-year after a day lived again and again, each time with fresh luck.

What has happened by the day stays: who the guests are, how their stays went, what is booked, how hotels and circles
are served (the months to come included: that is a property of the group). What has not happened is drawn anew:
whether booked stays are cancelled and how they go, who returns when and to what, and who comes for the first time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from resources.sources.demo.bookings import labels_of, revenue_of, terms_of
from resources.sources.demo.catalogue import kind_of_hotel
from resources.sources.demo.experience import experiences
from resources.sources.demo.guests import STAYS_PER_GUEST, Guests, guests_between, guests_until
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.stays import (
    CHECK_OUT,
    STAY_COLUMNS,
    State,
    Stays,
    careers,
    go_on,
    newcomers,
    outcome,
)
from resources.sources.demo.streams import Streams

LABELS: tuple[str, ...] = (
    "country", "market_segment", "distribution_channel", "is_repeated_guest", "agent", "company", "customer_type",
)  # fmt: skip
_SHIFT = 1 << 31  # guests are numbered below it, so every multiple is another person's luck
_TRIES = 64  # draws that contradict what is known are drawn again, at most so often
_Part = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class _Present:
    """What is known by the end of a day.

    Attributes:
        guests: who has booked.
        state: of each guest before the latest booking.
        latest: the latest booking of each guest, columns of ``Stays``.
    """

    guests: Guests
    state: State
    latest: _Part


def expected_revenue(settings: DemoSettings, day: int, days: int, draws: int) -> pl.DataFrame:
    """Expected revenue of stays that end in (``day``, ``day`` + ``days``], by the labels that their rows will carry.

    Args:
        settings: of the world.
        day: last day that is known, days from the start.
        days: length of the window.
        draws: futures to average over; what chance leaves in the mean falls with their number.

    Returns:
        ``LABELS`` (text, as delivered) and ``revenue`` (mean over the draws), sorted by the labels.

    Source:
        specification 6.8: the oracle re-simulates the whole population, new guests included, from the true state.
    """
    present = _present(settings, day)
    parts = [rows for draw in range(draws) for rows in _one_future(settings, present, day, day + days, draw)]
    total = pl.concat(parts).group_by(LABELS).agg(pl.col("revenue").sum() / draws)
    return total.sort(LABELS)


def _present(settings: DemoSettings, day: int) -> _Present:
    guests = guests_until(settings, day)
    parts = careers(settings, guests, newcomers(guests), day)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    last = np.zeros(len(guests.number), dtype=np.int64)
    last[columns["guest"]] = np.arange(len(columns["guest"]))  # parts come in order of booking: the latest one stays
    latest = {name: values[last] for name, values in columns.items()}
    state = State(
        row=np.arange(len(last)),
        number=latest["number"],
        booking_day=latest["booked"],
        last_hotel=latest["hotel"],
        mood=latest["mood"],
        completed=latest["completed_before"],
        cancelled=latest["cancelled_before"],
    )
    return _Present(guests=guests, state=state, latest=latest)


def _one_future(settings: DemoSettings, present: _Present, day: int, until: int, draw: int) -> Iterator[pl.DataFrame]:
    first = 1 + draw * (_TRIES + 1)
    is_open = present.latest["status_day"] > day
    pending = np.flatnonzero(is_open)
    ended = _ends(settings, present.guests.take(pending), _take(present.latest, pending), day, first)
    yield _rows(settings, present.guests, _take(present.latest, pending) | _result(ended), day, until)
    waiting = np.flatnonzero(~is_open)
    returning = [
        go_on(settings, present.guests.take(pending), present.state.take(pending), ended),
        _returns(settings, present, waiting, day, first),
    ]
    state = _joined(returning)
    yield _booked(settings, present.guests, state, day, until)
    strangers = guests_between(settings, day, until, (first + _TRIES) * _SHIFT)
    yield _booked(settings, strangers, newcomers(strangers), day, until)


def _booked(settings: DemoSettings, guests: Guests, state: State, day: int, until: int) -> pl.DataFrame:
    parts = careers(settings, guests, state, until)
    part = {name: np.concatenate([item[name] for item in parts]) for name in parts[0]}
    return _rows(settings, guests, part, day, until)


def _ends(settings: DemoSettings, guests: Guests, part: _Part, day: int, first: int) -> _Part:
    """How booked stays end that had not ended by the day: the booking is known, the rest is drawn."""
    draws, kind = Streams(settings.seed, "stays"), kind_of_hotel(settings.hotels)[part["hotel"]]
    uniform = draws.uniform("lead", part["number"])
    status, status_day = np.full(len(kind), CHECK_OUT), part["arrival"] + part["nights"]
    number = part["number"] + first * _SHIFT * STAYS_PER_GUEST
    left = np.arange(len(kind))
    for attempt in range(_TRIES):
        tried = part["number"][left] + (first + attempt) * _SHIFT * STAYS_PER_GUEST
        new_status, new_day = outcome(
            draws, tried, kind[left], guests.segment[left], uniform[left], part["lead"][left], part["arrival"][left],
            part["nights"][left], part["is_non_refund"][left],
        )  # fmt: skip
        fits = new_day > day
        status[left[fits]], status_day[left[fits]] = new_status[fits], new_day[fits]
        number[left[fits]] = tried[fits]
        left = left[~fits]
        if not len(left):
            break
    _, satisfaction = experiences(settings, guests, part["hotel"], number, part["arrival"] + part["nights"])
    felt = np.where(status == CHECK_OUT, satisfaction, np.nan)
    return part | {"number": number, "status": status, "status_day": status_day, "satisfaction": felt}


def _result(part: _Part) -> _Part:
    return {name: part[name] for name in ("status", "status_day", "satisfaction")}  # room and rate are booked already


def _returns(settings: DemoSettings, present: _Present, rows: np.ndarray, day: int, first: int) -> State:
    """Who of those without an open booking books again, knowing that nothing was booked by the day."""
    states = []
    for attempt in range(_TRIES):
        part = _take(present.latest, rows)
        part["number"] = part["number"] + (first + attempt) * _SHIFT * STAYS_PER_GUEST
        state = go_on(settings, present.guests.take(rows), present.state.take(rows), part)
        fits = state.booking_day > day
        states.append(state.take(np.flatnonzero(fits)))
        rows = state.row[~fits]  # a return before the day did not happen: drawn again
        if not len(rows):
            break
    return _joined(states)


def _joined(states: list[State]) -> State:
    names = [item.name for item in fields(State)]
    return State(**{name: np.concatenate([getattr(state, name) for state in states]) for name in names})


def _rows(
    settings: DemoSettings, everyone: Guests, part: Mapping[str, np.ndarray], day: int, until: int
) -> pl.DataFrame:
    earns = (part["status"] == CHECK_OUT) & (part["status_day"] > day) & (part["status_day"] <= until)
    rows = np.flatnonzero(earns)
    stays = Stays(**{name: part[name][rows] for name in STAY_COLUMNS})
    guests = everyone.take(stays.guest)
    agreed = terms_of(settings, guests, stays)
    labels = labels_of(settings, guests, stays)
    frame = pl.DataFrame({name: pl.Series(np.ascontiguousarray(labels[name])).cast(pl.String) for name in LABELS})
    frame = frame.with_columns(pl.Series("revenue", revenue_of(stays, agreed)))
    return frame.group_by(LABELS).agg(pl.col("revenue").sum()).sort(LABELS)


def _take(part: _Part, rows: np.ndarray) -> _Part:
    return {name: values[rows] for name, values in part.items()}
