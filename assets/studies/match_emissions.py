"""P(what a review says | the label of its stay) in the simulated world, for the oracle matcher."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]
PARTIES = ("solo", "couple", "family_young", "family_older", "group", "with_friends")
LATE_ROOM = 0.02  # P(a stay lacks a room when its window closes, since a row came late); ours
_RARE = 1e-9  # a level that the population lacks can still stand in a label
Shares = dict[Any, float]


class MatchModel(Protocol):
    """What is read of the simulated world's probabilities (see ``resources.sources.demo.match_model``)."""

    @property
    def review_rate(self) -> float:
        """P(a completed reservation gets an English review)."""
        ...

    @property
    def fake_share(self) -> float:
        """Share of the posts that no stay lies behind."""
        ...

    @property
    def delay(self) -> FloatArray:
        """(days,) P(days from check-out to post)."""
        ...

    @property
    def noise(self) -> float:
        """P(a tag or the nationality differs from the booking)."""
        ...

    @property
    def blank_country(self) -> float:
        """Of the nationalities that differ, the share left blank."""
        ...

    @property
    def wrong_country(self) -> str:
        """What the others say."""
        ...

    @property
    def no_trip(self) -> float:
        """P(no trip type)."""
        ...

    @property
    def business(self) -> Mapping[str, float]:
        """By market segment, P(business trip)."""
        ...

    @property
    def rooms(self) -> Mapping[tuple[str, str], Mapping[str, float]]:
        """By (kind of hotel, reserved room type), P(name of the room)."""
        ...

    @property
    def population(self) -> pl.DataFrame:
        """Counts of booking rows by hotel, kind and true values."""
        ...

    @property
    def hotel_kinds(self) -> Mapping[str, str]:
        """Kind of each hotel."""
        ...

    def party(self, adults: int, children: int, *, has_babies: bool) -> FloatArray:
        """(6,) P(party in the tags) of a booked party."""
        ...


def members(levels: list[Any], size: int, population: Mapping[Any, float]) -> Shares:
    """P(a member of a class has each level), when the label names every level that occurs among its members.

    Each level occurs once at least; the other members are as the population within the label.

    Example:
        >>> shares = members(["FRA", "PRT"], 4, {"FRA": 1.0, "PRT": 3.0})
        >>> {country: round(share, 6) for country, share in shares.items()}
        {'FRA': 0.375, 'PRT': 0.625}
    """
    weight = np.array([population.get(level, 0.0) for level in levels]) + _RARE
    rest = max(size - len(levels), 0)
    share = (1.0 + rest * weight / weight.sum()) / (len(levels) + rest)
    return dict(zip(levels, np.round(share, 12).tolist(), strict=True))


def between(low: int, high: int, size: int, population: Mapping[Any, float]) -> Shares:
    """P(a member has each whole number of an interval label): both ends occur."""
    values = list(range(low, high + 1))
    weight = np.array([population.get(value, 0.0) for value in values]) + _RARE
    ends = np.zeros(len(values))
    ends[0] = ends[-1] = 1.0
    rest = max(size - float(ends.sum()), 0.0)
    return dict(zip(values, ((ends + rest * weight / weight.sum()) / (ends.sum() + rest)).tolist(), strict=True))


@dataclass(frozen=True)
class Emissions:
    """P(said | label) field by field, for one kind of hotel."""

    model: MatchModel
    kind: str
    weight: str = "rows"  # what the population is counted in: booking rows, or reservations where rooms are merged

    @cached_property
    def _rows(self) -> pl.DataFrame:
        return self.model.population.filter(pl.col("kind") == self.kind)

    @cached_property
    def anybody(self) -> dict[str, Shares]:
        """By field, the distribution of its true values in the population."""
        shares: dict[str, Shares] = {}
        for name, columns in (("country", ["country"]), ("nights", ["nights"]), ("trip", ["segment"]),
                              ("party", ["adults", "children"]), ("room", ["room"]),
                              ("room_count", ["room_count"])):  # fmt: skip
            rows = self._rows.group_by(columns).agg(pl.col(self.weight).sum()).sort(columns).rows()
            total = sum(row[-1] for row in rows) or 1
            shares[name] = {(row[:-1] if len(columns) > 1 else row[0]): row[-1] / total for row in rows}
        return shares

    @cached_property
    def least(self) -> float:
        """Share of one row: what the population never says is no rarer, since a label may span other kinds."""
        return 1.0 / max(int(self._rows[self.weight].sum()), 1)

    @cached_property
    def _parties(self) -> dict[tuple[int, int], FloatArray]:
        """By (adults, children), P(party): over parties with and without babies as they occur."""
        total: dict[tuple[int, int], FloatArray] = {}
        count: dict[tuple[int, int], float] = {}
        shapes = self._rows.group_by("adults", "children", "has_babies").agg(pl.col("rows").sum())
        for adults, children, has_babies, rows in shapes.sort("adults", "children", "has_babies").iter_rows():
            key = (adults, children)
            told = rows * self.model.party(adults, children, has_babies=has_babies)
            total[key] = total.get(key, np.zeros(len(PARTIES))) + told
            count[key] = count.get(key, 0.0) + rows
        return {key: value / count[key] for key, value in total.items()}

    def inside(self, field: str, label: tuple[Any, ...], size: int) -> Shares:
        """P(a member of the class has each true value) given the label of a field."""
        anybody = self.anybody[field]
        if field in ("country", "trip"):
            return members(label[0].split("|"), size, anybody)
        if field == "nights":
            return between(label[0], label[1], size, anybody)
        if field in ("room", "room_count"):
            return {label[0]: 1.0}
        numbers = self._counts
        adults = between(label[0], label[1], size, numbers[0])
        children = between(label[2], label[3], size, numbers[1])
        return {(many, few): adults[many] * children[few] for many in adults for few in children}

    @cached_property
    def _counts(self) -> tuple[Shares, Shares]:
        adults: Shares = {}
        children: Shares = {}
        for (many, few), share in self.anybody["party"].items():
            adults[many] = adults.get(many, 0.0) + share
            children[few] = children.get(few, 0.0) + share
        return adults, children

    def said(self, field: str, shares: Shares, value: Any) -> float:
        """P(a review says ``value``) over the distribution of true values; 1 where a missing tag tells nothing."""
        return sum(share * self._says(field, true, value) for true, share in shares.items())

    def _says(self, field: str, true: Any, value: Any) -> float:
        model, noise = self.model, self.model.noise
        if field == "country":
            if value is None:
                return noise * model.blank_country + (1.0 - noise) * (true == "?")
            return (1.0 - noise) * (value == true) + noise * (1.0 - model.blank_country) * (
                value == model.wrong_country
            )
        if field == "trip":
            if value is None:
                return model.no_trip
            business = model.business.get(true, 0.1) * (1.0 - 2.0 * noise) + noise
            return (1.0 - model.no_trip) * (business if value == "business" else 1.0 - business)
        if value is None:
            return 1.0
        if field == "room_count":
            late = LATE_ROOM * self.anybody[field].get(value, 0.0)
            return (1.0 - LATE_ROOM) * (value == true) + late
        if field == "nights":
            return (1.0 - noise) * (value == true) + noise * (value == true + 1) if true > 0 else 0.0
        if field == "party":
            party = self._parties.get(true)
            party = self.model.party(*true, has_babies=False) if party is None else party
            return float(party[PARTIES.index(value)])
        return float(model.rooms.get((self.kind, true), {}).get(value, 0.0))
