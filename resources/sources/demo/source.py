"""The simulated hotel group as a source."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from resources.sources.base import (
    BOOKING_COLUMNS,
    LINEAGE_COLUMNS,
    OPTIONAL_BOOKING_COLUMNS,
    OPTIONAL_REVIEW_COLUMNS,
    REVIEW_COLUMNS,
    SourceFacts,
    Stream,
)
from resources.sources.demo.bookings import booking_rows
from resources.sources.demo.catalogue import booked_name, hotels
from resources.sources.demo.lateness import delivered_rows, has_lateness
from resources.sources.demo.match_model import MatchModel, match_model
from resources.sources.demo.notices import guest_notices
from resources.sources.demo.reviews import ReviewRows
from resources.sources.demo.settings import MOST_DAYS, DemoSettings
from resources.sources.demo.truth import DemoTruth
from resources.sources.demo.world import World, world_until

_STEP_DAYS = 200  # a world is simulated some way ahead, so that a run over later days needs few of them
_HIDDEN_DESCRIPTOR = {  # as of the public bookings
    "city": "city hotel centre urban business sightseeing",
    "resort": "resort hotel beach sea pool golf holiday",
}
_LINEAGE_TYPES = (pl.Date, pl.String, pl.Int64, pl.String, pl.String)
_COLUMNS = {
    Stream.BOOKINGS: (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS),
    Stream.REVIEWS: (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS),
}


class DemoSource:
    """Rows of the simulated group for any day from its start onward.

    Example:
        >>> source = DemoSource(DemoSettings(guests=200))
        >>> source.rows(Stream.BOOKINGS, [source.first_day]).columns[0]
        'hotel'
    """

    def __init__(self, settings: DemoSettings | None = None) -> None:
        self.settings = settings or DemoSettings()

    @property
    def name(self) -> str:
        """Name in the settings."""
        return "demo"

    @property
    def facts(self) -> SourceFacts:
        """Everybody is invented and everything is known; hotels and guests are named as the settings say."""
        return SourceFacts(
            title="the simulated hotel group",
            covers="a simulated hotel group, whose guests are invented and whose truth is known",
            is_invented=True,
            knows_truth=True,
            names_hotels=self.settings.named_hotels,
            names_guests=self.settings.guest_key_share > 0,
        )

    @property
    def streams(self) -> frozenset[Stream]:
        """Bookings and reviews."""
        return frozenset(Stream)

    @property
    def first_day(self) -> date:
        """The world's first day."""
        return self.settings.start

    @property
    def last_day(self) -> date:
        """Last day of the default history; rows exist for later days too."""
        return self.settings.last_day

    def is_delivered(self, stream: Stream, day: date) -> bool:
        """Whether the day lies in the world: from its start to its far end."""
        return stream in self.streams and 0 <= (day - self.first_day).days < MOST_DAYS

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        """Rows of those days in the exchange format plus lineage, by day in ascending order; days outside are empty."""
        wanted = sorted({day for day in days if self.is_delivered(stream, day)})
        parts = [
            _day_rows(self.settings, stream, (day - self.first_day).days, self._horizon(wanted[-1])) for day in wanted
        ]
        return pl.concat(parts) if parts else _empty(stream)

    def _horizon(self, day: date) -> int:
        last = max((day - self.first_day).days, self.settings.days - 1)
        return -(-last // _STEP_DAYS) * _STEP_DAYS

    def hotels(self) -> pl.DataFrame:
        """The group's hotels, under the names that bookings carry; one row per kind where those are hidden."""
        group = hotels(self.settings.hotels)
        named = self.settings.named_hotels
        frame = pl.DataFrame(
            {
                "hotel": [booked_name(hotel, named=named) for hotel in group],
                "hotel_name": [hotel.name if named else None for hotel in group],
                "city": [hotel.city if named else None for hotel in group],
                "country": [hotel.country if named else None for hotel in group],
                "descriptor": [hotel.descriptor if named else _HIDDEN_DESCRIPTOR[hotel.kind] for hotel in group],
                "is_city": [hotel.kind == "city" for hotel in group],
            },
            schema_overrides={"hotel_name": pl.String, "city": pl.String, "country": pl.String},
        )
        return frame.unique(maintain_order=True)

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """SHA-256 of each day's rows as delivered."""
        return {day: self._fingerprint(stream, day) for day in sorted(set(days))}

    @lru_cache(maxsize=20_000)  # noqa: B019  (a watcher asks for the same days again and again)
    def _fingerprint(self, stream: Stream, day: date) -> str:
        return _digest(self.rows(stream, [day]))

    def own_notices(self) -> pl.DataFrame:
        """Opt-outs and consents of the default history's guests: ``identifier``, ``kind``, ``day``; none by default."""
        share = self.settings.opt_out_share
        bookings = pl.DataFrame(schema={"guest_key": pl.String(), "day": pl.Int64()})
        if share:
            frame, days = _bookings(self.settings, self._horizon(self.last_day))
            dated = frame.select("guest_key", pl.Series("day", days, dtype=pl.Int64))
            bookings = dated.filter(pl.col("day").is_between(0, self.settings.days - 1))
        return guest_notices(bookings, self.first_day, self.settings.seed, share)

    def truth(self, until: date | None = None) -> DemoTruth:
        """The truth up to ``until`` (default: the last day of the history). For evaluation only."""
        return DemoTruth(self.settings, until)

    def match_model(self, until: date | None = None) -> MatchModel:
        """The probabilities by which stays become reviews, for an oracle matcher. For evaluation only."""
        horizon = ((until or self.last_day) - self.first_day).days
        return match_model(self.settings, world_until(self.settings, horizon))


def _digest(rows: pl.DataFrame) -> str:
    return hashlib.sha256(rows.write_csv(null_value="\\N").encode()).hexdigest()


def _empty(stream: Stream) -> pl.DataFrame:
    types = dict(zip(LINEAGE_COLUMNS, _LINEAGE_TYPES, strict=True))
    return pl.DataFrame(schema={**dict.fromkeys(_COLUMNS[stream], pl.String), **types})


@lru_cache(maxsize=2)
def _bookings(settings: DemoSettings, horizon: int) -> tuple[pl.DataFrame, np.ndarray]:
    world = world_until(settings, horizon)
    frame = booking_rows(settings, world.guests, world.stays, world.agreed)
    return frame.drop("day"), frame["day"].to_numpy()


@lru_cache(maxsize=2)
def _reviews(settings: DemoSettings, horizon: int) -> tuple[ReviewRows, World]:
    world = world_until(settings, horizon)
    return ReviewRows(world), world


@lru_cache(maxsize=4096)
def _own_rows(settings: DemoSettings, stream: Stream, day: int, horizon: int) -> pl.DataFrame:
    """Rows that belong to a day of the world, whenever they are delivered."""
    if stream is Stream.BOOKINGS:
        frame, days = _bookings(settings, horizon)
        first, last = np.searchsorted(days, [day, day + 1])
        return frame[int(first) : int(last)]
    rows, world = _reviews(settings, horizon)
    first, last = np.searchsorted(world.posts.posted_day, [day, day + 1])
    return rows.rows(np.arange(first, last))


@lru_cache(maxsize=4096)
def _day_rows(settings: DemoSettings, stream: Stream, day: int, horizon: int) -> pl.DataFrame:
    if has_lateness(settings):
        part = delivered_rows(lambda own: _own_rows(settings, stream, own, horizon), stream, day, settings)
    else:
        part = _own_rows(settings, stream, day, horizon)
    delivered = settings.start + timedelta(days=day)
    return part.with_columns(
        pl.lit(delivered).alias("_delivery_day"),
        pl.lit(f"{stream}-{delivered}.demo").alias("_source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_source_row"),
        pl.lit(None, dtype=pl.String).alias("_problem"),
        pl.lit(None, dtype=pl.String).alias("_raw_text"),
    )
