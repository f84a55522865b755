"""Settings of the simulated hotel group (section ``demo``)."""

from dataclasses import dataclass
from datetime import date, timedelta

from resources.settings import refuse, setting

SECTION = "demo"
MOST_GUESTS_PER_YEAR = 1_000_000  # the numbering of guests leaves room for 8,192 new ones a day
MOST_HOTELS = 8  # as many as tables/hotels.json describes
MOST_DAYS = 20_000  # the world ends about 54 years after its start
_SHARES = (
    "review_share",
    "titled_share",
    "stock_phrase_share",
    "contradictory_share",
    "near_duplicate_share",
    "burst_share",
    "planted_identifier_share",
    "foreign_share",
    "emoji_share",
    "guest_key_share",
    "verified_share",
    "tag_noise",
    "late_share",
    "repeated_share",
    "corrected_share",
    "opt_out_share",
)


@dataclass(frozen=True, kw_only=True)
class Influence:
    """How strongly satisfaction moves what guests do, and how much of it is told.

    Attributes:
        satisfaction: on return, gap and word of mouth; 1: one standard deviation multiplies the odds of return by 12.
        price: log of the price factor per standard deviation of mood.
        gap: by which share good stays shorten the time to the next booking, in the exponent.
        lasting_fit: standard deviations of how a guest and a hotel get on, for good.
        review_share: reviews per completed stay; None: as the setting says.
    """

    satisfaction: float
    price: float = 0.06
    gap: float = 0.25
    lasting_fit: float = 0.5
    review_share: float | None = None


USUAL, DECISIVE, NONE = INFLUENCES = ("usual", "decisive", "none")
# The worlds of the controls: in the one text must help, in the other it can't.
_WORLDS = {
    DECISIVE: Influence(satisfaction=2.0, price=0.12, gap=0.5, lasting_fit=0.9, review_share=1.0),
    NONE: Influence(satisfaction=0.0),
}


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """Size, strengths and planted shares of the simulated group. Shares of posts are shares of all reviews."""

    seed: int = setting(42, "as core.seed; the paper prints none", allowed="0 or more")
    start: date = setting(date(2024, 1, 1), "a full calendar year before the budget period 2025")
    days: int = setting(
        550, "length of the default history: 365 days to learn from, 180 to predict", allowed="1 to 20000"
    )
    guests: int = setting(
        6_500,
        "new guests per year; gives about 45 booking rows and 13 reviews a day",
        allowed="1 to 1000000 new guests per year",
    )
    hotels: int = setting(5, "four cities and one resort, the public data's mix being two to one", allowed="1 to 8")
    influence: str = setting(
        USUAL,
        "usual: as the settings below say; decisive: the positive control, where what guests write decides what they "
        "spend and every stay is reviewed; none: the null control, where it decides nothing",
        allowed="usual, decisive, none",
    )
    satisfaction_influence: float = setting(
        1.0, "on return, gap and price; 0: none; 1: one sd multiplies the odds by 12", allowed="0 to 5"
    )
    review_share: float = setting(
        0.5, "reviews per completed stay; far above the platforms', so a small world has text", allowed="0 to 1"
    )
    titled_share: float = setting(
        0.6, "paper 001 needs titles, the public reviews have none: both must work", allowed="0 to 1"
    )
    stock_phrase_share: float = setting(
        0.05, '"Everything was great": about 5 % of public fields are such', allowed="0 to 1"
    )
    contradictory_share: float = setting(
        0.02, "paper 001 loses 5.5, 2.6 and 1.7 points to the three filters", allowed="0 to 1"
    )
    near_duplicate_share: float = setting(0.02, "as contradictory_share", allowed="0 to 1")
    burst_share: float = setting(0.02, "as contradictory_share", allowed="0 to 1")
    planted_identifier_share: float = setting(0.04, "enough to count masking errors in a small world", allowed="0 to 1")
    foreign_share: float = setting(0.02, "public reviews are English but for about this share", allowed="0 to 1")
    emoji_share: float = setting(0.002, "rare, yet met in the default world", allowed="0 to 1")
    guest_key_share: float = setting(
        1.0, "a group knows who books with it; 0 gives the paper's anonymous setting", allowed="0 to 1"
    )
    verified_share: float = setting(
        0.5,
        "of the reviews that a stay lies behind: they name it, three in four by the reservation's number, the others "
        "by the guest's key alone; half, so that links that are certain and links that are probable can be compared",
        allowed="0 to 1",
    )
    tag_noise: float = setting(0.04, "a tag or nationality that differs from the booking", allowed="0 to 1")
    late_share: float = setting(
        0.0, "of all rows: delivered one to five days late; zero by default, as in the public data", allowed="0 to 1"
    )
    repeated_share: float = setting(
        0.0, "of all rows: delivered a second time, word for word, within ten days", allowed="0 to 1"
    )
    corrected_share: float = setting(
        0.0, "of all rows: delivered again within twenty days, with another rate or score", allowed="0 to 1"
    )
    opt_out_share: float = setting(
        0.0,
        "of the guests with a key; a quarter of them consent again 30 days later",
        allowed="0 to 1",
    )
    named_hotels: bool = setting(True, 'False: bookings say only "City Hotel" or "Resort Hotel", as the public ones do')

    def __post_init__(self) -> None:
        allowed = {
            "seed": (self.seed >= 0, "0 or more"),
            "days": (1 <= self.days <= MOST_DAYS, f"1 to {MOST_DAYS}"),
            "guests": (1 <= self.guests <= MOST_GUESTS_PER_YEAR, f"1 to {MOST_GUESTS_PER_YEAR} new guests per year"),
            "hotels": (1 <= self.hotels <= MOST_HOTELS, f"1 to {MOST_HOTELS}"),
            "influence": (self.influence in INFLUENCES, ", ".join(INFLUENCES)),
            "satisfaction_influence": (0 <= self.satisfaction_influence <= 5, "0 to 5"),
            **{name: (0 <= getattr(self, name) <= 1, "0 to 1") for name in _SHARES},
        }
        for name, (is_allowed, words) in allowed.items():
            if not is_allowed:
                raise refuse(SECTION, name, getattr(self, name), words)
        planted = self.contradictory_share + self.near_duplicate_share + self.burst_share
        if planted > 0.5:
            words = "contradictory, near_duplicate and burst shares of 0.5 or less in sum"
            raise refuse(SECTION, "burst_share", self.burst_share, words)
        try:
            _ = self.start + timedelta(days=MOST_DAYS)
        except OverflowError as error:
            raise refuse(SECTION, "start", self.start, f"a day at least {MOST_DAYS} days before year 10000") from error

    @property
    def strength(self) -> Influence:
        """What satisfaction does in this world; a named world's own strengths stand in the place of the settings'."""
        return _WORLDS.get(self.influence, Influence(satisfaction=self.satisfaction_influence))

    @property
    def told_share(self) -> float:
        """Reviews per completed stay in this world."""
        share = self.strength.review_share
        return self.review_share if share is None else share

    @property
    def last_day(self) -> date:
        """Last day of the default history."""
        return self.start + timedelta(days=self.days - 1)
