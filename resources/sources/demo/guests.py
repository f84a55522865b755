"""The guests: who they are for good. New ones keep arriving, each day its own cohort."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from resources.sources.demo import terms
from resources.sources.demo.catalogue import (
    KINDS,
    SEGMENTS,
    SERVICES,
    country_codes,
    hotels,
    kind_of_hotel,
    marginals,
)
from resources.sources.demo.circles import recommendation
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.streams import Streams, mix, pick_from

BURN_IN_DAYS = 540  # guests book up to this long before the first day, so that it is a day like any other
GUESTS_PER_DAY = 8_192  # room in the numbering of guests
STAYS_PER_GUEST = 64  # room in the numbering of stays, and the longest career
CHANNELS: tuple[str, ...] = ("TA/TO", "Direct", "Corporate", "GDS", "Undefined")
CUSTOMER_TYPES: tuple[str, ...] = ("Transient", "Transient-Party", "Contract", "Group")
BUSINESS_SHARE = (0.12, 0.06, 0.2, 0.1, 0.95, 0.2, 0.95)  # of each market segment, in the order of SEGMENTS
_BIG_AGENTS = 2  # agents that serve every country; the others work for guests of one country
_FIRST_SPECIALISED = 20  # numbers of agents below are the big ones
_WORD, _WORD_MAINSTREAM = 1.6, 0.5  # log odds per unit of treatment, at influence 1
_COMING_SHARE = 0.5  # of candidates, on average over circles, whatever the influence
_GROUP_GUESTS = 0.35  # a group's leader books several rooms, so leaders are rarer than the group rows


@dataclass(frozen=True, kw_only=True)
class Guests:
    """Aligned arrays, one entry per guest, in order of ``number``."""

    number: np.ndarray
    first_booking: np.ndarray  # days from the start
    home: np.ndarray  # index of the hotel of the first booking
    kind: np.ndarray
    segment: np.ndarray
    country: np.ndarray  # index into country_codes()
    channel: np.ndarray
    customer_type: np.ndarray
    agent: np.ndarray  # 0: none
    company: np.ndarray  # 0: none
    circle: np.ndarray  # guests who share country, segment, agent and company are served alike
    is_business: np.ndarray
    is_recognised: np.ndarray  # whether the hotel's system notices that the guest was here before
    adults: np.ndarray
    children: np.ndarray
    babies: np.ndarray
    price_level: np.ndarray  # what the guest pays relative to others, mean about 1
    loyalty: np.ndarray  # chance to come back to the same hotel of the group
    generosity: np.ndarray  # habit of scoring high, standard normal
    verbosity: np.ndarray  # habit of writing much, standard normal
    taste: np.ndarray  # (guests, 5) weight of each service, rows sum to 1

    def take(self, rows: np.ndarray) -> Self:
        """The guests of those rows."""
        return type(self)(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def guests_until(settings: DemoSettings, day: int) -> Guests:
    """Every guest whose first booking was made up to ``day`` (days from the start)."""
    return _arriving(settings, *_candidates(settings, Streams(settings.seed, "guests"), day))


def guests_between(settings: DemoSettings, after: int, until: int, shift: int) -> Guests:
    """Guests who might come in the days (``after``, ``until``], drawn anew: other numbers, so other people.

    Args:
        settings: of the world; its circles and hotels stay what they are.
        after: last day before the first one, days from the start.
        until: last day.
        shift: added to every guest's number; larger than any number of a real guest.
    """
    number, first_booking = _candidates(settings, Streams(settings.seed, "guests"), until, shift)
    later = first_booking > after
    return _arriving(settings, number[later] + shift, first_booking[later])


def _arriving(settings: DemoSettings, number: np.ndarray, first_booking: np.ndarray) -> Guests:
    draws = Streams(settings.seed, "guests")
    home = draws.pick("home", number, [hotel.weight for hotel in hotels(settings.hotels)])
    kind = kind_of_hotel(settings.hotels)[home]
    segment = _segments(draws, number, kind)
    lead = terms.lead_days(Streams(settings.seed, "stays").uniform("lead", number * STAYS_PER_GUEST), kind, segment)
    season = terms.demand(kind, first_booking + lead, settings.start) / terms.highest_demand()
    suits = draws.chance("season", number, season)
    guests = _describe(draws, number[suits], first_booking[suits], home[suits], kind[suits], segment[suits])
    # What reaches a whole market through the big agents is less than what a company's people tell each other.
    is_mainstream = (guests.agent > 0) & (guests.agent < _FIRST_SPECIALISED)
    strength = settings.strength.satisfaction * np.where(is_mainstream, _WORD_MAINSTREAM, _WORD)
    comes = recommendation(settings.seed, guests.circle, guests.first_booking, strength)
    return guests.take(np.flatnonzero(draws.chance("recommended", guests.number, comes)))


def _candidates(settings: DemoSettings, draws: Streams, day: int, shift: int = 0) -> tuple[np.ndarray, np.ndarray]:
    cohorts = np.arange(max(day + BURN_IN_DAYS + 1, 0))
    rate = settings.guests / 365.25 * terms.highest_demand() / _COMING_SHARE
    noise = draws.normal("cohort size", cohorts + shift) * np.sqrt(rate)
    whole = np.floor(rate + noise + draws.uniform("cohort rounding", cohorts + shift))
    sizes = np.clip(whole, 0, GUESTS_PER_DAY).astype(np.int64)
    cohort = np.repeat(cohorts, sizes)
    within = np.arange(len(cohort)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return cohort * GUESTS_PER_DAY + within, cohort - BURN_IN_DAYS


def _segments(draws: Streams, number: np.ndarray, kind: np.ndarray) -> np.ndarray:
    uniforms = draws.uniform("segment", number)

    def of_rows(rows: np.ndarray, shares: Mapping[str, Any]) -> np.ndarray:
        weights = [shares["segments"].get(name, 0.0) for name in SEGMENTS]
        weights[terms.GROUPS] *= _GROUP_GUESTS
        return pick_from(uniforms[rows], weights)

    return terms.per_kind(kind, of_rows)


def _describe(
    draws: Streams, number: np.ndarray, first: np.ndarray, home: np.ndarray, kind: np.ndarray, segment: np.ndarray
) -> Guests:
    country = _countries(draws, number, kind)
    agent, company = _agents(draws, number, kind, segment, country), _companies(draws, number, kind, segment, country)
    business_share = np.array(BUSINESS_SHARE)[segment]
    recognised_share = np.array([0.05, 0.03, 0.22, 0.03, 0.3, 0.25, 0.25])[segment]
    taste = np.stack([-np.log(draws.uniform(f"taste {name}", number)) + 0.3 for name in SERVICES], axis=1)
    return Guests(
        number=number,
        first_booking=first,
        home=home,
        kind=kind,
        segment=segment,
        country=country,
        channel=_labels(draws, "channel", "channels", CHANNELS, number, kind, segment),
        customer_type=_labels(draws, "customer type", "types", CUSTOMER_TYPES, number, kind, segment),
        agent=agent,
        company=company,
        circle=_circles(country, segment, agent, company),
        is_business=draws.chance("business", number, business_share),
        is_recognised=draws.chance("recognised", number, recognised_share),
        adults=_counts(draws, "adults", number, kind, segment),
        children=_counts(draws, "children", number, kind, segment),
        babies=_counts(draws, "babies", number, kind, segment),
        price_level=np.exp(0.22 * draws.normal("price level", number) - 0.0242),
        loyalty=0.55 + 0.43 * draws.uniform("loyalty", number),
        generosity=draws.normal("generosity", number),
        verbosity=draws.normal("verbosity", number),
        taste=taste / taste.sum(axis=1, keepdims=True),
    )


def _countries(draws: Streams, number: np.ndarray, kind: np.ndarray) -> np.ndarray:
    codes = country_codes()
    uniforms = draws.uniform("country", number)
    tables = [[marginals(index)["countries"].get(code, 0.0004) for code in codes] for index in range(len(KINDS))]
    return np.where(kind == 0, pick_from(uniforms, tables[0]), pick_from(uniforms, tables[1]))


def _labels(
    draws: Streams,
    stream: str,
    table: str,
    labels: tuple[str, ...],
    number: np.ndarray,
    kind: np.ndarray,
    segment: np.ndarray,
) -> np.ndarray:
    uniforms = draws.uniform(stream, number)
    return terms.per_stratum(
        kind,
        segment,
        lambda rows, shares: pick_from(uniforms[rows], [shares[table].get(name, 0.0) for name in labels]),
    )


def _counts(draws: Streams, name: str, number: np.ndarray, kind: np.ndarray, segment: np.ndarray) -> np.ndarray:
    uniforms = draws.uniform(name, number)
    return terms.per_stratum(kind, segment, lambda rows, shares: terms.numbers_of(shares[name], uniforms[rows]))


def _agents(
    draws: Streams, number: np.ndarray, kind: np.ndarray, segment: np.ndarray, country: np.ndarray
) -> np.ndarray:
    uniforms = draws.uniform("agent", number)
    rank = terms.per_stratum(kind, segment, lambda rows, shares: pick_from(uniforms[rows], shares["agents"] or [1.0]))
    place = Streams(0, "agents").bits("number", country * 1000 + kind * 100 + rank)
    specialised = _FIRST_SPECIALISED + (place % np.uint64(480)).astype(np.int64)
    agent = np.where(rank < _BIG_AGENTS, 1 + kind * _BIG_AGENTS * 4 + rank + 2 * (segment == 1), specialised)
    is_missing = draws.chance("no agent", number, terms.share_of("agent_missing", kind, segment))
    return np.where(is_missing, 0, agent)


def _companies(
    draws: Streams, number: np.ndarray, kind: np.ndarray, segment: np.ndarray, country: np.ndarray
) -> np.ndarray:
    uniforms = draws.uniform("company", number)
    rank = terms.per_stratum(
        kind, segment, lambda rows, shares: pick_from(uniforms[rows], shares["companies"] or [1.0])
    )
    place = Streams(0, "companies").bits("number", country * 1000 + kind * 100 + rank)
    has_company = draws.chance("has company", number, terms.share_of("company", kind, segment))
    return np.where(has_company, 6 + (place % np.uint64(530)).astype(np.int64), 0)


def _circles(country: np.ndarray, segment: np.ndarray, agent: np.ndarray, company: np.ndarray) -> np.ndarray:
    key = ((country * 10 + segment) * 1000 + agent) * 1000 + company
    return (mix(key.astype(np.uint64)) >> np.uint64(20)).astype(np.int64)
