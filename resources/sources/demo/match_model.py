"""How the simulated world turns stays into reviews: the probabilities that an oracle matcher knows.

Truth side: only evaluation may read it. Nothing here says which review is about which stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.sources.demo.catalogue import KINDS, SEGMENTS, Hotel, country_codes, hotels, kind_of_hotel, table
from resources.sources.demo.guests import BUSINESS_SHARE
from resources.sources.demo.posts import LONGEST_DELAY_DAYS, WRITES_AT_ZERO, WRITES_PER_DEVIATION, delay_shares
from resources.sources.demo.reviews import FRIENDS, NO_TRIP_TYPE, SMALL_CHILDREN, WRONG_PARTY_WEIGHTS
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.stays import CHECK_OUT
from resources.sources.demo.world import World

PARTIES = ("solo", "couple", "family_young", "family_older", "group", "with_friends")
_WRONG_PARTIES = ("couple", "solo", "group", "family_older")
_MEANT = {"NULL": "?", "CN": "CAN", "TMP": "TLS"}  # what the rooms read in the codes that the public files deliver
_BLANK_SHARE = 0.5  # of the nationalities that err; the others name the first country


@dataclass(frozen=True, kw_only=True)
class MatchModel:
    """P(what a review says | its stay), and what else posts reviews.

    Attributes:
        review_rate: P(a completed reservation gets an English review).
        fake_share: share of the posts that no stay lies behind.
        delay: (days,) P(days from check-out to post).
        noise: P(a tag or the nationality differs from the booking).
        blank_country: of the nationalities that differ, the share left blank.
        wrong_country: what the others say.
        no_trip: P(no trip type).
        business: by market segment, P(business trip).
        rooms: by (kind of hotel, reserved room type), P(name of the room in the tags).
        population: ``hotel``, ``kind``, ``country`` ("?": unknown), ``segment``, ``nights``, ``adults``, ``children``,
            ``has_babies``, ``room``, ``room_count``, ``rows`` (booking rows of completed stays), ``reservations``.
        hotel_kinds: by hotel name, its kind.
    """

    review_rate: float
    fake_share: float
    delay: np.ndarray
    noise: float
    blank_country: float
    wrong_country: str
    no_trip: float
    business: Mapping[str, float]
    rooms: Mapping[tuple[str, str], Mapping[str, float]]
    population: pl.DataFrame
    hotel_kinds: Mapping[str, str]

    def party(self, adults: int, children: int, *, has_babies: bool) -> np.ndarray:
        """(6,) P(party in the tags, as in ``PARTIES``) of a booked party."""
        shares = np.zeros(len(PARTIES))
        if children > 0 or has_babies:
            young = 1.0 if has_babies else SMALL_CHILDREN
            shares[2], shares[3] = young, 1.0 - young
        elif adults <= 1:
            shares[0] = 1.0
        else:
            several = FRIENDS if adults == 2 else 1.0  # a few pairs call themselves a group
            shares[1], shares[4], shares[5] = 1.0 - several, several * (1.0 - FRIENDS), several * FRIENDS
        wrong = np.zeros(len(PARTIES))
        weights = np.array(WRONG_PARTY_WEIGHTS, dtype=np.float64)
        wrong[[PARTIES.index(name) for name in _WRONG_PARTIES]] = weights / weights.sum()
        return (1.0 - self.noise) * shares + self.noise * wrong


def match_model(settings: DemoSettings, world: World) -> MatchModel:
    """The probabilities of one world.

    Args:
        settings: of the world.
        world: whose guests make up the population.
    """
    kinds = {hotel.name: KINDS[kind] for hotel, kind in zip(*_hotels(settings), strict=True)}
    satisfaction = world.stays.satisfaction[world.stays.status == CHECK_OUT]
    urge = settings.told_share * (WRITES_AT_ZERO + WRITES_PER_DEVIATION * np.abs(satisfaction))
    rate = 1.0 if settings.told_share == 1 else float(np.minimum(urge, 1.0).mean()) if len(urge) else 0.0
    return MatchModel(
        review_rate=rate * (1.0 - settings.foreign_share - settings.emoji_share),
        fake_share=settings.near_duplicate_share + settings.burst_share,
        delay=delay_shares(LONGEST_DELAY_DAYS),
        noise=settings.tag_noise,
        blank_country=_BLANK_SHARE,
        wrong_country=country_codes()[0],
        no_trip=NO_TRIP_TYPE,
        business=dict(zip(SEGMENTS, BUSINESS_SHARE, strict=True)),
        rooms=_room_names(),
        population=_population(settings, world),
        hotel_kinds=kinds,
    )


def _hotels(settings: DemoSettings) -> tuple[tuple[Hotel, ...], np.ndarray]:
    return hotels(settings.hotels), kind_of_hotel(settings.hotels)


def _room_names() -> dict[tuple[str, str], dict[str, float]]:
    names = table("vocabulary")["rooms"]
    letters = sorted({letter for kind in names.values() for letter in kind} | set("ABCDEFGHKLP"))
    shares: dict[tuple[str, str], dict[str, float]] = {}
    for kind, options in names.items():
        for letter in letters:
            told = options.get(letter) or options["A"]
            shares[kind, letter] = {name: told.count(name) / len(told) for name in told}
    return shares


def _population(settings: DemoSettings, world: World) -> pl.DataFrame:
    done = np.flatnonzero((world.stays.status == CHECK_OUT) & (world.stays.status_day >= 0) & (world.stays.nights > 0))
    guests, agreed, stays = world.guests, world.agreed, world.stays
    group, kinds = _hotels(settings)
    frame = pl.DataFrame(
        {
            "hotel": np.array([hotel.name for hotel in group])[stays.hotel[done]],
            "kind": np.array(KINDS)[kinds[stays.hotel[done]]],
            "country": np.array([_MEANT.get(code, code) for code in country_codes()])[guests.country[done]],
            "segment": np.array(SEGMENTS)[guests.segment[done]],
            "nights": stays.nights[done].astype(np.int64),
            "adults": agreed.adults[done].astype(np.int64),
            "children": agreed.children[done].astype(np.int64),
            "has_babies": agreed.babies[done] > 0,
            "room": agreed.room[done],
            "room_count": agreed.rooms[done].astype(np.int64),
            "rows": agreed.rooms[done].astype(np.int64),
        }
    )
    keys = [name for name in frame.columns if name != "rows"]
    return frame.group_by(keys).agg(pl.col("rows").sum(), reservations=pl.len()).sort(keys)
