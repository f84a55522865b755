"""How far a stay's generalised labels agree with what a review says; nothing is compared with raw values.

An interval or a set agrees by the share of it that agrees: nights label [2, 4] and three nights give 1/3, a
label of three countries with the reviewer's among them gives 1/3. Unknown on either side gives NaN.
"""

import re
from collections.abc import Callable

import numpy as np
import polars as pl

from assets.alignment.sides import SEPARATOR, UNKNOWN, FloatArray, IntArray, Reviews, Stays, distinct, ints, levels_of

PARTIES = ("solo", "couple", "family_young", "family_older", "group", "with_friends")
PURPOSES = ("leisure", "business")
BUSINESS_SEGMENTS = frozenset({"Corporate", "Aviation"})
# Segments that say nothing of the trip's purpose.
NEUTRAL_SEGMENTS = frozenset({"Complementary", "Undefined", UNKNOWN})
# How far a customer type goes with a business trip and with a leisure trip (ours): contracts are made by firms
# and tour operators alike; parties and groups seldom travel on business.
CUSTOMER_TYPE_FIT = {"Group": (0.5, 1.0), "Transient-Party": (0.75, 1.0)}
# Guests that a room's name speaks of: (fewest, most) persons, children included.
ROOM_PERSONS = {
    "single": (1, 1), "double": (1, 3), "twin": (1, 3), "queen": (1, 3), "king": (1, 3), "couple": (1, 2),
    "triple": (2, 4), "quadruple": (3, 6), "family": (3, 6), "quad": (3, 6),
}  # fmt: skip
_MANY = 10_000
# How common each number of adults (from 0) and of children is: shares of the public bookings, the last for all above.
_COMMON_ADULTS = np.array([0.003, 0.193, 0.751, 0.052, 0.001])
_COMMON_CHILDREN = np.array([0.928, 0.041, 0.031])
# Likewise of nights, completed stays, from 0 (day use); the 0.3 % of 15 nights and more thin out with each night.
_COMMON_NIGHTS = np.concatenate([
    [0.005, 0.211, 0.208, 0.211, 0.148, 0.069, 0.031, 0.076, 0.01, 0.007, 0.01, 0.004, 0.002, 0.001, 0.009],
    0.003 * 0.15 * 0.85 ** np.arange(60),
])  # fmt: skip
_RARE = 1e-3  # a number inside the label that none of the other members is expected to have

Pairwise = Callable[[IntArray, IntArray], FloatArray]


def country_counts(labels: pl.Series, day: pl.Series) -> pl.DataFrame:
    """``day``, ``level``, ``common``: in how many of a day's country labels each country stands.

    Args:
        labels: country sets joined by "|".
        day: batch of each label.
    """
    levels = levels_of(labels)
    by_day = levels.with_columns(day=day.gather(levels["row"]))
    return by_day.group_by("day", "level").agg(common=pl.len()).sort("day", "level")


def country_share(
    labels: pl.Series, values: list[str], size: pl.Series, day: pl.Series, counts: pl.DataFrame | None = None
) -> FloatArray:
    """P(a member of the class is from each country) given its label.

    Every country of the label occurs in the class, so each has one member at least; the others are as the batch:
    countries that stand in many of the day's labels are common.

    Args:
        labels: country sets joined by "|"; "?" is a missing country.
        values: countries looked for.
        size: members of each class.
        day: batch of each class.
        counts: of :func:`country_counts` over the whole batches, where ``labels`` are a part of them.

    Returns:
        (n_labels, n_values) in [0, 1]; NaN where the label leaves it open (a missing one among the set and
        the country not named).
    """
    shares = np.zeros((len(labels), len(values)))
    levels = levels_of(labels)
    open_rows = ints(levels.filter(pl.col("level") == UNKNOWN)["row"])
    shares[open_rows, :] = np.nan
    counts = country_counts(labels, day) if counts is None else counts
    named = _member_share(levels, size, day, counts).filter(pl.col("level").is_in(values))
    columns = ints(named["level"].replace_strict({value: i for i, value in enumerate(values)}, return_dtype=pl.Int64))
    shares[ints(named["row"]), columns] = named["share"].to_numpy()
    return shares


def _member_share(levels: pl.DataFrame, size: pl.Series, day: pl.Series, counts: pl.DataFrame) -> pl.DataFrame:
    """The levels with ``share`` = P(a member has the level); exact counts: the order of rows does not matter."""
    width = pl.len().over("row")
    return (
        levels.with_columns(size=size.gather(levels["row"]), day=day.gather(levels["row"]))
        .join(counts, on=["day", "level"], how="left", maintain_order="left")
        .with_columns(rest=(pl.col("size").cast(pl.Int64) - width).clip(0), among=pl.col("common").sum().over("row"))
        .with_columns(share=(1.0 + pl.col("rest") * pl.col("common") / pl.col("among")) / (width + pl.col("rest")))
    )


def nights_share(low: IntArray, high: IntArray, size: IntArray, values: IntArray) -> FloatArray:
    """P(a member of the class stayed each number of nights) given the interval label.

    Args:
        low: (n,) lower ends.
        high: (n,) upper ends.
        size: (n,) members of the class.
        values: (v,) numbers of nights looked for.

    Returns:
        (n, v) in [0, 1]; 0 outside the label and never inside it.
    """
    last = len(_COMMON_NIGHTS) - 1
    shares = member_shares(low, high, size, _COMMON_NIGHTS)[:, np.minimum(values, last)]
    inside = (low[:, None] <= values) & (values <= high[:, None])
    return np.where(inside, np.maximum(shares, _RARE), 0.0)


def overlap_count(low: IntArray, high: IntArray, first: int, last: int = _MANY) -> IntArray:
    """How many whole numbers of [low, high] lie in [first, last]."""
    return np.maximum(np.minimum(high, last) - np.maximum(low, first) + 1, 0)


def member_shares(low: IntArray, high: IntArray, size: IntArray, common: FloatArray) -> FloatArray:
    """P(a member of the class has each whole number) given the interval label.

    Both ends occur in the class, so each has one member at least; the others are as ``common`` within the label.

    Args:
        low: (n,) lower ends; ends beyond the table count as its last value.
        high: (n,) upper ends.
        size: (n,) members of the class.
        common: (values,) how common each whole number from 0 is; the last stands for all above.

    Returns:
        (n, values), rows sum to 1.
    """
    values = np.arange(len(common))
    first, last = np.minimum(low, values[-1])[:, None], np.minimum(high, values[-1])[:, None]
    ends = (values == first).astype(np.float64) + ((values == last) & (last > first))
    inside = np.where((values >= first) & (values <= last), common, 0.0)
    rest = np.maximum(size[:, None] - ends.sum(axis=1, keepdims=True), 0.0)
    shares = ends + rest * inside / inside.sum(axis=1, keepdims=True)
    return shares / shares.sum(axis=1, keepdims=True)


def party_share(adults: tuple[IntArray, IntArray], children: tuple[IntArray, IntArray], size: IntArray) -> FloatArray:
    """P(a member of the class fits each party of ``PARTIES``) given the labels of adults and children.

    Returns:
        (n_stays, 6) in [0, 1]. Couples are two adults; families have children or, with older ones, three
        adults; groups are three persons or more; friends are two adults or more without children.
    """
    many = member_shares(*adults, size, _COMMON_ADULTS)
    few = member_shares(*children, size, _COMMON_CHILDREN)
    alone, none = few[:, 0], 1.0 - few[:, 0]
    three = many[:, 3:].sum(axis=1)
    any_adult = 1.0 - many[:, 0]
    fits = [
        many[:, 1] * alone,
        many[:, 2] * alone,
        any_adult * none,
        any_adult * none + three * alone,
        three + many[:, 2] * none + many[:, 1] * few[:, 2:].sum(axis=1),
        (many[:, 2] + three) * alone,
    ]
    return np.clip(np.stack(fits, axis=1), 0.0, 1.0)


def purpose_share(segments: pl.Series, customer_types: pl.Series) -> FloatArray:
    """How far market segment and customer type fit a leisure and a business trip.

    Returns:
        (n_stays, 2) in [0, 1], columns as ``PURPOSES``; NaN where no segment of the label says anything.
    """
    telling = levels_of(segments).filter(~pl.col("level").is_in(sorted(NEUTRAL_SEGMENTS)))
    rows = ints(telling["row"])
    is_business = telling["level"].is_in(sorted(BUSINESS_SEGMENTS)).to_numpy().astype(np.float64)
    known = np.bincount(rows, minlength=len(segments))
    business = np.bincount(rows, weights=is_business, minlength=len(segments)) / np.maximum(known, 1)
    share = np.where(known > 0, business, np.nan)
    fit_of = {label: _type_fit(label) for label in customer_types.unique().to_list()}
    fits = [fit_of[label] for label in customer_types.to_list()]
    fit_business = np.array([fit[0] for fit in fits], dtype=np.float64)
    fit_leisure = np.array([fit[1] for fit in fits], dtype=np.float64)
    return np.stack([(1.0 - share) * fit_leisure, share * fit_business], axis=1)


def _type_fit(label: str) -> tuple[float, float]:
    fits = [CUSTOMER_TYPE_FIT.get(level, (1.0, 1.0)) for level in label.split(SEPARATOR)]
    return sum(fit[0] for fit in fits) / len(fits), sum(fit[1] for fit in fits) / len(fits)


def room_count_share(rooms: IntArray, values: IntArray) -> FloatArray:
    """Whether a stay has each number of rooms: (n, v) 1 or 0; NaN where its number is unknown (below 0)."""
    return np.where(rooms[:, None] < 0, np.nan, (rooms[:, None] == values).astype(np.float64))


def room_words(text: str) -> frozenset[str]:
    """Lower-case words of a room's name."""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def persons_share(low: IntArray, high: IntArray, words: frozenset[str]) -> FloatArray:
    """Share of [low, high] persons that the named room takes; NaN where the name does not say."""
    bounds = [ROOM_PERSONS[word] for word in sorted(words) if word in ROOM_PERSONS]
    if not bounds:
        return np.full(len(low), np.nan)
    count = overlap_count(low, high, min(item[0] for item in bounds), max(item[1] for item in bounds))
    return count / np.maximum(high - low + 1, 1)


def names_agree(reserved: frozenset[str], named: frozenset[str]) -> float:
    """Share of the reserved type's words that the review names; NaN for letter codes, which say nothing."""
    telling = {word for word in reserved if len(word) > 1} - {"room"}
    return len(telling & named) / len(telling) if telling else np.nan


def _by_value(table: FloatArray, places: IntArray) -> Pairwise:
    """Pairs looked up in a (stays, values) table; NaN where the review's value is unknown."""
    padded = np.concatenate([table, np.full((len(table), 1), np.nan)], axis=1)
    return lambda stay, review: padded[stay, places[review]]


def _places(column: pl.Series, values: tuple[str, ...]) -> IntArray:
    places = {value: place for place, value in enumerate(values)}
    return ints(column.replace_strict(places, default=None, return_dtype=pl.Int64))


def field_comparisons(stays: Stays, reviews: Reviews, counts: pl.DataFrame | None = None) -> dict[str, Pairwise]:
    """Per field, a function from (stay rows, review rows) to the agreement of those pairs.

    Args:
        stays: to compare.
        reviews: to compare them with.
        counts: of :func:`country_counts` over the whole batches, where ``stays`` are a part of them.
    """
    nights, night = distinct(reviews.frame["nights"])
    countries, country = distinct(reviews.frame["reviewer_country"])
    counts_said, count = distinct(reviews.frame["room_count"])
    adults = (stays.ints("adults_from"), stays.ints("adults_to"))
    children = (stays.ints("children_from"), stays.ints("children_to"))
    size = stays.ints("class_size")
    purpose = purpose_share(stays.frame["market_segment_levels"], stays.frame["customer_type_levels"])
    return {
        "country": _by_value(
            country_share(
                stays.frame["country_levels"], countries, stays.frame["class_size"], stays.frame["delivery_day"], counts
            ),
            country,
        ),
        "nights": _by_value(
            nights_share(stays.ints("nights_from"), stays.ints("nights_to"), size, np.array(nights, dtype=np.int64)),
            night,
        ),
        "party": _by_value(party_share(adults, children, size), _places(reviews.frame["party"], PARTIES)),
        "purpose": _by_value(purpose, _places(reviews.frame["trip_type"], PURPOSES)),
        "room": _room_comparison(stays, reviews),
        "room_count": _by_value(
            room_count_share(stays.ints("room_count"), np.array(counts_said, dtype=np.int64)), count
        ),
    }


def _room_comparison(stays: Stays, reviews: Reviews) -> Pairwise:
    """Mean of what is known: the room's words against the reserved type, and the persons it takes."""
    low = stays.ints("adults_from") + stays.ints("children_from")
    high = stays.ints("adults_to") + stays.ints("children_to")
    persons, person_of = np.unique(np.stack([low, high], axis=1), axis=0, return_inverse=True)
    types, type_of = distinct(stays.frame["reserved_room_type"])
    rooms, room_of = distinct(reviews.frame["room"])
    words = [room_words(room) for room in rooms]
    taken = _stacked([persons_share(persons[:, 0], persons[:, 1], item) for item in words], len(persons))
    named = np.array([[names_agree(room_words(kind), item) for item in words] for kind in types]).reshape(
        len(types), len(rooms)
    )
    by_persons, by_name = _by_value(taken, room_of), _by_value(np.vstack([named, np.full(len(rooms), np.nan)]), room_of)
    person_rows = person_of.reshape(-1).astype(np.int64)

    def compare(stay: IntArray, review: IntArray) -> FloatArray:
        first, second = by_persons(person_rows[stay], review), by_name(type_of[stay], review)
        both = (first + second) / 2.0
        return np.where(np.isnan(first), second, np.where(np.isnan(second), first, both))

    return compare


def _stacked(columns: list[FloatArray], rows: int) -> FloatArray:
    return np.stack(columns, axis=1) if columns else np.zeros((rows, 0))


def nearness(gap_from: IntArray, gap_to: IntArray, days_before: int, days_after: int) -> FloatArray:
    """1 when the review is posted on the day of the end, falling linearly to 0 one day outside the window.

    Args:
        gap_from: days from the latest possible end to the post; ``gap_to`` from the earliest.
        gap_to: see there; the middle of what lies inside the window counts.
        days_before: window before the end.
        days_after: window after it.
    """
    inside_from, inside_to = np.maximum(gap_from, -days_before), np.minimum(gap_to, days_after)
    middle = (inside_from + inside_to) / 2.0
    reach = np.where(middle < 0, days_before + 1.0, days_after + 1.0)
    return np.where(inside_from <= inside_to, np.clip(1.0 - np.abs(middle) / reach, 0.0, 1.0), 0.0)
