"""Reviews that say which stay they are about, laid beside the stays: linked where everything fits, else refused.

A review says it by the number of the reservation or, without one, by the key of its guest. Neither is believed alone:
hotel, status, guest and days have to fit, and a stay has one review. What is known on a day decides on that day; a
correction of either side, or a stay that comes late, decides anew and is stored under its own day.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from assets.alignment.contract import VERIFIED_LINKS
from assets.alignment.hotel_identity import review_keys, stay_keys
from assets.alignment.settings import DECISION_SPAN_DAYS, LONGEST_WINDOW_DAYS
from assets.alignment.sides import COMPLETED
from assets.privacy.review_claims import claimed_names
from assets.reviews.hotels import current_names, hotel_columns
from resources.secret_keys import SecretKey

LINKED_REVIEW_COLUMNS = ("review_id", "hotel_name", "hotel_address", "posted_day", "posted_at", "delivery_day")
LINKED_STAY_COLUMNS = (
    "booking_id", "guest_hash", "hotel", "reservation_status", "arrival_day", "nights", "delivery_day",
)  # fmt: skip
LATEST_DAYS = LONGEST_WINDOW_DAYS  # a later post is refused, so that a bounded look-back sees all posts about a stay
# In the order in which a stay is tested; the reason is the test that the best stay of those named fails.
_TESTS = ("unknown", "other_hotel", "not_completed", "other_guest", "not_ended", "too_late")
_PLACE = ["hotel_name", "hotel_city", "hotel_country"]
_NAMES = ("claimed_id", "guest_hash")
_OF_DAY = ["as_of", "review_id"]


def reviews_with_claims(claims: pl.DataFrame, reviews: pl.DataFrame, aliases: Sequence[str]) -> pl.DataFrame:
    """Every version of the reviews that named their stay in any of them.

    Args:
        claims: rows of review_claims.
        reviews: ``LINKED_REVIEW_COLUMNS`` of masked_reviews of the same days.
        aliases: of houses that changed their name (setting ``reviews.hotel_aliases``).

    Returns:
        ``review_id``, ``claimed_id``, ``guest_hash``, place, ``posted_day``, ``posted_at``, ``delivery_day``.
    """
    rows = reviews.join(claims.select("review_id").unique(), on="review_id", how="semi", maintain_order="left")
    places = hotel_columns(rows["hotel_name"], rows["hotel_address"]).drop("hotel_key")
    placed = rows.drop("hotel_address").with_columns(
        current_names(rows["hotel_name"], aliases).alias("hotel_name"), *places.get_columns()
    )
    return placed.join(claims, on=["review_id", "delivery_day"], how="left", maintain_order="left")


def stays_with_names(stays: pl.DataFrame, pseudonyms: pl.DataFrame, key: SecretKey) -> pl.DataFrame:
    """Stays with the name that reviews give their reservation, and the day of their end.

    Args:
        stays: ``LINKED_STAY_COLUMNS`` of stays.
        pseudonyms: ``row_id``, ``booking_id``, ``delivery_day`` of the same days.
        key: of the keyed hashes.
    """
    names = pseudonyms.with_columns(claimed_names(pseudonyms["row_id"], key))
    end = pl.min_horizontal(pl.col("arrival_day") + pl.duration(days="nights"), "delivery_day")
    return stays.join(names, on=["booking_id", "delivery_day"], how="inner", maintain_order="left").with_columns(
        end_day=end
    )


def links_of_days(
    reviews: pl.DataFrame, stays: pl.DataFrame, hotels: pl.DataFrame, days: Sequence[date]
) -> pl.DataFrame:
    """What each of the days tells anew of reviews that name their stay, in the columns of ``VERIFIED_LINKS``.

    Args:
        reviews: see :func:`reviews_with_claims`, of the days and their look-back.
        stays: see :func:`stays_with_names`, likewise.
        hotels: as given by ``Source.hotels``.
        days: asked for.
    """
    places = review_keys(reviews, hotels)
    located = reviews.join(places, on=_PLACE, how="left", nulls_equal=True, maintain_order="left").rename(
        {"key": "review_hotel"}
    )
    houses = stay_keys(hotels).filter(pl.col("identity") == "exact").select("hotel", stay_hotel="key").unique("hotel")
    placed = stays.join(houses, on="hotel", how="left", maintain_order="left")
    named = placed.filter(_meets({name: set(located[name].drop_nulls()) for name in _NAMES}))
    # A guest's other stays can compete with a named one, and are few: they are kept with it.
    guests = named["guest_hash"].drop_nulls().unique()
    near = placed.filter(
        pl.col("booking_id").is_in(named["booking_id"].implode()) | pl.col("guest_hash").is_in(guests.implode())
    )
    told = [_told_on(day, located, near) for day in sorted(days)] if located.height else []
    if not told:
        return VERIFIED_LINKS.empty()
    return _news(*(pl.concat(side) for side in zip(*told, strict=True)))


def _told_on(day: date, reviews: pl.DataFrame, stays: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All that bears on what the rows of a day say, of both sides, ``as_of`` that day."""
    is_known = pl.col("delivery_day").is_between(day - timedelta(days=DECISION_SPAN_DAYS), day)
    reviews, stays = reviews.filter(is_known), stays.filter(is_known)
    is_new = pl.col("delivery_day") == day
    near = _touched(reviews, stays, reviews.filter(is_new)["review_id"], stays.filter(is_new)["booking_id"])
    return near[0].with_columns(as_of=pl.lit(day)), near[1].with_columns(as_of=pl.lit(day))


def _news(reviews: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """Verdicts on reviews that came on the day, and those that differ from the verdict of the day before."""
    was_there = pl.col("delivery_day") < pl.col("as_of")
    now, before = _verdicts(reviews, stays), _verdicts(reviews.filter(was_there), stays.filter(was_there))
    changed = now.join(before, on=[*_OF_DAY, "booking_id", "reason"], how="anti", nulls_equal=True)
    came = now.join(reviews.filter(~was_there), on=_OF_DAY, how="semi")
    told = pl.concat([changed, came]).unique(_OF_DAY).rename({"as_of": "delivery_day"})
    return VERIFIED_LINKS.conform(told.sort("delivery_day", "review_id"))


def _touched(
    reviews: pl.DataFrame, stays: pl.DataFrame, review_ids: pl.Series, booking_ids: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All versions of reviews and stays that the new rows could bear on, by number or guest, over any distance."""
    new = reviews.filter(pl.col("review_id").is_in(review_ids.implode()))
    new_stays = stays.filter(pl.col("booking_id").is_in(booking_ids.implode()))
    names = {name: set(new[name].drop_nulls()) | set(new_stays[name].drop_nulls()) for name in _NAMES}
    while True:
        meets = _meets(names)
        theirs = stays.filter(meets)
        wider = {name: names[name] | set(theirs[name].drop_nulls()) for name in _NAMES}
        if wider == names:
            met = reviews.filter(meets)["review_id"]
            return reviews.filter(pl.col("review_id").is_in(met.implode())), theirs
        names = wider


def _meets(names: Mapping[str, Collection[str]]) -> pl.Expr:
    """Rows that carry one of the names of a reservation or a guest."""
    return pl.any_horizontal(pl.col(name).is_in(list(names[name])).fill_null(value=False) for name in _NAMES)


def _verdicts(reviews: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """``as_of``, ``review_id``, ``booking_id``, ``said``, ``reason``, ``gap_days`` by the last version."""
    first = pl.col("delivery_day").min().over(_OF_DAY)
    last = _last_versions(reviews.with_columns(first_day=first), "review_id").drop("delivery_day")
    known = _last_versions(stays, "booking_id").rename({"guest_hash": "stay_guest", "claimed_id": "stay_claim"})
    is_numbered = pl.col("claimed_id").is_not_null()
    by_number = last.filter(is_numbered).join(
        known, left_on=["as_of", "claimed_id"], right_on=["as_of", "stay_claim"], how="left", coalesce=False
    )
    by_guest = last.filter(~is_numbered & pl.col("guest_hash").is_not_null()).join(
        known, left_on=["as_of", "guest_hash"], right_on=["as_of", "stay_guest"], how="left", coalesce=False
    )
    silent = last.filter(pl.all_horizontal(pl.col(_NAMES).is_null()))
    tested = _tested(pl.concat([by_number, by_guest.select(by_number.columns)]))
    judged = pl.concat([_chosen(tested), silent.select(*_OF_DAY, reason=pl.lit("withdrawn"))], how="diagonal")
    return judged.select(*_OF_DAY, "booking_id", "said", "reason", "gap_days")


def _last_versions(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Each key once as of each day, as it came last."""
    return rows.sort("as_of", key, "delivery_day").unique(["as_of", key], keep="last", maintain_order=True)


def _tested(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a review and a stay that it names, with ``passed``: how many of the tests hold, in their order."""
    gap = (pl.col("posted_day") - pl.col("end_day")).dt.total_days()
    same_guest = (pl.col("guest_hash") == pl.col("stay_guest")).fill_null(value=True)
    tests = [
        pl.col("booking_id").is_not_null(),
        # A hotel whose name the source hides can't be told from others: nothing is held against it.
        pl.col("stay_hotel").is_null() | (pl.col("review_hotel") == pl.col("stay_hotel")).fill_null(value=False),
        pl.col("reservation_status") == COMPLETED,
        same_guest,
        gap >= 0,
        gap <= LATEST_DAYS,
    ]
    held = pl.lit(value=True)
    passed = pl.lit(0, pl.Int32)
    for test in tests:
        held = held & test.fill_null(value=False)
        passed = passed + held.cast(pl.Int32)
    return pairs.with_columns(
        passed=passed, gap_days=gap.cast(pl.Int32),
        said=pl.when(pl.col("claimed_id").is_not_null()).then(pl.lit("number")).otherwise(pl.lit("key")),
    )  # fmt: skip


def _chosen(tested: pl.DataFrame) -> pl.DataFrame:
    """One row per review: the stay that it gets, or the reason why it gets none."""
    whole = len(_TESTS)
    fits = pl.col("passed") == whole
    by_key = pl.col("said") == "key"
    guests = pl.col("stay_guest").filter(fits).n_unique().over(_OF_DAY)
    ends = pl.struct("arrival_day", "end_day").filter(fits).n_unique().over(_OF_DAY)
    refused = (
        pl.when(~fits).then(pl.col("passed").replace_strict(dict(enumerate(_TESTS)), default=None))
        .when(~by_key & pl.col("guest_hash").is_null() & (guests > 1)).then(pl.lit("several_guests"))
        .when(by_key & (ends > 1)).then(pl.lit("several_stays"))
    )  # fmt: skip
    # Of the rooms of one reservation the one that was left last, then the first by number: a review is about one stay.
    best = (
        tested.with_columns(reason=refused)
        .sort(*_OF_DAY, "passed", "end_day", "row_id", descending=[False, False, True, True, False], nulls_last=True)
        .unique(_OF_DAY, keep="first", maintain_order=True)
    )
    return _one_review_each(best)


def _one_review_each(best: pl.DataFrame) -> pl.DataFrame:
    """Reviews of a stay that has another one since an earlier day, or an earlier post, get none."""
    claims = best.filter(pl.col("reason").is_null()).with_columns(
        stay=pl.coalesce("claimed_id", "stay_claim", "booking_id")
    )
    order = claims.sort("as_of", "stay", "first_day", "posted_day", "posted_at", "review_id", nulls_last=True)
    later = order.filter(pl.int_range(pl.len()).over("as_of", "stay") > 0)
    marked = best.join(later.select(*_OF_DAY, is_later=pl.lit(value=True)), on=_OF_DAY, how="left")
    reason = pl.when(pl.col("is_later")).then(pl.lit("second_review")).otherwise(pl.col("reason"))
    is_linked = pl.col("reason").is_null()
    return marked.with_columns(reason=reason).with_columns(
        booking_id=pl.when(is_linked).then(pl.col("booking_id")), gap_days=pl.when(is_linked).then(pl.col("gap_days"))
    )
