"""Through a pair to a public review, and back: needs the true pairs, so ``demo`` only, but for the text itself."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.studies.attacks.rates import AttackResult, share_of, verdict
from assets.studies.attacks.search import Haystack

Floats = NDArray[np.float64]
_TEXT_KEY = ["hotel_name", "posted_day", "score", "reviewer_country_name", "tags"]
_COMPLETED = "Check-Out"
_ZONE = BOOKING_REVIEW_PAIRS.zone.value  # whoever holds the pairs holds it


@dataclass(frozen=True, kw_only=True)
class ReviewWorld:
    """What the attacker can look up, and the truth he is scored by.

    Attributes:
        pairs: ``booking_review_pairs`` rows.
        reviews: clean reviews: ``review_id``, ``hotel_name``, ``reviewer_country``, ``posted_day``.
        links: ``booking_id``, ``review_id`` of true pairs.
        stays: completed published bookings: ``booking_id``, ``hotel``, ``country`` (true values), ``stay_end``.
        window_days: in which reviews of a stay are looked for.
    """

    pairs: pl.DataFrame
    reviews: pl.DataFrame
    links: pl.DataFrame
    stays: pl.DataFrame
    window_days: int


def attack_pairs(
    world: ReviewWorld, haystack: Haystack, known: pl.DataFrame, k: int, number: int, rng: np.random.Generator
) -> list[AttackResult]:
    """All three ways through a pair; none where there is no true pair.

    Args:
        world: reviews, pairs, truth.
        haystack: internal rows with ``booking_id``.
        known: :func:`assets.studies.attacks.search.known_guests` with ``booking_id``.
        k: of the labels.
        number: targets at most, per attack.
        rng: of the draw.
    """
    linked = world.links.join(world.stays, on="booking_id").join(
        world.reviews.select("review_id", "posted_day"), on="review_id"
    )
    if linked.is_empty():
        return []
    bookings = linked.select("booking_id").unique().sort("booking_id")
    reviews = linked.select("review_id").unique().sort("review_id")
    chosen = bookings[np.sort(rng.permutation(bookings.height)[:number]).tolist()]
    read = reviews[np.sort(rng.permutation(reviews.height)[:number]).tolist()]
    return [
        _review_of_booking(world, chosen, k),
        _review_of_guest(world, haystack, known, chosen, k),
        _booking_of_review(world, read, k),
    ]


def _true_reviews(world: ReviewWorld) -> dict[str, set[str]]:
    groups = world.links.group_by("booking_id").agg("review_id")
    return {booking: set(reviews) for booking, reviews in groups.iter_rows()}


def _in_window(world: ReviewWorld, *, same_country: bool) -> dict[str, int]:
    """Reviews of the stay's hotel within its window, by booking."""
    on = ["hotel", "country"] if same_country else ["hotel"]
    side = world.reviews.select(
        pl.col("hotel_name").alias("hotel"), pl.col("reviewer_country").alias("country"), "posted_day"
    )
    in_window = world.stays.join(side, on=on).filter(
        pl.col("posted_day").is_between(
            pl.col("stay_end"), pl.col("stay_end") + pl.duration(days=world.window_days)
        )
    )  # fmt: skip
    return dict(in_window.group_by("booking_id").agg(pl.len()).iter_rows())


def _guess(world: ReviewWorld, chosen: pl.DataFrame, *, same_country: bool) -> Floats:
    """Chance of a random review of hotel and window, zero where the true one lies outside."""
    pool = _in_window(world, same_country=same_country)
    return np.array([1.0 / pool[item] if pool.get(item) else 0.0 for item in chosen["booking_id"].to_list()])


def _review_of_booking(world: ReviewWorld, chosen: pl.DataFrame, k: int) -> AttackResult:
    truth = _true_reviews(world)
    top = dict(world.pairs.filter(pl.col("rank") == 1).select("booking_id", "review_id").iter_rows())
    right = [float(top.get(item) in truth[item]) for item in chosen["booking_id"].to_list()]
    rate, guess = share_of(np.array(right)), share_of(_guess(world, chosen, same_country=False))
    return AttackResult(
        attack="review_of_known_booking", zone=_ZONE, k=k, targets=chosen.height, rate=rate, guess=guess,
        knows="the booking of a guest who wrote a review; the restricted pairs; the public review site",
        guess_way="one review of the hotel within the window at random",
        meaning=verdict(
            rate, guess,
            better="The best candidate is the guest's public review in {rate} of cases, {times} times guessing: "
            "pairs lead to words in public.",
            same="Pairs lead to the guest's review no better than guessing.",
        ),
    )  # fmt: skip


def _review_of_guest(
    world: ReviewWorld, haystack: Haystack, known: pl.DataFrame, chosen: pl.DataFrame, k: int
) -> AttackResult:
    """From what is known of a guest: his class, its candidate reviews, those of his country, the likeliest."""
    truth = _true_reviews(world)
    country = dict(world.reviews.select("review_id", "reviewer_country").iter_rows())
    ranked: dict[str, list[tuple[str, float]]] = {}
    for booking, review, chance in (
        world.pairs.filter(pl.col("review_id").is_not_null())
        .select("booking_id", "review_id", pl.col("match_probability").fill_null(0.0))
        .iter_rows()
    ):
        ranked.setdefault(booking, []).append((review, chance))
    ids = haystack.rows["booking_id"].to_list()
    guests = known.join(chosen, on="booking_id", how="semi").sort("booking_id")
    right = np.zeros(guests.height)
    for at, guest in enumerate(guests.iter_rows(named=True)):
        sums: dict[str, float] = {}
        for row in haystack.members(haystack.candidates(guest, knows_day=True)).tolist():
            for review, chance in ranked.get(ids[row], ()):
                if country.get(review) == guest["q_country"]:
                    sums[review] = sums.get(review, 0.0) + chance
        if sums:
            top = max(sums.values())
            best = [review for review, total in sums.items() if total >= top * (1 - 1e-9)]
            right[at] = len(truth[guest["booking_id"]] & set(best)) / len(best)
    rate, guess = share_of(right), share_of(_guess(world, guests, same_country=True))
    return AttackResult(
        attack="review_of_known_guest", zone=_ZONE, k=k, targets=guests.height, rate=rate, guess=guess,
        knows="quasi-identifiers and day of a guest who wrote a review; the restricted pairs; the public review site",
        guess_way="one review of the hotel, the window and the guest's country at random",
        meaning=verdict(
            rate, guess,
            better="The review is found in {rate} of cases, guessing among public reviews of hotel, window and country "
            "gives {guess}: the pairs add to what anyone who knows the stay can do without us.",
            same="Whoever knows the stay finds the review without us in {guess} of cases; the pairs add nothing.",
        ),
    )  # fmt: skip


def _booking_of_review(world: ReviewWorld, chosen: pl.DataFrame, k: int) -> AttackResult:
    truth = {
        review: set(bookings) for review, bookings in world.links.group_by("review_id").agg("booking_id").iter_rows()
    }
    given = dict(world.pairs.filter(pl.col("is_assigned")).select("review_id", "booking_id").iter_rows())
    rows = chosen.join(world.reviews.select("review_id", "hotel_name", "posted_day"), on="review_id")
    rows = rows.sort("review_id")
    right = [float(given.get(item) in truth[item]) for item in rows["review_id"].to_list()]
    ends = {
        hotel: np.sort(np.array(days, dtype="datetime64[D]"))
        for hotel, days in world.stays.group_by("hotel").agg("stay_end").iter_rows()
    }
    chance = [_one_of(ends.get(hotel), posted, world.window_days) for _, hotel, posted in rows.iter_rows()]
    rate, guess = share_of(np.array(right)), share_of(np.array(chance))
    return AttackResult(
        attack="booking_of_known_review", zone=_ZONE, k=k, targets=rows.height, rate=rate, guess=guess,
        knows="a public review and who wrote it; the restricted pairs",
        guess_way="one completed stay of the hotel that ended within the window before the post, at random",
        meaning=verdict(
            rate, guess,
            better="The author's booking, with its class and exact revenue, is reached in {rate} of cases, {times} "
            "times guessing.",
            same="The author's booking is reached no better than by guessing.",
        ),
    )  # fmt: skip


def _one_of(ends: NDArray[np.datetime64] | None, posted: date, window_days: int) -> float:
    if ends is None:
        return 0.0
    first = np.datetime64(posted - timedelta(days=window_days), "D")
    number = int(np.searchsorted(ends, np.datetime64(posted, "D"), "right") - np.searchsorted(ends, first, "left"))
    return 1.0 / number if number else 0.0


def attack_review_text(
    internal: pl.DataFrame, public: pl.DataFrame, k: int, number: int, rng: np.random.Generator
) -> AttackResult | None:
    """From a masked review to the public one: same hotel, day, score, country and tags, then the same words.

    Args:
        internal: ``masked_reviews`` rows.
        public: reviews as on the site, with ``review_id`` by which the attack is scored.
        k: filed under.
        number: targets at most.
        rng: of the draw.
    """
    if internal.is_empty():
        return None
    ordered = internal.sort("review_id")
    chosen = ordered[np.sort(rng.permutation(ordered.height)[:number]).tolist()]
    side = public.select("review_id", *_TEXT_KEY, "positive_text", "negative_text")
    met = chosen.join(side, on=_TEXT_KEY, nulls_equal=True, suffix="_public", maintain_order="left")
    same = pl.lit(0)
    for name in ("positive_text", "negative_text"):
        same = same + (pl.col(name).fill_null("") == pl.col(f"{name}_public").fill_null("")).cast(pl.Int32)
    best = met.with_columns(same=same).filter(pl.col("same") == pl.col("same").max().over("review_id"))
    hits = best.group_by("review_id").agg(
        chance=(pl.col("review_id_public") == pl.col("review_id")).any().cast(pl.Float64) / pl.len()
    )
    right = chosen.select("review_id").join(hits, on="review_id", how="left")["chance"].fill_null(0.0).to_numpy()
    per_day = public.group_by("hotel_name", "posted_day").agg(reviews=pl.len())
    pool = chosen.join(per_day, on=["hotel_name", "posted_day"], how="left")["reviews"].to_numpy()
    rate, guess = share_of(right), share_of(1.0 / pool.astype(np.float64))
    return AttackResult(
        attack="public_review_of_masked_text", zone="internal", k=k, targets=chosen.height, rate=rate, guess=guess,
        knows="a masked review of the internal zone; the public review site",
        guess_way="one review of the same hotel and day at random",
        meaning="Masking hides names inside the text; it does not hide which public review it is "
        f"({100 * rate.value:.1f} % found again): whoever has a pair has the public review.",
    )  # fmt: skip
