"""Settings of the reviews room, section ``reviews``."""

from dataclasses import dataclass

from assets.reviews.hotels import read_aliases
from resources.settings import refuse, setting

TREATMENTS = ("ours", "paper")
SEARCHES = ("cells", "exact")
_SECTION = "reviews"
TIMING_LOOK_BACK_DAYS = 120  # partitions that review_anomaly_parts reads before a day; windows must fit into it
_SHARES = ("english_share", "language_certainty", "alpha", "beta", "gamma", "tau")
_COUNTS = (
    "polarity_min_texts", "polarity_max_texts", "polarity_vocabulary", "duplication_min_words",
    "duplication_stock_words", "duplication_stock_matches", "duplication_exact_texts", "timing_history_days",
    "timing_min_days", "timing_min_posts", "timing_platform_hotels", "bounds_min_reviews",
)  # fmt: skip
_POSITIVE = (
    "polarity_regularisation", "timing_prior_days", "timing_peak_factor", "timing_hour_posts", "timing_prior_posts",
    "timing_hotel_dispersion", "timing_platform_dispersion",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReviewSettings:
    """Thresholds and choices; every default says where it comes from."""

    text_treatment: str = setting(
        "ours",
        'light; "paper" (001): lower case, punctuation and stop words removed',
        heading="Cleaning",
        allowed="ours, paper",
    )
    placeholders: tuple[str, ...] = setting(
        (
            "no negative",
            "no positive",
            "n a",
            "n/a",
            "na",
            "none",
            "nil",
            "-",
        ),
        "what the publisher writes into an empty field; what guests write into one: 100 fields of the public sample",
    )
    english_share: float = setting(
        0.12, "share of function words above which a text is English without asking further", allowed="0 to 1"
    )
    language_certainty: float = setting(
        0.9, "probability from which another language is believed; short texts rarely reach it", allowed="0 to 1"
    )

    hotel_aliases: tuple[str, ...] = setting(
        (),
        "Hotels that changed their name or brand, `old name=>new name`, where the new name is the one that the "
        "list of hotels uses; spellings of the old name need not be listed one by one (case, accents, punctuation "
        "don't count).",
        allowed="pairs old name=>new name; each one is an old name, => and a new name",
    )

    polarity_min_texts: int = setting(
        500, "from here on the fit beats the lexicon (AUC 0.914)", heading="Polarity", allowed="1 or more"
    )
    polarity_max_texts: int = setting(
        200_000, "the most recent fields; more changes AUC in the fourth decimal only", allowed="1 or more"
    )
    polarity_vocabulary: int = setting(
        8_000, "words and pairs; AUC on the public sample is flat above", allowed="1 or more"
    )
    polarity_regularisation: float = setting(
        1.0, "scikit-learn's default C; AUC is flat from 0.3 to 3", allowed="above 0"
    )

    neutral_score: float = setting(
        7.5,
        "public reviews of 7 to 8 points have texts of polarity 0 on average",
        heading="Contradiction",
        allowed="between 0 and 10",
    )

    duplication_stock_words: int = setting(
        6,
        "distinct words; 1 in 20 shorter public texts equals another one by chance",
        heading="Duplication",
        allowed="1 or more",
    )
    duplication_min_words: int = setting(
        12, "from here on public texts stay below cosine 0.96 to each other", allowed="1 or more"
    )
    duplication_stock_matches: int = setting(
        3, "earlier near-equals that make a text below that formulaic, not copied", allowed="1 or more"
    )
    duplication_search: str = setting(
        "cells",
        '"exact": every text with all earlier ones, on the GPU where core.device has one',
        allowed="cells, exact",
    )
    duplication_exact_texts: int = setting(
        30_000, "cells: the first texts, compared with all earlier ones (seconds); more than", allowed="1 or more"
    )

    timing_window_days: tuple[int, ...] = setting(
        (1, 2),
        "a burst fills one day, or its rest comes the day after",
        heading="Timing",
        allowed="one or more lengths of 1 to 14 days",
    )
    timing_window_hours: int = setting(
        3, "where posting times are known: the posts of a campaign come together", allowed="1 to 24"
    )
    timing_peak_factor: float = setting(
        1.5, "busy hours of a day against its average, where earlier posts can't tell", allowed="above 0"
    )
    timing_hour_posts: float = setting(
        100.0, "earlier posts that this factor weighs as much as: an hour has 4 of 100", allowed="above 0"
    )
    timing_history_days: int = setting(
        90, "one season: long enough to know a hotel's rate, short enough to follow it", allowed="1 or more"
    )
    timing_min_days: int = setting(14, "less history than this and nothing is surprising yet", allowed="1 or more")
    timing_min_posts: int = setting(
        3, "fewer posts make no burst, however rarely a hotel is reviewed", allowed="1 or more"
    )
    timing_prior_days: float = setting(3.0, "weight of the prior rate, as days of observation", allowed="above 0")
    timing_prior_posts: float = setting(
        0.5, "posts per hotel and day: 515,738 public reviews / 1,493 hotels / 730 days", allowed="above 0"
    )
    timing_hotel_dispersion: float = setting(
        0.35, "variance = m + 0.35 m^2: median over public hotels and 90-day spans", allowed="above 0"
    )
    timing_low_score: float = setting(
        7.0,
        "below: three in ten public reviews; a campaign has one direction",
        allowed="above 0, timing_high_score at most",
    )
    timing_high_score: float = setting(
        9.4, "from here: a quarter of the public reviews", allowed="above 0, timing_high_score at most"
    )
    timing_platform_hotels: int = setting(
        10, "with fewer, one hotel's burst would make its neighbours' reviews suspect", allowed="1 or more"
    )
    timing_platform_dispersion: float = setting(
        0.30, "the same for all hotels together (weekdays, seasons)", allowed="above 0"
    )

    alpha: float = setting(
        1 / 3,
        "weight of contradiction; uniform until a person pins chosen ones",
        heading="Anomaly score (paper 001, composite anomaly score; it prints neither weights nor threshold)",
        allowed="0 to 1",
    )
    beta: float = setting(1 / 3, "weight of duplication", allowed="0 to 1")
    gamma: float = setting(1 / 3, "weight of timing", allowed="0 to 1")
    tau: float = setting(0.30, "one part near its upper bound is enough, half a part is not", allowed="0 to 1")
    bounds_min_reviews: int = setting(1_000, "fewer than this and the fixed bounds stay in force", allowed="1 or more")

    def __post_init__(self) -> None:
        if self.text_treatment not in TREATMENTS:
            raise refuse(_SECTION, "text_treatment", self.text_treatment, ", ".join(TREATMENTS))
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise refuse(_SECTION, name, getattr(self, name), "0 to 1")
        self._check_aliases()
        if abs(self.alpha + self.beta + self.gamma - 1) > 1e-9:
            raise refuse(_SECTION, "alpha + beta + gamma", self.alpha + self.beta + self.gamma, "a sum of 1")
        if not 0 < self.neutral_score < 10:
            raise refuse(_SECTION, "neutral_score", self.neutral_score, "between 0 and 10")
        if not 1 <= self.timing_window_hours <= 24:
            raise refuse(_SECTION, "timing_window_hours", self.timing_window_hours, "1 to 24")
        self._check_signs()
        if not 0 < self.timing_low_score <= self.timing_high_score <= 10:
            raise refuse(_SECTION, "timing_low_score", self.timing_low_score, "above 0, timing_high_score at most")
        if not self.timing_window_days or not all(1 <= days <= 14 for days in self.timing_window_days):
            raise refuse(_SECTION, "timing_window_days", self.timing_window_days, "one or more lengths of 1 to 14 days")
        longest = TIMING_LOOK_BACK_DAYS - max(self.timing_window_days)
        if self.timing_history_days > longest:
            raise refuse(_SECTION, "timing_history_days", self.timing_history_days, f"1 to {longest}")

    def _check_aliases(self) -> None:
        try:
            read_aliases(self.hotel_aliases)
        except ValueError as error:
            raise refuse(_SECTION, "hotel_aliases", self.hotel_aliases, f"pairs old name=>new name; {error}") from error

    def _check_signs(self) -> None:
        if self.duplication_search not in SEARCHES:
            raise refuse(_SECTION, "duplication_search", self.duplication_search, ", ".join(SEARCHES))
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise refuse(_SECTION, name, getattr(self, name), "1 or more")
        for name in _POSITIVE:
            if getattr(self, name) <= 0:
                raise refuse(_SECTION, name, getattr(self, name), "above 0")
