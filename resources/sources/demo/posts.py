"""Which reviews are posted, when, with which score; and the planted ones among them."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from resources.sources.demo.catalogue import KINDS, country_codes, hotels, kind_of_hotel, marginals
from resources.sources.demo.guests import Guests
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.stays import CHECK_OUT, Stays
from resources.sources.demo.streams import Streams

HONEST, CONTRADICTION, DUPLICATE, BURST = 0, 1, 2, 3
PLANTED_KINDS: tuple[str, ...] = ("none", "contradiction", "duplicate", "burst")
LONGEST_DELAY_DAYS = 20
_DELAY_POWER = 3.5
WRITES_AT_ZERO, WRITES_PER_DEVIATION = 0.7, 0.39  # the urge to write, by distance from indifference
COMPOSED, STOCK, FOREIGN, EMOJI = 0, 1, 2, 3
MANNERS: tuple[str, ...] = ("composed", "stock", "foreign", "emoji")
_SLOTS = 64  # numbers per stay: 0 its own review, 1 a copy that it sets off, 2 and on a burst
_BURST_SLOT, _LARGEST_BURST, _SMALLEST_BURST = 2, 60, 5
_BURST_DAYS = 3  # a campaign brings this many usual days of a hotel's posts
_COPY_AGE_DAYS = 120  # copies are made of reviews up to this old
_SECOND_DAY = 0.3  # share of a campaign that comes a day late
_CALM_DAYS = 28  # what is usual for a hotel is counted over these last days
_FEWEST_SENTENCES, _MOST_SENTENCES = 2, 12  # one alone would often equal another's
_WORTH_COPYING = 3  # sentences: nobody copies less
_GRID = np.array(
    [2.5, 2.9, 3.3, 3.8, 4.2, 4.6, 5.0, 5.4, 5.8, 6.3, 6.7, 7.1, 7.5, 7.9, 8.3, 8.8, 9.2, 9.6, 10.0]
)  # the platform's scores: the mean of six answers


@dataclass(frozen=True, kw_only=True)
class Posts:
    """Aligned arrays, one entry per posted review, ordered by (posted_day, number)."""

    number: np.ndarray
    posted_day: np.ndarray  # days from the start
    second: np.ndarray  # of the day
    stay: np.ndarray  # row in the table of stays; for planted posts the stay that set them off
    kind: np.ndarray  # index into PLANTED_KINDS
    hotel: np.ndarray
    mood: np.ndarray  # what the text says: satisfaction, or its invention
    score: np.ndarray
    source: np.ndarray  # number of the post that is copied, else -1
    manner: np.ndarray  # index into MANNERS
    sentences: np.ndarray  # how many a composed text has, openers and closers aside

    def take(self, rows: np.ndarray) -> Self:
        """The posts of those rows."""
        return type(self)(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})

    @property
    def is_fake(self) -> np.ndarray:
        """Posts that no stay lies behind."""
        return self.kind >= DUPLICATE


def posts_until(settings: DemoSettings, guests: Guests, stays: Stays, day: int) -> Posts:
    """Every review posted from the first day up to ``day``.

    Args:
        settings: of the world.
        guests: one row per stay.
        stays: of those guests.
        day: days from the start.
    """
    honest = _honest(settings, guests, stays)
    copies = _copies(settings, honest)
    bursts = _bursts(settings, honest)
    joined = {
        item.name: np.concatenate([getattr(part, item.name) for part in (honest, copies, bursts)])
        for item in fields(Posts)
    }
    keep = np.flatnonzero((joined["posted_day"] >= 0) & (joined["posted_day"] <= day))
    order = keep[np.lexsort((joined["number"][keep], joined["posted_day"][keep]))]
    return Posts(**{name: values[order] for name, values in joined.items()})


def snap(raw: np.ndarray) -> np.ndarray:
    """The platform's score next to ``raw``."""
    middles = (_GRID[1:] + _GRID[:-1]) / 2
    return _GRID[np.searchsorted(middles, raw)]


def delay_days(uniforms: np.ndarray) -> np.ndarray:
    """Days between check-out and review, from uniform numbers: most people write at once or never."""
    return np.floor((LONGEST_DELAY_DAYS + 1) * uniforms**_DELAY_POWER).astype(np.int64)


def delay_shares(longest: int) -> np.ndarray:
    """(longest + 1,) probability of each delay of :func:`delay_days`."""
    edges = (np.arange(longest + 2) / (LONGEST_DELAY_DAYS + 1)) ** (1.0 / _DELAY_POWER)
    return np.diff(np.minimum(edges, 1.0))


def _honest(settings: DemoSettings, guests: Guests, stays: Stays) -> Posts:
    draws = Streams(settings.seed, "reviews")
    satisfaction = np.where(stays.status == CHECK_OUT, stays.satisfaction, 0.0)
    # Delight and anger make people write; the factor's mean is about 1.
    urge = settings.told_share * (WRITES_AT_ZERO + WRITES_PER_DEVIATION * np.abs(satisfaction))
    urge = np.minimum(urge, 1.0)
    if settings.told_share == 1:
        urge = np.ones(len(urge))
    writes = draws.chance("writes", stays.number, urge) & (stays.status == CHECK_OUT) & (stays.nights > 0)
    rows = np.flatnonzero(writes)
    rows = rows[np.argsort(stays.number[rows], kind="stable")]
    number, mood = stays.number[rows], satisfaction[rows]
    delay = delay_days(draws.uniform("delay", number))
    noise = 0.5 * guests.generosity[rows] + 0.45 * draws.normal("score", number)
    score = snap(7.9 + 1.3 * mood + noise)
    honest_share = 1 - settings.near_duplicate_share - settings.burst_share
    turned = draws.chance("contradiction", number, settings.contradictory_share / honest_share)
    manner = np.where(turned, COMPOSED, _manners(settings, draws, number))
    opposite = np.where(
        mood > 0, 2.5 + 1.7 * draws.uniform("opposite", number), 9.4 + 0.6 * draws.uniform("opposite", number)
    )
    strong = np.where(mood > 0, np.maximum(mood, 1.2), np.minimum(mood, -1.2))
    return Posts(
        number=number * _SLOTS,
        posted_day=stays.status_day[rows] + delay,
        second=_clock(draws, number),
        stay=rows,
        kind=np.where(turned, CONTRADICTION, HONEST),
        hotel=stays.hotel[rows],
        mood=np.where(turned, strong, mood),
        score=np.where(turned, snap(opposite), score),
        source=np.full(len(rows), -1),
        manner=manner,
        sentences=_lengths(draws, number, guests.verbosity[rows]),
    )


def _manners(settings: DemoSettings, draws: Streams, number: np.ndarray) -> np.ndarray:
    shares = np.array([settings.stock_phrase_share, settings.foreign_share, settings.emoji_share])
    honest = np.concatenate([[max(1 - shares.sum(), 0.0)], shares])
    return draws.pick("manner", number, honest)


def _lengths(draws: Streams, number: np.ndarray, verbosity: np.ndarray) -> np.ndarray:
    length = np.exp(0.7 + 0.4 * verbosity + 0.35 * draws.normal("length", number))
    return np.clip(np.rint(length), _FEWEST_SENTENCES, _MOST_SENTENCES).astype(np.int64)


def _clock(draws: Streams, number: np.ndarray) -> np.ndarray:
    """Second of the day: people write from morning to night, most of all in the evening."""
    hour = np.where(
        draws.chance("evening", number, 0.45),
        18 + 5 * draws.uniform("hour", number),
        7 + 12 * draws.uniform("hour", number),
    )
    return np.floor(hour * 3600).astype(np.int64)


def _evenly(draws: Streams, honest: Posts, shares: np.ndarray) -> np.ndarray:
    """Rows that set something off, each with its share, spread so evenly that a small world has its part too.

    Walks along the posts by day and fires whenever the sum of shares passes a whole number, so that what comes
    later changes nothing earlier.
    """
    order = np.lexsort((honest.number, honest.posted_day))
    order = order[honest.posted_day[order] >= 0]
    passed = np.floor(np.cumsum(shares[order]) + draws.uniform("offset", np.zeros(1, dtype=np.int64)))
    return order[np.diff(passed, prepend=0.0) > 0]


def _copies(settings: DemoSettings, honest: Posts) -> Posts:
    """Posts that copy an earlier one, set off by honest posts so that their share is the set one."""
    draws = Streams(settings.seed, "copies")
    honest_share = 1 - settings.near_duplicate_share - settings.burst_share
    shares = np.full(len(honest.number), settings.near_duplicate_share / honest_share)
    cause = honest.take(_evenly(draws, honest, shares))
    day = cause.posted_day + 1 + draws.pick("wait", cause.number, np.ones(10))
    is_worth = (honest.manner == COMPOSED) & (honest.sentences >= _WORTH_COPYING)
    copied = honest.take(np.flatnonzero((honest.posted_day >= 0) & (honest.kind == HONEST) & is_worth))
    copied = copied.take(np.lexsort((copied.number, copied.posted_day)))
    first = np.searchsorted(copied.posted_day, day - _COPY_AGE_DAYS, side="left")
    last = np.searchsorted(copied.posted_day, day, side="left")  # earlier days only
    place = first + np.floor(draws.uniform("source", cause.number) * (last - first)).astype(np.int64)
    usable = np.flatnonzero(last > first)
    cause, day, place = cause.take(usable), day[usable], place[usable]
    sources = copied.take(place)
    elsewhere = draws.pick("hotel", cause.number, [hotel.weight for hotel in hotels(settings.hotels)])
    return Posts(
        number=cause.number + 1,
        posted_day=day,
        second=_clock(draws, cause.number),
        stay=cause.stay,
        kind=np.full(len(day), DUPLICATE),
        hotel=np.where(draws.chance("same hotel", cause.number, 0.5), sources.hotel, elsewhere),
        mood=sources.mood,
        score=snap(sources.score + 0.4 * draws.normal("score", cause.number)),
        source=sources.number,
        manner=sources.manner,
        sentences=sources.sentences,
    )


def _bursts(settings: DemoSettings, honest: Posts) -> Posts:
    """Campaigns: several invented posts for one hotel within two days, all praise or all blame."""
    draws = Streams(settings.seed, "bursts")
    size = _BURST_DAYS * np.ceil(_usual_posts(settings, honest))
    size = np.clip(size, _SMALLEST_BURST, _LARGEST_BURST).astype(np.int64)
    honest_share = 1 - settings.near_duplicate_share - settings.burst_share
    fires = _evenly(draws, honest, settings.burst_share / honest_share / size)
    cause, size = honest.take(fires), size[fires]
    start = cause.posted_day + 2 + draws.pick("wait", cause.number, np.ones(5))
    mood = np.where(draws.chance("praise", cause.number, 0.6), 1.8, -1.8)
    hour = 8 + 12 * draws.uniform("hour", cause.number)
    which = np.repeat(np.arange(len(fires)), size)
    slot = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
    number = cause.number[which] + _BURST_SLOT + slot
    second = hour[which] * 3600 + 10_800 * draws.uniform("second", number)
    tone = mood[which] + 0.4 * draws.normal("mood", number)
    return Posts(
        number=number,
        posted_day=start[which] + draws.chance("second day", number, _SECOND_DAY),
        second=np.floor(second).astype(np.int64),
        stay=cause.stay[which],
        kind=np.full(len(number), BURST),
        hotel=cause.hotel[which],
        mood=tone,
        score=snap(8.1 + 1.2 * tone + 0.3 * draws.normal("score", number)),
        source=np.full(len(number), -1),
        manner=np.full(len(number), COMPOSED),
        sentences=_lengths(draws, number, draws.normal("verbosity", number)),
    )


def _usual_posts(settings: DemoSettings, honest: Posts) -> np.ndarray:
    """Honest posts per day of each post's hotel, over the days before it."""
    usual = np.zeros(len(honest.number))
    for hotel in range(settings.hotels):
        rows = np.flatnonzero(honest.hotel == hotel)
        days = np.sort(honest.posted_day[rows])
        day = honest.posted_day[rows]
        count = np.searchsorted(days, day, side="left") - np.searchsorted(days, day - _CALM_DAYS, side="left")
        usual[rows] = count / _CALM_DAYS
    return usual


def invented_country(settings: DemoSettings, posts: Posts) -> np.ndarray:
    """Nationality that a planted post claims (index into ``country_codes()``)."""
    draws, kind = Streams(settings.seed, "invented"), kind_of_hotel(settings.hotels)[posts.hotel]
    tables = [
        [marginals(index)["countries"].get(code, 0.0004) for code in country_codes()] for index in range(len(KINDS))
    ]
    return np.where(
        kind == 0, draws.pick("country", posts.number, tables[0]), draws.pick("country", posts.number, tables[1])
    )
