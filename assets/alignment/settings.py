"""Settings of the alignment room."""

import re
from dataclasses import dataclass, replace

from resources.settings import refuse, setting

WINDOW_KINDS = ("after", "symmetric")
FALLING, FREE = DELAY_SHAPES = ("falling", "free")
LOCAL, SPARK = "local", "spark"
ENGINES = (LOCAL, SPARK)
_MASTER = re.compile(r"local(\[(\d+|\*)(, *\d+)?\])?|yarn|(spark|k8s)://\S+")
LONGEST_WINDOW_DAYS = 60
# A pair whose two sides became readable further apart than this is never formed, so that what a day stores
# depends on a bounded look-back only. One day more than the longest window.
MAX_DELIVERY_LAG_DAYS = LONGEST_WINDOW_DAYS + 1
# A stay that a review could belong to came at most MAX_DELIVERY_LAG_DAYS after the review, and is decided at most
# the window after it came: no decision about a review lies further back than this.
DECISION_SPAN_DAYS = MAX_DELIVERY_LAG_DAYS + LONGEST_WINDOW_DAYS
FIT_LOOK_BACK_DAYS = 365  # a year of pairs shows every season once; ours
_SECTION = "alignment"
_SHARE = (0.001, 0.999)
_AGREE = (0.5, 0.999)  # below one half an agreement would count against a match
_BOUNDS = {
    "window_days": (1, LONGEST_WINDOW_DAYS), "threshold": _SHARE, "label_threshold": _SHARE,
    "context_threshold": _SHARE,
    "minimum_similarity": _SHARE, "max_candidates": (1, 1000), "stored_ranks": (1, 100), "fit_reviews": (1, 1_000_000),
    "agree_country": _AGREE, "agree_nights": _AGREE, "agree_party": _AGREE, "agree_purpose": _AGREE,
    "agree_room": _AGREE, "agree_room_count": _AGREE, "room_grade_share": (0.0, 0.99),
    "coverage": (0.01, 0.95), "context_coverage": (0.01, 0.95), "review_rate": (0.01, 0.95),
    "prior_strength": (1e-6, 1e9), "fit_min_matches": (1.0, 1e9), "identification_bits": (0.0, 1e6),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AlignmentSettings:
    """The window, what a match needs, and what is believed before anything is learned."""

    window_days: int = setting(
        21,
        "On the simulated group 9 % of the posts come after day 14 and one in a thousand after day 21; the studies "
        "compare 7, 14 and 30 too (paper 001 section 2.1 prints no width)",
        allowed="1 to 60",
    )
    window_kind: str = setting(
        "after",
        'reviews are written after the stay; paper 001 section 2.1 uses "symmetric"',
        allowed="after, symmetric",
    )
    delay_shape: str = setting(
        FALLING,
        "how posts thin out after a stay: falling, an earlier day never counts less than a later one, as on the "
        "portals; free, for sources that ask for the review some days after (benchmark `olist`: on the next day)",
        allowed="falling, free",
    )
    threshold: float = setting(
        0.4,
        "F1 is best at half of the best F1 (Lipton et al. 2014, doi:10.1007/978-3-662-44851-9_15), which on exact rows "
        "is about 0.8. In force until the first fit; the record then brings the one that makes expected F1 largest.",
        allowed="0.001 to 0.999",
    )
    label_threshold: float = setting(
        0.07,
        "the same where links are made of labels (`privacy.features_from`): a class of k = 5 alike stays can't be told "
        "apart, so no probability is above 1/5, and the best F1 is then about 0.14",
        allowed="0.001 to 0.999",
    )
    context_threshold: float = setting(
        0.02,
        "Ours. Without the hotel's name no probability is high: a review of the public data has some 900 rival "
        "stays, so a pair must be twenty times as likely as one drawn at random.",
        allowed="0.001 to 0.999",
    )
    max_candidates: int = setting(
        25,
        "ours: reviews stored per stay, hotel and day; only the full public reviews ever reach it",
        allowed="1 to 1000",
    )
    stored_ranks: int = setting(
        3, "ours: the choice and two runners-up are enough to see how close it was", allowed="1 to 100"
    )
    review_serves_many: bool = setting(False, "a review is about one stay")
    minimum_similarity: float = setting(
        0.05, "the baseline's TF-IDF minimum (paper 001 section 2.1 prints no figure)", allowed="0.001 to 0.999"
    )

    agree_country: float = setting(
        0.95,
        "Priors: P(the values agree | same stay); anchors of the learner and the documented start. Ours: tags are "
        "made by the booking portal, so country and nights are near certain, party and purpose are said by the "
        "guest.",
        allowed="0.5 to 0.999",
    )
    agree_nights: float = setting(0.95, "see `agree_country`", allowed="0.5 to 0.999")
    agree_party: float = setting(0.85, "see `agree_country`", allowed="0.5 to 0.999")
    agree_purpose: float = setting(0.75, "see `agree_country`", allowed="0.5 to 0.999")
    agree_room: float = setting(0.8, "see `agree_country`", allowed="0.5 to 0.999")
    agree_room_count: float = setting(
        0.95, "see `agree_country`; the number of rooms is made by the booking portal, too", allowed="0.5 to 0.999"
    )
    room_grade_share: float = setting(
        0.7,
        "Share of the reviews whose room name is of the room type's grade (room_grades.py); ours: letter codes "
        "climb with the price in both public hotels, but nobody says that another group's do. 0 switches the "
        "ladder off.",
        allowed="0.0 to 0.99",
    )
    coverage: float = setting(
        0.7, "share of a hotel's reviews whose stay is published and in the window; ours", allowed="0.01 to 0.95"
    )
    context_coverage: float = setting(
        0.5, "the same where the hotel is hidden: nothing in the data can tell, so even odds", allowed="0.01 to 0.95"
    )
    review_rate: float = setting(
        0.2,
        "share of stays that get a review; ours, replaced by the counts once they are learned",
        allowed="0.01 to 0.95",
    )
    prior_strength: float = setting(
        200.0,
        "pseudo-matches behind each prior; ours: a quarter-year of matches outweighs it",
        allowed="1e-06 to 1000000000.0",
    )
    fit_min_matches: float = setting(
        50.0, "expected matches below which a field's m stays assumed", allowed="1.0 to 1000000000.0"
    )
    identification_bits: float = setting(
        8.0,
        'Bits by which "these reviews have their stays here, at the assumed coverage" must beat "none has". '
        "Without true links the likelihood ratio has mean 1 at most, so it reaches 8 bits in one of 256 cases at "
        "most (Markov).",
        allowed="0.0 to 1000000.0",
    )
    fit_reviews: int = setting(
        4_000, "newest reviews that a fit reads: m is then known to about 0.01; ours", allowed="1 to 1000000"
    )

    engine: str = setting(
        "local",
        "spark: shared out by Spark, for more than one machine",
        heading="Where it is computed: rows do not depend on it, so stored days stay good when it changes.",
        allowed="local, spark",
        compare=False,
    )
    spark_master: str = setting(
        "local[2]",
        "Spark's master URL; by default two cores here",
        allowed="local, local[<cores>], local[*], spark://host:port, yarn, k8s://https://host:port",
        compare=False,
    )

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise refuse(_SECTION, "engine", self.engine, ", ".join(ENGINES))
        if not _MASTER.fullmatch(self.spark_master):
            allowed = "local, local[<cores>], local[*], spark://host:port, yarn, k8s://https://host:port"
            raise refuse(_SECTION, "spark_master", self.spark_master, allowed)
        if self.delay_shape not in DELAY_SHAPES:
            raise refuse(_SECTION, "delay_shape", self.delay_shape, ", ".join(DELAY_SHAPES))
        if self.window_kind not in WINDOW_KINDS:
            raise refuse(_SECTION, "window_kind", self.window_kind, ", ".join(WINDOW_KINDS))
        for name, (low, high) in _BOUNDS.items():
            if not low <= getattr(self, name) <= high:
                raise refuse(_SECTION, name, getattr(self, name), f"{low} to {high}")

    def for_labels(self) -> "AlignmentSettings":
        """These settings where links are made of labels."""
        return replace(self, threshold=self.label_threshold)

    @property
    def days_before(self) -> int:
        """Days before the stay's end on which a review may be posted."""
        return self.window_days if self.window_kind == "symmetric" else 0
