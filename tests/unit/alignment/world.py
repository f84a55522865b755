"""A small world of stays and reviews with known links, in the columns that the room reads."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.alignment.sides import REVIEW_COLUMNS, STAY_COLUMNS

START = date(2024, 1, 1)
COUNTRIES = ["PRT", "GBR", "FRA", "ESP", "DEU", "ITA", "IRL", "BEL", "BRA", "NLD", "USA", "CHE"]
COUNTRY_SHARE = np.array([0.3, 0.15, 0.12, 0.1, 0.08, 0.06, 0.05, 0.04, 0.04, 0.03, 0.02, 0.01])
PARTY_GUESTS = {"solo": (1, 0), "couple": (2, 0), "family_young": (2, 1), "family_older": (2, 2), "group": (4, 0)}
SEGMENTS = {"leisure": "Online TA", "business": "Corporate"}
DEFAULT_AGREE = {"country": 0.97, "nights": 0.92, "party": 0.88, "purpose": 0.8}


@dataclass(frozen=True)
class World:
    bookings: pl.DataFrame
    reviews: pl.DataFrame
    hotels: pl.DataFrame
    truth: pl.DataFrame

    @property
    def days(self) -> list[date]:
        first = min(self.bookings["delivery_day"].min(), self.reviews["delivery_day"].min())
        last = max(self.bookings["delivery_day"].max(), self.reviews["delivery_day"].max())
        return [first + timedelta(days=index) for index in range((last - first).days + 1)]

    def window(self, first: date, last: date, look_back: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Both sides as the shell would hand them over for [first, last]."""
        inside = pl.col("delivery_day").is_between(first - timedelta(days=look_back), last)
        return self.bookings.filter(inside), self.reviews.filter(inside)


def hotels(count: int, *, named: bool = True) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "hotel": [f"H{index}" for index in range(count)],
            "hotel_name": [f"Hotel Number {index}" if named else None for index in range(count)],
            "city": ["Lisbon"] * count,
            "country": ["PRT"] * count,
            "descriptor": [f"city hotel lisbon river{index} double couple business" for index in range(count)],
            "is_city": [True] * count,
        },
        schema_overrides={"hotel_name": pl.String},
    )


def make_world(
    rng: np.random.Generator, *, days: int = 40, stays_per_day: int = 12, hotel_count: int = 2,
    review_rate: float = 0.3, agree: dict[str, float] | None = None, linked: bool = True, named: bool = True,
    widen: bool = True, late_days: int = 0,
) -> World:  # fmt: skip
    """Stays with labels, and reviews of some of them whose tags agree with the given probabilities.

    ``linked=False`` draws reviews on their own from the same marginals. ``widen`` generalises the labels.
    """
    agree = agree or DEFAULT_AGREE
    n = days * stays_per_day
    truth = _guests(rng, n)
    end = np.repeat(np.arange(days), stays_per_day)
    late = rng.integers(0, late_days + 1, n) * (rng.random(n) < 0.1) if late_days else np.zeros(n, dtype=int)
    hotel = rng.integers(0, hotel_count, n)
    bookings = _bookings(rng, truth, end, end + late, hotel, widen=widen)
    reviewed = np.flatnonzero(
        (rng.random(n) < review_rate) & (bookings["reservation_status"] == "Check-Out").to_numpy()
    )
    said = truth.take(reviewed) if linked else _guests(rng, len(reviewed))
    chance = _guests(rng, len(reviewed))
    reviews = _reviews(rng, said.mixed(chance, agree, rng), end[reviewed], hotel[reviewed], days, late_days)
    links = pl.DataFrame({"booking_id": bookings["booking_id"].gather(reviewed), "review_id": reviews["review_id"]})
    return World(bookings, reviews, hotels(hotel_count, named=named), links if linked else links.head(0))


@dataclass(frozen=True)
class _Guests:
    country: np.ndarray
    nights: np.ndarray
    party: np.ndarray
    purpose: np.ndarray

    def take(self, rows: np.ndarray) -> "_Guests":
        return _Guests(self.country[rows], self.nights[rows], self.party[rows], self.purpose[rows])

    def mixed(self, other: "_Guests", agree: dict[str, float], rng: np.random.Generator) -> "_Guests":
        """Each field kept with its probability, else taken from another guest who differs in it."""

        def one(name: str) -> np.ndarray:
            ours, theirs = getattr(self, name), getattr(other, name)
            for _ in range(60):
                same = ours == theirs
                theirs = np.where(same, rng.permutation(theirs), theirs)
            return np.where(rng.random(len(ours)) < agree[name], ours, theirs)

        return _Guests(one("country"), one("nights"), one("party"), one("purpose"))


def _guests(rng: np.random.Generator, n: int) -> _Guests:
    return _Guests(
        country=rng.choice(COUNTRIES, n, p=COUNTRY_SHARE),
        nights=rng.choice([1, 2, 3, 4, 5, 7], n, p=[0.3, 0.3, 0.18, 0.12, 0.06, 0.04]),
        party=rng.choice(list(PARTY_GUESTS), n, p=[0.25, 0.45, 0.12, 0.08, 0.1]),
        purpose=rng.choice(list(SEGMENTS), n, p=[0.75, 0.25]),
    )


def _bookings(
    rng: np.random.Generator, truth: _Guests, end: np.ndarray, delivered: np.ndarray, hotel: np.ndarray, *, widen: bool
) -> pl.DataFrame:
    n = len(end)
    status = rng.choice(["Check-Out", "Canceled", "No-Show"], n, p=[0.85, 0.12, 0.03])
    below = rng.integers(0, 2, n) * widen
    above = rng.integers(0, 2, n) * widen
    nights_from, nights_to = np.maximum(truth.nights - below, 1), truth.nights + above
    guests = np.array([PARTY_GUESTS[party] for party in truth.party]).reshape(n, 2)
    other = rng.choice(COUNTRIES, n, p=COUNTRY_SHARE)
    country = ["|".join(sorted({own, more} if wide else {own}))
               for own, more, wide in zip(truth.country, other, rng.random(n) < 0.4 * widen, strict=True)]  # fmt: skip
    first = np.datetime64(START)
    frame = pl.DataFrame(
        {
            "booking_id": [f"b{index:06d}" for index in rng.permutation(n)],
            "class_id": [
                f"{day}-{'stay' if day == last else 'other'}-1" for day, last in zip(delivered, end, strict=True)
            ],
            "reservation_status": status,
            "hotel_levels": [f"H{index}" for index in hotel],
            "country_levels": country,
            "market_segment_levels": [SEGMENTS[purpose] for purpose in truth.purpose],
            "customer_type_levels": ["Transient"] * n,
            "arrival_from": first + (end - nights_to),
            "arrival_to": first + (end - nights_from),
            "nights_from": nights_from.astype(np.int32),
            "nights_to": nights_to.astype(np.int32),
            "adults_from": guests[:, 0].astype(np.int32),
            "adults_to": guests[:, 0].astype(np.int32),
            "children_from": guests[:, 1].astype(np.int32),
            "children_to": guests[:, 1].astype(np.int32),
            "reserved_room_type": ["A"] * n,
            "class_size": pl.Series([3 if widen else 1] * n, dtype=pl.Int32),
            "delivery_day": first + delivered,
        }
    ).with_columns(pl.col("arrival_from", "arrival_to", "delivery_day").cast(pl.Date))
    return frame.with_columns(room_count=pl.lit(None, pl.Int32)).select(STAY_COLUMNS)


def _reviews(
    rng: np.random.Generator, said: _Guests, end: np.ndarray, hotel: np.ndarray, days: int, late_days: int
) -> pl.DataFrame:
    n = len(end)
    posted = end + np.minimum(rng.exponential(4.0, n).astype(int), 14)
    late = rng.integers(0, late_days + 1, n) * (rng.random(n) < 0.1) if late_days else np.zeros(n, dtype=int)
    first = np.datetime64(START)
    frame = pl.DataFrame(
        {
            "review_id": [f"r{index:06d}" for index in rng.permutation(n)],
            "hotel_name": [f"Hotel Number {index}" for index in hotel],
            "hotel_city": ["Lisbon"] * n,
            "hotel_country": ["PRT"] * n,
            "reviewer_country": said.country,
            "title": [None] * n,
            "text": [f"nice river{index}" for index in hotel],
            "trip_type": said.purpose,
            "party": said.party,
            "room": [None] * n,
            "room_count": pl.Series([None] * n, dtype=pl.Int32),
            "nights": said.nights.astype(np.int32),
            "posted_day": first + posted,
            "delivery_day": first + posted + late,
        },
        schema_overrides={"title": pl.String, "room": pl.String},
    ).with_columns(pl.col("posted_day", "delivery_day").cast(pl.Date))
    return frame.select(REVIEW_COLUMNS)
