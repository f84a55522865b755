"""Values that name somebody by being rare: text features of customers, scores, and class means that give up bills."""

from collections.abc import Mapping, Sequence
from math import comb

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.studies.attacks.rates import AttackResult, share_of, verdict
from resources.contract import FrameContract, Subject

Floats = NDArray[np.float64]
TEXT_VALUES = ("text_polarity", "text_score")  # a customer with one review has the values of that review
_DECIMALS = 4
_HALF_STEP = 5.0  # class means are told in tens


def text_columns(contracts: Mapping[str, FrameContract]) -> dict[str, list[str]]:
    """Tables that hold customers and what was computed of their texts -> those columns."""
    held: dict[str, list[str]] = {}
    for name, contract in contracts.items():
        columns = [column for column in contract.names if column in TEXT_VALUES]
        if contract.ids_of(Subject.CUSTOMER) and columns:
            held[name] = columns
    return held


def attack_text_fingerprint(
    customers: Sequence[pl.DataFrame], reviews: pl.DataFrame, zone: str, k: int
) -> AttackResult | None:
    """Who holds values of customers' texts looks for the one public review that has them.

    Args:
        customers: the zone's tables that :func:`text_columns` names, rows with a text.
        reviews: ``TEXT_VALUES`` of every review.
        zone: attacked.
        k: filed under.

    Returns:
        None without reviews. Where no table holds such values every review is a target that nothing leads to.
    """
    if reviews.is_empty():
        return None
    rounded = [pl.col(name).round(_DECIMALS) for name in TEXT_VALUES]
    known = reviews.select(rounded).group_by(TEXT_VALUES).agg(reviews=pl.len())
    held = [frame.select(rounded) for frame in customers]
    if held:
        told = pl.concat(held).join(known, on=list(TEXT_VALUES), how="left", maintain_order="left")
        named = (told["reviews"].fill_null(0) == 1).cast(pl.Float64).to_numpy()
    else:
        named = np.zeros(reviews.height)
    rate, guess = share_of(named), share_of(np.full(len(named), 1.0 / reviews.height))
    return AttackResult(
        attack="text_fingerprint", zone=zone, k=k, targets=len(named), rate=rate, guess=guess,
        knows="every value of the zone about a customer's texts; polarity and score of every public review",
        guess_way="one review at random", worst=float(named.max()),
        meaning=verdict(
            rate, guess,
            better="{rate} of the customers with a text have values that one public review alone has.",
            same="Nothing that is known of customers' texts names a review.",
        ),
    )  # fmt: skip


def attack_score_fingerprint(view: pl.DataFrame, columns: Sequence[str], zone: str, k: int) -> AttackResult | None:
    """Who holds the model and a customer's exact features computes the score and looks for it.

    Args:
        view: scored customers as the zone shows them.
        columns: what is shown of each, the month or day among them.
        zone: attacked.
        k: filed under.
    """
    if view.is_empty():
        return None
    alone = view.select((pl.len().over(columns) == 1).cast(pl.Float64).alias("alone"))["alone"].to_numpy()
    rate, guess = share_of(alone), share_of(np.full(len(alone), 1.0 / len(alone)))
    return AttackResult(
        attack="score_fingerprint", zone=zone, k=k, targets=len(alone), rate=rate, guess=guess,
        knows="the model and every feature of one customer, so the exact score and its reasons",
        guess_way="one customer at random", worst=float(alone.max()),
        meaning=verdict(
            rate, guess,
            better="{rate} of the customers have a score that nobody else has: whoever can compute it finds them.",
            same="No score of the zone is a single customer's.",
        ),
    )  # fmt: skip


def subsets_with_sum(amounts: Sequence[int], size: int, low: float, high: float) -> float:
    """How many subsets of a size have a sum within bounds.

    Args:
        amounts: whole currency units, 0 or more.
        size: members of a subset.
        low: lowest sum.
        high: highest sum.

    Example:
        >>> subsets_with_sum([1, 2, 3, 4], 2, 5, 5)
        2.0
    """
    top = int(np.floor(high))
    if top < 0 or size > len(amounts):
        return 0.0
    ways = np.zeros((size + 1, top + 1))
    ways[0, 0] = 1.0
    for amount in amounts:
        if amount > top:
            continue
        for members in range(size, 0, -1):
            ways[members, amount:] += ways[members - 1, : top + 1 - amount]
    return float(ways[size, max(int(np.ceil(low)), 0) :].sum())


def attack_subset_sums(
    labelled: pl.DataFrame, number: int, rng: np.random.Generator, zone: str, k: int, half_step: float = _HALF_STEP
) -> AttackResult | None:
    """Who knows all bills of a day, but not whose they are, looks for those that a class mean can be made of.

    Args:
        labelled: rows of ``labelled_bookings``: classes, whether completed, exact revenue.
        number: classes attacked at most.
        rng: of the draw.
        zone: attacked.
        k: filed under.
        half_step: half of what means are rounded to; 0: exact means.
    """
    stays = labelled.filter(pl.col("is_completed")).sort("delivery_day", "class_id", "booking_id")
    by_class = stays.group_by("delivery_day", "class_id", maintain_order=True).agg(bills="realised_revenue")
    by_class = by_class.filter(pl.col("bills").list.len() >= k)  # the mean of fewer is withheld
    if by_class.is_empty():
        return None
    chosen = by_class[np.sort(rng.permutation(by_class.height)[:number]).tolist()]
    by_day = stays.group_by("delivery_day").agg(day_bills="realised_revenue")
    right: list[float] = []
    guess: list[float] = []
    for bills, pool in (
        chosen.join(by_day, on="delivery_day", maintain_order="left").select("bills", "day_bills").rows()
    ):
        size, total = len(bills), float(sum(bills))
        step = 2.0 * half_step
        mean = round(total / size / step) * step if step else total / size
        fitting = subsets_with_sum(pool, size, size * (mean - half_step) - 1e-9, size * (mean + half_step) + 1e-9)
        right.append(1.0 / max(fitting, 1.0))
        guess.append(1.0 / comb(len(pool), size))
    rate, by_chance = share_of(np.array(right)), share_of(np.array(guess))
    return AttackResult(
        attack="subset_sums", zone=zone, k=k, targets=len(right), rate=rate, guess=by_chance, worst=max(right),
        knows="all bills of a day without names; the mean of each class",
        guess_way="so many bills of the day at random",
        meaning=verdict(
            rate, by_chance,
            better="The bills of a class are chosen rightly in {rate} of cases among those that its mean allows.",
            same="A class's mean does not tell which bills of the day are in it.",
        ),
    )  # fmt: skip
