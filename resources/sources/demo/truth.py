"""What is true in the simulated world. Only evaluation may read it; no row that a stage reads holds any of it."""

from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from resources.errors import ContractError
from resources.sources.demo.bookings import revenue_of
from resources.sources.demo.catalogue import SERVICES, country_codes, hotels
from resources.sources.demo.futures import expected_revenue
from resources.sources.demo.identities import guest_ids, reservation_ids
from resources.sources.demo.posts import PLANTED_KINDS
from resources.sources.demo.reviews import ReviewRows, review_key
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.stays import CHECK_OUT
from resources.sources.demo.world import World, world_until
from resources.sources.demo.writing import IDENTIFIER_KINDS


class DemoTruth:
    """The truth of the world from its start up to one day."""

    def __init__(self, settings: DemoSettings, until: date | None = None) -> None:
        """Look at the world as it is by the end of ``until`` (default: the last day of its history)."""
        self.settings = settings
        self.until = until or settings.last_day

    def _world(self, until: date | None = None) -> World:
        return world_until(self.settings, ((until or self.until) - self.settings.start).days)

    @cached_property
    def reviews(self) -> pl.DataFrame:
        """One row per delivered review.

        ``review_key``, ``reservation_id`` (null for a planted fake), ``guest`` (null likewise), ``planted_kind``,
        ``copied_from`` (review key), ``edit``, ``manner`` (composed, stock, foreign, emoji), ``mood`` (what the text
        says, standard deviations), ``planted_names``, ``planted_emails``, ``planted_phones``, ``planted_numbers``,
        ``planted_texts`` (the identifiers themselves), ``posted_day``.
        """
        world = self._world()
        rows, posts = ReviewRows(world), world.posts
        written = [rows.write(row) for row in range(len(posts.number))]
        ids = _padded(reservation_ids(world.stays.number[posts.stay], np.zeros(len(posts.stay), dtype=np.int64)))
        is_real = pl.Series(~posts.is_fake)
        guest = _padded(guest_ids(world.guests.number[posts.stay]), "G")
        frame = pl.DataFrame(
            {
                "review_key": [review_key(int(number)) for number in posts.number],
                "reservation_id": ids,
                "guest": guest,
                "planted_kind": np.array(PLANTED_KINDS)[posts.kind],
                "copied_from": [review_key(int(number)) if number >= 0 else None for number in posts.source],
                "edit": [text.edit for text in written],
                "manner": [text.manner for text in written],
                "mood": posts.mood,
                **{
                    f"planted_{kind}s": [
                        sum(planted_kind == kind for planted_kind, _ in text.planted) for text in written
                    ]
                    for kind in IDENTIFIER_KINDS
                },
                "planted_texts": [[value for _, value in text.planted] for text in written],
                "posted_day": _days(self.settings, posts.posted_day),
            },
            schema_overrides={"copied_from": pl.String, "edit": pl.String, "planted_texts": pl.List(pl.String)},
        )
        return frame.with_columns(
            pl.when(is_real).then(pl.col(name)).alias(name) for name in ("reservation_id", "guest")
        )

    @cached_property
    def stays(self) -> pl.DataFrame:
        """One row per completed reservation: ids, days, the five experiences, satisfaction, revenue of all rooms."""
        world = self._world()
        stays = world.stays
        services = {name: stays.services[:, index] for index, name in enumerate(SERVICES)}
        frame = pl.DataFrame(
            {
                "reservation_id": _padded(reservation_ids(stays.number, np.zeros(len(stays.number), dtype=np.int64))),
                "guest": _padded(guest_ids(world.guests.number), "G"),
                "hotel": np.array([hotel.name for hotel in hotels(self.settings.hotels)])[stays.hotel],
                "booked_day": _days(self.settings, stays.booked),
                "arrival_day": _days(self.settings, stays.arrival),
                "check_out_day": _days(self.settings, stays.status_day),
                "rooms": world.agreed.rooms,
                "revenue": revenue_of(stays, world.agreed),
                **services,
                "satisfaction": stays.satisfaction,
                "circle": world.guests.circle,
                "status": stays.status,
            }
        )
        return frame.filter((pl.col("status") == CHECK_OUT) & (pl.col("check_out_day") >= self.settings.start)).drop(
            "status"
        )

    @cached_property
    def rooms(self) -> pl.DataFrame:
        """One row per booking row: ``row_reservation_id``, ``reservation_id`` of its stay, ``guest``, ``circle``."""
        world = self._world()
        repeats = world.agreed.rooms
        which = np.repeat(np.arange(len(repeats)), repeats)
        room = np.arange(len(which)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        number = world.stays.number[which]
        frame = pl.DataFrame(
            {
                "row_reservation_id": _padded(reservation_ids(number, room)),
                "reservation_id": _padded(reservation_ids(number, np.zeros(len(number), dtype=np.int64))),
                "guest": _padded(guest_ids(world.guests.number[which]), "G"),
                "circle": world.guests.circle[which],
                "status_day": _days(self.settings, world.stays.status_day[which]),
            }
        )
        return frame.filter(pl.col("status_day") >= self.settings.start)

    @cached_property
    def guests(self) -> pl.DataFrame:
        """One row per guest with a delivered row: identity, type, tastes, habits, and counts up to ``until``."""
        world = self._world()
        rows = np.flatnonzero(world.stays.status_day >= 0)
        _, place = np.unique(world.guests.number[rows], return_index=True)
        guests = world.guests.take(rows[place])
        return pl.DataFrame(
            {
                "guest": _padded(guest_ids(guests.number), "G"),
                "country": np.array(country_codes())[guests.country],
                "is_business": guests.is_business,
                "is_recognised": guests.is_recognised,
                "price_level": guests.price_level,
                "loyalty": guests.loyalty,
                "generosity": guests.generosity,
                "circle": guests.circle,
                **{f"taste_{name}": guests.taste[:, index] for index, name in enumerate(SERVICES)},
            }
        )

    def future_values(self, day: date, days: int) -> pl.DataFrame:
        """Realised revenue of each guest from stays ending in (``day``, ``day`` + ``days``]; who has none is left out.

        Returns:
            ``guest``, ``revenue`` (whole currency units), sorted by guest.

        Raises:
            ContractError: ``days`` is below 1.
        """
        if days < 1:
            message = f"days must be 1 or more, got {days}; name the length of the window after {day}"
            raise ContractError(message)
        world = self._world(day + timedelta(days=days))
        first = (day - self.settings.start).days
        rows = np.flatnonzero((world.stays.status_day > first) & (world.stays.status == CHECK_OUT))
        frame = pl.DataFrame(
            {
                "guest": _padded(guest_ids(world.guests.number[rows]), "G"),
                "revenue": np.rint(revenue_of(world.stays, world.agreed)[rows]).astype(np.int64),
            }
        )
        return frame.group_by("guest").agg(pl.col("revenue").sum()).filter(pl.col("revenue") != 0).sort("guest")

    def expected_values(self, day: date, days: int, draws: int) -> pl.DataFrame:
        """Expected revenue of stays that end in (``day``, ``day`` + ``days``], by the labels that rows will carry.

        See :func:`resources.sources.demo.futures.expected_revenue`.

        Raises:
            ContractError: ``days`` or ``draws`` is below 1.
        """
        if min(days, draws) < 1:
            message = f"days and draws must be 1 or more, got {days} and {draws}; name a window and a number of futures"
            raise ContractError(message)
        return expected_revenue(self.settings, (day - self.settings.start).days, days, draws)

    def future_value(self, guest: str, day: date, days: int) -> int:
        """Realised revenue of one guest from stays that end in (``day``, ``day`` + ``days``]; 0 if there is none."""
        revenue = self.future_values(day, days).filter(pl.col("guest") == guest)["revenue"]
        return int(revenue[0]) if len(revenue) else 0


def _padded(numbers: np.ndarray, prefix: str = "") -> pl.Series:
    return prefix + pl.Series(numbers).cast(pl.String).str.zfill(12)


def _days(settings: DemoSettings, days: np.ndarray) -> pl.Series:
    return pl.Series(np.datetime64(settings.start, "D") + days).cast(pl.Date)
