"""Which stays and reviews are compared at all: same identity key, inside the window, readable in time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from assets.alignment.settings import MAX_DELIVERY_LAG_DAYS, AlignmentSettings
from assets.alignment.sides import BoolArray, FloatArray, IntArray, KeyedStays, Reviews, Stays

_CHUNK_PAIRS = 2_000_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Pairs:
    """Pairs of equal identity keys: rows in ``KeyedStays`` and ``Reviews``, and the day they are stored on."""

    keyed_row: IntArray
    review: IntArray
    stored_day: IntArray

    def take(self, keep: BoolArray | IntArray) -> "Pairs":
        """Those pairs only."""
        return Pairs(self.keyed_row[keep], self.review[keep], self.stored_day[keep])

    @classmethod
    def of(cls, parts: Sequence["Pairs"]) -> "Pairs":
        """Several chunks as one."""
        names = ("keyed_row", "review", "stored_day")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def day_numbers(days: Sequence[date]) -> IntArray:
    """Days since 1970, ascending."""
    return np.array(sorted((day - _EPOCH).days for day in days), dtype=np.int64)


def window_pairs(
    stays: Stays, reviews: Reviews, by_stay: KeyedStays, review_key: IntArray, wanted: IntArray,
    settings: AlignmentSettings,
) -> Iterator[Pairs]:  # fmt: skip
    """Every pair of one key whose post lies in the stay's window and whose later side came on a wanted day.

    A pair that could only be stored after the stay was decided is left out, and so is one whose sides came
    more than ``MAX_DELIVERY_LAG_DAYS`` apart. Yielded in chunks of about two million; a stay's pairs of one key are in
    one chunk.

    Args:
        stays: in booking_id order.
        reviews: in review_id order.
        by_stay: identity keys of the stays.
        review_key: key code of each review, -1 for none.
        wanted: days since 1970, ascending.
        settings: the window.
    """
    if not len(wanted):
        return
    yield from _joined(_pairs_by_key(stays, reviews, by_stay, review_key, wanted, settings))


def _joined(chunks: Iterable[Pairs]) -> Iterator[Pairs]:
    """Neighbouring chunks put together until they are worth the overhead of a comparison."""
    waiting: list[Pairs] = []
    count = 0
    for chunk in chunks:
        if waiting and count + len(chunk.review) > _CHUNK_PAIRS:
            yield Pairs.of(waiting)
            waiting, count = [], 0
        waiting.append(chunk)
        count += len(chunk.review)
    if waiting:
        yield Pairs.of(waiting)


def _pairs_by_key(
    stays: Stays, reviews: Reviews, by_stay: KeyedStays, review_key: IntArray, wanted: IntArray,
    settings: AlignmentSettings,
) -> Iterator[Pairs]:  # fmt: skip
    delivered = reviews.ints("delivery_day")
    stay_day = stays.ints("delivery_day")[by_stay.stay]
    for key in np.unique(by_stay.key):
        ours = np.flatnonzero(by_stay.key == key)
        theirs = np.flatnonzero(review_key == key)
        # A stored day is the later of two: where the stay came before the wanted days, the review did not.
        early = stay_day[ours] < wanted[0]
        for rows, candidates in ((ours[~early], theirs), (ours[early], theirs[delivered[theirs] >= wanted[0]])):
            yield from _key_pairs(stays, reviews, by_stay, rows, candidates, wanted, settings)


def _key_pairs(
    stays: Stays, reviews: Reviews, by_stay: KeyedStays, rows: IntArray, candidates: IntArray, wanted: IntArray,
    settings: AlignmentSettings,
) -> Iterator[Pairs]:  # fmt: skip
    """Interval join by binary search over the posting days, then the conditions on delivery."""
    order = candidates[np.argsort(reviews.posted[candidates], kind="stable")]
    posted = reviews.posted[order]
    first = stays.ints("end_from")[by_stay.stay[rows]] - settings.days_before
    last = stays.ints("stay_end")[by_stay.stay[rows]] + settings.window_days
    start = np.searchsorted(posted, first, side="left")
    counts = np.maximum(np.searchsorted(posted, last, side="right") - start, 0)
    stay_day, decision = stays.ints("delivery_day"), stays.ints("decision_day")
    delivered = reviews.ints("delivery_day")
    for part in _chunks(counts):
        keyed_row = np.repeat(rows[part], counts[part])
        offset = np.arange(len(keyed_row)) - np.repeat(np.cumsum(counts[part]) - counts[part], counts[part])
        review = order[np.repeat(start[part], counts[part]) + offset]
        came, read = stay_day[by_stay.stay[keyed_row]], delivered[review]
        stored = np.maximum(came, read)
        keep = (
            np.isin(stored, wanted)
            & (np.abs(came - read) <= MAX_DELIVERY_LAG_DAYS)
            & (stored <= decision[by_stay.stay[keyed_row]])
        )
        yield Pairs(keyed_row[keep], review[keep], stored[keep])


def _chunks(counts: IntArray) -> Iterator[slice]:
    """Slices of rows whose counts add up to about ``_CHUNK_PAIRS``."""
    if not len(counts):
        return
    chunk_of = np.cumsum(counts) // _CHUNK_PAIRS
    bounds = np.append(np.flatnonzero(np.diff(chunk_of, prepend=-1)), len(counts))
    for start, stop in zip(bounds[:-1], bounds[1:], strict=True):
        yield slice(int(start), int(stop))


def passes_context(country: FloatArray, nights: FloatArray, is_exact: BoolArray) -> BoolArray:
    """Whether a pair stays after context blocking.

    With the hotel known, a pair goes when country and nights both disagree; with the hotel hidden, when one
    of them does (there the window alone lets through hundreds of reviews per stay). Unknown disagrees with
    nothing.
    """
    wrong_country, wrong_nights = country == 0.0, nights == 0.0
    return np.where(is_exact, ~(wrong_country & wrong_nights), ~(wrong_country | wrong_nights))


class RivalCounts:
    """How many stays identity and window allow for a review, as known on a day.

    Counted in millionths of a stay (labels that name several hotels count in part), over stays delivered
    within ``MAX_DELIVERY_LAG_DAYS`` before that day, by sums over a table of end day and delivery day.
    """

    def __init__(self, stays: Stays, by_stay: KeyedStays, settings: AlignmentSettings) -> None:
        self._before, self._after = settings.days_before, settings.window_days
        bounds = [stays.ints(name)[by_stay.stay] for name in ("end_from", "stay_end")]
        days = stays.ints("delivery_day")[by_stay.stay]
        self._first_end = int(bounds[0].min()) if len(days) else 0
        self._first_day = int(days.min()) if len(days) else 0
        self._tables: dict[int, list[IntArray]] = {}
        for key in np.unique(by_stay.key).tolist():
            rows = by_stay.key == key
            shape = (int(bounds[1].max()) - self._first_end + 2, int(days.max()) - self._first_day + 2)
            self._tables[key] = []
            for ends in bounds:
                table = np.zeros(shape, dtype=np.int64)
                at = (ends[rows] - self._first_end + 1, days[rows] - self._first_day + 1)
                np.add.at(table, at, by_stay.share[rows])
                self._tables[key].append(table.cumsum(axis=0).cumsum(axis=1))

    def count(self, key: IntArray, posted: IntArray, on_day: IntArray) -> FloatArray:
        """Rival stays of reviews posted on ``posted`` as known on ``on_day``; element-wise, in stays.

        Stays that may have ended by then, less those whose window had closed at the latest.
        """
        counts = np.zeros(len(key), dtype=np.int64)
        for code in np.unique(key).tolist():
            begun, over = self._tables[code]
            rows = key == code
            low_end, high_end = posted[rows] - self._after - 1, posted[rows] + self._before
            low_day, high_day = on_day[rows] - MAX_DELIVERY_LAG_DAYS - 1, on_day[rows]
            counts[rows] = (
                self._sum(begun, high_end, high_day)
                - self._sum(over, low_end, high_day)
                - self._sum(begun, high_end, low_day)
                + self._sum(over, low_end, low_day)
            )
        return counts / 1e6

    def _sum(self, table: IntArray, end: IntArray, day: IntArray) -> IntArray:
        rows = np.clip(end - self._first_end + 1, 0, table.shape[0] - 1)
        columns = np.clip(day - self._first_day + 1, 0, table.shape[1] - 1)
        return table[rows, columns]
