"""One simulated world up to a day: guests, stays, what was agreed, and posts, as aligned tables."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from resources.sources.demo.bookings import Terms, terms_of
from resources.sources.demo.guests import Guests, guests_until
from resources.sources.demo.posts import Posts, posts_until
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.stays import Stays, stays_until


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that is known by the end of one day; ``guests`` and ``agreed`` are aligned with ``stays``."""

    settings: DemoSettings
    day: int  # days from the start
    guests: Guests
    stays: Stays
    agreed: Terms
    posts: Posts


@lru_cache(maxsize=2)
def world_until(settings: DemoSettings, day: int) -> World:
    """The world up to ``day`` (days from the start), kept for the next call.

    What it holds for an earlier day is the same whatever ``day`` is.
    """
    everyone = guests_until(settings, day)
    stays = stays_until(settings, everyone, day)
    guests = everyone.take(stays.guest)
    posts = posts_until(settings, guests, stays, day)
    return World(
        settings=settings, day=day, guests=guests, stays=stays, agreed=terms_of(settings, guests, stays), posts=posts
    )


def day_number(settings: DemoSettings, day: np.datetime64) -> int:
    """Days from the start of the world."""
    return int((day - np.datetime64(settings.start, "D")).astype(np.int64))
