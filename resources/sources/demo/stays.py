"""The career of every guest: bookings one after the other, each hanging on how the last stay went."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from resources.sources.demo import terms
from resources.sources.demo.catalogue import SERVICES, hotels, kind_of_hotel
from resources.sources.demo.experience import experiences
from resources.sources.demo.guests import STAYS_PER_GUEST, Guests
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.streams import Streams, from_quantiles

CHECK_OUT, CANCELED, NO_SHOW = 0, 1, 2
STATUSES: tuple[str, ...] = ("Check-Out", "Canceled", "No-Show")
_NON_REFUND_CANCELED = 0.994  # public data: 14,494 of 14,587
_NO_SHOW_SHARE = 0.027  # public data: 1,207 of 44,224 cancelled rows
_ODDS_PER_SATISFACTION = 2.5  # influence 1: one standard deviation multiplies the odds of returning by 12
_MOST_LOYAL = 0.92  # chance to return at best: even delighted guests move on
_REBOOK_AFTER_CANCELLING = 0.5
_SEASON_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Stays:
    """Aligned arrays, one entry per reservation (cancelled ones included), ordered by ``number``."""

    number: np.ndarray  # guest number times 64 plus the how-manieth booking
    guest: np.ndarray  # row in the table of guests
    step: np.ndarray
    hotel: np.ndarray
    booked: np.ndarray  # days from the start, as all days
    lead: np.ndarray
    arrival: np.ndarray
    nights: np.ndarray
    status: np.ndarray
    status_day: np.ndarray
    is_non_refund: np.ndarray
    completed_before: np.ndarray
    cancelled_before: np.ndarray
    price_factor: np.ndarray  # how much dearer the guest books after good stays
    services: np.ndarray  # (stays, 5)
    satisfaction: np.ndarray


STAY_COLUMNS: tuple[str, ...] = tuple(item.name for item in fields(Stays))


@dataclass
class State:
    """What a guest carries from one booking to the next."""

    row: np.ndarray  # in the table of guests
    number: np.ndarray  # of the next booking
    booking_day: np.ndarray
    last_hotel: np.ndarray
    mood: np.ndarray
    completed: np.ndarray
    cancelled: np.ndarray

    def take(self, rows: np.ndarray) -> "State":
        """The state of those rows."""
        return State(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def stays_until(settings: DemoSettings, guests: Guests, day: int) -> Stays:
    """Every reservation whose final status was known up to ``day``."""
    parts: list[dict[str, np.ndarray]] = careers(settings, guests, newcomers(guests), day)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    known = np.flatnonzero(columns["status_day"] <= day)
    order = known[np.argsort(columns["number"][known], kind="stable")]
    return Stays(**{name: columns[name][order] for name in STAY_COLUMNS})


def newcomers(guests: Guests) -> State:
    """Guests before their first booking."""
    count = len(guests.number)
    return State(
        row=np.arange(count),
        number=guests.number * STAYS_PER_GUEST,
        booking_day=guests.first_booking,
        last_hotel=guests.home,
        mood=np.zeros(count),
        completed=np.zeros(count, dtype=np.int64),
        cancelled=np.zeros(count, dtype=np.int64),
    )


def careers(settings: DemoSettings, guests: Guests, state: State, day: int) -> list[dict[str, np.ndarray]]:
    """Every booking made up to ``day`` from a state onward: columns of ``Stays`` and ``mood``, one part per round.

    Args:
        settings: of the world.
        guests: the table that ``state.row`` points into.
        state: who books next, and when.
        day: last day of booking.
    """
    parts: list[dict[str, np.ndarray]] = []
    for _ in range(STAYS_PER_GUEST):
        state = state.take(np.flatnonzero(state.booking_day <= day))
        if parts and not len(state.row):
            break
        parts.append(book(settings, guests.take(state.row), state))
        state = go_on(settings, guests.take(state.row), state, parts[-1])
        state = state.take(np.flatnonzero(state.number % STAYS_PER_GUEST > 0))  # the longest career has ended
    return parts


def book(settings: DemoSettings, guests: Guests, state: State) -> dict[str, np.ndarray]:
    """The next booking of each guest, and how it ends; ``guests`` are those of ``state.row``."""
    draws, number = Streams(settings.seed, "stays"), state.number
    step = number % STAYS_PER_GUEST
    hotel = _choose_hotel(settings, draws, guests, state, number, step)
    kind = kind_of_hotel(settings.hotels)[hotel]
    lead_uniform = draws.uniform("lead", number)
    lead = terms.lead_days(lead_uniform, kind, guests.segment)
    arrival = state.booking_day + lead
    nights = terms.nights_of(draws.uniform("nights", number), kind, guests.segment)
    non_refund = draws.chance("non refund", number, terms.share_of("non_refund", kind, guests.segment))
    status, status_day = outcome(draws, number, kind, guests.segment, lead_uniform, lead, arrival, nights, non_refund)
    services, satisfaction = experiences(settings, guests, hotel, number, arrival + nights)
    is_completed, strength = (status == CHECK_OUT)[:, None], settings.strength
    return {
        "number": number,
        "guest": state.row,
        "step": step,
        "hotel": hotel,
        "booked": state.booking_day,
        "lead": lead,
        "arrival": arrival,
        "nights": nights,
        "status": status,
        "status_day": status_day,
        "is_non_refund": non_refund,
        "completed_before": state.completed,
        "cancelled_before": state.cancelled,
        "mood": state.mood,
        "price_factor": np.exp(strength.price * strength.satisfaction * state.mood),
        "services": np.where(is_completed, services, np.nan).reshape(len(number), len(SERVICES)),
        "satisfaction": np.where(is_completed[:, 0], satisfaction, np.nan),
    }


def _choose_hotel(
    settings: DemoSettings, draws: Streams, guests: Guests, state: State, number: np.ndarray, step: np.ndarray
) -> np.ndarray:
    elsewhere = draws.pick("other hotel", number, [hotel.weight for hotel in hotels(settings.hotels)])
    again = np.where(draws.chance("same hotel", number, guests.loyalty), state.last_hotel, elsewhere)
    return np.where(step == 0, guests.home, again)


def outcome(
    draws: Streams,
    number: np.ndarray,
    kind: np.ndarray,
    segment: np.ndarray,
    lead_uniform: np.ndarray,
    lead: np.ndarray,
    arrival: np.ndarray,
    nights: np.ndarray,
    non_refund: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Status of each booking and the day from which it is known; draws are those of ``number``."""
    # The longer ahead, the likelier cancelled; the factor's mean is 1, so the public share is kept.
    share = terms.share_of("canceled", kind, segment) * (0.5 + lead_uniform)
    is_canceled = draws.chance("canceled", number, np.where(non_refund, _NON_REFUND_CANCELED, share))
    is_no_show = is_canceled & draws.chance("no show", number, _NO_SHOW_SHARE)
    notice_uniform = draws.uniform("notice", number)

    def notice(rows: np.ndarray, shares: Mapping[str, Any]) -> np.ndarray:
        return np.floor(from_quantiles(notice_uniform[rows], shares["cancel_notice"]) * lead[rows])

    cancel_day = arrival - terms.per_kind(kind, notice)
    status = np.where(is_no_show, NO_SHOW, np.where(is_canceled, CANCELED, CHECK_OUT))
    day = np.where(is_no_show, arrival, np.where(is_canceled, cancel_day, arrival + nights))
    return status, day


def go_on(settings: DemoSettings, guests: Guests, state: State, part: dict[str, np.ndarray]) -> State:
    """Who books again after the bookings of ``part``, when and in which mood; ``guests`` are those of ``state.row``."""
    draws = Streams(settings.seed, "returns")
    number, is_completed = part["number"], part["status"] == CHECK_OUT
    satisfaction = np.where(is_completed, part["satisfaction"], 0.0)
    is_first = state.completed == 0
    mood = np.where(
        is_completed, np.where(is_first, 1.0, 0.6) * satisfaction + (~is_first) * 0.4 * state.mood, state.mood
    )
    felt = settings.strength.satisfaction * mood
    odds = np.where(guests.is_business, 1.0, 0.4) + 0.5 * draws.normal("attachment", guests.number)
    comes_back = _MOST_LOYAL / (1.0 + np.exp(-(odds + _ODDS_PER_SATISFACTION * felt)))
    chance = np.where(is_completed, comes_back, _REBOOK_AFTER_CANCELLING)
    returns = np.flatnonzero(draws.uniform("return", number) < chance)
    mean_gap = np.where(guests.is_business, 35.0, 60.0) * np.exp(-settings.strength.gap * felt)
    mean_gap = np.where(is_completed, mean_gap, 20.0)
    booking = _next_booking(settings, guests, part, mean_gap)
    following = State(
        row=state.row,
        number=number + 1,
        booking_day=booking,
        last_hotel=part["hotel"],
        mood=mood,
        completed=state.completed + is_completed,
        cancelled=state.cancelled + ~is_completed,
    )
    return following.take(returns)


def _next_booking(
    settings: DemoSettings, guests: Guests, part: dict[str, np.ndarray], mean_gap: np.ndarray
) -> np.ndarray:
    """Day of the next booking: the first of a few drawn days whose stay would fall into a season that suits."""
    draws, coming = Streams(settings.seed, "returns"), part["number"] + 1
    lead_uniform = Streams(settings.seed, "stays").uniform("lead", coming)
    kind = kind_of_hotel(settings.hotels)[part["hotel"]]
    lead = terms.lead_days(lead_uniform, kind, guests.segment)
    chosen = np.zeros(len(coming), dtype=np.int64)
    is_open = np.ones(len(coming), dtype=bool)
    for attempt in range(_SEASON_TRIES):
        gap = np.floor(-np.log(draws.uniform("gap", coming, attempt)) * mean_gap).astype(np.int64) + 1
        day = part["status_day"] + gap
        season = terms.demand(kind, day + lead, settings.start) / terms.highest_demand()
        suits = draws.chance("gap season", coming, season, attempt) | (attempt == _SEASON_TRIES - 1)
        chosen = np.where(is_open & suits, day, chosen)
        is_open = is_open & ~suits
    return chosen
