"""The fixed tables of the simulated group: hotels, countries, names, vocabulary, public marginals."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

KINDS: tuple[str, ...] = ("city", "resort")
SEGMENTS: tuple[str, ...] = (
    "Online TA",
    "Offline TA/TO",
    "Direct",
    "Groups",
    "Corporate",
    "Complementary",
    "Aviation",
)
SERVICES: tuple[str, ...] = (
    "response_speed",
    "service_attitude",
    "professional_competence",
    "problem_resolution",
    "personalisation",
)


@dataclass(frozen=True, kw_only=True)
class Hotel:
    """One simulated hotel."""

    name: str
    address: str
    city: str
    country: str
    kind: str
    lat: float
    lng: float
    weight: float  # share of the group's guests, relative
    rate: float  # price level, relative to the public data's hotel of its kind
    quality: float  # mean of all five services, in standard deviations
    descriptor: str
    places: tuple[str, ...]
    neighbours: str


@cache
def table(name: str) -> Any:
    """Content of ``tables/<name>.json``, read once."""
    return json.loads((files("resources.sources.demo") / "tables" / f"{name}.json").read_text("utf-8"))


@cache
def hotels(count: int) -> tuple[Hotel, ...]:
    """The first ``count`` hotels of the group."""
    return tuple(Hotel(**{**row, "places": tuple(row["places"])}) for row in table("hotels")[:count])


def booked_name(hotel: Hotel, *, named: bool) -> str:
    """What the bookings call the hotel: its name, or its kind as in the public data."""
    return hotel.name if named else f"{hotel.kind.capitalize()} Hotel"


@cache
def kind_of_hotel(count: int) -> np.ndarray:
    """Index into :data:`KINDS` per hotel."""
    return np.array([KINDS.index(hotel.kind) for hotel in hotels(count)])


@cache
def country_codes() -> tuple[str, ...]:
    """Codes that the group writes into its bookings, in fixed order; ``NULL`` where it does not know."""
    return (*sorted(table("countries")), "NULL")


def marginals(kind: int) -> dict[str, Any]:
    """Public marginals of one kind of hotel (index into :data:`KINDS`)."""
    return table("marginals")[KINDS[kind]]


def stratum(kind: int, segment: int) -> dict[str, Any]:
    """Public marginals of one market segment in one kind of hotel; a segment that it lacks reads as Direct."""
    segments = marginals(kind)["by_segment"]
    return segments.get(SEGMENTS[segment], segments["Direct"])
