"""Linkage by quasi-identifiers over the rows of bookings alone, and with everything that views of customers add. Pure.

Rows that are tied to a customer who can't be the target leave the target's candidates: what views of customers know of
one person narrows down where another one is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.studies.attacks.customer_views import Snapshot, increments
from assets.studies.attacks.rates import AttackResult, Share, share_of, verdict
from assets.studies.attacks.search import Haystack

Floats = NDArray[np.float64]
FACTS = ("nights", "lead", "requests")  # of one booking, which the attacker knows of his target
_SAME = 1e-9  # log volumes closer than this are the same volume
Tied = Mapping[tuple[int, str], Sequence[Mapping[str, float]]]  # day, class -> bounds of the customers tied to it


@dataclass(frozen=True)
class Linked:
    """Chances per target.

    Attributes:
        right: (n,) of choosing the own row.
        alone: (n,) 1 where no other row is left.
    """

    right: Floats
    alone: Floats


def tied_customers(snapshots: Sequence[Snapshot], links: pl.DataFrame, labelled: pl.DataFrame) -> Tied:
    """What is known of the customers to whom a class is tied for certain.

    Args:
        snapshots: of the view.
        links: :func:`assets.studies.attacks.customers.certain_links`.
        labelled: rows of ``labelled_bookings``.
    """
    if links.is_empty():
        return {}
    numbered = labelled.select(
        "class_id",
        day=pl.col("delivery_day").cast(pl.Int32).cast(pl.Int64),
        place=pl.struct("delivery_day", "class_id").rank("dense").cast(pl.Int64),
    ).unique()
    bounds = [f"{name}_{end}" for name in FACTS for end in ("from", "to")]
    known = increments(snapshots).select("view_id", "seen", *bounds)
    told = links.join(known, on=["view_id", "seen"]).join(numbered, on="place").sort("day", "class_id", "view_id")
    tied: dict[tuple[int, str], list[Mapping[str, float]]] = {}
    for row in told.iter_rows(named=True):
        tied.setdefault((row["day"], row["class_id"]), []).append({name: row[name] for name in bounds})
    return tied


def linkage(haystack: Haystack, targets: pl.DataFrame, tied: Tied) -> Linked:
    """Chances of the targets' own rows.

    Args:
        haystack: rows with ``booking_id`` and ``unit``.
        targets: :func:`assets.studies.attacks.search.known_guests` with ``booking_id``, ``unit`` and ``FACTS``.
        tied: :func:`tied_customers`; empty for the labels alone.
    """
    rows = haystack.rows
    own = {name: at for at, name in enumerate(rows["booking_id"].to_list())}
    names, units = rows["class_id"].to_list(), rows["unit"].to_list()
    right, alone = np.zeros(targets.height), np.zeros(targets.height)
    for at, target in enumerate(targets.iter_rows(named=True)):
        place = own.get(target["booking_id"], -1)
        members = haystack.members(haystack.candidates(target, knows_day=True))
        if place not in members:
            continue
        vagueness = haystack.log_volume[haystack.class_of[members]]
        best = members[vagueness <= vagueness.min() + _SAME]
        held = {names[int(row)] for row in best}
        others = sum(_strangers(tied.get((target["day"], name), ()), target) for name in held)
        left = max(len(best) - others, 1)
        right[at] = float(place in best) / left
        alone[at] = float(len({units[int(row)] for row in best}) - others <= 1)
    return Linked(right, alone)


def _strangers(customers: Sequence[Mapping[str, float]], target: Mapping[str, float]) -> int:
    """Customers tied to a class who are certainly not the target."""
    return sum(
        any(not item[f"{name}_from"] <= target[name] <= item[f"{name}_to"] for name in FACTS) for item in customers
    )


def attack_joined(haystack: Haystack, targets: pl.DataFrame, tied: Tied, zone: str, k: int) -> list[AttackResult]:
    """``labels_only``, ``internal_joined`` and how often the second singles a guest out, on the same targets."""
    rows = haystack.rows
    per_day = targets.join(rows.group_by("day").agg(rows=pl.len()), on="day", how="left", maintain_order="left")
    number = per_day["rows"].fill_null(0).to_numpy().astype(np.float64)
    guess = share_of(np.where(number > 0, 1.0 / np.maximum(number, 1.0), 0.0))
    labels, everything = linkage(haystack, targets, {}), linkage(haystack, targets, tied)
    common = {"zone": zone, "k": k, "targets": targets.height}
    row_guess = {"guess": guess, "guess_way": "one row of the day at random"}
    knows = "all thirteen quasi-identifiers of a booking and its delivery day"
    rate, joined, single = (share_of(item) for item in (labels.right, everything.right, everything.alone))
    more = 100.0 * (joined.value - rate.value)
    return [
        AttackResult(attack="labels_only", rate=rate, worst=float(labels.right.max()), knows=knows,
                     meaning=_words(rate, guess), **row_guess, **common),
        AttackResult(attack="internal_joined", rate=joined, worst=float(everything.right.max()),
                     knows=f"{knows}; every view of customers, joined with the rows",
                     meaning=f"Views of customers add {more:.1f} points to what the labels alone give.",
                     **row_guess, **common),
        AttackResult(attack="internal_joined_singling_out", rate=single, worst=float(single.value > 0.0),
                     knows=f"{knows}; every view of customers, joined with the rows", guess=share_of(labels.alone),
                     guess_way="the labels alone", meaning=f"In {100.0 * single.value:.1f} % of cases one guest alone "
                     "is left.", **common),
    ]  # fmt: skip


def _words(rate: Share, guess: Share) -> str:
    return verdict(
        rate,
        guess,
        better="The labels alone give the row in {rate} of cases; knowing the day gives {guess}.",
        same="The labels add nothing to knowing the day.",
    )
