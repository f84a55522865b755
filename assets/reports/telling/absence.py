"""Why a figure or a chapter is not there: the first thing that was lacking on the way to it, in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import polars as pl

from assets.common.findings import Tree, at

STUDY = "make evaluate computes it"
_STUDIES = {  # paths that a command of their own fills, whatever the profile
    "ceilings": "the study was not run; “stayworth ceilings” makes it",
    "privacy.price": "the study was not run; “stayworth price-of-privacy” makes it",
}


class Need(Enum):
    """What something is computed from; each needs what stands before it."""

    BOOKINGS = "bookings"
    PUBLISHED = "published bookings"
    COMPLETED = "completed stays"
    REVIEWS = "reviews"
    PAIRS = "pairs"
    TEXTS = "customers with a text"
    CUSTOMERS = "customers"
    FORECASTS = "customers with a past and a future"
    PROFILE = "the full profile"


_BY_PATH = {
    "dataset": Need.BOOKINGS,
    "privacy": Need.PUBLISHED,
    "reviews": Need.REVIEWS,
    "embeddings": Need.REVIEWS,
    "alignment": Need.PAIRS,
    "links": Need.REVIEWS,
    "customers": Need.CUSTOMERS,
    "models.observed": Need.CUSTOMERS,
    "models": Need.FORECASTS,
    "gate": Need.TEXTS,
    "controls": Need.TEXTS,
    "ablations": Need.PROFILE,
}


@dataclass(frozen=True, kw_only=True)
class Presence:
    """How much of each thing a run has; None where that is not known.

    Attributes:
        bookings: rows delivered.
        published: rows published under k-anonymity.
        completed: published rows of stays that took place.
        reviews: reviews that can be read.
        delivered_reviews: reviews delivered.
        pairs: stays paired with a review.
        customers: pseudo-customers.
        forecasts: examples of a customer's past with the value that followed.
        texts: examples with a paired review.
        profile: of the run.
    """

    bookings: int | None = None
    published: int | None = None
    completed: int | None = None
    reviews: int | None = None
    delivered_reviews: int | None = None
    pairs: int | None = None
    customers: int | None = None
    forecasts: int | None = None
    texts: int | None = None
    profile: str = "quick"

    def why(self, need: Need) -> str:
        """The first thing that is lacking on the way to what is needed, as a clause without a full stop."""
        for lacking in _CHAINS[need]:
            if reason := self._lack(lacking):
                return reason
        is_known = any(item in _LACKS and getattr(self, _LACKS[item][0]) is not None for item in _CHAINS[need])
        return _TOO_LITTLE[need] if is_known else "nothing that it is computed from was stored"

    def why_not(self, path: str) -> str:
        """The reason of a path of the results that nobody gave another reason for."""
        for start, reason in _STUDIES.items():
            if path.startswith(start):
                return reason
        starts = [start for start in _BY_PATH if path == start or path.startswith(f"{start}.")]
        return self.why(_BY_PATH[max(starts, key=len)]) if starts else "nothing that it is computed from was there"

    def _lack(self, need: Need) -> str | None:
        if need is Need.PROFILE:
            return f"not computed in the quick profile ({STUDY})" if self.profile == "quick" else None
        if need is Need.REVIEWS and self.delivered_reviews and self.reviews == 0:
            return "none of the delivered reviews can be read"
        return _LACKS[need][1] if getattr(self, _LACKS[need][0]) == 0 else None


_LACKS = {
    Need.BOOKINGS: ("bookings", "no bookings were delivered"),
    Need.PUBLISHED: ("published", "no booking could be published: no batch held k guests that look alike"),
    Need.COMPLETED: ("completed", "no published stay took place: all were cancelled or not shown up for"),
    Need.REVIEWS: ("reviews", "no reviews were delivered"),
    Need.PAIRS: ("pairs", "no stay was paired with a review"),
    Need.CUSTOMERS: ("customers", "there are no customers"),
    Need.FORECASTS: ("forecasts", "the history is too short for a past to learn from and a future to test on"),
    Need.TEXTS: ("texts", "no customer had a paired review in time"),
}
_BOOKED = (Need.BOOKINGS, Need.PUBLISHED)
_PAIRED = (*_BOOKED, Need.COMPLETED, Need.REVIEWS, Need.PAIRS)
_CHAINS: dict[Need, tuple[Need, ...]] = {
    Need.BOOKINGS: (Need.BOOKINGS,),
    Need.PUBLISHED: _BOOKED,
    Need.COMPLETED: (*_BOOKED, Need.COMPLETED),
    Need.REVIEWS: (Need.REVIEWS,),
    Need.PAIRS: _PAIRED,
    Need.CUSTOMERS: (*_BOOKED, Need.CUSTOMERS),
    Need.FORECASTS: (*_BOOKED, Need.CUSTOMERS, Need.FORECASTS),
    Need.TEXTS: (*_BOOKED, Need.CUSTOMERS, Need.FORECASTS, *_PAIRED[2:], Need.TEXTS),
    Need.PROFILE: (*_BOOKED, Need.CUSTOMERS, Need.FORECASTS, Need.PROFILE),
}
_TOO_LITTLE = {  # everything is there, and still it was not enough
    Need.BOOKINGS: "the bookings were too few or too much alike for it",
    Need.PUBLISHED: "the published bookings were too few or too much alike for it",
    Need.COMPLETED: "the completed stays were too few or too much alike for it",
    Need.REVIEWS: "the reviews were too few or too much alike for it",
    Need.PAIRS: "the pairs were too few for it",
    Need.CUSTOMERS: "the customers were too few or too much alike for it",
    Need.FORECASTS: "the customers were too few, or too much alike, to learn and test a forecast",
    Need.TEXTS: "the customers with a text were too few for it",
    Need.PROFILE: "the customers were too few for it",
}


def presence_of(
    profile: str,
    delivered: Mapping[str, int | None],
    frames: Mapping[str, pl.DataFrame | None],
    values: Tree,
) -> Presence:
    """What a run has.

    Args:
        profile: of the run.
        delivered: rows of ``bookings`` and ``reviews`` as they came.
        frames: stored tables by name; absent ones are not known.
        values: of all findings, nested by name; what no room counted is not known.
    """
    published, anomalies = (frames.get(name) for name in ("published_bookings", "review_anomalies"))

    def counted(path: str) -> int | None:
        value = at(values, path)
        return None if value is None else int(value)

    return Presence(
        bookings=delivered.get("bookings"),
        delivered_reviews=delivered.get("reviews"),
        published=_height(published),
        completed=_count(published, "reservation_status", pl.col("reservation_status") == "Check-Out"),
        reviews=_height(anomalies),
        pairs=counted("alignment.pairs"),
        customers=counted("customers.count"),
        forecasts=counted("models.examples.ahead"),
        texts=counted("models.examples.with_text"),
        profile=profile,
    )


def delivered_rows(dataset: Mapping[str, Any]) -> dict[str, int | None]:
    """Rows of each stream as delivered, from the branch ``dataset`` of the results; 0 where a stream is not there."""
    delivered: dict[str, int | None] = dict.fromkeys(("bookings", "reviews"), 0 if dataset else None)
    for streams in dataset.values():
        for stream, branch in streams.items():
            if isinstance(branch, Mapping) and branch.get("raw") is not None:
                delivered[stream] = max(int(branch["raw"]), delivered.get(stream) or 0)
    return delivered


def _height(frame: pl.DataFrame | None) -> int | None:
    return None if frame is None else frame.height


def _count(frame: pl.DataFrame | None, column: str, where: pl.Expr) -> int | None:
    return None if frame is None or column not in frame.columns else frame.filter(where).height
